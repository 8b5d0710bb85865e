"""Whole documents beside the LaTeX they become; `python -m tests.golden.rewrite` renews it."""

import pytest

from . import rewrite as golden


@pytest.mark.parametrize("document", golden.DOCUMENTS, ids=lambda path: path.stem)
def test_the_latex_is_as_expected(document):
    assert golden.woven(document) == document.with_suffix(".tex").read_text("utf-8")


def test_no_expected_latex_without_its_document():
    documents = {path.stem for path in golden.DOCUMENTS}
    assert {path.stem for path in golden.HERE.glob("*.tex")} == documents
