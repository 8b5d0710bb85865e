"""What raises no audit event: functions of `os` and of libraries are replaced by ones that tell."""

from __future__ import annotations

import functools
import linecache
import os
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from msgspec import Struct

from treadle.engine.observe import modules
from treadle.engine.observe.log import Log
from treadle.engine.observe.modules import Imports
from treadle.engine.worker.imports import AfterImport

Path = Any  # whatever the functions of `os` take
Found = os.stat_result | None

# Functions of Python's library that tell no more than this of what a status says. Whoever else
# asks may use all of it.
_QUESTIONS = {
    **dict.fromkeys(("exists", "isfile", "isdir", "is_file", "is_dir"), "kind"),
    **dict.fromkeys(("lexists", "islink", "is_symlink", "realpath", "_joinrealpath"), "link"),
    "getsize": "size",
}
_ASKERS = frozenset({"genericpath", "posixpath", "pathlib", "pathlib._local", "pathlib._abc"})
# They look whether a source, or a folder of modules, that they know has changed; what they then
# read or list is seen.
_SILENT = frozenset({"linecache", "inspect", "importlib.metadata", "pkgutil"})


class Questions(Struct, frozen=True):
    """Tells a log what was asked about paths, as far as it can matter to who asked.

    Its methods are told what the function of their name gave for a path that counts; None: nothing
    was found.
    """

    log: Log
    imports: Imports
    settings: tuple[str, ...]  # how the files end that libraries look for while they are imported

    def install(self) -> None:
        for tell in (self.stat, self.lstat, self.access, self.readlink):
            name = tell.__name__
            original = getattr(os, name)
            watched = self._telling(original, tell)
            for what in ("dir_fd", "fd", "follow_symlinks", "effective_ids"):
                supported = getattr(os, f"supports_{what}")
                if original in supported:
                    supported.add(watched)
            setattr(os, name, watched)

    def stat(self, found: Found, name: str, *, follow_symlinks: bool = True) -> None:
        if not follow_symlinks:
            self.lstat(found, name)
        elif how := _how():
            self._tell(name, how if found else "kind", found)
            if found is None and os.path.islink(name):  # noqa: PTH114  (it leads nowhere)
                self._tell(name, "link")

    def lstat(self, found: Found, name: str) -> None:
        if found and self.imports.in_library():  # which resolves thousands of paths
            return
        how = _how()
        if not how:
            return
        if found is None:
            self._tell(name, "kind")
        elif how in ("all", "size"):
            self._tell(name, how)
        self._tell(name, "link", found)

    def access(self, _found: object, name: str, mode: int, **_how: object) -> None:
        self._tell(name, "kind" if mode == os.F_OK else f"access {mode}")

    def readlink(self, _found: object, name: str) -> None:
        self._tell(name, "link")

    def _tell(self, name: str, how: str, found: Found = None) -> None:
        scope = self.log.scope
        if how == "link" and not modules.asked_by_user():
            return  # a library that resolves a path, in passing
        if self.imports.in_library():
            if not name.startswith(scope.documents) and not name.endswith(self.settings):
                return  # where it keeps what it can make anew
            how, found = "kind", None
        self.log.asked(name, how, found)

    def _telling(self, original: Any, tell: Callable[..., None]) -> Callable[..., Any]:  # noqa: ANN401
        """The function, which calls `tell` with what it gave, None where it failed."""
        log = self.log

        def note(found: object, path: Path, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
            name = log.scope.path_of(path, named.pop("dir_fd", None))
            if name is not None:
                tell(found, name, *arguments, **named)

        def watched(path: Path, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            try:
                found = original(path, *arguments, **named)
            except (OSError, ValueError):
                if log.active:
                    log.note(note, None, path, *arguments, **named)
                raise
            if log.active and not isinstance(path, int):
                log.note(note, found, path, *arguments, **named)
            return found

        watched.__name__ = watched.__qualname__ = original.__name__
        watched.__module__, watched.__doc__ = "os", original.__doc__
        return watched


def _how() -> str:
    """What the caller of a stat wants to know; empty: nothing that can be seen in a result.

    Were it all of every status, the times of folders that libraries make and look through would
    run chunks again for nothing: `needless:plot-then-print` among the cases of staleness.
    """
    frames = (frame for frame in modules.outward() if not _is_pathlibs_own(frame))
    frame = next(frames)
    module = modules.module_of(frame)
    if module in _SILENT or modules.imports(frame):
        return ""
    if module not in _ASKERS:
        return "kind" if module == "shutil" else "all"
    behind = next(frames, frame)
    asker = modules.module_of(behind)
    # To make folders, what is there already is welcome.
    if asker in _SILENT or (asker == "os" and behind.f_code.co_name == "makedirs"):
        return ""
    return "kind" if asker == "shutil" else _QUESTIONS.get(frame.f_code.co_name, "all")


def _is_pathlibs_own(frame: FrameType) -> bool:
    """Whether it is `Path.stat` or `lstat`, which pathlib's questions are put with."""
    named = frame.f_code.co_name in ("stat", "lstat")
    return named and modules.module_of(frame).startswith("pathlib")


# Source text that is shown at run time: by tracebacks, warnings and `inspect`.
#
# Python keeps the files it has read for that, so not the reading is what counts but the use.

_WARNINGS = frozenset({"warnings"})


class Sources(Struct, frozen=True):
    log: Log
    imports: Imports

    def install(self) -> None:
        log, original = self.log, linecache.getlines

        def getlines(filename: str, module_globals: Any = None) -> list[str]:  # noqa: ANN401
            if log.active:
                log.note(self._looked_up, filename)
            return original(filename, module_globals)

        getlines.__doc__ = original.__doc__
        linecache.getlines = getlines

    def _looked_up(self, file: str) -> None:
        known = linecache.cache.get(file)
        if file.startswith("<") or (known is not None and len(known) == 4 and known[1] is None):
            return  # no file: code of the document, say
        path = self.log.scope.path_of(file)
        # Libraries note down who calls them, as torch does for each `manual_seed`: that is not to
        # be seen in a result. What they warn of is shown with its line.
        shown = not self.imports.in_library() and (
            modules.asked_by_user() or modules.passes(_WARNINGS)
        )
        if path is not None and shown and os.path.exists(path):  # noqa: PTH110
            self.log.read(path)


# Libraries that open files by themselves, out of Python's sight.

READS, WRITES, BOTH = "reads", "writes", "both"

# By module: a function, the name of its first argument, which is the path, and what is done.
_FUNCTIONS = {
    "torch": (("from_file", "filename", READS),),
    "torch.jit": (("load", "f", READS), ("save", "f", WRITES)),
    **dict.fromkeys(
        ("torchvision.io.image", "torchvision.io"),
        (
            ("read_file", "path", READS),
            ("write_file", "filename", WRITES),
            ("decode_image", "input", READS),
            ("read_image", "path", READS),
        ),
    ),
    "lxml.etree": (("parse", "source", READS), ("iterparse", "source", READS)),
    "lxml.html": (("parse", "filename_or_url", READS),),
    "cv2": (("imread", "filename", READS), ("imwrite", "filename", WRITES)),
    "h5py": (("File", "name", BOTH),),
    "safetensors": (("safe_open", "filename", READS),),
    "safetensors.torch": (("load_file", "filename", READS), ("save_file", "filename", WRITES)),
}


def watch_libraries(log: Log, after_import: AfterImport) -> None:
    for module in _FUNCTIONS:
        after_import.do(module, lambda found: _replace_functions(log, found))
    after_import.do("torch", lambda torch: _replace_classes(log, torch))


def _replace_functions(log: Log, module: ModuleType) -> None:
    for function, argument, done in _FUNCTIONS[module.__name__]:
        original = getattr(module, function, None)
        if isinstance(original, type):
            setattr(module, function, _watched_class(log, original, done))
        elif original is not None:
            setattr(module, function, _watched(log, original, argument, done))


def _watched(
    log: Log, original: Callable[..., Any], argument: str, done: str
) -> Callable[..., Any]:
    if hasattr(original, "watched"):  # the same function under a second name
        return original

    def watched(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        path = arguments[0] if arguments else named.get(argument)
        # A mapping that is shared is one for writing.
        shared = arguments[1:2] == (True,) or named.get("shared")
        log.note(_note, log, path, BOTH if shared else done)
        return original(*arguments, **named)

    functools.update_wrapper(watched, original)
    watched.watched = True  # type: ignore[attr-defined]
    return watched


def _watched_class(log: Log, original: type, done: str) -> type:
    """A subclass, so that `isinstance` goes on working."""

    class Watched(original):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
            log.note(_note, log, arguments[0] if arguments else None, done)
            super().__init__(*arguments, **named)

    Watched.__name__, Watched.__qualname__ = original.__name__, original.__qualname__
    Watched.__module__, Watched.__doc__ = original.__module__, original.__doc__
    return Watched


def _replace_classes(log: Log, torch: Any) -> None:  # noqa: ANN401
    """What `torch.save`, `torch.load` and storages open files with."""
    for name, done in (("PyTorchFileReader", READS), ("PyTorchFileWriter", WRITES)):
        original = getattr(torch._C, name, None)
        if original is not None:
            setattr(torch._C, name, _watched_class(log, original, done))
    storage = getattr(torch, "UntypedStorage", None)
    if storage is not None:
        watched = _watched(log, storage.from_file, "filename", READS)
        storage.from_file = staticmethod(watched)


def _note(log: Log, path: object, done: str) -> None:
    if not isinstance(path, str | bytes) and not hasattr(path, "__fspath__"):
        return  # a file object, already seen
    name = log.scope.path_of(path)
    if name is not None and done != WRITES:
        log.read(name)
    if name is not None and done != READS:
        log.write(name)
