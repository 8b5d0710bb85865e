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
    r"[ \t]*(?:%[ \t]*(?:matplotlib|config|load_ext|reload_ext|autoreload|xmode|colors|pdb"
    r"|automagic|autocall)\b.*|%%time[ \t]*)"
)
_RUNS = re.compile(r"[ \t]*%run[ \t]+(?:-i[ \t]+)?(?P<file>[^\s\"'\\]+\.py)[ \t]*")
_OTHER = re.compile(
    r"\s*(?P<target>[\w, ]+=\s*)?"
    r"(?:%%?[ \t]*(?P<name>[A-Za-z]\w*)(?P<rest>.*)|(?P<shell>!)|\?|[\w.]+\?\??\s*$)"
)
_VARIABLE = re.compile(r"\s*(?P<name>\w+)[ =]\s*(?P<value>\S.*)")
_EMPTY = re.compile(r"\s*(?:#|$)")
_PROGRAM = "`subprocess.run` runs a program"
_LINES = "`subprocess.run(..., capture_output=True, text=True).stdout.splitlines()` has its lines"
_TIMED = "`time.perf_counter()` tells the time"
_OTHERS = "chunks are Python alone"
_WAYS = MappingProxyType(
    {"run": 'the option `source="file.py"` runs a file first', "pylab": "import what you use"}
    | {"cd": "`os.chdir(...)` goes there", "pwd": "`os.getcwd()` tells where it is"}
    | {"env": '`os.environ["NAME"]` has a variable', "set_env": '`os.environ["NAME"] = "value"`'}
    | {"capture": "the option `results='hidden'` hides what a chunk shows", "debug": "leave it out"}
    | {"latex": "write it as prose", "markdown": "write it as prose", "html": "write it as prose"}
    | {"svg": "`![](FILE.svg)` shows a file", "reset": "leave it out", "store": "leave it out"}
    | {"precision": "`numpy.set_printoptions(precision=...)`, or a format, says how many digits"}
    | dict.fromkeys(("writefile", "file"), "the option `module=` makes a file of a chunk")
    | dict.fromkeys(("R", "sql", "cython", "javascript", "js", "ruby", "perl", "julia"), _OTHERS)
    | dict.fromkeys(("bash", "sh", "script", "system", "sx", "pip", "conda", "uv"), _PROGRAM)
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
    hint = "`help(...)` tells of an object"
    if found["shell"]:
        hint = _LINES if found["target"] else _PROGRAM
    elif found["name"]:
        hint = _WAYS.get(found["name"], "write it in Python")
    if found["name"] in {"env", "set_env"} and (given := _VARIABLE.fullmatch(found["rest"])):
        hint = f'`os.environ["{given["name"]}"] = "{given["value"]}"`'
    return error(span, f"`{line.strip()}` is IPython's, and no Python", hint)
