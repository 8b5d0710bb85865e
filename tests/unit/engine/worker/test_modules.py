"""Module chunks, and libraries that a chunk imports."""

from pathlib import Path

from tests.unit.displays import plain

from treadle.engine.cell import Cell
from treadle.engine.messages import Step, WorkerSetup
from treadle.engine.observe.ownership import PACKAGE
from treadle.engine.run.workers import WorkerExecutor, run_step
from treadle.engine.trace import Frame, Stream, Trace

HEADER = "# %% report.pmd:{first}-{last}\n"


def write_module(folder, name, code, first=50):
    path = folder / "code" / "report" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    last = first + code.count("\n") - 1
    path.write_text(HEADER.format(first=first, last=last) + code)


def test_a_module_is_imported_and_its_names_are_bound(run, shown, folder):
    write_module(folder, "models", "print('once')\nWIDTH = 3\ndef size(): return WIDTH\n")
    result = run("ignored", module="report.models", names=("WIDTH", "size", "absent"))
    assert result.failure is None
    assert result.outputs == (Stream("stdout", "once\n"),)
    assert run("", module="report.models", names=("size",)).outputs == ()
    assert shown("size(), size.__module__") == "(3, 'report.models')"


def test_a_function_of_a_module_fails_at_its_line_in_the_module(run, folder):
    write_module(folder, "broken", "x = 1\ndef f():\n    return missing\n", first=70)
    run("", module="report.broken", names=("f",), line=70)
    failure = run("f()", line=90).failure
    assert failure.message == "NameError: name 'missing' is not defined"
    assert failure.frames == (
        Frame(str(folder / "code" / "report" / "broken.py"), 4, 12),
        Frame("report.pmd", 90, 1),
    )
    assert (failure.file, failure.line) == ("report.pmd", 90)
    assert 'File "code/report/broken.py", line 4, in f' in failure.traceback


def test_a_module_that_fails_while_it_is_imported(run, folder):
    write_module(folder, "bad", "x = 1\n1 / 0\n", first=60)
    failure = run("", module="report.bad", names=("x",), line=60).failure
    assert failure.message == "ZeroDivisionError: division by zero"
    assert failure.frames == (Frame(str(folder / "code" / "report" / "bad.py"), 3, 1),)
    assert (failure.file, failure.line) == ("report.pmd", 60)


def test_a_module_with_a_syntax_error(run, folder):
    write_module(folder, "wrong", "x = 1\ny = (\n", first=80)
    failure = run("", module="report.wrong", line=80).failure
    assert failure.frames[0] == Frame(str(folder / "code" / "report" / "wrong.py"), 3)


def test_a_module_that_is_not_there(run):
    failure = run("", module="report.absent", line=33).failure
    assert failure.line == 33
    assert "No module named 'report.absent'" in failure.message


def test_stale_bytecode_is_not_believed(run, shown, folder):
    import os
    import py_compile

    write_module(folder, "fresh", "value = 1\n")
    path = folder / "code" / "report" / "fresh.py"
    py_compile.compile(str(path))
    stamp = path.stat()
    write_module(folder, "fresh", "value = 2\n")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    run("", module="report.fresh", names=("value",))
    assert shown("value") == "2"


def test_a_library_is_seeded_when_it_is_imported(run, shown):
    code = "import random\nrandom.random()"
    assert shown(code, seed=3) == shown(code, seed=3)
    assert run("import random; random.seed(9); random.random()", seed=3).outputs == (
        plain("0.46300735781502145"),
    )


def test_torch_is_seeded_in_the_chunk_that_imports_it_and_in_later_ones(shown):
    first = shown("import torch\ntorch.rand(1).item()", seed=3)
    assert shown("torch.rand(1).item()", seed=3) == first
    assert shown("torch.rand(1).item()", seed=4) != first


def test_a_work_tree_of_treadle_in_the_folder_is_not_the_project(tmp_path):
    setup = WorkerSetup(
        directory=str(Path(PACKAGE).parent),
        code_path="",
        blobs=str(tmp_path),
        params={},
        store=str(tmp_path),
        key=bytes(32),
    )
    with WorkerExecutor(setup) as executor:
        trace = executor.submit(run_step, Step(Cell(0, "it", "x = 1", "report.pmd"))).result(60)
    assert isinstance(trace, Trace)
    assert (trace.failure, trace.observed.reads) == (None, ())
