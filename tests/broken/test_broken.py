"""Broken documents beside what is said of them; `python -m tests.broken.rewrite` renews it."""

import re
import sys
from bisect import bisect_left
from pathlib import Path

import pytest
from tests.scripts.needs import missing
from tests.together import grouped, joined, names

from . import rewrite as broken

TOGETHER = Path(__file__).with_name("together.txt")
BY_NAME = {path.stem: path for path in broken.DOCUMENTS}
PLACE = re.compile(r"report\.pmd:(\d+): ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("broken") / "project"


def told_apart(said, before):
    """What is said of each of some documents in one: the lines of each are counted from its own
    beginning. LaTeX goes on after an error, and tells of all."""
    found = ["" for _ in before]
    for line in said.splitlines():
        place = PLACE.match(line)
        number = int(place[1]) if place else 1
        at = bisect_left(before, number) - 1
        own = f"report.pmd:{number - before[at]}: {line[place.end() :]}" if place else line
        found[at] += f"{own}\n"
    return found


@pytest.mark.parametrize("documents", grouped(BY_NAME, TOGETHER), ids=names)
def test_what_is_wrong_is_said_at_its_line(documents, folder):
    if documents[0].stem.startswith("script-") and (lost := missing()):
        pytest.skip(lost)
    source, before = joined(documents)
    broken.lay_out(source, folder)
    done = broken.built(folder)
    said = told_apart(broken.problems(done.stderr), before)
    for document, problems in zip(documents, said, strict=True):
        assert problems == document.with_suffix(".txt").read_text("utf-8"), document.stem
    told = done.stderr.replace(sys.executable, "python")
    assert "/treadle/" not in told  # frames of ours say nothing to an author
    wrong = any(": error: " in problems for problems in said)
    assert done.returncode == (1 if wrong else 0)
    pdf = folder / "build/report.pdf"
    assert (pdf.read_bytes() == broken.OLD) == wrong
    assert not list(folder.parent.rglob("evil*"))


def test_there_are_many():
    names = {path.stem for path in broken.DOCUMENTS}
    assert len(names) >= 60
    assert {path.stem for path in (broken.HERE / "documents").glob("*.txt")} == names
