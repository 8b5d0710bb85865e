"""One real worker for the tests of a file: what a test needs, its own chunk binds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from treadle.engine.messages import ChunkResult, ChunkTask, Stream, Value, WorkerSetup
from treadle.engine.run.executor import WorkerExecutor, run_task

Run = Callable[..., ChunkResult]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("document")
    (folder / "code").mkdir()
    return folder


@pytest.fixture(scope="module")
def news() -> list[str]:
    return []


@pytest.fixture(scope="module")
def executor(folder: Path, news: list[str]) -> Iterator[WorkerExecutor]:
    setup = WorkerSetup(
        directory=str(folder),
        code_path=str(folder / "code"),
        figures=str(folder / "figures"),
        params={"epochs": 10, "model": {"width": 3}, "sizes": [1, 2]},
    )
    with WorkerExecutor(setup, news.append) as executor:
        yield executor


@pytest.fixture(scope="module")
def run(executor: WorkerExecutor) -> Run:
    """Run a chunk of report.pmd, by default as if it stood at line 10."""
    numbers = itertools.count(1)

    def run(code: str, **options) -> ChunkResult:
        options.setdefault("line", 10)
        options.setdefault("seed", 1)
        options.setdefault("figure_stem", f"chunk{next(numbers)}")
        task = ChunkTask(label="it", code=code, file="report.pmd", **options)
        result = executor.submit(run_task, task).result(timeout=120)
        assert isinstance(result, ChunkResult)
        return result

    return run


@pytest.fixture(scope="module")
def printed(run: Run) -> Callable[..., str]:
    """What a chunk that must not fail prints to its standard output."""

    def printed(code: str, **options) -> str:
        result = run(code, **options)
        assert result.failure is None, result.failure
        return "".join(
            output.text
            for output in result.outputs
            if isinstance(output, Stream) and output.name == "stdout"
        )

    return printed


@pytest.fixture(scope="module")
def shown(run: Run) -> Callable[..., str]:
    """The text of the one value that a chunk shows."""

    def shown(code: str, **options) -> str:
        result = run(code, **options)
        assert result.failure is None, result.failure
        (value,) = result.outputs
        assert isinstance(value, Value)
        return value.text

    return shown
