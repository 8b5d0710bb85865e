"""Whatever LaTeX and BibTeX say becomes problems at lines that there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st

from treadle.press.tex.bibliography import bibliography_problems
from treadle.press.tex.diagnose import diagnose, diagnose_errors
from treadle.press.tex.log import first_error, messages
from treadle.press.tex.places import Places

from .conftest import Fuzz
from .strategies import logs

LAST = 60  # the document's last line
TEX = r"""\documentclass{article}
\begin{document}
\tableofcontents
Text \nosuch with x.png, é, and \foo{a b
\label{a} \ref{b}
\[ x \]
\bibliography{report/refs}
\end{document}
"""
BIB = "@book{key,\n  title = {T}\n}\n@article{in,\n"

bound = st.integers(1, LAST)
places = st.builds(
    lambda tex, lines, chunk: Places(
        "report.pmd", "report.tex", tex, lines, {"refs.bib": "my/refs.bib"}, {"a": chunk}
    ),
    st.one_of(st.just(TEX), logs(), st.just("")),
    st.lists(bound, max_size=12).map(tuple),
    bound,
)


def check_log(given: tuple[str, Places]) -> None:
    log, at = given
    found = diagnose(log, at)
    assert found == diagnose(log, at)
    for problem in (*found, *diagnose_errors(log, at)):
        assert 1 <= problem.span.line <= problem.span.end_line
        assert problem.span.file != at.file or problem.span.line <= LAST
        assert problem.message.strip()
    error = first_error(log)
    assert error is None or error in tuple(messages(log))


@pytest.fixture
def bibliography(tmp_path: Path) -> Path:
    (tmp_path / "refs.bib").write_text(BIB)
    return tmp_path


def test_any_log_of_latex_is_read(fuzz: Fuzz[tuple[str, Places]]) -> None:
    fuzz(check_log, st.tuples(logs(), places))


def test_any_log_of_bibtex_is_read(fuzz: Fuzz[tuple[str, Places]], bibliography: Path) -> None:
    def check(given: tuple[str, Places]) -> None:
        log, at = given
        for problem in bibliography_problems(log, at, bibliography):
            last = {"report.pmd": LAST, "my/refs.bib": BIB.count("\n")}.get(problem.span.file)
            assert problem.span.line >= 1
            assert last is None or problem.span.line <= last
            assert problem.message.strip()

    fuzz(check, st.tuples(logs(), places))
