import re

from treadle.press.tex.places import Places, inputs_of
from treadle.problem import Span

TEX = "one\n\\bibliography{a}\n\\textbf {bold\n text}\n"
PLACES = Places("a/b.pmd", "b.tex", TEX, (5, 6, 8, 9), {"refs.bib": "a/refs.bib"})


def test_lines():
    assert PLACES.of_line(3) == Span.at("a/b.pmd", 8)
    assert PLACES.of_line(99) == Span.at("a/b.pmd", 9)
    assert PLACES.of_line(0) == Span.at("a/b.pmd", 5)


def test_without_a_map_all_is_at_the_first_line():
    assert Places("b.pmd", "b.tex", "x", ()).of_line(7) == Span.at("b.pmd", 1)


def test_files():
    assert PLACES.of_file("./b.tex", 2).line == 6
    assert PLACES.of_file("./b.bbl", 40).line == 6
    assert PLACES.of_file("/usr/share/x.sty", 40).line == 5
    assert PLACES.of_file("./macros.tex", 40) == Span.at("macros.tex", 40)
    assert PLACES.of_file("b/refs.bib", 3) == Span.at("a/refs.bib", 3)


def test_a_file_of_the_same_name_in_another_folder_is_another():
    assert PLACES.of_file("inc/b.tex", 3) == Span.at("inc/b.tex", 3)
    assert PLACES.of_file("/elsewhere/b.tex", 3) == PLACES.of_line(1)
    assert PLACES.of_line_before("one", "inc/b.tex", 2) is None


def test_text_with_other_blanks():
    assert PLACES.of_text("\\textbf{bold text}") == Span.at("a/b.pmd", 8)
    assert PLACES.of_text("absent") is None


def test_patterns():
    assert PLACES.of_pattern(re.compile("o")).line == 5
    assert PLACES.of_pattern(re.compile("o"), 99).line == 8
    assert PLACES.of_pattern(re.compile("zzz")).line == 5


def test_files_that_are_read_and_those_that_they_read(tmp_path):
    (tmp_path / "a.tex").write_text("in a \\include{sub/b} \\input{a}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.tex").write_text("in b")
    found = inputs_of("\\input{a} \\input{a.tex} \\input{nowhere}", tmp_path)
    assert [(item.name, item.text[:4]) for item in found] == [
        (str(tmp_path / "a.tex"), "in a"),
        (str(tmp_path / "sub/b.tex"), "in b"),
    ]


def test_a_line_of_a_slides_copy_is_one_of_the_document() -> None:
    begin, end = "\\begin{frame}[fragile]", "\\end{frame}"
    tex = f"{begin}{{A}}\none\n{end}\n{begin}\ntwo\n{end}\n"
    places = Places("report.pmd", "report.tex", tex, (10, 11, 12, 20, 21, 22))
    assert places.of_file("./report.1.vrb", 2).line == 11
    assert places.of_file("./report.2.vrb", 1).line == 21
