"""Lines that IPython reads and Python does not: `%matplotlib inline`, `!ls`, `help?`."""

from __future__ import annotations

import ast
import re
import warnings
from types import MappingProxyType

from treadle.problem import Problem, Span, error, warning

_MARKED = re.compile(r"^[ \t]*%", re.MULTILINE)
# What changes nothing that code computes: how a notebook shows figures, reloads, is timed.
_SETS_UP = re.compile(
    r"[ \t]*(?:%(?:matplotlib|config|load_ext|reload_ext|autoreload)\b.*|%%time[ \t]*)"
)
_RUNS = re.compile(r"[ \t]*%run[ \t]+(?:-i[ \t]+)?(?P<file>[^\s\"'\\]+\.py)[ \t]*")
_OTHER = re.compile(
    r"\s*(?:[\w, ]+=\s*)?(?:%%?(?P<name>[A-Za-z]\w*)|(?P<shell>!)|\?|[\w.]+\?\??\s*$)"
)
_EMPTY = re.compile(r"\s*(?:#|$)")
_PROGRAM = "`subprocess.run` runs a program"
_TIMED = "`time.perf_counter()` tells the time"
_WAYS = MappingProxyType(
    {"run": 'the option `source="file.py"` runs a file first', "pylab": "import what you use"}
    | dict.fromkeys(("bash", "sh", "system", "pip", "conda"), _PROGRAM)
    | dict.fromkeys(("time", "timeit", "prun"), _TIMED)
)


def in_python(code: str, file: str, first: int) -> tuple[str, tuple[Problem, ...]]:
    """Code from line `first` on with what sets up a notebook made a comment, or `pass`
    where a block holds nothing else, and `%run` Python, each line told."""
    if not _MARKED.search(code):
        return code, ()
    lines = code.split("\n")
    found: list[Problem] = []
    while 0 <= (number := _unreadable(lines)) < len(lines):
        line = lines[number]
        bare = line.strip()
        blank, what = line[: len(line) - len(line.lstrip())], f"`{bare}`"
        if ran := _RUNS.fullmatch(line):
            ran_file = f'"{ran["file"]}"'  # as tracebacks name it
            bare = f"exec(compile(open({ran_file}).read(), {ran_file}, 'exec'))"
            what, hint = f"{what} is IPython's", f"`{bare}` stands for it"
        elif _SETS_UP.fullmatch(line):
            bare = f"pass  # {bare}" if _is_alone(lines, number) else f"# {bare}"
            what, hint = f"{what} sets up a notebook, and is not run", "leave it out"
        else:
            break
        lines[number] = blank + bare
        found.append(warning(Span.at(file, first + number), what, hint))
    return "\n".join(lines), tuple(found)


def _is_alone(lines: list[str], number: int) -> bool:
    """Whether a line is all that a block of statements holds."""
    behind = (line for line in lines[number + 1 :] if not _EMPTY.match(line))
    if _indent(next(behind, "")) >= _indent(lines[number]):
        return False
    try:
        _parse(lines[:number])
    except IndentationError:
        return True  # there is none before it
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _parse(lines: list[str]) -> None:
    with warnings.catch_warnings(action="ignore"):
        ast.parse("\n".join(lines))


def _unreadable(lines: list[str]) -> int:
    """The line at which Python can't read on, from 0; -1 if there is none."""
    try:
        _parse(lines)
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
