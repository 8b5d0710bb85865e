"""Which engine a document gets, and what is said of characters that it does not print."""

import pytest

from treadle.press.latex.fragment import Line
from treadle.press.tex.engine import LUALATEX, PDFLATEX, XELATEX, asked_for
from treadle.press.tex.fonts import Fonts, fonts_of, script_of
from treadle.press.weave.characters import Fallback, Printing, printing_of
from treadle.press.weave.for_fonts import for_fonts
from treadle.press.weave.manuscript import manuscript_of

needs_fonts = pytest.mark.skipif(not LUALATEX.works, reason="LuaLaTeX is not installed")


@pytest.fixture
def printing(make_document):
    def of(text: str = "", **front) -> Printing:
        document = make_document(**front)
        lines = tuple(Line(line, number) for number, line in enumerate(text.split("\n"), 10))
        return printing_of(manuscript_of(document), lines)

    return of


@pytest.mark.parametrize(
    ("preamble", "engine"),
    [
        (r"\usepackage{amsmath}", None),
        (r"\usepackage[T1]{fontenc}", None),
        (r"\newfont{\a}{cmr10}", None),
        (r"\usepackage{amsmath,fontspec}", LUALATEX),
        (r"\directlua{tex.print(1)}", LUALATEX),
        (r"\setmainfont{Georgia}", LUALATEX),
        (r"\usepackage[haranoaji]{luatexja-preset}", LUALATEX),
        (r"\usepackage{xeCJK}", XELATEX),
        (r"\XeTeXlinebreaklocale zh", XELATEX),
        (r"\usepackage[T2A,T1]{fontenc}", PDFLATEX),
        (r"\usepackage{CJKutf8}", PDFLATEX),
        (r"\ifluatex\usepackage{fontspec}\fi", None),
    ],
)
def test_what_a_preamble_asks_for(preamble, engine):
    asked = asked_for(preamble)
    assert (asked[0] if asked else None) is engine


@pytest.mark.parametrize("text", ["", "Größe ≤ α", "Łódź, naïve", "½ ⅝ 𝐱 ‖x‖ ─┼"])
def test_what_pdftex_prints_stays_with_it(printing, text):
    assert printing(text) == Printing()


@needs_fonts
def test_the_line_that_needs_another_engine_is_known(printing):
    found = printing("Text.\nЖ and 日.")
    assert found.engine is LUALATEX
    assert found.because is not None
    assert (found.because[0].line, found.because[1]) == (
        11,
        "Ж (U+0416, cyrillic capital letter zhe)",
    )


@needs_fonts
def test_a_word_of_greek_is_text_and_a_letter_is_mathematics(printing):
    assert printing("α β, Δx").engine is PDFLATEX
    assert printing("Ελλας").engine is LUALATEX


def test_characters_that_a_named_engine_lacks_are_told_line_by_line(printing):
    first, second = printing("Ж日\nThen 本.", engine="pdflatex").problems
    assert str(first).startswith(
        "report.pmd:10: warning: `pdflatex` has no font with Ж (U+0416, cyrillic capital letter"
        " zhe), nor 日: boxes with their codes stand for them (let `engine: auto`"
    )
    assert str(second).startswith("report.pmd:11: warning: `pdflatex` has no font with 本 (U+672C,")


def test_an_engine_that_the_preamble_can_t_be_read_by_is_an_error(printing):
    (problem,) = printing(engine="pdflatex", preamble=r"\usepackage{fontspec}").problems
    assert ": error: `\\usepackage{fontspec}` needs `lualatex`" in str(problem)


def test_without_an_engine_for_them_boxes_stand_for_characters(printing, monkeypatch):
    monkeypatch.setenv("PATH", "")
    found = printing("Ж")
    assert (found.engine, found.boxed) == (PDFLATEX, ("Ж",))
    assert "apt-get install texlive-luatex" in str(found.problems[0])


@needs_fonts
def test_the_first_font_that_has_a_character_prints_it(printing):
    fonts = fonts_of(LUALATEX)
    if "DejaVuSans" not in fonts.files:
        pytest.skip("DejaVu is not installed")
    few = Fonts({name: fonts.files[name] for name in ("DejaVuSans",)}, ())
    assert few.printers("Жא日") == {"Ж": "DejaVuSans", "א": "DejaVuSans", "日": None}
    assert few.face("DejaVuSans", "tt", "Ж") == "DejaVuSans"
    both = Fonts({name: fonts.files[name] for name in ("DejaVuSans", "DejaVuSansMono")}, ())
    assert both.face("DejaVuSans", "tt", "Ж") == "DejaVuSansMono"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 🎉 b", r"a \emojitext{🎉} b"),
        ("👩‍👩‍👧👍🏽", r"\emojitext{👩‍👩‍👧}\emojitext{👍🏽}"),
        ("🇩🇪🇯🇵", r"\emojitext{🇩🇪}\emojitext{🇯🇵}"),
        ("a-{}-b", r"a-{\kern0pt}-b"),
        ("日本", "日本"),
    ],
)
def test_pictures_are_arguments_of_a_command(text, expected):
    printing = Printing(LUALATEX, pictured=frozenset("🎉👩👧👍🇩🇪🇯🇵🏽"))
    (line,) = for_fonts([Line(text, 1)], printing)
    assert line.text == expected


def test_raw_verbatim_text_is_left_alone():
    lines = [Line(r"\begin{verbatim}", 1), Line("🎉", 2), Line(r"\end{verbatim}", 3), Line("🎉", 4)]
    found = for_fonts(lines, Printing(LUALATEX, pictured=frozenset("🎉")))
    assert [line.text for line in found][1::2] == ["🎉", r"\emojitext{🎉}"]


def test_words_that_run_leftwards_are_apart_in_code():
    (line,) = for_fonts([Line('"שלום עולם", 3', 1, True)], Printing(LUALATEX))
    assert line.text == '"שלום עולם\u200e", 3'


@needs_fonts
def test_each_style_has_the_faces_of_its_own(printing):
    found = {each.style: each for each in printing("Жук").fallbacks}
    if "cmunrm" not in fonts_of(LUALATEX).files:
        pytest.skip("fonts-cmu is not installed")
    assert found["rmb"] == Fallback("rmb", ("[cmunbx.ttf]:mode=node;",))
    assert found["tt"] == Fallback("tt", ("[cmuntt.ttf]:mode=node;",))


def test_a_letter_without_a_name_is_of_no_script():
    assert script_of("\U00017000") == ""  # Tangut's, which Python knows by number alone
