"""The TeX programs: where they are, and what to install where they are not."""

from __future__ import annotations

import shutil

from treadle.diagnostics import Diagnostic, Span, error

INSTALL = (
    "install TeX: `make tex` in Treadle's folder, or `apt-get install texlive-latex-extra "
    "texlive-science lmodern`; or write the LaTeX alone with `--to tex`"
)


def missing_program(name: str, span: Span) -> Diagnostic | None:
    """The error that says that `name` is not installed; None where it is."""
    if shutil.which(name):
        return None
    return error(span, f"the program `{name}` is not installed, and the PDF needs it", INSTALL)
