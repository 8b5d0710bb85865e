"""Settings of plugins that are found out while cells run."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from tests.unit.displays import plain

from treadle.engine.cell import Cell
from treadle.engine.messages import PluginSetup, Settings, Step, WorkerSetup
from treadle.engine.run.workers import Running, Workers
from treadle.engine.trace import Trace

SOURCE = '''
from treadle.engine.plugin import Bundle

class Coloured:
    """Shows texts in the colour that it is told; waits for that where it has to."""

    def __init__(self, host):
        self.host = host

    def display(self, value):
        if isinstance(value, str):
            return Bundle({"text/plain": f"{self.host.settings['colour']} {value}"})
'''
PLUGIN = "coloured:Coloured"


@pytest.fixture
def setup(tmp_path: Path) -> WorkerSetup:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "coloured.py").write_text(SOURCE)
    return WorkerSetup(
        directory=str(tmp_path),
        code_path="",
        blobs=str(tmp_path / "shown"),
        plugins=(PluginSetup(PLUGIN, {"colour": "grey"}),),
        environment={"PYTHONPATH": str(tmp_path / "plugins")},
    )


def submit(workers: Workers, code: str, timeout: float | None = None) -> Running:
    return workers.submit(Step(Cell(0, "it", code, "r.pmd", timeout=timeout)))


def trace_of(workers: Workers, running: Running) -> Trace:
    answer = workers.answer(running)
    assert isinstance(answer, Trace)
    return answer


def test_cells_run_before_they_are_known_and_who_asks_waits(setup: WorkerSetup) -> None:
    settings: Future[Settings | None] = Future()
    with Workers(setup, settings) as workers:
        assert trace_of(workers, submit(workers, "1 + 1")).outputs == (plain("2"),)
        asking = submit(workers, "'dot'")
        time.sleep(0.3)
        assert asking.future is not None
        assert not asking.future.done()
        settings.set_result({PLUGIN: {"colour": "red"}})
        trace = trace_of(workers, asking)
        assert trace.outputs == (plain("red dot"),)
        assert trace.seconds < 0.2  # to have waited is not its time
        again = trace_of(workers, submit(workers, "'line'"))
        workers.wait()
        fresh = trace_of(workers, submit(workers, "'dot'"))
    assert (again.outputs, fresh.outputs) == ((plain("red line"),), (plain("red dot"),))


def test_a_process_that_a_cell_forks_knows_them_too(setup: WorkerSetup) -> None:
    code = """
import os
if not (child := os.fork()):
    try:
        display("in the child")
    finally:
        os._exit(0)
os.waitpid(child, 0)
"in the parent"
"""
    settings: Future[Settings | None] = Future()
    with Workers(setup, settings) as workers:
        running = submit(workers, code)
        settings.set_result({PLUGIN: {"colour": "red"}})
        assert trace_of(workers, running).outputs[-1] == plain("red in the parent")


def test_without_any_those_of_the_setup_count(setup: WorkerSetup) -> None:
    with Workers(setup) as workers:
        assert trace_of(workers, submit(workers, "'dot'")).outputs == (plain("grey dot"),)


def test_a_time_limit_begins_when_they_are_known(setup: WorkerSetup) -> None:
    settings: Future[Settings | None] = Future()
    found = threading.Timer(1.5, settings.set_result, [{PLUGIN: {"colour": "red"}}])
    with Workers(setup, settings) as workers:
        workers.start()
        found.start()
        trace = trace_of(workers, submit(workers, "'dot'", timeout=1))
    assert trace.outputs == (plain("red dot"),)


def test_where_going_on_turns_out_senseless_the_cell_ends_without_a_word(
    setup: WorkerSetup,
) -> None:
    settings: Future[Settings | None] = Future()
    with Workers(setup, settings) as workers:
        running = submit(workers, "import time; time.sleep(600)")
        settings.set_result(None)
        failure = trace_of(workers, running).failure
        assert failure is not None
        assert (failure.message, failure.fatal) == ("", True)
        assert not workers.start()


def test_what_finding_them_out_raises_is_raised(setup: WorkerSetup) -> None:
    settings: Future[Settings | None] = Future()
    with Workers(setup, settings) as workers:
        running = submit(workers, "import time; time.sleep(600)")
        settings.set_exception(OSError("the disk is gone"))
        with pytest.raises(OSError, match="disk"):
            workers.answer(running)
