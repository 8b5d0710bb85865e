"""What the author, a class and the language have chosen holds with every engine."""

from pathlib import Path

import pytest

from treadle.press.document.reader import read_document
from treadle.press.tex.engine import LUALATEX, PDFLATEX
from treadle.press.weave.preamble import preamble
from treadle.press.weave.weave import Woven, weave

needs_fonts = pytest.mark.skipif(not LUALATEX.works, reason="LuaLaTeX is not installed")
RUSSIAN = "Привет."


def woven(front: str, text: str = "Text.", folder: Path = Path(), name: str = "a.pmd") -> Woven:
    document, _ = read_document(folder / name, f"---\n{front}\n---\n\n{text}\n")
    return weave(document, (None,) * len(document.blocks))


def order(tex: str, *texts: str) -> list[int]:
    return [tex.index(text) for text in texts]


@needs_fonts
@pytest.mark.parametrize("name", ["article", "IEEEtran", "scrartcl", "beamer"])
def test_fonts_are_known_before_the_class_chooses_some(name):
    tex = woven(f"documentclass: {name}", RUSSIAN).tex
    found = order(tex, "% !TeX program = lualatex", "add_fallback", r"\documentclass")
    assert found == sorted(found)
    assert found[0] == 0


@needs_fonts
def test_families_that_pdftex_alone_has_are_told_at_the_class():
    made = woven("title: A\ndocumentclass: IEEEtran", RUSSIAN)
    assert r"\standinfor{ptm}{lmr}" in made.tex
    line = next(n for n, text in enumerate(made.tex.split("\n")) if r"\documentclass" in text)
    assert made.lines[line] == 3


@needs_fonts
def test_the_fonts_of_the_author_come_before_ours():
    front = "preamble: |\n  \\usepackage{fontspec}\n  \\setmainfont{Georgia}"
    tex = woven(front, RUSSIAN).tex
    found = order(tex, "add_fallback", r"\usepackage{fontspec}", r"\setmainfont{Georgia}")
    assert found == sorted(found)
    assert r"\ifx\given@family\first@family\usepackage{lmodern}\fi" in tex


@pytest.mark.parametrize("engine", ["pdflatex", pytest.param("lualatex", marks=needs_fonts)])
def test_the_babel_of_the_author_is_the_only_one_and_words_are_of_lang(engine):
    front = (
        f"title: A\nlang: de\nengine: {engine}\ndate: 2026-11-30\n"
        "preamble: |\n  \\usepackage[ngerman]{babel}"
    )
    made = woven(front)
    assert made.tex.count("{babel}") == 1
    assert r"\babelprovide" not in made.tex
    assert r"\newtheorem{theorem}{Satz}" in made.tex
    assert "30 November 2026" in made.tex  # as LaTeX's own babel knows no \localedate


def test_the_babel_of_a_style_beside_the_document_is_the_only_one(tmp_path):
    (tmp_path / "own.sty").write_text("\\RequirePackage[ngerman]{babel}\n")
    made = woven("lang: de\npreamble: |\n  \\usepackage{own}", folder=tmp_path)
    assert "{babel}" not in made.tex
    assert "{Satz}" in made.tex


@pytest.mark.parametrize("name", ["article", "IEEEtran", "llncs", "elsarticle", "scrartcl"])
def test_the_date_is_written_as_the_language_has_it_in_any_class(name):
    made = woven(f"title: A\nauthor: B\nlang: de\ndate: 2026-11-30\ndocumentclass: {name}")
    date = r"\localedate{2026}{11}{30}"
    lines = [made.lines[n] for n, text in enumerate(made.tex.split("\n")) if date in text]
    assert lines == [5]
    told = [problem for problem in made.problems if "`date`" in problem.message]
    assert bool(told) == (name in {"IEEEtran", "llncs"})  # these do not print it


def test_a_package_of_the_author_has_his_options_in_another_language():
    made = woven("lang: de\npreamble: |\n  \\usepackage[capitalise]{cleveref}")
    assert made.tex.count("{cleveref}") == 1
    assert r"\crefname" not in made.tex


@pytest.mark.parametrize(
    ("style", "engine"),
    [
        (r"\RequirePackage{fontspec}", LUALATEX),
        (r"\RequirePackage{iftex}\ifluatex\RequirePackage{fontspec}\fi", PDFLATEX),
        (r"\ifdefined\directlua\fi\RequirePackage{array}", PDFLATEX),
    ],
)
def test_what_a_style_beside_the_document_loads_may_ask_for_an_engine(tmp_path, style, engine):
    (tmp_path / "own.sty").write_text(style + "\n")
    made = woven("preamble: |\n  \\usepackage{own}", folder=tmp_path)
    assert made.printing.engine == engine


@needs_fonts
def test_a_text_in_latex_has_the_engine_that_it_needs_and_its_own_babel():
    source = (
        "\\documentclass{article}\n\\usepackage[ngerman]{babel}\n\\begin{document}\n"
        f"{RUSSIAN}\n<<>>=\nprint(1)\n@\n\\end{{document}}\n"
    )
    document, _ = read_document(Path("a.texw"), source)
    made = weave(document, (None,) * len(document.blocks))
    found = order(made.tex, "% !TeX program = lualatex", r"\documentclass", r"\declareletter")
    assert found == sorted(found)
    assert made.printing.engine == LUALATEX
    assert made.tex.count("{babel}") == 1
    text, printing = preamble(document)
    assert made.tex.startswith(text.rstrip("\n"))  # what is measured is what is built
    assert printing.engine == LUALATEX


WORDS = {
    "de": ("Schlüsselwörter", "Gleicher Beitrag", "korrespondierend", "Hinweis"),
    "fr": ("Mots-clés", "Contribution égale", "auteur correspondant", "Note"),
    "es": ("Palabras clave", "Contribución equivalente", "autor de correspondencia", "Nota"),
    "it": ("Parole chiave", "Contributo paritario", "autore corrispondente", "Nota"),
    "pt": ("Palavras-chave", "Contribuição igual", "autor correspondente", "Nota"),
    "nl": ("Trefwoorden", "Gelijke bijdrage", "corresponderend auteur", "Opmerking"),
    "pl": ("Słowa kluczowe", "Równy wkład", "autor korespondencyjny", "Uwaga"),
    "ru": ("Ключевые слова", "Равный вклад", "автор для переписки", "Примечание"),
    "zh": ("关键词", "同等贡献", "通讯作者", "注"),
    "ja": ("キーワード", "同等の貢献", "責任著者", "注"),
    "ko": ("주제어", "동등 기여", "교신저자", "참고"),
    "en": ("Keywords", "Equal contribution", "corresponding author", "Note"),
}


@pytest.mark.parametrize("lang", WORDS)
def test_the_words_at_the_title_and_over_notes_are_of_the_language(lang):
    author = "{name: B, email: b@c.d, corresponding: true, equal-contribution: true}"
    front = f"title: A\nlang: {lang}\nauthor: [{author}]\nkeywords: [k]"
    tex = woven(front, "::: {.callout-note}\nText.\n:::\n").tex
    keywords, equal, corresponding, note = WORDS[lang]
    for words in (f"{keywords}:}} k", f"*}}{equal}", f"({corresponding})", f"{note}.}}"):
        assert words in tex


def test_names_have_the_word_of_the_language_between_them_and_their_notes():
    front = "title: A\ndocumentclass: IEEEtran\nauthor: [{name: B, affiliation: U}, C]\nlang: "
    assert r"\ and" in woven(front + "en").tex
    assert "B is with" in woven(front + "en").tex
    german = woven(front + "de").tex
    assert r"\ und" in german
    assert "B:" in german


def test_the_mark_of_equal_contribution_is_that_of_its_note():
    equals = ", ".join(f"{{name: {name}, equal-contribution: true}}" for name in "CD")
    authors = f"[{{name: B, corresponding: true}}, {equals}]"
    tex = woven(f"title: A\ndocumentclass: acmart\nauthor: {authors}").tex
    assert r"\authornotemark[2]" in tex


@pytest.mark.parametrize(
    ("front", "told"),
    [
        ("llncs", 1),
        ("IEEEtran", 1),
        ("acmart", 1),
        ("IEEEtran\nclassoption: draft", 0),
        ("amsart", 0),
    ],
)
def test_a_date_that_the_class_does_not_print_is_told(front, told):
    made = woven(f"title: A\nauthor: B\ndate: 2026-11-30\ndocumentclass: {front}")
    said = [str(problem) for problem in made.problems if "`date` is shown nowhere" in str(problem)]
    assert [line.partition(": ")[0] for line in said] == ["a.pmd:4"] * told


@pytest.mark.parametrize(
    ("name", "text", "made"),
    [
        ("IEEEtran", "\\appendix\n\n# Proof", True),
        ("IEEEtran", "# A", False),
        ("article", "\\appendix\n\n# Proof", False),
    ],
)
def test_an_appendix_of_ieee_s_shows_the_titles_of_its_sections(name, text, made):
    assert (r"\renewcommand{\appendix}" in woven(f"documentclass: {name}", text).tex) == made


@pytest.mark.parametrize("name", ["beamer", "acmart", "amsart"])
def test_a_short_title_stands_where_the_class_repeats_it(name):
    tex = woven(f"title: Long\nshort-title: Short\ndocumentclass: {name}").tex
    assert r"\title[Short]{Long}" in tex


@pytest.mark.parametrize(("short", "made"), [("short-title: Short\n", "Short"), ("", "Long")])
def test_a_short_title_is_the_running_head_of_apa_s(short, made):
    found = woven(f"title: Long\n{short}documentclass: apa7")
    assert rf"\shorttitle{{{made}}}" in found.tex
    assert not found.problems


def test_what_slides_have_at_their_foot():
    front = "title: T\nauthor: [{name: Ada, affiliation: U}]\nshort-author: A.\nshort-institute: V"
    tex = woven(f"{front}\ndocumentclass: beamer").tex
    assert r"\author[A.]{%" in tex
    assert r"\institute[V]{%" in tex
    told = [str(problem) for problem in woven(front).problems]
    assert len(told) == 2
    assert "`short-author` is shown nowhere" in told[0]
