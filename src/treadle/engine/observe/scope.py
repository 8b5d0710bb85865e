"""Who asks: the code behind a call, by the places its frames stand in."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from types import FrameType

from msgspec import Struct

from treadle.engine.messages import WorkerSetup

# Which paths count: all but Python's own files, the system's, and this program's.

_SYSTEM = ("/proc", "/sys", "/dev", "/run")
_SHARED_PREFIXES = ("/", "/usr", "/usr/local")  # of Python, and of much else
_PYTHON = "lib/python{}.{}".format(*sys.version_info)
_OWN = __file__.rpartition("/engine/")[0]  # the package `treadle`
_LONG = re.compile(r"//|/\.\.?(/|$)|./$")
_NOISE = re.compile(
    r"/__pycache__(/|$)|\.py[co]$|/fontlist-[^/]*\.json(\.matplotlib-lock)?$"
    r"|/treadle/fonts/|/(site|dist)-packages(/|$)"
)


class Scope(Struct, frozen=True):
    """What is outside: decided by a path alone, from nothing on the disk."""

    ignored: tuple[str, ...]  # folders, each with its final slash
    above: frozenset[str] = frozenset()  # the folders that lead to Python and to the document
    documents: tuple[str, ...] = ()  # the document's folders, each with its final slash

    def path_of(self, path: object) -> str | None:
        """The absolute path, if it counts; None for a descriptor or an ignored one."""
        if isinstance(path, int) or path is None:
            return None
        try:
            text = os.fsdecode(path)  # type: ignore[arg-type]
        except TypeError:
            return None
        if not text.startswith("/"):
            text = f"{os.getcwd()}/{text}"  # noqa: PTH109
        if text.startswith(self.ignored) and "/.." not in text:
            return None  # most of them
        if _LONG.search(text):
            text = _normal(text)
        if f"{text}/".startswith(self.ignored) or "\0" in text or _NOISE.search(text):
            return None
        return text

    def is_above(self, folder: str) -> bool:
        """Whether it is on the way to Python's files or the document, which were found."""
        return folder in self.above

    def is_documents(self, path: str) -> bool:
        """Whether it lies beside the document or its code."""
        return path.startswith(self.documents)


def scope_of(setup: WorkerSetup) -> Scope:
    """The scope of a document's worker."""
    own = [folder for folder in (setup.directory, setup.code_path) if folder]
    folders = {*_SYSTEM, _OWN, setup.figures, setup.store or ""}
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        folders.update(_of_python(prefix, own))
    folders |= {os.path.realpath(folder) for folder in folders if folder}
    ignored = sorted(f"{folder}/" for folder in folders if folder and folder != "/")
    roots = [*own, sys.prefix, sys.base_prefix, _OWN]
    above = frozenset(each for root in roots for each in _above(root))
    return Scope(tuple(ignored), above, tuple(f"{folder}/" for folder in own))


def _of_python(prefix: str, own: list[str]) -> list[str]:
    """The folders below a prefix that hold nothing but Python's and its distributions' files."""
    related = any(_inside(folder, prefix) or _inside(prefix, folder) for folder in own)
    home = os.path.expanduser("~")  # noqa: PTH111
    if related or prefix in _SHARED_PREFIXES or _inside(home, prefix):
        names = (_PYTHON, _PYTHON.replace("lib", "lib64", 1), "lib/python3", "pyvenv.cfg")
        return [f"{prefix}/{name}" for name in names]
    return [prefix]


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _inside(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder}/")


def _normal(path: str) -> str:
    if "/../" in f"{path}/":  # what that means depends on links
        head, tail = os.path.split(path.rstrip("/"))
        if tail in ("..", "."):
            return os.path.realpath(path)
        return os.path.join(os.path.realpath(head), tail)  # noqa: PTH118
    return os.path.normpath(path)


# Who asks: the code behind a call, by the places its frames stand in.

_OURS = os.path.dirname(__file__)  # noqa: PTH120
_WORKER = os.path.dirname(os.path.dirname(_OURS))  # noqa: PTH120  (the package `treadle`)
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
    """Whether a source file is one of this program."""
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
