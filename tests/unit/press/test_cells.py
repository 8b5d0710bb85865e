from pathlib import Path

import pytest

from treadle.engine.messages import ChunkTask, InlineTask
from treadle.press.cells import derived_seed, plan_tasks
from treadle.press.document.reader import read_document


def planned(text, path=Path("report.pmd"), seed=0):
    document, problems = read_document(path, text)
    assert not problems
    return plan_tasks(document, seed)


def chunk_tasks(text, path=Path("report.pmd"), seed=0):
    return [task for task in planned(text, path, seed).tasks if isinstance(task, ChunkTask)]


def test_a_chunk_and_inline_code():
    tasks = planned("a <%= 1 %>\n\n```python, name='one', term=True\nx = 1\n```\n\nb\n").tasks
    inline, chunk, prose = tasks
    assert isinstance(inline, InlineTask)
    assert [item.code for item in inline.codes] == ["1"]
    assert isinstance(chunk, ChunkTask)
    assert (chunk.label, chunk.code, chunk.file, chunk.line) == ("one", "x = 1\n", "report.pmd", 4)
    assert chunk.term
    assert prose is None


@pytest.mark.parametrize("option", ["evaluate=False", "test=True", "module='m', evaluate=False"])
def test_chunks_that_do_not_run(option):
    assert planned(f"```python, {option}\nx = 1\n```\n").tasks == (None,)


def test_a_module_is_imported_and_its_names_bound():
    [task] = chunk_tasks(
        "```python, module='models'\nimport math\ndef f(): ...\n```\n", Path("my-doc.pmd")
    )
    assert (task.module, task.names) == ("my_doc.models", ("math", "f"))


def test_incomplete_chunks_run_with_the_next_on_their_own_lines():
    text = "```python, complete=False\nfor i in range(2):\n```\n\nprose\n\n```python\n    i\n```\n"
    plan = planned(text)
    [task] = [task for task in plan.tasks if isinstance(task, ChunkTask)]
    assert task.line == 2
    assert task.code.splitlines() == ["for i in range(2):", "", "", "", "", "", "    i"]
    assert str(plan.listings[2].place(8)) == "report.pmd:8"


def test_an_incomplete_chunk_that_nothing_completes_is_told():
    text = "a\n\n```python, complete=False\nx = 1\n```\n\nb\n"
    [problem] = planned(text).diagnostics
    assert problem.span.line == 3
    assert "complete=False" in problem.message


def test_the_code_of_a_source_file_comes_first(tmp_path):
    (tmp_path / "part.py").write_text("a = 1\nb = 2\n\n\n")
    path = tmp_path / "report.pmd"
    plan = planned("```python, source='part.py'\nc = 3\n```\n", path)
    [task] = [task for task in plan.tasks if isinstance(task, ChunkTask)]
    assert task.code == "a = 1\nb = 2\nc = 3\n"
    assert (task.file, task.line, task.source) == (str(tmp_path / "part.py"), 1, None)
    listing = plan.listings[1]
    assert str(listing.place(2)) == f"{tmp_path / 'part.py'}:2"
    assert str(listing.place(3)) == f"{path}:2"


def test_an_object_as_source_is_the_workers_affair():
    [task] = chunk_tasks("```python, source='collections.OrderedDict'\n1\n```\n")
    assert task.source == "collections.OrderedDict"


def test_a_source_file_that_is_missing():
    plan = planned("```python, source='absent.py'\n1\n```\n")
    assert [item.message for item in plan.diagnostics] == ["source=: there is no file `absent.py`"]


def test_seeds_depend_on_the_documents_seed_and_the_chunks_name_alone():
    one = chunk_tasks("```python, name='a'\n1\n```\n")[0].seed
    moved = chunk_tasks("```python\nx\n```\n\n```python, name='a'\n2\n```\n")[1].seed
    assert one == moved == derived_seed(0, "a")
    assert chunk_tasks("```python, name='b'\n1\n```\n")[0].seed != one
    assert chunk_tasks("```python, name='a'\n1\n```\n", seed=1)[0].seed != one


def test_without_a_name_the_code_is_what_is_seeded():
    first, second = (chunk_tasks(f"```python\n{code}\n```\n")[0].seed for code in "xy")
    assert first != second
    assert 0 <= first < 2**32  # what NumPy takes


def test_figure_stems_are_plain_and_unique():
    names = ["loss curve", "loss-curve", "Loss/curve", "é"]
    text = "".join(f"```python, name='{name}'\n1\n```\n\n" for name in names)
    stems = [task.figure_stem for task in chunk_tasks(text + "```python\n1\n```\n")]
    assert stems[0] == "loss-curve"
    assert len({stem.lower() for stem in stems}) == 5
    assert stems[4] == "chunk5"
    assert all(stem.isascii() and " " not in stem and "/" not in stem for stem in stems)
