from pathlib import Path

import pytest

from treadle.press.cells import cells_of, derived_seed, figure_stem
from treadle.press.document.options import LOOK_ONLY, ChunkOptions, computing_options
from treadle.press.document.reader import read_document


def made(text, path=Path("report.pmd"), seed=0):
    document, problems = read_document(path, text)
    assert not problems
    return cells_of(document, seed)


def chunk_cells(text, path=Path("report.pmd"), seed=0):
    return [cell for cell in made(text, path, seed).cells if not cell.is_inline]


def test_a_chunk_and_inline_code():
    found = made("a <%= 1 %>\n\n```python, name='one', term=True\nx = 1\n```\n\nb\n")
    inline, chunk = found.cells
    assert found.blocks == (0, 1)  # the last prose has no code
    assert [(piece.code, piece.shows, piece.line) for piece in inline.pieces] == [("1", True, 1)]
    assert (inline.number, chunk.number) == (0, 1)
    assert (chunk.label, chunk.code, chunk.file, chunk.line) == ("one", "x = 1\n", "report.pmd", 4)
    assert chunk.prompt
    assert not chunk.is_inline


@pytest.mark.parametrize("option", ["evaluate=False", "test=True", "module='m', evaluate=False"])
def test_chunks_that_do_not_run(option):
    assert made(f"```python, {option}\nx = 1\n```\n").cells == ()


def test_a_module_is_imported():
    [cell] = chunk_cells("```python, module='models'\nx = 1\n```\n", Path("my-doc.pmd"))
    assert cell.module == "my_doc.models"


def test_incomplete_chunks_run_with_the_next_on_their_own_lines():
    text = "```python, complete=False\nfor i in range(2):\n```\n\nprose\n\n```python\n    i\n```\n"
    found = made(text)
    [cell] = found.cells
    assert found.blocks == (2,)
    assert cell.line == 2
    assert cell.code.splitlines() == ["for i in range(2):", "", "", "", "", "", "    i"]
    assert str(found.listings[2].place(8)) == "report.pmd:8"


def test_an_incomplete_chunk_that_nothing_completes_is_told():
    text = "a\n\n```python, complete=False\nx = 1\n```\n\nb\n"
    [problem] = made(text).problems
    assert problem.span.line == 3
    assert "complete=False" in problem.message


def test_the_code_of_a_source_file_comes_first(tmp_path):
    (tmp_path / "part.py").write_text("a = 1\nb = 2\n\n\n")
    path = tmp_path / "report.pmd"
    found = made("```python, source='part.py'\nc = 3\n```\n", path)
    [cell] = found.cells
    assert cell.code == "a = 1\nb = 2\nc = 3\n"
    assert (cell.file, cell.line, cell.source) == ("part.py", 1, None)
    listing = found.listings[1]
    assert str(listing.place(2)) == "part.py:2"
    assert str(listing.place(3)) == "report.pmd:2"


def test_an_object_as_source_is_the_workers_affair():
    [cell] = chunk_cells("```python, source='collections.OrderedDict'\n1\n```\n")
    assert cell.source == "collections.OrderedDict"


def test_a_source_file_that_is_missing():
    found = made("```python, source='absent.py'\n1\n```\n")
    assert [item.message for item in found.problems] == ["source=: there is no file `absent.py`"]


def test_seeds_depend_on_the_documents_seed_and_the_chunks_name_alone():
    one = chunk_cells("```python, name='a'\n1\n```\n")[0].seed
    moved = chunk_cells("```python\nx\n```\n\n```python, name='a'\n2\n```\n")[1].seed
    assert one == moved == derived_seed(0, "a")
    assert chunk_cells("```python, name='b'\n1\n```\n")[0].seed != one
    assert chunk_cells("```python, name='a'\n1\n```\n", seed=1)[0].seed != one


def test_without_a_name_the_code_is_what_is_seeded():
    first, second = (chunk_cells(f"```python\n{code}\n```\n")[0].seed for code in "xy")
    assert first != second
    assert 0 <= first < 2**32  # what NumPy takes


def test_figure_stems_are_plain_and_unique():
    names = ["loss curve", "loss-curve", "Loss/curve", "é"]
    text = "".join(f"```python, name='{name}'\n1\n```\n\n" for name in names)
    document, _ = read_document(Path("report.pmd"), text + "```python\n1\n```\n")
    taken: set[str] = set()
    stems = [figure_stem(chunk, taken) for chunk in document.chunks]
    assert stems[0] == "loss-curve"
    assert len({stem.lower() for stem in stems}) == 5
    assert stems[4] == "chunk5"
    assert all(stem.isascii() and " " not in stem and "/" not in stem for stem in stems)


CAPTIONED = (
    "```python, name='fit', caption='After <%= n %> and <%= m %>', alt='Of <% show() %>!'\n"
    "n = 3\n```\n"
)


def test_a_caption_with_inline_code_is_a_cell_after_its_chunk():
    found = made(CAPTIONED)
    chunk, texts = found.cells
    assert found.blocks == (0, 0)
    assert (chunk.is_inline, chunk.label) == (False, "fit")
    assert [(piece.code, piece.shows) for piece in texts.pieces] == [
        ("n", True),
        ("m", True),
        ("show()", False),
    ]
    assert texts.is_inline
    assert texts.pieces[0].line == 1  # where the options stand


def test_a_plain_caption_needs_no_cell():
    assert len(made("```python, caption='Plain'\n1\n```\n").cells) == 1


def test_the_look_is_no_part_of_what_a_chunk_computes():
    [plain] = chunk_cells("```python, name='a'\n1\n```\n")
    for options in ("echo=False", "results='hidden'", "caption='x'", "f_pos='t'"):
        [other] = chunk_cells(f"prose\n\n```python, name='a', {options}\n1  # the same\n```\n")
        assert other.options == plain.options, options


def test_options_that_change_what_it_computes():
    [plain] = chunk_cells("```python, name='a'\n1\n```\n")
    for options in (
        "term=True",
        "fig=False",
        "f_size=(3, 2)",
        "width='3cm'",
        "f_env='figure*'",
        "dpi=100",
        "f_spines=False",
        "memory='1G'",
    ):
        [other] = chunk_cells(f"```python, name='a', {options}\n1\n```\n")
        assert other.options != plain.options, options


class MoreOptions(ChunkOptions, frozen=True):
    """As they may be one day."""

    invented_today: int = 3


def test_a_new_option_counts_unless_it_is_listed_as_one_of_the_look():
    assert computing_options(MoreOptions())["invented_today"] == 3
    known = computing_options(ChunkOptions())
    assert set(known) == set(ChunkOptions.__struct_fields__) - LOOK_ONLY
    assert set(computing_options(MoreOptions())) == {*known, "invented_today"}


def test_the_options_of_the_look_are_options():
    assert set(ChunkOptions.__struct_fields__) >= LOOK_ONLY
