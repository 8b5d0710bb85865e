"""Broken documents beside what is said of them; `python tests/broken/rewrite.py` renews it."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("rewrite_broken", HERE / "rewrite.py")
assert SPEC is not None
assert SPEC.loader is not None
broken = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(broken)


@pytest.mark.parametrize("document", broken.DOCUMENTS, ids=lambda path: path.stem)
def test_what_is_wrong_is_said_at_its_line(document, tmp_path):
    expected = document.with_suffix(".txt").read_text("utf-8")
    folder = tmp_path / "project"
    broken.lay_out(document, folder)
    done = broken.built(folder)
    assert broken.problems(done.stderr) == expected
    assert "/treadle/" not in done.stderr  # frames of ours say nothing to an author
    wrong = any(": error: " in line for line in expected.splitlines())
    assert done.returncode == (1 if wrong else 0)
    pdf = folder / "build/report.pdf"
    assert (pdf.read_bytes() == broken.OLD) == wrong
    assert not list(tmp_path.rglob("evil*"))


def test_there_are_many():
    names = {path.stem for path in broken.DOCUMENTS}
    assert len(names) >= 60
    assert {path.stem for path in (HERE / "documents").glob("*.txt")} == names
