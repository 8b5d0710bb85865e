"""Lines that IPython reads and Python does not: `%matplotlib inline`, `!ls`, `help?`."""

from __future__ import annotations

import ast
import re
import warnings
from types import MappingProxyType

from treadle.problem import Problem, Span, error, warning

# What changes nothing that code computes: how a notebook shows figures, reloads, is timed.
_SETS_UP = re.compile(
    r"[ \t]*(?:%(?:matplotlib|config|load_ext|reload_ext|autoreload)\b.*|%%time[ \t]*)"
)
_OTHER = re.compile(
    r"\s*(?:[\w, ]+=\s*)?(?:%%?(?P<name>[A-Za-z]\w*)|(?P<shell>!)|\?|[\w.]+\?\??\s*$)"
)
_PROGRAM = "`subprocess.run` runs a program"
_TIMED = "`time.perf_counter()` tells the time"
_WAYS = MappingProxyType(
    {"run": 'the option `source="file.py"` runs a file first', "pylab": "import what you use"}
    | dict.fromkeys(("bash", "sh", "system", "pip", "conda"), _PROGRAM)
    | dict.fromkeys(("time", "timeit", "prun"), _TIMED)
)


def without_set_up(code: str, file: str, first: int) -> tuple[str, tuple[Problem, ...]]:
    """Code from line `first` on with what sets up a notebook made a comment, each line told."""
    lines = code.split("\n")
    found: list[Problem] = []
    for _ in range(sum(_SETS_UP.fullmatch(line) is not None for line in lines)):
        number = _unreadable(lines)
        line = lines[number] if 0 <= number < len(lines) else ""
        if _SETS_UP.fullmatch(line) is None:
            break
        bare = line.lstrip(" \t")
        lines[number] = f"{line[: -len(bare)]}# {bare}"
        message = f"`{bare.rstrip()}` sets up a notebook, and is not run"
        found.append(warning(Span.at(file, first + number), message, "leave it out"))
    return "\n".join(lines), tuple(found)


def _unreadable(lines: list[str]) -> int:
    """The line at which Python can't read on, from 0; -1 if there is none."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse("\n".join(lines))
    except SyntaxError as failure:
        return (failure.lineno or 0) - 1
    except (ValueError, RecursionError, MemoryError):
        pass
    return -1


def not_python(line: str, span: Span) -> Problem | None:
    """An error for a line, which Python can't read, if IPython can."""
    found = _OTHER.match(line)
    if found is None:
        return None
    hint = _PROGRAM if found["shell"] else "`help(...)` tells of an object"
    if found["name"]:
        hint = _WAYS.get(found["name"], "write it in Python")
    return error(span, f"`{line.strip()}` is IPython's, and no Python", hint)
