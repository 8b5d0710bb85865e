"""The project's modules, imported from their source as it is now."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from types import CodeType

from treadle.engine.observe.ownership import PACKAGE


def import_fresh_from(
    folders: Sequence[str], compiled: Callable[[CodeType], object] = lambda _: None
) -> None:
    """Import modules in or under `folders` as Python does, but from their source where they have
    one, not from cached bytecode; `compiled` is told of the code of each before it runs."""

    class FreshLoader(SourceFileLoader):
        """Compiles the source each time: a .pyc is trusted by size and second, which can lie."""

        def get_code(self, fullname: str) -> CodeType:
            path = self.get_filename(fullname)
            code = self.source_to_code(self.get_data(path), path)
            compiled(code)
            return code

    loaders = (
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (FreshLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )

    def hook(path: str) -> object:
        inside = any(path == folder or path.startswith(f"{folder}/") for folder in folders)
        ours = f"{path}/".startswith(f"{PACKAGE}/")  # a work tree of Treadle, in the project's
        if not inside or ours or "site-packages" in path or not os.path.isdir(path):  # noqa: PTH112
            raise ImportError(path)
        return FileFinder(path, *loaders)

    sys.path_hooks.insert(0, hook)  # type: ignore[arg-type]
    sys.path_importer_cache.clear()
