"""What biblatex's program says, at the line that is meant."""

from treadle.press.tex.biblatex import biblatex_problems, is_of_biblatex
from treadle.press.tex.engine import PDFLATEX
from treadle.press.tex.passes import NO_PROGRAM
from treadle.press.tex.places import Places

TEX = "\\usepackage{biblatex}\n\\addbibresource{refs.bib}\n\\begin{document}\n\\printbibliography\n"
HEAD = "[0] Config.pm:306> INFO - This is Biber 2.18\n"


def said(log: str) -> list[str]:
    places = Places("report.pmd", "report.tex", TEX, (3, 4, 7, 9), {"refs.bib": "in/refs.bib"})
    return [str(problem) for problem in biblatex_problems(log, places)]


def test_a_missing_file_is_told_where_it_is_named() -> None:
    log = (
        f"{HEAD}[1] Utils.pm:1> ERROR - Cannot find 'refs.bib'!\n[2] Biber.pm:1> INFO - ERRORS: 1\n"
    )
    assert is_of_biblatex(log)
    assert said(log) == ["report.pmd:4: error: there is no bibliography file `refs.bib`"]


def test_an_error_in_a_database_is_told_at_its_line() -> None:
    log = (
        f"{HEAD}[1] bibtex.pm:1> INFO - Found BibTeX data source 'refs.bib'\n"
        "[2] Utils.pm:1> ERROR - BibTeX subsystem: /tmp/x_1/0a.utf8, line 12, syntax error: at x\n"
    )
    (problem,) = said(log)
    assert problem.startswith("in/refs.bib:12: error: Biber: syntax error: at x (is a comma")


def test_a_citation_without_entry_is_left_to_latex() -> None:
    log = f"{HEAD}[1] Biber.pm:1> WARN - I didn't find a database entry for 'a' (section 0)\n"
    assert said(f"{log}[2] Biber.pm:1> INFO - WARNINGS: 1\n") == []


def test_other_words_are_told_where_the_references_stand() -> None:
    log = f"{HEAD}[1] Biber.pm:1> WARN - Something is odd\n"
    assert said(log) == ["report.pmd:9: warning: Biber: Something is odd"]


def test_without_the_program_the_way_out_is_told_where_biblatex_is_loaded() -> None:
    log = f"{NO_PROGRAM}{PDFLATEX.biblatex}\n"
    assert is_of_biblatex(log)
    (problem,) = said(log)
    assert problem.startswith(f"report.pmd:3: error: the program `{PDFLATEX.biblatex}` is not")
    assert f"`backend={PDFLATEX.bibliography}`" in problem
