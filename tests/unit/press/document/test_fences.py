import pytest

from treadle.press.document.fences import RawChunk, RawProse, cut, split_lines


def chunks(text: str) -> list[RawChunk]:
    return [item for item in cut(text) if isinstance(item, RawChunk)]


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
    before, chunk, after = cut(text)
    assert before == RawProse("before\n", 1)
    assert isinstance(chunk, RawChunk)
    assert (chunk.code, chunk.line, chunk.end_line, chunk.closed) == ("x = 1", 2, 4, True)
    assert after == RawProse("after\n", 5)


@pytest.mark.parametrize(
    "opening", ["```bash", "``python", "``` python", " ```python", "```Python", "x ```python"]
)
def test_other_blocks_are_prose(opening: str) -> None:
    text = f"{opening}\nx\n```\n"
    assert list(cut(text)) == [RawProse(text, 1)]


def test_a_chunk_within_another_block_is_a_chunk_all_the_same() -> None:
    found = chunks("````markdown\n```python\nx\n```\n````\n")
    assert [chunk.code for chunk in found] == ["x"]


@pytest.mark.parametrize("line", ["```", "~~~~", "``", "```` x"])
def test_a_shorter_or_other_fence_does_not_close(line: str) -> None:
    (chunk,) = chunks(f"````python\na\n{line}\nb\n````\n")
    assert chunk.code == f"a\n{line}\nb"


def test_an_unclosed_chunk_goes_to_the_end_and_tells_what_almost_closed_it() -> None:
    (chunk,) = chunks("x\n````python\na\n```\nb\n")
    assert (chunk.closed, chunk.line, chunk.end_line, chunk.near_miss) == (False, 2, 5, 4)


def test_blank_lines_before_the_code_stay_and_those_after_it_go() -> None:
    (chunk,) = chunks("```python\n\n  x\n \n\n```\n")
    assert chunk.code == "\n  x"


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_a_newline_ends_a_line(character: str) -> None:
    text = f"a{character}b\n```python\nx{character}y\n```\n"
    assert len(split_lines(text)) == 4
    (chunk,) = chunks(text)
    assert (chunk.line, chunk.code) == (2, f"x{character}y")
