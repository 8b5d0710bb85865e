"""One real worker for the tests of a file: what a test needs, its own cell binds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from treadle.engine.cell import Cell
from treadle.engine.messages import PluginSetup, Step, WorkerSetup
from treadle.engine.run.workers import WorkerExecutor, run_step
from treadle.engine.trace import Display, Stream, Trace

Run = Callable[..., Trace]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("document")
    (folder / "code").mkdir()
    return folder


@pytest.fixture(scope="module")
def news() -> list[str]:
    return []


@pytest.fixture(scope="module")
def plugins() -> tuple[PluginSetup, ...]:
    """Those of the worker; a folder of tests may have others."""
    return ()


@pytest.fixture(scope="module")
def executor(
    folder: Path, news: list[str], plugins: tuple[PluginSetup, ...]
) -> Iterator[WorkerExecutor]:
    setup = WorkerSetup(
        directory=str(folder),
        code_path=str(folder / "code"),
        blobs=str(folder / "shown"),
        params={"epochs": 10, "model": {"width": 3}, "sizes": [1, 2]},
        plugins=plugins,
    )
    with WorkerExecutor(setup, news.append) as executor:
        yield executor


@pytest.fixture(scope="module")
def run(executor: WorkerExecutor) -> Run:
    """Run a cell of report.pmd, by default as if it stood at line 10."""

    numbers = count()

    def run(code: str, *, line: int = 10, seed: int = 1, **traits) -> Trace:
        cell = Cell(next(numbers), "it", code, "report.pmd", line, seed, **traits)
        trace = executor.submit(run_step, Step(cell)).result(timeout=120)
        assert isinstance(trace, Trace)
        return trace

    return run


@pytest.fixture(scope="module")
def printed(run: Run) -> Callable[..., str]:
    """What a cell that must not fail prints to its standard output."""

    def printed(code: str, **traits) -> str:
        trace = run(code, **traits)
        assert trace.failure is None, trace.failure
        return "".join(
            output.text
            for output in trace.outputs
            if isinstance(output, Stream) and output.name == "stdout"
        )

    return printed


@pytest.fixture(scope="module")
def shown(run: Run) -> Callable[..., str]:
    """The text of the one value that a cell shows."""

    def shown(code: str, **traits) -> str:
        trace = run(code, **traits)
        assert trace.failure is None, trace.failure
        (value,) = trace.outputs
        assert isinstance(value, Display)
        return value.data["text/plain"]

    return shown
