from pathlib import Path

from treadle.app.units import Analyses, results_by_block, units_of
from treadle.engine.messages import ChunkResult, InlineResult, InlineTask, Result, Stream
from treadle.press.cells import plan_tasks
from treadle.press.document.reader import read_document


def read(text):
    document, problems = read_document(Path("report.pmd"), text)
    assert not problems
    return document, units_of(document, plan_tasks(document, 0), 0, "text", Analyses())


CAPTIONED = (
    "```python, name='fit', caption='After <%= n %> and <%= m %>', alt='Of <% show() %>!'\n"
    "n = 3\n```\n"
)


def test_a_caption_with_inline_code_is_a_unit_after_its_chunk():
    _, (chunk, texts) = read(CAPTIONED)
    assert (chunk.unit.is_chunk, chunk.unit.label) == (True, "fit")
    assert isinstance(texts.task, InlineTask)
    assert [(code.code, code.shows) for code in texts.task.codes] == [
        ("n", True),
        ("m", True),
        ("show()", False),
    ]
    assert not texts.unit.is_chunk
    assert texts.task.codes[0].line == 1  # where the options stand


def test_captions_are_filled_with_what_their_code_gave():
    document, units = read(CAPTIONED)
    given: list[Result | None] = [
        ChunkResult((Stream("stdout", "x"),)),
        InlineResult(("3", "4", "five")),
    ]
    [result] = results_by_block(document, units, given)
    assert isinstance(result, ChunkResult)
    assert (result.caption, result.alt) == ("After 3 and 4", "Of five!")
    assert result.outputs == (Stream("stdout", "x"),)


def test_a_plain_caption_needs_no_unit():
    document, units = read("```python, caption='Plain'\n1\n```\n")
    assert len(units) == 1
    [result] = results_by_block(document, units, [ChunkResult()])
    assert isinstance(result, ChunkResult)
    assert result.caption == "Plain"


def unit(text):
    return read(text)[1][0].unit


def test_the_look_is_no_part_of_what_a_chunk_computes():
    plain = unit("```python, name='a'\n1\n```\n")
    for options in ("echo=False", "results='hidden'", "caption='x'", "width='3cm'", "f_pos='t'"):
        other = unit(f"prose\n\n```python, name='a', {options}\n1  # the same\n```\n")
        assert (other.options, other.code.key) == (plain.options, plain.code.key), options


def test_options_that_change_what_it_computes():
    plain = unit("```python, name='a'\n1\n```\n")
    for options in ("term=True", "fig=False", "f_size=(3, 2)", "dpi=100", "f_spines=False"):
        assert unit(f"```python, name='a', {options}\n1\n```\n").options != plain.options, options
