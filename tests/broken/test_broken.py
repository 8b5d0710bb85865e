"""Broken documents beside what is said of them; `python -m tests.broken.rewrite` renews it."""

import pytest
from tests.scripts.needs import missing

from . import rewrite as broken
from .together import grouped, joined, told_apart


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("broken") / "project"


@pytest.mark.parametrize("documents", grouped(), ids=lambda paths: "+".join(p.stem for p in paths))
def test_what_is_wrong_is_said_at_its_line(documents, folder):
    if documents[0].stem.startswith("script-") and (lost := missing()):
        pytest.skip(lost)
    source, before = joined(documents)
    broken.lay_out(source, folder)
    done = broken.built(folder)
    said = told_apart(broken.problems(done.stderr), before)
    for document, problems in zip(documents, said, strict=True):
        assert problems == document.with_suffix(".txt").read_text("utf-8"), document.stem
    assert "/treadle/" not in done.stderr  # frames of ours say nothing to an author
    wrong = any(": error: " in problems for problems in said)
    assert done.returncode == (1 if wrong else 0)
    pdf = folder / "build/report.pdf"
    assert (pdf.read_bytes() == broken.OLD) == wrong
    assert not list(folder.parent.rglob("evil*"))


def test_there_are_many():
    names = {path.stem for path in broken.DOCUMENTS}
    assert len(names) >= 60
    assert {path.stem for path in (broken.HERE / "documents").glob("*.txt")} == names
