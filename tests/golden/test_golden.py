"""Whole documents beside the LaTeX they become; `python tests/golden/rewrite.py` renews it."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("rewrite", HERE / "rewrite.py")
assert SPEC is not None
assert SPEC.loader is not None
golden = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(golden)


@pytest.mark.parametrize("document", golden.DOCUMENTS, ids=lambda path: path.stem)
def test_the_latex_is_as_expected(document):
    assert golden.woven(document) == document.with_suffix(".tex").read_text("utf-8")


def test_no_expected_latex_without_its_document():
    documents = {path.stem for path in golden.DOCUMENTS}
    assert {path.stem for path in HERE.glob("*.tex")} == documents
