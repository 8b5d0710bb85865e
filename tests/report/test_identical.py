"""Two clean builds of the report give the same bytes, wherever and whenever they are made."""

from __future__ import annotations

import datetime
import zoneinfo

import pytest

from .conftest import PROPOSAL, REPORT, Built, build

# The worker and the processes that train inherit it: one core, where the first build had all.
ON_ONE_CORE = """import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.umask(0o077)
from treadle.app.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
ZONES = ("Pacific/Kiritimati", "Etc/GMT+12")  # 26 hours apart: never the same day


def another_zone() -> str:
    """A time zone where it is another day than here."""
    today = datetime.datetime.now().astimezone().date()
    days = {zone: datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date() for zone in ZONES}
    return next(zone for zone, day in days.items() if day != today)


@pytest.fixture(scope="module", params=["report", "proposal"])
def pair(request, tmp_path_factory) -> tuple[Built, Built]:
    """The build of the other tests, and one under other circumstances."""
    first: Built = request.getfixturevalue(request.param)
    folder = tmp_path_factory.mktemp("elsewhere") / "a folder with blanks"
    folder.mkdir()
    second = build(
        {"report": REPORT, "proposal": PROPOSAL}[request.param],
        folder,
        first.params,
        ("-c", ON_ONE_CORE),
        PYTHONHASHSEED="12345",
        TZ=another_zone(),
        LC_ALL="C",
        COLUMNS="40",
    )
    return first, second


def test_pdf_latex_and_figures_are_identical(pair):
    first, second = pair
    assert (second.status, second.stderr) == (0, "")
    stem = first.pdf.stem
    names = [f"{stem}.pdf", f"{stem}.tex"]
    names += sorted(
        str(path.relative_to(first.folder))
        for path in (first.folder / stem).rglob("*")
        if path.is_file()
    )
    assert len(names) > (10 if stem == "assignment9" else 1)
    different = [
        name
        for name in names
        if (first.folder / name).read_bytes() != (second.folder / name).read_bytes()
    ]
    assert not different
