"""Broken documents beside what is said of them; `python -m tests.broken.rewrite` renews it."""

import pytest
from tests.scripts.needs import missing

from . import rewrite as broken


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("broken") / "project"


@pytest.mark.parametrize("document", broken.DOCUMENTS, ids=lambda path: path.stem)
def test_what_is_wrong_is_said_at_its_line(document, folder):
    if document.stem.startswith("script-") and (lost := missing()):
        pytest.skip(lost)
    expected = document.with_suffix(".txt").read_text("utf-8")
    broken.lay_out(document, folder)
    done = broken.built(folder)
    assert broken.problems(done.stderr) == expected
    assert "/treadle/" not in done.stderr  # frames of ours say nothing to an author
    wrong = any(": error: " in line for line in expected.splitlines())
    assert done.returncode == (1 if wrong else 0)
    pdf = folder / "build/report.pdf"
    assert (pdf.read_bytes() == broken.OLD) == wrong
    assert not list(folder.parent.rglob("evil*"))


def test_there_are_many():
    names = {path.stem for path in broken.DOCUMENTS}
    assert len(names) >= 60
    assert {path.stem for path in (broken.HERE / "documents").glob("*.txt")} == names
