"""The Python that runs cells: this program's own, or another one with its own packages.

A worker under another Python needs three packages of this one, and gets no more: what the code
imports is what that Python has. Two of the three are compiled, for one version of Python alone.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from msgspec import Struct, convert

from treadle.engine.store.digest import combined
from treadle.engine.store.distributions import registered, version_of
from treadle.engine.worker.lend import lending_code

PACKAGE = "treadle"
COMPILED = {"blake3": (1, 0), "msgspec": (0, 19)}  # with the oldest versions that will do
OLDEST = (3, 11)
LAZY = (3, 14)  # evaluates annotations late: what a definition uses when, scanning has to know
PATIENCE = 30  # seconds for a Python to start and to say what it is
_START = "import sys; from treadle.engine.worker.__main__ import main; main(sys.argv[1:])"
# For any Python, however old: what it is no good for is to be said by its version.
_ASKING = """
import sys
try:
    from _imp import extension_suffixes as suffixes
except ImportError:
    suffixes = list
kind = getattr(getattr(sys, "implementation", None), "name", "")
version = tuple(sys.version_info[:2]), kind, sys.version
print(repr(version + (sys.executable, sys.prefix, sys.path[1:], suffixes())))
"""


class Interpreter(Struct, frozen=True):
    """A Python that can run workers."""

    executable: str
    version: str  # as `sys.version` has it
    prefix: str  # of its environment
    paths: tuple[str, ...]  # where it looks for modules
    lent: Mapping[str, str] = {}  # packages it gets of this one's: where to look for each
    asked: str = ""  # the path at which it was asked what it is; empty: it is our own

    @property
    def number(self) -> str:
        """Its version alone: "3.12.1"."""
        return self.version.partition(" ")[0]

    @property
    def identity(self) -> str:
        """What is another text where another Python, or another environment, runs cells."""
        return combined([self.version, self.prefix])

    def has(self, module: str) -> bool:
        """Whether a module that is a folder, as `pip` is, is installed there."""
        return any(Path(path, module).is_dir() for path in self.paths)


class Unfit(Struct, frozen=True):
    """Why a Python can't run workers, and the way out."""

    message: str  # what is said of it: "is no Python"
    hint: str = ""


def own_interpreter() -> Interpreter:
    """The one that runs this program."""
    return Interpreter(sys.executable, sys.version, sys.prefix, tuple(sys.path))


def interpreter_at(executable: str, folder: str) -> Interpreter | Unfit:
    """The one at a path; it is started, in a folder, unless it is our own."""
    if _is_own(executable):
        return own_interpreter()
    said = _said_by(executable, folder)
    if isinstance(said, Unfit):
        return said
    has = registered(said.paths)
    lacks = [name for name in COMPILED if name not in has]
    if unfit := _too_different(said, lacks):
        return unfit
    if old := [name for name in COMPILED.keys() & has.keys() if _is_older(name, has[name])]:
        text = f"has a version of {old[0]} that is too old for Treadle"
        return Unfit(text, f"`{said.executable} -m pip install --upgrade {old[0]}`")
    lent = {name: _place_of(name) for name in (PACKAGE, *lacks)}
    return Interpreter(said.executable, said.version, said.prefix, said.paths, lent, executable)


def _too_different(said: _Said, lacks: Sequence[str]) -> Unfit | None:
    """Why a Python can't run workers of ours, if it has not what it `lacks`."""
    kind = "Python" if said.kind in ("cpython", "") else said.kind
    called = f"is {kind} {_dotted(said.minor)}"
    if said.minor < OLDEST or said.kind != "cpython":
        return Unfit(f"{called}: chunks need CPython {_dotted(OLDEST)} or later")
    own = f"Treadle runs on {_dotted(sys.version_info[:2])}"
    if (said.minor < LAZY) != (sys.version_info < LAZY):
        way_out = f"install Treadle for {_dotted(said.minor)}, or name a Python of its version"
        return Unfit(f"{called}, and {own}", way_out)
    if lacks and said.suffixes != EXTENSION_SUFFIXES:
        text = f"{called}, {own}, and what it lends to other environments is for that alone"
        install = f"`{said.executable} -m pip install {' '.join(lacks)}`"
        return Unfit(text, f"{install}, or install Treadle for {_dotted(said.minor)}")
    return None


def _dotted(numbers: Iterable[int]) -> str:
    return ".".join(map(str, numbers))


def executable_in(environment: Path) -> Path:
    """Where the folder of an environment has its Python."""
    return environment / "bin" / "python"


def _is_own(executable: str) -> bool:
    """Whether that is this Python, in this environment."""
    if executable == sys.executable:
        return True
    here, there = Path(sys.executable), Path(executable)
    return there.resolve() == here.resolve() and there.parent.resolve() == here.parent.resolve()


class _Said(Struct, frozen=True, array_like=True):
    """What a Python says of itself."""

    minor: tuple[int, int]
    kind: str  # "cpython"; empty: it is too old to know
    version: str
    executable: str
    prefix: str
    paths: tuple[str, ...]
    suffixes: list[str]  # of the compiled modules that it loads


def _said_by(executable: str, folder: str) -> _Said | Unfit:
    import ast
    import subprocess  # most builds need neither

    try:
        asked = subprocess.run(
            [executable, "-c", _ASKING],
            cwd=folder,  # by that some programs choose which Python to be
            env={**os.environ, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        # What starts with that Python may print as well.
        said = asked.stdout.decode("utf-8", "surrogateescape").strip().rpartition("\n")[2]
        return convert(ast.literal_eval(said), _Said)
    except OSError as failure:
        return Unfit(f"can't be started: {failure.strerror or failure}")
    except subprocess.TimeoutExpired:
        return Unfit("is no Python: it says nothing")
    except (ValueError, SyntaxError, TypeError, RecursionError):  # of what it said
        return Unfit("is no Python", _said_first(asked.stderr))


def _said_first(stderr: bytes) -> str:
    line = stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    return f"it says: {line}" if line else ""


def _is_older(name: str, folder: str) -> bool:
    numbers = re.findall(r"\d+", version_of(folder.rpartition("/")[2]))
    return tuple(map(int, numbers[:2])) < COMPILED[name]


def _place_of(package: str) -> str:
    """The folder in which this Python has found it."""
    file = sys.modules[package].__file__
    assert file is not None
    return str(Path(file).parents[1])


def worker_command(executable: str, lent: Mapping[str, str]) -> list[str]:
    """What starts a worker, but for its descriptors."""
    # -P: a json.py beside the document must not become the worker's own json.
    if not lent:
        return [executable, "-P", "-m", "treadle.engine.worker"]
    return [executable, "-P", "-c", lending_code(lent) + _START]
