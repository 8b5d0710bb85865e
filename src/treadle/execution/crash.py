"""What to say when the worker process has died: by which signal, in which line."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from treadle.execution.result import Failure
from treadle.execution.task import ChunkTask, Task

_OURS = str(Path(__file__).parent / "worker")
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+) in ', re.MULTILINE)


def failure_of_crash(task: Task, code: int, report: str) -> Failure:
    """The failure of the task during which the worker ended with `code`.

    `report` is what Python's faulthandler left: the frames, innermost first.
    """
    what = task.label if isinstance(task, ChunkTask) else "inline code"
    message = f"the worker process died ({_reason(code)}) while running {what}{_limit(task)}"
    frames = [(found["file"], int(found["line"])) for found in _FRAME.finditer(report)]
    line = next((line for file, line in frames if file == task.file), _first_line(task))
    return Failure(message, _trace(message, report), task.file, line)


def _trace(message: str, report: str) -> str:
    """The report without the worker's own frames and the list of loaded libraries."""
    lines = report.partition("\n\nExtension modules:")[0].splitlines()
    kept = [line for line in lines if _OURS not in line and "<frozen runpy>" not in line]
    return "\n".join([*kept, message]).strip() + "\n"


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
    hint = ", perhaps out of memory" if name == "SIGKILL" else ""
    return f"signal {-code}, {name}{hint}"


def _limit(task: Task) -> str:
    """A library that gets no memory may end the process itself."""
    if not isinstance(task, ChunkTask) or task.memory is None:
        return ""
    return f", which may hold {task.memory / 10**6:,.0f} MB (memory=): perhaps it needs more"


def _first_line(task: Task) -> int:
    if isinstance(task, ChunkTask):
        return task.line
    return task.codes[0].line if task.codes else 1
