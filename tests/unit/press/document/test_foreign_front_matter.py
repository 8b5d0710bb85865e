"""The front matter as Quarto and R Markdown have it."""

from pathlib import Path

import pytest

from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.reader import read_document

CHUNK = "```{python}\nx = 1\n```\n"


def read(block: str) -> tuple[Settings, list[str]]:
    document, problems = read_document(
        Path("a.pmd"), f"---\n{block}\n---\n```{{python}}\nx = 1\n```\n"
    )
    return read_settings(document)[0], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("format: pdf", {}),
        ("format:\n  pdf:\n    toc: true\n    documentclass: scrartcl", {"toc": True}),
        ("format: {pdf: {geometry: [margin=2cm]}}", {"geometry": ("margin=2cm",)}),
        ("format: {html: {theme: cosmo}, pdf: {toc: true}}", {"toc": True}),
        ("format: [html, pdf]", {}),
        ("toc: false\nformat: {pdf: {toc: true}}", {"toc": True}),
        ("format: {pdf: default}", {}),
        ("format: {acm-pdf: {number-sections: true}}", {"numbersections": True}),
        ("output: pdf_document", {}),
        ("output: {pdf_document: {latex_engine: xelatex}}", {"engine": "xelatex"}),
        ('output: {"bookdown::pdf_document2": {number_sections: false}}', {"toc": False}),
        ("format: {beamer: {fontsize: 12pt}}", {"documentclass": "beamer", "fontsize": "12pt"}),
        ("output: beamer_presentation", {"documentclass": "beamer"}),
        ("number-sections: true\npdf-engine: lualatex", {"engine": "lualatex"}),
        ("bibliography: a.bib\nnocite: '@*'", {"nocite": ("*",)}),
        ("bibliography: a.bib\nnocite: |\n  @one, @two:3", {"nocite": ("one", "two:3")}),
        ("bibliography: a.bib\nnocite: ['@one', '@{two}']", {"nocite": ("one", "two")}),
    ],
)
def test_what_has_a_meaning_is_read(block: str, expected: dict[str, object]) -> None:
    found, problems = read(block)
    assert problems == []
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("block", "option", "value"),
    [
        ("format: {pdf: {fig-width: 4}}", "f_size", (4, 5.0)),
        ("output: {pdf_document: {fig_width: 4, fig_height: 3}}", "f_size", (4, 3)),
        ("fig-width: 4\nexecute: {echo: false}", "f_size", (4, 5.0)),
        ("format: {pdf: {echo: false}}", "echo", False),
    ],
)
def test_what_chunks_have_is_theirs(block: str, option: str, value: object) -> None:
    document, problems = read_document(
        Path("a.pmd"), f"---\n{block}\n---\n```{{python}}\nx = 1\n```\n"
    )
    assert problems == ()
    assert getattr(document.chunks[0].options, option) == value


@pytest.mark.parametrize(
    ("block", "line", "words"),
    [
        ("format:\n  pdf:\n    toc: true\n    toc-depth: 2", 5, "{tocdepth}"),
        ("format:\n  pdf:\n    keep-tex: true", 4, "STEM.tex"),
        ("format:\n  pdf:\n    fooo: true", 4, "docs/chunks.md"),
        ("output:\n  pdf_document:\n    citation_package: natbib", 4, "biblatex"),
        ("title: T\nformat: html", 3, "a PDF is made"),
        ("title: T\noutput: word_document", 3, "a PDF is made"),
        ("title: T\ncrossref: {chapters: true}", 3, r"\crefname"),
        ("title: T\nreference-location: margin", 3, "foot of the page"),
        ("title: T\nengine: knitr", 3, "Python that runs"),
        ("title: T\ncsl: ieee.csl", 3, "`bibliographystyle:`"),
        ("title: T\nformat: {pdf: {fig-asp: 0.6}}", 3, "`f_size=(6, 4)`"),
    ],
)
def test_what_has_none_is_told_at_its_line(block: str, line: int, words: str) -> None:
    _, (problem,) = read(block)
    assert problem.startswith(f"a.pmd:{line}: warning: ")
    assert words in problem


def test_a_wrong_value_is_told_at_its_own_line() -> None:
    _, (problem,) = read("format:\n  pdf:\n    fontsize: 12pt\n    toc: 3")
    assert problem.startswith("a.pmd:5: error: `toc` must be")


def test_entries_are_keys_with_their_sign() -> None:
    _, (problem,) = read("nocite: knuth")
    assert problem.startswith("a.pmd:2: error: `nocite` must be")
    assert "'@*'" in problem


@pytest.mark.parametrize("key", ["output-file", "book", "website", "nonsense"])
def test_an_unknown_key_has_no_far_fetched_hint(key: str) -> None:
    _, (problem,) = read(f"{key}: x")
    assert "did you mean" not in problem


def test_entries_of_no_bibliography_are_told() -> None:
    _, (problem,) = read("nocite: '@*'")
    assert problem.startswith("a.pmd:2: warning: `nocite` adds nothing")
    assert read("nocite: '@*'\npreamble: \\usepackage{biblatex}")[1] == []


@pytest.mark.parametrize(
    "block",
    [
        "engine: [knitr]",
        "engine: {a: b}",
        "format: {pdf: {engine: [knitr]}}",
        "pdf-engine: [xelatex]",
    ],
)
def test_an_engine_of_another_kind_is_an_error(block: str) -> None:
    _, (problem,) = read(block)
    assert problem.startswith("a.pmd:2: error: `engine` must be")


def test_a_format_may_have_a_name_of_bytes() -> None:
    assert read("format: {!!binary cGRm: {toc: true}}")[0].toc


def options(block: str) -> list[str]:
    _, problems = read_document(Path("a.pmd"), f"---\n{block}\n---\n{CHUNK}")
    return [str(problem).partition(" (")[0] for problem in problems]


def test_an_option_of_all_chunks_is_told_at_its_line() -> None:
    told = options("title: T\nfig-width: wide\necho: maybe\nlang: en\nexecute:\n  eval: 3")
    assert [line.split(":")[1] for line in told] == ["3", "4", "7"]


def test_an_option_below_a_format_is_told_at_its_line() -> None:
    block = "execute:\n  echo: false\nformat:\n  pdf:\n    execute:\n      echo: maybe"
    (told,) = options(block)
    assert told.startswith("a.pmd:7: error: ")


@pytest.mark.parametrize(
    ("block", "preamble"),
    [
        ("header-includes: A\nformat: {pdf: {header-includes: B}}", "A\nB"),
        ("format: {pdf: {header-includes: [B, C]}}\nheader-includes: A", "A\nB\nC"),
        ("header-includes: A\nheader_includes: B", "A\nB"),
        ("preamble: A\nformat: {pdf: {preamble: B, header-includes: C}}", "A\nB\nC"),
        ("header-includes: A\nformat: {pdf: {header-includes: }}", "A"),
    ],
)
def test_latex_at_the_top_and_below_a_format_is_joined(block: str, preamble: str) -> None:
    found, problems = read(block)
    assert problems == []
    assert found.preamble == preamble


@pytest.mark.parametrize("key", ["execute", "chunks"])
def test_options_at_the_top_and_below_a_format_are_joined(key: str) -> None:
    block = f"{key}: {{echo: false, eval: true}}\nformat: {{pdf: {{{key}: {{eval: false}}}}}}"
    document, problems = read_document(Path("a.pmd"), f"---\n{block}\n---\n{CHUNK}")
    assert problems == ()
    assert not document.chunks[0].options.echo
    assert not document.chunks[0].options.evaluate


def test_parameters_at_the_top_and_below_a_format_are_joined() -> None:
    found, problems = read("params: {a: 1, b: 2}\nformat: {pdf: {params: {b: 3}}}")
    assert (found.params, problems) == ({"a": 1, "b": 3}, [])


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("toc: true\ntable-of-contents: false", 3),
        ("format:\n  pdf:\n    toc: true\n    table-of-contents: false", 5),
        ("fig-width: 3\nfig_width: 4", 3),
    ],
)
def test_what_is_said_twice_is_told(block: str, line: int) -> None:
    (told,) = options(block)
    assert told.startswith(f"a.pmd:{line}: warning: ")
    assert "is left out" in told


def test_the_same_said_twice_is_no_matter() -> None:
    assert options("toc: true\ntable-of-contents: true") == []


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("fig-width: 3\nexecute: false", 3),
        ("fig-width: 3\nexecute: [echo]", 3),
        ("execute: false\nformat: {pdf: {execute: {echo: false}}}", 2),
        ("execute: {echo: false}\nformat: {pdf: {execute: false}}", 3),
        ("header-includes: 3\nformat: {pdf: {header-includes: B}}", 2),
    ],
)
def test_what_cannot_be_joined_keeps_its_error(block: str, line: int) -> None:
    (told,) = options(block)
    assert told.startswith(f"a.pmd:{line}: error: ")
