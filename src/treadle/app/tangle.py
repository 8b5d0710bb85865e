"""Extract the modules and tests of a file that holds a document."""

from __future__ import annotations

from pathlib import Path

from treadle.press.document.reader import read_document
from treadle.press.document.syntax import check_syntax
from treadle.press.tangle.write import Tangled, tangle
from treadle.problem import has_errors


def tangle_file(path: Path, code_dir: Path) -> Tangled:
    """Bring `code_dir` up to date with the document at `path`; nothing if that has errors."""
    document, found = read_document(path)
    problems = (*found, *check_syntax(document))
    if has_errors(problems):
        return Tangled(diagnostics=problems)
    tangled = tangle(document, code_dir)
    diagnostics = (*problems, *tangled.diagnostics)
    return Tangled(tangled.files, tangled.written, tangled.removed, diagnostics)
