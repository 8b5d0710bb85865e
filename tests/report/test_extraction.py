"""The committed code/ is what a fresh extraction of the report gives, no more and no less."""

from pathlib import Path

from treadle.press.document.reader import read_document
from treadle.press.tangle.write import tangle

ROOT = Path(__file__).parents[2]


def test_committed_code_equals_a_fresh_extraction(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    document, problems = read_document(Path("report/assignment9.pmd"))
    assert problems == ()
    assert tangle(document, tmp_path).problems == ()
    fresh = contents(tmp_path)
    assert len(fresh) > 10
    assert contents(ROOT / "code") == fresh


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
