r"""What captions turn into floats: rows, panels, several floats with one number."""

import pytest
from msgspec.structs import replace
from tests.unit import displays

from treadle.press.latex.fragment import text_of
from treadle.press.latex.rows import Measure
from treadle.press.markdown.text_context import ReadyLatex
from treadle.press.results import ChunkResult
from treadle.press.weave.chunks import chunk_parts
from treadle.press.weave.floats import Look, floats_of
from treadle.press.weave.weave import weave


def figure(number, width=6.3, height=3.9):
    shown = displays.figure(f"f-{number}.pdf")
    return replace(shown, metadata={"width": width, "height": height})


def figures(count, *size):
    return tuple(figure(number, *size) for number in range(1, count + 1))


TABLES = tuple(displays.table((name,), (("1",),), ("r",)) for name in "ab")


@pytest.fixture
def floats(make_chunk):
    def floats(outputs, measure=Measure(), **options):  # noqa: B008  (it can't be changed)
        chunk, look = make_chunk(**options), Look("report", 80, lambda t, _: t, measure=measure)
        result = ChunkResult(outputs, caption=options.get("caption") or "")
        result = replace(result, alts=options.get("alts", ()))
        return "\n".join(text_of(part.lines) for part in floats_of(chunk, result, look))

    return floats


@pytest.fixture
def said(make_chunk, make_document):
    def said(outputs, **options):
        chunk = make_chunk(caption="C", **options)
        problems = weave(make_document(chunk), [ChunkResult(outputs, caption="C")]).problems
        return [f"{problem.severity.value}: {problem.message}" for problem in problems]

    return said


def rows(text) -> list[int]:
    """How many images stand in each row of each float."""
    parts = text.replace(r"\end{figure}", r"\par\medskip").split(r"\par\medskip")
    return [part.count(r"\includegraphics") for part in parts if r"\includegraphics" in part]


@pytest.mark.parametrize(
    ("count", "width", "expected"),
    [(2, 3.02, [2]), (4, 3.02, [2, 2]), (5, 2.0, [3, 2]), (2, 6.3, [1, 1]), (3, 1.5, [3])],
)
def test_as_many_in_a_row_as_the_line_holds(floats, count, width, expected):
    assert rows(floats(figures(count, width, 1.0), caption="C")) == expected


def test_figures_too_high_for_a_page_are_made_smaller_for_rows(floats):
    text = floats(figures(4), caption="C")
    assert rows(text) == [2, 2]
    assert text.count(r"max size={0.48\linewidth}") == 4
    assert text.count(r"\begin{figure}") == 1


def test_but_not_where_the_chunk_says_how_wide_they_are(floats):
    text = floats(figures(4, 6.0, 3.7), caption="C", width="6in", name="n")
    assert rows(text) == [1, 1, 1, 1]
    assert text.count(r"\begin{figure}") == 4
    assert text.count(r"\label{fig:n}") == 1
    assert text.count(r"\ContinuedFloat") == 3
    assert r"\caption[]{C (4/4)}" in text


@pytest.mark.parametrize(("columns", "expected"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3])])
def test_the_columns_that_the_chunk_asks_for(floats, columns, expected):
    assert rows(floats(figures(3, 1.0, 1.0), caption="C", columns=columns)) == expected


def test_a_float_across_the_columns_has_the_page_s_width(floats):
    measure = Measure(3.0, 6.3, 6.8)
    assert rows(floats(figures(2, 3.0, 1.0), measure, caption="C")) == [1, 1]
    assert floats(figures(2, 3.0, 1.0), measure, caption="C", f_env="figure*").count("medskip") == 0


def test_panels(floats):
    options = {"caption": "C", "name": "n", "subcaptions": ("A", "B"), "alts": ("one", "two")}
    text = floats(figures(2, 3.0, 2.0), **options)
    assert text.count(r"\begin{subfigure}[t]{0.48\linewidth}") == 2
    assert text.index(r"\alttext{one}") < text.index(r"\caption{A}") < text.index("{fig:n-a}")
    assert text.index(r"\alttext{two}") < text.index(r"\caption{B}") < text.index("{fig:n-b}")
    assert text.index("{fig:n-b}") < text.index(r"\caption{C}") < text.index("{fig:n}")


def test_panels_without_a_caption_of_the_whole_and_a_name(floats):
    text = floats(figures(2, 3.0, 2.0), subcaptions=("A", "B"))
    assert r"\caption{}" in text
    assert r"\label" not in text


def test_panels_are_as_wide_as_the_chunk_says(floats):
    text = floats(figures(2, 2.5, 2.0), subcaptions=("A", "B"), width="40%")
    assert text.count(r"\begin{subfigure}[t]{0.4\linewidth}") == 2
    assert text.count(r"\includegraphics[width=\linewidth]") == 2


def test_more_panels_than_letters_go_on_with_two(floats):
    texts = tuple(f"P{number}" for number in range(28))
    text = floats(figures(28, 1.5, 0.9), subcaptions=texts, name="n")
    assert r"\label{fig:n-ab}" in text
    assert text.count(r"\renewcommand{\thesubfigure}{\panelletter{subfigure}}") == 2
    assert r"\ContinuedFloat\setcounter{subfigure}{20}" in text
    assert all(f"{{{each}}}" in text for each in texts)


def test_tables_have_panels_too(floats):
    text = floats(TABLES, caption="C", subcaptions=("A", "B"), columns=2, name="n")
    assert text.count(r"\begin{subtable}[t]{0.48\linewidth}") == 2
    assert text.count(r"\begin{table}") == 1
    assert text.index(r"\caption{C}") < text.index(r"\caption{A}") < text.index(r"\begin{tabular}")
    assert r"\label{tbl:n-b}" in text


@pytest.mark.parametrize("others", [(), figures(2, 3.0, 2.0)])
@pytest.mark.parametrize("name", [None, "n"])
def test_tables_stand_under_one_caption_as_figures_do(floats, others, name):
    text = floats((*TABLES, *others), caption="C", name=name)
    assert text.count(r"\begin{table}") == text.count(r"\label{tbl:n}") + (name is None) == 1
    assert text.count(r"\begin{tabular}") == 2
    assert text.count(r"\caption{C}") == 1 + bool(others)


def test_tables_that_no_float_holds_have_a_number_each_and_are_told(floats, said):
    rows = tuple((str(number),) for number in range(150))
    tables = (displays.table(("a",), rows, ("r",)), *TABLES)
    text = floats(tables, caption="C", name="n")
    assert text.count(r"\caption{C}") == 3
    assert text.count(r"\label{tbl:n}") == 1
    found = said(tables, name="n")
    assert found == ["warning: 3 tables of n have one caption, and a number each"]


def test_a_table_beside_figures_with_captions_of_their_own_is_not_lost(floats):
    text = floats((*TABLES[:1], *figures(2, 3.0, 2.0)), subcaptions=("A", "B"))
    assert text.count(r"\begin{tabular}") == 1
    assert text.count(r"\begin{subfigure}") == 2
    assert r"\begin{table}" not in text


@pytest.mark.parametrize(
    ("outputs", "options", "message"),
    [
        (figures(2), {"subcaptions": ("A",)}, "chunk 1 has 1 caption for 2 figures"),
        (figures(1), {"subcaptions": ("A", "B")}, "chunk 1 has 2 captions for 1 figure"),
        (TABLES, {"subcaptions": ("A", "B", "D")}, "chunk 1 has 3 captions for 2 tables"),
        (figures(3), {"alts": ("A", "B")}, "chunk 1 has 2 alternative texts for 3 figures"),
    ],
)
def test_lists_that_have_not_one_for_each_are_errors(said, outputs, options, message):
    assert said(outputs, **options) == [f"error: {message}"]


@pytest.mark.parametrize(
    ("outputs", "options", "told"),
    [
        (
            figures(4, 8.0, 5.0),
            {},
            ["figures of chunk 1 and all labels are set at 38% of their size"],
        ),
        (
            figures(1, 30.0, 5.0),
            {},
            ["the figure of chunk 1 and all labels are set at 21% of their"],
        ),
        (figures(1, 12.0, 5.0), {}, []),
        (figures(4, 3.0, 2.0), {}, []),
        ((displays.figure("photo.pdf"),), {"width": "10%"}, []),  # of no known size
    ],
)
def test_figures_whose_labels_nobody_can_read_are_told(said, outputs, options, told):
    found = said(outputs, **options)
    assert len(found) == len(told)
    assert all(map(str.startswith, found, (f"warning: {text}" for text in told)))


def test_empty_figures_are_told(make_chunk, make_document):
    result = ChunkResult(figures(1), empty_figures=2)
    problems = weave(make_document(make_chunk()), [result]).problems
    assert [problem.message for problem in problems] == [
        "chunk 1 has 2 empty figures",
    ]


@pytest.mark.parametrize(
    ("box", "size", "told"),
    [
        (0.32, (6.3, 3.9), "32%"),
        (0.48, (6.3, 3.9), ""),
        (0.32, (3.0, 2.0), ""),
        (0.3, (20, 10), ""),
    ],
)
@pytest.mark.parametrize("caption", ["", "C"])
def test_figures_too_small_to_read_in_a_column_are_told_there(make_chunk, caption, box, size, told):
    chunk, look = make_chunk(echo=False, caption=caption), Look("report", 80, lambda t, _: t)
    result = ChunkResult(figures(1, *size), caption=caption)
    parts = [part for part in chunk_parts(chunk, result, look) if isinstance(part, ReadyLatex)]
    (part,) = (part for part in parts if part.lines)
    assert not part.told  # across the line
    assert part.boxed is not None
    narrow = part.boxed(box)
    assert narrow.told.partition(" set at ")[2].partition(" of ")[0] == told
    assert narrow.lines == part.lines
