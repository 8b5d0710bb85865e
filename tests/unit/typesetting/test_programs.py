"""Running programs."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from treadle.typesetting.programs import ProgramKilledError, Programs

ENDLESS = [sys.executable, "-c", "open('begun', 'w').close(); import time; time.sleep(60)"]


def python(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_the_status_and_what_was_printed(tmp_path: Path) -> None:
    status, said = Programs().run(python("print(1); exit(3)"), tmp_path, {})
    assert (status, said.strip()) == (3, b"1")


def test_one_that_was_killed_has_failed(tmp_path: Path) -> None:
    with pytest.raises(ProgramKilledError, match=r"was killed by signal 9, perhaps out of memory"):
        Programs().run(python("import os; os.kill(os.getpid(), 9)"), tmp_path, {})


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        Programs().run(ENDLESS, tmp_path, {}, seconds=0.5)
    assert time.monotonic() - begun < 30


def test_stop_ends_what_runs_in_another_thread_and_starts_no_more(tmp_path: Path) -> None:
    programs = Programs()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            programs.run(ENDLESS, tmp_path, {})
        except ProgramKilledError as failure:
            failures.append(failure)

    thread = threading.Thread(target=work)
    thread.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    programs.stop()
    thread.join(30)
    assert len(failures) == 1
    with pytest.raises(ProgramKilledError):
        programs.run(python("open('again', 'w')"), tmp_path, {})
    assert not (tmp_path / "again").exists()
