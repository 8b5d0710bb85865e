import pytest

from treadle.press.document.fences import read_blocks, split_lines
from treadle.press.document.model import Chunk, Prose
from treadle.problem import Span


def blocks(text: str) -> list[Prose | Chunk]:
    return [block for block, _ in read_blocks(text, "a.pmd")]


def chunks(text: str) -> list[Chunk]:
    return [block for block in blocks(text) if isinstance(block, Chunk)]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("```python", "```"),
        ("```{python}", "```"),
        ("```{.python}", "```"),
        ("~~~python", "~~~"),
        ("~~~~{python}", "~~~~~"),
        ("```python", "   ```  "),
        ("```python", "````"),
    ],
)
def test_a_chunk_runs_from_fence_to_fence(opening: str, closing: str) -> None:
    text = f"before\n{opening}\nx = 1\n{closing}\nafter\n"
    before, chunk, after = blocks(text)
    assert before == Prose("before\n", Span.at("a.pmd", 1))
    assert isinstance(chunk, Chunk)
    assert (chunk.code, chunk.span, chunk.closed) == ("x = 1", Span("a.pmd", 2, 4), True)
    assert after == Prose("after\n", Span.at("a.pmd", 5))


@pytest.mark.parametrize(
    "opening", ["```bash", "``python", "``` python", " ```python", "```Python", "x ```python"]
)
def test_other_blocks_are_prose(opening: str) -> None:
    text = f"{opening}\nx\n```\n"
    assert blocks(text) == [Prose(text, Span("a.pmd", 1, 3))]


def test_a_chunk_within_another_block_is_a_chunk_all_the_same() -> None:
    found = chunks("````markdown\n```python\nx\n```\n````\n")
    assert [chunk.code for chunk in found] == ["x"]


@pytest.mark.parametrize("line", ["```", "~~~~", "``", "```` x"])
def test_a_shorter_or_other_fence_does_not_close(line: str) -> None:
    (chunk,) = chunks(f"````python\na\n{line}\nb\n````\n")
    assert chunk.code == f"a\n{line}\nb"


def test_an_unclosed_chunk_goes_to_the_end_and_tells_what_almost_closed_it() -> None:
    _, (chunk, (problem,)) = read_blocks("x\n````python\na\n```\nb\n", "a.pmd")
    assert isinstance(chunk, Chunk)
    assert (chunk.closed, chunk.span) == (False, Span("a.pmd", 2, 5))
    assert "the fence on line 4 is shorter" in problem.hint


def test_what_stands_above_is_left_out() -> None:
    (block, _), _ = read_blocks("---\n---\nx\n```python\n1\n```\n", "a.pmd", 3)
    assert block == Prose("x\n", Span.at("a.pmd", 3))


def test_blank_lines_before_the_code_stay_and_those_after_it_go() -> None:
    (chunk,) = chunks("```python\n\n  x\n \n\n```\n")
    assert chunk.code == "\n  x"


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_a_newline_ends_a_line(character: str) -> None:
    text = f"a{character}b\n```python\nx{character}y\n```\n"
    assert len(split_lines(text)) == 4
    (chunk,) = chunks(text)
    assert (chunk.span.line, chunk.code) == (2, f"x{character}y")
