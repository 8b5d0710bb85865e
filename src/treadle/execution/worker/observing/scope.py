"""Which paths count: all but Python's own files, the system's, and this program's."""

from __future__ import annotations

import os
import re
import sys

from msgspec import Struct

from treadle.execution.task import WorkerSetup

_SYSTEM = ("/proc", "/sys", "/dev", "/run")
_SHARED_PREFIXES = ("/", "/usr", "/usr/local")  # of Python, and of much else
_PYTHON = "lib/python{}.{}".format(*sys.version_info)
_OWN = __file__.rpartition("/execution/")[0]  # the package `treadle`
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
