"""Libraries that open files by themselves, out of Python's sight: their functions are replaced."""

from __future__ import annotations

import functools
import linecache
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

from treadle.engine.observe import scope as frames
from treadle.engine.observe.imports import Imports
from treadle.engine.observe.log import Log
from treadle.engine.worker.imports import AfterImport

# Source text that is shown at run time: by tracebacks, warnings and `inspect`.
#
# Python keeps the files it has read for that, so not the reading is what counts but the use.

_WARNINGS = frozenset({"warnings"})


class Sources:
    """Tells a log which source files are looked into."""

    def __init__(self, log: Log, imports: Imports) -> None:
        """Tell `log`."""
        self._log = log
        self._imports = imports

    def install(self) -> None:
        """Replace the one function that all of them call."""
        log, original = self._log, linecache.getlines

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
        path = self._log.scope.path_of(file)
        if path is not None and os.path.exists(path) and self._is_shown():  # noqa: PTH110
            self._log.read(path)

    def _is_shown(self) -> bool:
        """Whether it can be seen in a result: libraries note down who calls them.

        torch does so for each `manual_seed`. What they warn of is shown with its line.
        """
        if self._imports.in_library():
            return False
        return frames.asked_by_user(0) or frames.passes(0, _WARNINGS)


# Libraries that open files by themselves, out of Python's sight: their functions are replaced.

READS, WRITES, BOTH = "reads", "writes", "both"

# Module, function in it, name of the argument that is the path (the first one), what is done.
_FUNCTIONS = (
    ("torch", "from_file", "filename", READS),
    ("torch.jit", "load", "f", READS),
    ("torch.jit", "save", "f", WRITES),
    ("torchvision.io.image", "read_file", "path", READS),
    ("torchvision.io.image", "write_file", "filename", WRITES),
    ("torchvision.io", "read_file", "path", READS),
    ("torchvision.io", "write_file", "filename", WRITES),
    ("torchvision.io.image", "decode_image", "input", READS),
    ("torchvision.io", "decode_image", "input", READS),
    ("torchvision.io.image", "read_image", "path", READS),
    ("torchvision.io", "read_image", "path", READS),
    ("lxml.etree", "parse", "source", READS),
    ("lxml.etree", "iterparse", "source", READS),
    ("lxml.html", "parse", "filename_or_url", READS),
    ("cv2", "imread", "filename", READS),
    ("cv2", "imwrite", "filename", WRITES),
    ("h5py", "File", "name", BOTH),
    ("safetensors", "safe_open", "filename", READS),
    ("safetensors.torch", "load_file", "filename", READS),
    ("safetensors.torch", "save_file", "filename", WRITES),
)


def install(log: Log, after_import: AfterImport) -> None:
    """Replace them as soon as their library is imported."""
    for module in dict.fromkeys(each[0] for each in _FUNCTIONS):
        after_import.do(module, lambda found: _replace_functions(log, found))
    after_import.do("torch", lambda torch: _replace_classes(log, torch))


def _replace_functions(log: Log, module: ModuleType) -> None:
    for name, function, argument, done in _FUNCTIONS:
        original = getattr(module, function, None)
        if name == module.__name__ and original is not None:
            setattr(module, function, _watched(log, original, argument, done))


def _watched(
    log: Log, original: Callable[..., Any], argument: str, done: str
) -> Callable[..., Any]:
    if isinstance(original, type):
        return _watched_class(log, original, done)
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
    if name is None:
        return
    if done != WRITES:
        log.read(name)
    if done != READS:
        log.write(name)
