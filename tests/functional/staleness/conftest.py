"""What all cases share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .case import Case
from .changes import Place, lay_out
from .procedure import build


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LaTeX's measure of the plain preamble: a second a build less, and no part of the cache."""
    place = Place(tmp_path_factory.mktemp("measured"))
    case = Case("measure", "none", files={"report.pmd": "Text.\n\n```python\nprint(1)\n```\n"})
    lay_out(case, place)
    done = build(case, place)
    assert done.status == 0, done.complaints
    return place.folder / "build/.treadle/report/formats"
