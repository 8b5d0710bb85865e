"""`treadle verify` passes on the proposal, and on the report where there is time for that."""

from __future__ import annotations

import os
import sys

import pytest

from .conftest import Built, run

TRIED = [*dict.fromkeys(["proposal", os.environ.get("TREADLE_VERIFY", "proposal")])]


@pytest.mark.parametrize("name", TRIED)
def test_a_clean_build_gives_the_same(name: str, request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(name)
    command = (sys.executable, "-m", "treadle")
    folders = ("-o", str(built.folder), "--code", str(built.folder / "code"))
    # Tests of other files may have edited the source, built that, and put the source back.
    assert run(*command, *built.command).returncode == 0
    done = run(*command, "verify", str(built.source), *folders)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the last build is what a clean build gives" in done.stdout
