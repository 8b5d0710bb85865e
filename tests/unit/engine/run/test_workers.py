"""Starting, dying and closing of the worker."""

import signal
import subprocess
import sys
import textwrap
import time
from typing import Any

import pytest
from msgspec.structs import replace
from tests.processes import is_running
from tests.unit.displays import plain

from treadle.engine.cell import Cell, InlinePiece
from treadle.engine.messages import Step, WorkerSetup
from treadle.engine.run.workers import WorkerDiedError, WorkerExecutor, run_step


@pytest.fixture
def setup(tmp_path) -> WorkerSetup:
    (tmp_path / "code").mkdir()
    return WorkerSetup(str(tmp_path), str(tmp_path / "code"), str(tmp_path / "shown"))


def submit(executor: WorkerExecutor, cell: Cell) -> Any:
    """The future of a cell; a test knows which kind of answer it has."""
    return executor.submit(run_step, Step(cell))


def cell(code: str, **traits) -> Cell:
    return Cell(0, "it", code, "report.pmd", 10, **traits)


@pytest.mark.parametrize(
    ("code", "message", "line"),
    [
        ("x = 1\nimport ctypes; ctypes.string_at(0)", "(signal 11, SIGSEGV) while running it", 11),
        ("import os; os._exit(3)", "(exit status 3) while running it", 10),
        ("import os; os.kill(os.getpid(), 9)", "(signal 9, SIGKILL, perhaps out of memory)", 10),
    ],
)
def test_a_dying_worker_is_a_failure_with_its_line(setup, code, message, line):
    with WorkerExecutor(setup) as executor:
        died = submit(executor, cell(code))
        later = submit(executor, cell("1"))
        failure = died.result(timeout=60).failure
        assert message in failure.message
        assert failure.line == line
        assert "treadle" not in failure.traceback
        with pytest.raises(WorkerDiedError, match="died"):
            later.result(timeout=60)


def test_dying_in_inline_code(setup):
    pieces = (InlinePiece("import os; os._exit(1)", False, 7),)
    inline = Cell(0, "text", "", "report.pmd", 7, pieces=pieces)
    with WorkerExecutor(setup) as executor:
        result = submit(executor, inline).result(timeout=60)
    assert "while running inline code" in result.failure.message
    assert result.failure.line == 7


def test_cells_run_in_order_and_all_are_done_at_the_end(setup):
    with WorkerExecutor(setup) as executor:
        submit(executor, cell("x = []"))
        futures = [submit(executor, cell(f"x.append({n}); len(x)")) for n in range(20)]
    assert [future.result().outputs for future in futures] == [
        (plain(str(n + 1)),) for n in range(20)
    ]


def test_only_steps_are_taken(setup):
    with WorkerExecutor(setup) as executor, pytest.raises(TypeError, match="run_step"):
        executor.submit(print, Step(cell("1")))  # type: ignore[arg-type]


def test_a_closed_executor_takes_nothing(setup):
    executor = WorkerExecutor(setup)
    executor.shutdown()
    with pytest.raises(RuntimeError, match="closed"):
        submit(executor, cell("1"))


def test_what_can_not_be_sent_is_the_callers_error(setup):
    with WorkerExecutor(setup) as executor:
        bad = submit(executor, cell("1", names=(object(),)))
        with pytest.raises(TypeError):
            bad.result(timeout=60)
        assert submit(executor, cell("1")).result(timeout=60).failure is None


def test_an_interruption_does_not_wait_for_the_cell(setup):
    executor = WorkerExecutor(setup)
    future = submit(executor, cell("import time; time.sleep(600)"))
    executor.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert future.done()


def test_files_left_open_are_written(setup, tmp_path):
    with WorkerExecutor(setup) as executor:
        submit(executor, cell("f = open('out.txt', 'w'); f.write('kept');"))
    assert (tmp_path / "out.txt").read_text() == "kept"


def test_the_worker_ends_with_the_command(setup, tmp_path):
    program = f"""
        from treadle.engine.cell import Cell
        from treadle.engine.messages import Step, WorkerSetup
        from treadle.engine.run.workers import WorkerExecutor, run_step
        import time
        executor = WorkerExecutor(WorkerSetup({str(tmp_path)!r}, "", ""))
        code = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
        executor.submit(run_step, Step(Cell(0, "it", code, "r.pmd")))
        time.sleep(600)
    """
    command = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)])
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    command.send_signal(signal.SIGKILL)
    command.wait()
    wait_for(lambda: not is_running(pid))


def wait_for(condition):
    for _ in range(600):
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError("it never happened")


def test_a_start_imports_no_heavy_library(setup):
    code = (
        "import sys; sorted({'torch', 'numpy', 'matplotlib', 'pandas', 'random'} & {*sys.modules})"
    )
    with WorkerExecutor(setup) as executor:
        result = submit(executor, cell(code)).result(timeout=60)
    assert result.outputs == (plain("[]"),)


def test_the_users_environment_does_not_show(setup, monkeypatch):
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    code = "import os, sys; (os.environ['COLUMNS'], sys.flags.hash_randomization, hash('a'))"
    with WorkerExecutor(setup) as executor:
        first = submit(executor, cell(code)).result(timeout=60)
    with WorkerExecutor(setup) as executor:
        assert submit(executor, cell(code)).result(timeout=60).outputs == first.outputs
    assert first.outputs[0].data["text/plain"].startswith("('80', 0")


def test_descriptors_are_not_inherited(setup):
    code = """
        import subprocess
        print(subprocess.run("ls /proc/self/fd", shell=True, close_fds=False,
                             capture_output=True, text=True).stdout.split())
    """
    with WorkerExecutor(setup) as executor:
        result = submit(executor, cell(textwrap.dedent(code))).result(timeout=60)
    assert result.outputs[0].text == "['0', '1', '2', '3']\n"


def test_what_a_worker_has_loaded_is_no_garbage_and_the_session_is_seen(setup, tmp_path):
    setup = replace(setup, store=str(tmp_path / "store"), key=b"k")
    names = "any(each is globals() for each in gc.get_referrers(x))"
    code = f"import gc; x = []; gc.get_freeze_count() > 1000, gc.isenabled(), {names}"
    with WorkerExecutor(setup) as executor:
        trace = submit(executor, cell(code)).result(timeout=60)
    assert trace.outputs == (plain("(True, True, True)"),)
