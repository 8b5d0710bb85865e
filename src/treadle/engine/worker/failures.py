"""What a cell's code raises, as a `Failure` with the user's frames."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.trace import Failure, Frame
from treadle.engine.worker.pools import LOST

if TYPE_CHECKING:
    from traceback import StackSummary, TracebackException

# All that runs in a worker, without pathlib, which would be one more import.
_OURS = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120


FENCES = ("```", "~~~")  # one ends the chunk
TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'^ *File "(.+)", line (\d+), in ', re.MULTILINE)
_OURS_IN_TEXT = re.compile(rf'  File "{re.escape(_OURS)}/.*\n(    .*\n)*')
LONGEST = 300  # characters of a message that are worth a place in one line


class CodePlace(Struct, frozen=True):
    """Where the code of a task stands, where the extracted modules lie, and the document."""

    file: str
    line: int
    code_path: str
    folder: str = ""
    files: frozenset[str] = frozenset()  # of earlier code, besides its own

    def holds(self, file: str) -> bool:
        """Whether cells have their code from a file."""
        return file == self.file or file in self.files


def attempt(action: Callable[[], None], place: CodePlace) -> Failure | None:
    """Run the user's code; what it raises, `sys.exit()` and Ctrl-C included, as a failure."""
    try:
        action()
    except BaseException as exception:  # nothing the user's code does may end the worker
        return failure_of(exception, place)
    return None


def failure_of(exception: BaseException, place: CodePlace) -> Failure:
    """What to tell about an exception raised by the code at `place`."""
    from traceback import TracebackException

    report = TracebackException.from_exception(exception)
    _drop_our_frames(report)
    frames = (*_remote(exception, place), *_frames(exception, report.stack, place))
    inside = next((frame for frame in frames if place.holds(frame.file)), None)
    at = inside or Frame(place.file, _quoted(exception, place))
    if not frames and not any(_is_own(frame.filename, place) for frame in report.stack):
        report.stack.clear()  # only frames of libraries: it was drawn when the chunk had ended
    traceback = _without_folder("".join(report.format()), place)
    message = message_of(exception) + _elsewhere(exception, report.stack, place)
    return Failure(message, traceback, at.file, at.line, at.column, frames)


def _frames(exception: BaseException, stack: StackSummary, place: CodePlace) -> Iterator[Frame]:
    """Those in the cell's file and in extracted modules, the innermost first."""
    if isinstance(exception, SyntaxError) and exception.lineno is not None:
        yield from _if_cells(Frame(str(exception.filename), exception.lineno), place)
    for frame in reversed(stack):
        column = 0 if frame.colno is None else frame.colno + 1
        yield from _if_cells(Frame(frame.filename, frame.lineno or place.line, column), place)


def with_what_processes_said(failure: Failure, said: str, place: CodePlace) -> Failure:
    """The failure, with tracebacks of the cell's processes before its own. Where one is lost, what
    it said last is the reason."""
    frames = tuple(_told(said, place))
    told = _without_folder(_OURS_IN_TEXT.sub("", said).rstrip(), place)
    failure = replace(failure, traceback=f"{told}\n\n{failure.traceback}")
    if LOST not in failure.message:
        return failure
    message = f"{failure.message}: {told.rpartition(chr(10))[2].strip()}"
    at = next((frame for frame in frames if place.holds(frame.file)), None)
    line = failure.line if at is None else at.line
    return replace(failure, message=message, line=line, frames=(*frames, *failure.frames))


def _remote(exception: BaseException, place: CodePlace) -> Iterator[Frame]:
    """Those in another process, of whose traceback there is a text: the innermost first."""
    texts = (str(exception.__cause__ or ""), _said(exception))
    yield from _told(next((text for text in texts if TRACEBACK in text), ""), place)


def _told(text: str, place: CodePlace) -> Iterator[Frame]:
    for file, line in reversed(_FRAME.findall(text)):
        yield from _if_cells(Frame(file, int(line)), place)


def _if_cells(frame: Frame, place: CodePlace) -> tuple[Frame, ...]:
    extracted = place.code_path and frame.file.startswith(place.code_path)
    return (frame,) if extracted or place.holds(frame.file) else ()


def _without_folder(traceback: str, place: CodePlace) -> str:
    """Files named from the document's or the code's folder on: the same wherever it is built."""
    path = place.code_path
    if path:
        traceback = traceback.replace(path, os.path.basename(path))  # noqa: PTH119
    return traceback.replace(f'"{place.folder}/', '"') if place.folder else traceback


def message_of(exception: BaseException) -> str:
    """`ValueError: bad`, in one line."""
    kind = type(exception)
    plain = kind.__module__ in ("builtins", "__main__")
    name = kind.__qualname__ if plain else f"{kind.__module__}.{kind.__qualname__}"
    told = [line for line in _said(exception).splitlines() if line.strip(" ^~")]  # no pointers
    if traced := [number for number, line in enumerate(told) if TRACEBACK in line]:
        told = [*told[: traced[0]], told[-1]]  # of a traceback that came as text
    words = " ".join(" ".join(told).split())
    return f"{name}: {words[:LONGEST]}{'...' * (len(words) > LONGEST)}" if words else name


def _said(exception: BaseException) -> str:
    try:
        return str(exception.msg if isinstance(exception, SyntaxError) else exception)
    except Exception:
        return "(its message can't be shown)"


def _elsewhere(exception: BaseException, stack: StackSummary, place: CodePlace) -> str:
    """Where it was raised, if that is another file of the author's: the line is that of its use."""
    file, line = (stack[-1].filename, stack[-1].lineno) if stack else (place.file, None)
    if isinstance(exception, SyntaxError) and exception.lineno is not None:
        file, line = str(exception.filename), exception.lineno
    if not _is_own(file, place) or (place.code_path and file.startswith(place.code_path)):
        return ""
    return f" (raised at {file[len(place.folder) + 1 :]}:{line})"


def _is_own(file: str, place: CodePlace) -> bool:
    """Whether it is a file of the author's, in the document's folder."""
    if not place.folder or not file.startswith(f"{place.folder}/"):
        return False
    parts = file[len(place.folder) + 1 :].split("/")
    return not parts[-1].startswith("<") and "site-packages" not in parts


def _drop_our_frames(report: TracebackException) -> None:
    """Leave out the worker's own frames, and the import machinery's, in the whole chain."""
    kept = [frame for frame in report.stack if not _is_machinery(frame.filename)]
    report.stack = type(report.stack).from_list(kept)
    for cause in (report.__cause__, report.__context__, *(report.exceptions or ())):
        if cause is not None:
            _drop_our_frames(cause)


def _is_machinery(file: str) -> bool:
    ours = file.startswith((_OURS, "<frozen importlib"))
    return ours or file.endswith("/importlib/__init__.py")


def _quoted(exception: BaseException, place: CodePlace) -> int:
    """The line of the cell with the text that the exception's message begins with, such as a
    formula of a figure; the cell's first line where there is none."""
    import linecache

    text = next((line for line in _said(exception).splitlines() if line.strip()), "").strip()
    for number, line in enumerate(linecache.getlines(place.file)[place.line - 1 :], place.line):
        if line.startswith(FENCES):
            break
        if len(text) > 1 and text in line:
            return number
    return place.line
