"""Whose a path is, and whose code runs: the project's, a library's, Python's or this program's."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from types import CodeType, FrameType, ModuleType

from msgspec import Struct

from treadle.engine.messages import WorkerSetup

PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120  (`treadle`)
_HERE = os.path.dirname(__file__)  # noqa: PTH120
_STDLIB = os.path.dirname(os.__file__)  # noqa: PTH120
_MACHINERY = "<frozen importlib"

# Which paths count: all but Python's own files, the system's, and this program's.

_SYSTEM = ("/proc", "/sys")
_SHARED_PREFIXES = ("/", "/usr", "/usr/local")  # of Python, and of much else
_PYTHON = "lib/python{}.{}".format(*sys.version_info)
_LONG = re.compile(r"//|/\.\.?(/|$)|./$")
# Devices; what joblib and multiprocessing keep as long as the process lives; and compiled or
# installed code.
_NOISE = (
    r"^/dev(/(?!shm/)|$)|/joblib_memmapping_folder_|/pymp-\w{8}(/|$)"
    r"|/__pycache__(/|$)|\.py[co]$|/(site|dist)-packages(/|$)"
)


class PathScope(Struct, frozen=True):
    ignored: tuple[str, ...]  # folders, each with its final slash
    documents: tuple[str, ...]  # the document's folders, each with its final slash
    noise: re.Pattern[str]  # found in the paths that don't count, wherever they are

    def ignores(self, path: object) -> bool:
        """Whether a look is enough to tell that a path does not count, as with most of them."""
        return type(path) is str and path.startswith(self.ignored) and "/.." not in path

    def path_of(self, path: object, folder: int | None = None) -> str | None:
        """The absolute path, if it counts; None for a descriptor or an ignored one.

        `folder` is the descriptor of the folder that it is relative to, if it is not negative.
        """
        if isinstance(path, int) or path is None:
            return None
        try:
            # A path that is of a library's own kind of text can't be kept as such.
            text = str.__str__(os.fsdecode(path))  # type: ignore[arg-type]
        except TypeError:
            return None
        if not text.startswith("/"):
            text = f"{folder_of(folder)}/{text}"
        if self.ignores(text):
            return None
        if _LONG.search(text):
            text = _normal(text)
        if f"{text}/".startswith(self.ignored) or "\0" in text or self.noise.search(text):
            return None
        return text


def scope_of(setup: WorkerSetup, caches: Iterable[str]) -> PathScope:
    """The scope of a worker; `caches` are patterns of what libraries keep for themselves."""
    own = project_folders(setup)
    folders = {*_SYSTEM, PACKAGE, setup.blobs, setup.store or ""}
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        folders.update(_of_python(prefix, own))
    folders |= {os.path.realpath(folder) for folder in folders if folder}
    ignored = sorted(f"{folder}/" for folder in folders if folder and folder != "/")
    documents = tuple(f"{folder}/" for folder in own)
    return PathScope(tuple(ignored), documents, re.compile("|".join([_NOISE, *caches])))


def project_folders(setup: WorkerSetup) -> tuple[str, ...]:
    """Those that modules are imported from before any other, in this order."""
    return tuple(folder for folder in (setup.code_path, setup.directory) if folder)


def is_plain(path: str) -> bool:
    """Whether an absolute path is spelled in the shortest way, as nearly all of them are."""
    odd = "//" in path or "/./" in path or "/.." in path
    return path.startswith("/") and not odd and not path.endswith(("/", "/."))


def folder_of(descriptor: int | None) -> str:
    """The path of an open folder; of the working directory where there is none."""
    if descriptor is None or descriptor < 0:
        return os.getcwd()  # noqa: PTH109
    return os.path.realpath(f"/proc/self/fd/{descriptor}")


def _of_python(prefix: str, own: Sequence[str]) -> list[str]:
    """The folders below a prefix that hold nothing but Python's and its distributions' files."""
    related = any(_inside(folder, prefix) or _inside(prefix, folder) for folder in own)
    home = os.path.expanduser("~")  # noqa: PTH111
    if related or prefix in _SHARED_PREFIXES or _inside(home, prefix):
        names = (_PYTHON, _PYTHON.replace("lib", "lib64", 1), "lib/python3", "pyvenv.cfg")
        return [f"{prefix}/{name}" for name in names]
    return [prefix]


def _inside(path: str, folder: str) -> bool:
    return f"{path}/".startswith(f"{folder}/")


def _normal(path: str) -> str:
    if "/../" not in f"{path}/":
        return os.path.normpath("/" + path.lstrip("/"))  # two slashes at its start would stay
    # What that means depends on links.
    head, tail = os.path.split(path.rstrip("/"))
    if tail in ("..", "."):
        return os.path.realpath(path)
    return os.path.join(os.path.realpath(head), tail)  # noqa: PTH118


# Whose code runs: who is behind a call.


def outward() -> Iterator[FrameType]:
    """The frames from the caller's on, without those of this folder."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_HERE):
            yield frame
        frame = frame.f_back


def caller() -> FrameType:
    """The frame that raised an event or called a function that stands in for another."""
    return next(outward())


def module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def asked_by_user() -> bool:
    """Whether the first frame outside of Python's library is code of the project."""
    for frame in outward():
        file = frame.f_code.co_filename
        if not is_stdlib(file):
            return _is_of_project(file)
    return False


def asked_through(modules: frozenset[str]) -> bool:
    """Whether code of the project is the first behind that of these modules."""
    frame = next((frame for frame in outward() if module_of(frame) not in modules), None)
    return frame is not None and _is_of_project(frame.f_code.co_filename)


def passes(modules: frozenset[str]) -> bool:
    """Whether the project's code has called through code of one of these modules."""
    for frame in outward():
        if module_of(frame) in modules:
            return True
        if _is_of_project(frame.f_code.co_filename):
            return False
    return False


def imports(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_MACHINERY)


def loads_code(frame: FrameType) -> bool:
    """Whether a frame that opens a file is Python's, loading a module."""
    back = frame.f_back
    if back is None or not imports(frame):
        return False
    # A loader's get_data is open to all: only what is called for code is no reading of data.
    return imports(back) or (back.f_code.co_name == "get_code" and is_ours(back.f_code.co_filename))


def is_installed(file: str) -> bool:
    return "/site-packages/" in file or "/dist-packages/" in file


def is_ours(file: str) -> bool:
    return file.startswith(PACKAGE)


def is_stdlib(file: str) -> bool:
    if file.startswith("<frozen"):
        return True
    return file.startswith(_STDLIB) and not is_installed(file)


def is_library(module: ModuleType) -> bool:
    """Whether a module is installed or Python's own; the rest belongs to the project."""
    file = getattr(module, "__file__", None) or "<frozen>"
    return is_installed(file) or is_stdlib(file)


def is_projects(name: str) -> bool:
    """Whether a module of this name is the session or one of the project's own."""
    if name == "__main__":
        return True
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and _is_of_project(file)


def is_of_project(code: CodeType) -> bool:
    return _is_of_project(code.co_filename)


def _is_of_project(file: str) -> bool:
    return not (is_stdlib(file) or is_installed(file) or is_ours(file))
