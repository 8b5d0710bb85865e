"""Libraries that open files by themselves, out of Python's sight: what does so is replaced."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from treadle.engine.after_import import AfterImport
from treadle.engine.observe.seen import Seen

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


def watch_libraries(seen: Seen, after_import: AfterImport) -> None:
    for module in _FUNCTIONS:
        after_import.do(module, lambda found: _replace_functions(seen, found))
    after_import.do("torch", lambda torch: _replace_classes(seen, torch))


def _replace_functions(seen: Seen, module: ModuleType) -> None:
    for function, argument, done in _FUNCTIONS[module.__name__]:
        original = getattr(module, function, None)
        if isinstance(original, type):
            setattr(module, function, _watched_class(seen, original, done))
        elif original is not None:
            setattr(module, function, _watched(seen, original, argument, done))


def _watched(
    seen: Seen, original: Callable[..., Any], argument: str, done: str
) -> Callable[..., Any]:
    if hasattr(original, "watched"):  # the same function under a second name
        return original

    def watched(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        path = arguments[0] if arguments else named.get(argument)
        # A mapping that is shared is one for writing.
        shared = arguments[1:2] == (True,) or named.get("shared")
        seen.note(_note, seen, path, BOTH if shared else done)
        return original(*arguments, **named)

    functools.update_wrapper(watched, original)
    watched.watched = True  # type: ignore[attr-defined]
    return watched


def _watched_class(seen: Seen, original: type, done: str) -> type:
    """A subclass, so that `isinstance` goes on working."""

    class Watched(original):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
            seen.note(_note, seen, arguments[0] if arguments else None, done)
            super().__init__(*arguments, **named)

    Watched.__name__, Watched.__qualname__ = original.__name__, original.__qualname__
    Watched.__module__, Watched.__doc__ = original.__module__, original.__doc__
    return Watched


def _replace_classes(seen: Seen, torch: Any) -> None:  # noqa: ANN401
    """What `torch.save`, `torch.load` and storages open files with."""
    for name, done in (("PyTorchFileReader", READS), ("PyTorchFileWriter", WRITES)):
        original = getattr(torch._C, name, None)
        if original is not None:
            setattr(torch._C, name, _watched_class(seen, original, done))
    storage = getattr(torch, "UntypedStorage", None)
    if storage is not None:
        watched = _watched(seen, storage.from_file, "filename", READS)
        storage.from_file = staticmethod(watched)


def _note(seen: Seen, path: object, done: str) -> None:
    if not isinstance(path, str | bytes) and not hasattr(path, "__fspath__"):
        return  # a file object, already seen
    name = seen.scope.path_of(path)
    if name is not None and done != WRITES:
        seen.read(name)
    if name is not None and done != READS:
        seen.write(name)
