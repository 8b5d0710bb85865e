"""What came of a document's cells, put together again for its blocks."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.unit.displays import figure, plain

from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Display, Failure, Frame, Remark, Stream, Trace
from treadle.press.cells import cells_of
from treadle.press.document.reader import read_document
from treadle.press.failures import problem_of
from treadle.press.plugin.figure_order import BEFORE, MADE
from treadle.press.plugin.figure_rows import NUMBER
from treadle.press.plugin.press_plugin import Comparison
from treadle.press.results import (
    ChunkResult,
    InlineResult,
    cut_streams,
    results_by_block,
)
from treadle.problem import Span


@pytest.fixture
def blobs(tmp_path):
    return Blobs(tmp_path / "store")


@pytest.fixture
def results(tmp_path, blobs):
    """The results of the blocks of a document whose cells gave this."""
    (tmp_path / "figures").mkdir()

    def results(text, *traces):
        document, problems = read_document(Path("report.pmd"), text)
        assert not problems
        cells = cells_of(document, 0)
        return results_by_block(document, cells, traces, blobs, tmp_path / "figures")

    return results


CAPTIONED = (
    "```python, name='fit', caption='After <%= n %> and <%= m %>', alt='Of <% show() %>!'\n"
    "n = 3\n```\n"
)


def test_captions_are_filled_with_what_their_code_gave(results):
    printed = Trace((Stream("stdout", "x"),))
    [result] = results(CAPTIONED, printed, Trace(texts=("3", "4", "five")))
    assert (result.caption, result.alt) == ("After 3 and 4", "Of five!")
    assert result.outputs == (Stream("stdout", "x"),)


def test_captions_of_figures_are_filled_one_by_one(results):
    text = (
        "```python, caption='<%= a %>', subcaptions=['<%= b %>', 'no', 'c <%= c %><%= d %>'], "
        "alt=['<%= e %>', 'f']\nn = 3\n```\n"
    )
    [result] = results(text, Trace(), Trace(texts=("1", "2", "3", "4", "5")))
    assert result.caption == "1"
    assert result.subcaptions == ("2", "no", "c 34")
    assert (result.alt, result.alts) == ("", ("5", "f"))


def test_a_figure_is_as_it_was_drawn_last_where_it_was_shown_first(results, blobs):
    def drawn(number, data):
        return Display(files={"application/pdf": blobs.put([data])}, metadata={NUMBER: number})

    out = Stream("stdout", "x")
    outputs = (drawn(1, b"a"), out, drawn(2, b"b"), drawn(1, b"A"))
    [result] = results("```python, name='f'\n1\n```\n", Trace(outputs))
    first, between, second = result.outputs
    assert between == out
    names = [output.files["application/pdf"] for output in (first, second)]
    assert names == ["f-1.pdf", "f-2.pdf"]


@pytest.mark.parametrize(
    ("options", "order"), [("", "cabd"), (", caption='C'", "acbd"), (", caption=['C']", "acbd")]
)
def test_under_captions_figures_stand_as_they_were_made(results, blobs, tmp_path, options, order):
    def drawn(data, **metadata):
        return Display(files={"application/pdf": blobs.put([data])}, metadata=metadata)

    third = drawn(b"c", **{MADE: 2, NUMBER: 1})
    outputs = (
        third,
        drawn(b"a", **{BEFORE: 2, NUMBER: 2}),
        drawn(b"b"),
        drawn(b"d", **{BEFORE: 9}),
    )
    again = (drawn(b"c", **{NUMBER: 1}), drawn(b"a", **{NUMBER: 2}))
    results(f"```python, name='f'{options}\n1\n```\n", Trace((*outputs, *again)))
    files = (tmp_path / "figures" / f"f-{number}.pdf" for number in (1, 2, 3, 4))
    assert "".join(file.read_text() for file in files) == order


def test_a_plain_caption_is_the_chunks_own(results):
    [result] = results("```python, caption='Plain'\n1\n```\n", Trace())
    assert result.caption == "Plain"


def test_each_block_has_its_own(results):
    text = "```python\n1\n```\n\na <%= 1 %>\n\n```python, evaluate=False\n2\n```\n\nb\n"
    failure = Failure("E: x", "", "report.pmd", 2)
    trace = Trace((plain("1"),), failure=failure, seconds=2.0, peak_memory=3, shown_source="s")
    chunk, inline, *others = results(text, trace, Trace(texts=("1",)))
    assert chunk == ChunkResult((plain("1"),), failure, 2.0, 3, shown_source="s")
    assert inline == InlineResult(("1",))
    assert others == [None, None]


def test_what_did_not_run_has_none(results):
    text = "```python\n1\n```\n\n```python\n2\n```\n"
    assert results(text, None) == [None, None, None]


def test_figures_are_numbered_by_chunk_and_written_beside_each_other(results, blobs, tmp_path):
    one, two, three = (figure(blobs.put([data])) for data in (b"one", b"two", b"three"))
    text = "```python, name='order'\n1\n```\n\n```python\n2\n```\n"
    first, _, second = results(text, Trace((one, plain("1"), two)), Trace((three,)))
    assert first.outputs == (figure("order-1.pdf"), plain("1"), figure("order-2.pdf"))
    assert second.outputs == (figure("chunk2-1.pdf"),)
    found = {path.name: path.read_bytes() for path in (tmp_path / "figures").iterdir()}
    assert found == {"order-1.pdf": b"one", "order-2.pdf": b"two", "chunk2-1.pdf": b"three"}


def test_an_image_keeps_its_kind(results, blobs):
    image = Display(files={"image/png": blobs.put([b"png"])}, metadata={"width": 3})
    [result] = results("```python, name='a'\n1\n```\n", Trace((image,)))
    assert result.outputs == (Display(files={"image/png": "a-1.png"}, metadata={"width": 3}),)


def test_comparisons_are_those_that_were_noted(results):
    noted = {"of": "eq:a", "against": "NumPy", "cases": 3, "tolerance": 1e-6, "deviation": 0.0}
    trace = Trace(notes={"comparisons": [noted]})
    [result] = results("```python\n1\n```\n", trace)
    assert result.comparisons == (Comparison("eq:a", "NumPy", 3, 1e-6, 0.0),)


@pytest.mark.parametrize(("option", "told"), [("", True), (", results='hidden'", False)])
def test_a_stream_that_was_cut_is_told_where_it_is_seen(option, told):
    document, _ = read_document(Path("report.pmd"), f"a\n\n```python, name='a'{option}\n1\n```\n")
    found = [*cut_streams(document, cells_of(document, 0), [Trace(cut=("stdout",))])]
    assert [str(problem.span) for problem in found] == ["report.pmd:3"] * told
    assert all("a prints too much to stdout" in problem.message for problem in found)


# Where in the document an exception is told to be.

SOURCE = "```{python}\nf()\n```\n"
MODULE = "# %% report.pmd:70-72\nx = 1\ndef f():\n    return missing\n"


@pytest.fixture
def span_of(tmp_path):
    document, _ = read_document(tmp_path / "report.pmd", SOURCE)
    module = tmp_path / "code" / "broken.py"
    module.parent.mkdir()
    module.write_text(MODULE)
    (tmp_path / "code" / "plain.py").write_text("1 / 0\n")

    def span_of(*frames):
        cell = str(document.path)
        placed = tuple(Frame(str(tmp_path / file), line, column) for file, line, column in frames)
        failure = Failure("E: x", "", cell, 2, 1, placed)
        cells = cells_of(document, 0)
        problem = problem_of(failure, cells.cells[0], cells, document, str)
        assert problem is not None
        return problem.span, problem.span.line

    return span_of


def test_an_extracted_module_is_placed_where_it_comes_from(span_of, tmp_path):
    span, line = span_of(("code/broken.py", 4, 12), ("report.pmd", 2, 1))
    assert line == 72
    assert span == Span.at(str(tmp_path / "report.pmd"), 72, 12)


@pytest.mark.parametrize(
    "frames",
    [
        [("report.pmd", 2, 1), ("code/broken.py", 4, 12)],  # called back by the module
        [("code/plain.py", 1, 1), ("report.pmd", 2, 1)],  # nobody has extracted it
        [],
    ],
)
def test_else_it_is_the_line_in_the_cell(span_of, tmp_path, frames):
    assert span_of(*frames)[0] == Span.at(str(tmp_path / "report.pmd"), 2, 1)


def test_what_is_told_stands_at_the_lines_of_the_statements(results):
    text = "```python\n# words\na = 1\n\nb = (\n    2)\n```\n\nx\ny <%= 1 %> and\n<%= 2 %>\n"
    chunk, inline = results(
        text,
        Trace(remarks=(Remark("last"), Remark("first", "way", 0))),
        Trace(texts=("1", "<a.B object at 0x7f0123456789>"), remarks=(Remark("one", "", 0),)),
    )
    assert chunk.remarks == ((5, Remark("last")), (3, Remark("first", "way", 0)))
    assert [(line, remark.text[:14]) for line, remark in inline.remarks] == [
        (10, "one"),
        (11, "`<a.B object>`"),
    ]
    assert inline.texts == ("1", "<a.B object>")


def test_what_an_incomplete_chunk_tells_stands_there_too(results):
    text = "```python, complete=False\nif x:\n```\n\nwords\n\n```python\n    y\nz\n```\n"
    found = results(text, Trace(remarks=(Remark("if", "", 0), Remark("z"))))
    assert [line for line, _ in found[2].remarks] == [2, 9]


def test_addresses_in_a_traceback_are_told_where_it_was_raised(results):
    failure = Failure("E", "E: <a.B object at 0x7f0123456789>", "report.pmd", 3)
    (chunk,) = results("```python, error=True\na\nb\n```\n", Trace(failure=failure))
    assert chunk.failure.traceback == "E: <a.B object>"
    assert [line for line, _ in chunk.remarks] == [3]


SVG = Display({"image/svg+xml": "<svg/>", "text/plain": "<svg>"})


def test_svg_is_made_a_figure(results, tmp_path, monkeypatch):
    made = tmp_path / "made.pdf"
    made.write_bytes(b"%PDF")
    monkeypatch.setattr("treadle.press.shown_files.converter_for", lambda ending: ending)
    monkeypatch.setattr("treadle.press.shown_files.converted", lambda *_: made)
    better = replace(SVG, data={**SVG.data, "text/latex": "$x$"})
    (chunk,) = results("```python\n1\n```\n", Trace((SVG, better, SVG)))
    assert [output.files for output in chunk.outputs] == [
        {"application/pdf": "chunk1-1.pdf"},
        {},
        {"application/pdf": "chunk1-2.pdf"},
    ]
    assert (tmp_path / "figures/chunk1-2.pdf").read_bytes() == b"%PDF"
    assert chunk.remarks == ()


def test_svg_that_nothing_draws_is_told_but_where_there_is_another_picture(
    results, monkeypatch, blobs
):
    monkeypatch.setattr("treadle.press.shown_files.converter_for", lambda _: None)
    other = replace(SVG, files={"image/png": blobs.put([b"png"])})
    (chunk,) = results("\n```python\n1\n```\n", Trace((other, SVG)))[1:]
    ((line, remark),) = chunk.remarks
    assert (line, remark.text) == (2, "an SVG is not drawn: nothing here can")
    assert "`rsvg-convert`" in remark.hint
