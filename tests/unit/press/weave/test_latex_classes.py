"""What is known of a class, and the templates that go with it."""

from pathlib import Path

import pytest
from jinja2 import TemplateError

from treadle.press.document.front_matter_keys import Settings
from treadle.press.document.reader import read_document
from treadle.press.latex.templates import source_of
from treadle.press.markdown.text_context import SECTIONS
from treadle.press.weave.author_preamble import AuthorPreamble
from treadle.press.weave.latex_classes import CLASSES, Style, sections_of, style_of
from treadle.press.weave.weave import weave


def style(name: str | None, **author) -> Style:
    return style_of(Settings(documentclass=name), AuthorPreamble(**author))


def test_each_class_has_its_template() -> None:
    for known in CLASSES.values():
        assert r"\VAR{preamble}" in source_of(f"{known.template}.tex.j2")
    with pytest.raises(TemplateError):
        source_of("nosuch.tex.j2")


def test_any_other_class_has_a_look_of_its_own() -> None:
    assert style("nobodyknows") == Style("paper", own_look=True)
    assert not style(None).own_look
    assert style(None, titles="maketitle").template == "paper"
    assert style("article", titles="icml").template == "icml"
    assert style("acmart", titles="maketitle").template == "acm"


@pytest.mark.parametrize(
    ("name", "top", "first"),
    [
        ("article", None, ("section", "subsection")),
        ("book", None, ("chapter", "section")),
        ("book", "part", ("part", "chapter")),
        ("article", "part", ("part", "section")),
        ("memoir", "section", ("section", "subsection")),
        ("nobodyknows", "chapter", ("chapter", "section")),
    ],
)
def test_what_headings_are(name: str, top: str | None, first: tuple[str, ...]) -> None:
    settings = Settings(documentclass=name, top_level_division=top)
    found = sections_of(style_of(settings, AuthorPreamble()), settings, SECTIONS)
    assert found[:2] == first


def woven(front: str, body: str = "Text.\n", folder: Path = Path()):
    document, _ = read_document(folder / "report.pmd", f"---\n{front}\n---\n\n{body}")
    return weave(document, [None] * len(document.blocks))


def test_a_class_gets_no_size_and_no_paper_that_nobody_asked_for() -> None:
    assert r"\documentclass{scrartcl}" in woven("documentclass: scrartcl").tex
    tex = woven("documentclass: memoir\nfontsize: 12pt\npapersize: a5").tex
    assert r"\documentclass[12pt,a5paper]{memoir}" in tex
    assert r"\documentclass[11pt,a4paper]{article}" in woven("title: T").tex


def test_a_date_is_the_documents_or_none() -> None:
    assert "\\date{}\n" in woven("title: T\ndocumentclass: scrartcl").tex
    assert r"\date{31 January 2026}" in woven("title: T\ndate: 2026-01-31\ndocumentclass: x").tex
    assert "\\date{}\n" in woven("title: T", "\\maketitle\n").tex
    assert r"\date" not in woven("title: T").tex


def test_authors_of_one_affiliation_share_its_number(tmp_path: Path) -> None:
    front = "title: T\nauthor:\n" + "".join(
        f"  - name: {name}\n    affiliation: [{places}]\n"
        for name, places in (("Ada", "One"), ("Bob", "Two, One"))
    )
    tex = woven(front).tex
    assert r"Ada\textsuperscript{1}" in tex
    assert r"Bob\textsuperscript{2,1}" in tex
    assert tex.count("One") == 1


@pytest.mark.parametrize(
    ("name", "anna", "place"),
    [
        ("article", r"Anna\textsuperscript{1}", r"\textsuperscript{1}Tübingen"),
        ("beamer", r"Anna\inst{1}", r"\inst{1}Tübingen"),
        ("apa7", "[{1},{\\relax}]", "Tübingen"),
        ("amsart", r"\author{Anna}", r"\address[Anna]{Tübingen}"),
        ("llncs", r"Anna\inst{1}", "Tübingen"),
        ("elsarticle", r"\author[1]{Anna}", r"[1]"),
    ],
)
def test_who_has_no_affiliation_is_told_from_who_has_one(name: str, anna: str, place: str) -> None:
    front = "title: T\nauthor: [{name: Anna, affiliation: Tübingen}, Bernd]\ndocumentclass: "
    tex = woven(front + name).tex
    assert anna in tex
    assert place in tex


@pytest.mark.parametrize("name", ["article", "beamer", "apa7", "amsart"])
def test_authors_who_share_their_only_affiliation_have_no_marks(name: str) -> None:
    people = ", ".join(f"{{name: {one}, affiliation: Tübingen}}" for one in ("Anna", "Bernd"))
    tex = woven(f"title: T\nauthor: [{people}]\ndocumentclass: {name}").tex
    assert not any(mark in tex for mark in (r"\textsuperscript{1}", r"\inst{1}", "[{1}", "[Anna]"))


TEMPLATE = r"""\BLOCK{ extends "paper.tex.j2" }
\BLOCK{ block head }
\maketitle by \VAR{title.persons[0].email}
\BLOCK{ endblock }
"""


def test_a_template_replaces_a_part_and_what_it_drops_is_said(tmp_path: Path) -> None:
    (tmp_path / "mine.tex.j2").write_text(TEMPLATE)
    front = (
        "title: T\nauthor: {name: Ada, email: a@b.org, orcid: 0000-0001}\n"
        "abstract: Words.\ntemplate: mine.tex.j2"
    )
    found = woven(front, folder=tmp_path)
    assert r"\maketitle by a@b.org" in found.tex
    assert "% Code, what it printed" in found.tex
    said = [(problem.span.line, problem.message.split(" ")[0]) for problem in found.problems]
    assert said == [(4, "`abstract`")]


def test_macros_come_apart_from_packages(tmp_path: Path) -> None:
    (tmp_path / "mine.tex.j2").write_text(
        "\\documentclass{article}\n\\usepackage{mine}\n\\VAR{colours}\n\\VAR{macros}\n"
        "\\begin{document}\n\\VAR{body}\n\\end{document}\n"
    )
    tex = woven("template: mine.tex.j2", "Text.\n", tmp_path).tex
    assert r"\usepackage{microtype}" not in tex
    assert r"\DefineVerbatimEnvironment{chunkcode}" in tex
    assert r"\definecolor{edge}" in tex


def test_lines_with_what_authors_say_come_from_their_lines() -> None:
    found = woven("title: T\nauthor:\n  - Ada\n  - name: Bob\n    email: b@c.org\ndate: today")
    lines = [*zip(found.tex.split("\n"), found.lines, strict=False)]
    shown = lines[[line for line, _ in lines].index(r"\begin{document}") :]
    for word, at in (("Ada", 4), ("b@c.org", 5), ("today", 7)):
        assert next(origin for line, origin in shown if word in line) == at


def test_a_heading_deeper_than_numbers_go_has_none() -> None:
    deep = "# B\n\n#### A {#sec:a}\n"
    assert r"\namedlabel{A}{sec:a}" in woven("title: A", deep).tex
    assert r"\label{sec:a}" in woven("title: A", deep.replace("####", "###")).tex


def test_authors_of_a_journal_are_apart() -> None:
    front = "title: A\nauthor: [Ada, Bo]\ndocumentclass: IEEEtran\nclassoption: [journal]"
    assert "  Ada%\n  \\ and\n  Bo%\n" in woven(front).tex


def test_without_a_date_revtex_says_nothing_of_one() -> None:
    assert r"\date[]{}" in woven("title: A\ndocumentclass: revtex4-2").tex
    assert r"\date{May}" in woven("title: A\ndate: May\ndocumentclass: revtex4-2").tex


def test_what_a_template_has_beside_a_slot_stays_beside_it(tmp_path: Path) -> None:
    text = "\\VAR{preamble}\n\\BLOCK{ if toc }a\\BLOCK{ endif }\n\\VAR{body} b\n"
    (tmp_path / "own.tex.j2").write_text(text)
    tex = woven("title: A\ntoc: true\ntemplate: own.tex.j2", folder=tmp_path).tex
    assert tex.endswith("\na\nText.\n b\n")


def test_entries_by_hand_have_numbers() -> None:
    entries = "\\begin{thebibliography}{9}\n\\bibitem{a} A.\n\\end{thebibliography}\n"
    assert r"\usepackage[numbers,sort&compress]{natbib}" in woven("title: A", entries).tex
    named = entries.replace(r"\bibitem", r"\bibitem[A(1990)]")
    assert r"\usepackage[round]{natbib}" in woven("title: A", named).tex
