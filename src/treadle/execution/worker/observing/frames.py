"""Who asks: the code behind a call, by the places its frames stand in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from types import FrameType

_OURS = os.path.dirname(__file__)  # noqa: PTH120
_WORKER = os.path.dirname(_OURS)  # noqa: PTH120
_STDLIB = os.path.dirname(os.__file__)  # noqa: PTH120
_MACHINERY = "<frozen importlib"


def outward(depth: int) -> Iterator[FrameType]:
    """The frames from the one `depth` above the caller on, without this package's own."""
    frame: FrameType | None = sys._getframe(depth + 1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_OURS):
            yield frame
        frame = frame.f_back


def module_of(frame: FrameType) -> str:
    """The name of the module whose code a frame runs."""
    return str(frame.f_globals.get("__name__", ""))


def is_installed(file: str) -> bool:
    """Whether a source file belongs to an installed distribution."""
    return "/site-packages/" in file or "/dist-packages/" in file


def is_ours(file: str) -> bool:
    """Whether a source file is one of the worker's."""
    return file.startswith(_WORKER)


def is_stdlib(file: str) -> bool:
    """Whether a source file belongs to Python itself."""
    if file.startswith("<frozen"):
        return True
    return file.startswith(_STDLIB) and not is_installed(file)


def asked_by_user(depth: int) -> bool:
    """Whether the first frame outside of Python's library is code of the project."""
    for frame in outward(depth + 1):
        file = frame.f_code.co_filename
        if not is_stdlib(file):
            return _is_of_project(file)
    return False


def passes(depth: int, modules: frozenset[str]) -> bool:
    """Whether the project's code has called through code of one of these modules."""
    for frame in outward(depth + 1):
        if module_of(frame) in modules:
            return True
        if _is_of_project(frame.f_code.co_filename):
            return False
    return False


def loads_code(frame: FrameType) -> bool:
    """Whether a frame that opens a file is Python's, loading a module."""
    back = frame.f_back
    if back is None or not frame.f_code.co_filename.startswith(_MACHINERY):
        return False
    # A loader's get_data is open to all: only what is called for code is no reading of data.
    file = back.f_code.co_filename
    return file.startswith(_MACHINERY) or (
        back.f_code.co_name == "get_code" and file.startswith(_WORKER)
    )


def _is_of_project(file: str) -> bool:
    return not (is_stdlib(file) or is_installed(file) or is_ours(file))
