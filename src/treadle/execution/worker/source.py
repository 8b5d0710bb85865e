"""The source of an object, for the option `source=`."""

from __future__ import annotations

import inspect
import linecache
import re


def source_of(thing: object, file: str) -> str:
    """The text that defines `thing`; `file` is the document."""
    try:
        return inspect.getsource(thing)  # type: ignore[arg-type]
    except (OSError, TypeError):
        if isinstance(thing, type):
            return _class_source(thing, file)
        raise


def _class_source(kind: type, file: str) -> str:
    # A class knows its module's file only, and the session's __main__ has none.
    lines = linecache.getlines(file)
    pattern = re.compile(rf"\s*class {kind.__name__}\b")
    starts = [number for number, text in enumerate(lines) if pattern.match(text)]
    if not starts:
        raise OSError(f"the source of {kind.__name__} is not in {file}")
    start = starts[-1]
    end = start + len(inspect.getblock(lines[start:]))
    while start > 0 and lines[start - 1].lstrip().startswith("@"):
        start -= 1
    return "".join(lines[start:end])
