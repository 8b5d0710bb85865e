r"""Floats of one figure or several, of panels, and that go on."""

import pytest

from treadle.press.latex.figures import (
    Float,
    Graphic,
    Panel,
    Part,
    figure_float,
    float_of_rows,
    letter,
    plain_row,
    row_of_panels,
)
from treadle.press.latex.fragment import Line, text_of

TWO = [Panel((Line(f"[{name}]", 3),), f"Its {name}.", f"fig:x-{name}") for name in "ab"]


def test_panels_have_letters_as_they_are_called():
    assert [letter(number) for number in (1, 26, 27, 52, 53, 702, 703)] == [
        *("a", "z", "aa", "az", "ba", "zz", "aaa")
    ]


def test_one_figure_is_a_float_as_anybody_writes_it():
    made = figure_float([Graphic("a.pdf")], Float("C", "fig:a"), 4)
    assert text_of(made) == "\n".join(
        [
            r"\begin{figure}[htbp]",
            r"  \centering",
            r"  \includegraphics[max size={\linewidth}{0.9\textheight}]{a.pdf}",
            r"  \caption{C}",
            r"  \label{fig:a}",
            r"\end{figure}",
        ]
    )
    assert {line.origin for line in made} == {4}


def test_panels_are_side_by_side_with_captions_and_labels_of_their_own():
    notes: list[str] = []
    text = text_of(row_of_panels(TWO, "figure", (r"0.48\linewidth", 2), 3, notes))
    assert text.startswith("\\begin{subfigure}[t]{0.48\\linewidth}\n  \\centering\n  [a]\n")
    assert text.index("[a]") < text.index(r"\caption{Its a.}") < text.index(r"\label{fig:x-a}")
    assert "\\end{subfigure}\\hfill\n\\begin{subfigure}" in text
    assert text.endswith("\n\\end{subfigure}")
    assert not notes


def test_captions_stand_above_the_panels_of_a_table():
    text = text_of(row_of_panels(TWO[:1], "table", (r"0.48\linewidth", 2), 3, []))
    assert text.index(r"\caption{Its a.}") < text.index("[a]")
    assert r"\begin{subtable}" in text
    whole = text_of(float_of_rows([TWO[0].content], Float("All", "tbl:x", "table")))
    assert whole.index(r"\caption{All}") < whole.index(r"\label{tbl:x}") < whole.index("[a]")


def test_a_row_that_is_not_full_has_its_panels_as_near_each_other():
    text = text_of(row_of_panels(TWO, "figure", (r"0.32\linewidth", 3), 3, []))
    assert "\\end{subfigure}\\hspace{0.015\\linewidth}\n" in text


def test_footnotes_of_all_captions_stand_after_the_float():
    notes: list[str] = []
    noted = [Panel(panel.content, rf"C\footnote{{{n}}}", "") for n, panel in enumerate(TWO)]
    row = row_of_panels(noted, "figure", (r"0.48\linewidth", 2), 3, notes)
    made = text_of(float_of_rows([row], Float(r"D\footnote{2}", ""), Part(notes=tuple(notes))))
    assert all(rf"\notemark{{{number}}}" in made for number in (1, 2, 3))
    assert made.endswith("\n".join(rf"\notetext{{{number}}}" for number in range(3)))


def test_a_float_that_goes_on_has_the_number_and_the_words_but_no_label():
    panels = [Panel(panel.content, panel.caption, "") for panel in TWO]
    rows = [row_of_panels(panels, "figure", (r"0.48\linewidth", 2), 3, [])]
    made = text_of(float_of_rows(rows, Float(r"C\footnote{n}", "fig:a"), Part(2, 3, 8)))
    assert r"\ContinuedFloat\setcounter{subfigure}{8}" in made
    assert r"\caption[]{C (2/3)}" in made
    assert r"\label" not in made
    assert r"\notetext" not in made


def test_letters_go_on_where_there_are_panels_and_a_class_may_count_none():
    rows = [plain_row([Graphic("a.pdf")], 3)]
    made = text_of(float_of_rows(rows, Float("C", "fig:a"), Part(2, 3, 8)))
    assert "\\ContinuedFloat\n" in made
    rows = [row_of_panels(TWO, "table", (r"0.48\linewidth", 2), 3, [])]
    made = text_of(float_of_rows(rows, Float("C", "fig:a", "table"), Part(2, 3, 8)))
    assert r"\ContinuedFloat\setcounter{subtable}{8}" in made


def test_rows_are_apart():
    row = plain_row([Graphic("a.pdf"), Graphic("b.pdf")], 3)
    made = text_of(float_of_rows([row, row], Float("C", "")))
    assert made.count(r"\par\medskip") == 1


@pytest.mark.parametrize(
    ("position", "arguments"), [("htpb", r"{r}{4cm}"), ("l", "{l}{4cm}"), ("O", "{O}{4cm}")]
)
def test_a_float_that_text_flows_around_has_a_side_and_a_width(position, arguments):
    float_ = Float("C", "", "wrapfigure", position, width="4cm")
    assert text_of(figure_float([], float_, 1)).startswith(rf"\begin{{wrapfigure}}{arguments}")
