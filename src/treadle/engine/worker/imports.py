"""What happens right after the user's code has imported a library, the seeding of its random
numbers above all; and fresh source files.
"""

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
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)
from types import CodeType, ModuleType


class AfterImport:
    """Calls a function with a module as soon as it has been imported, once."""

    def __init__(self) -> None:
        """Listen to imports from now on."""
        self._actions: dict[str, list[Callable[[ModuleType], None]]] = {}
        sys.meta_path.insert(0, self)

    def do(self, name: str, action: Callable[[ModuleType], None]) -> None:
        """Call `action(module)` after the import of `name`: now, where it is imported already."""
        module = sys.modules.get(name)
        if module is not None:
            action(module)
        else:
            self._actions.setdefault(name, []).append(action)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec the other finders give, its loader followed by the actions."""
        if name not in self._actions:
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target) if finder is not self else None
            if spec is not None:
                self._follow(name, spec)
                return spec
        return None

    def _follow(self, name: str, spec: ModuleSpec) -> None:
        loader = spec.loader
        if loader is None:
            return
        run = loader.exec_module

        def run_and_act(module: ModuleType) -> None:
            run(module)
            for action in self._actions.pop(name, ()):
                action(module)

        # On the instance: the loader keeps its type, which resources and pickles look at.
        loader.exec_module = run_and_act  # type: ignore[method-assign]


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
        if not inside or "site-packages" in path or not os.path.isdir(path):  # noqa: PTH112
            raise ImportError(path)
        return FileFinder(path, *loaders)

    sys.path_hooks.insert(0, hook)  # type: ignore[arg-type]
    sys.path_importer_cache.clear()


class Seeds:
    """Seeds random, NumPy and torch before each chunk, or when a chunk imports them.

    So random numbers depend on nothing but the chunk's own seed.
    """

    def __init__(self, after_import: AfterImport) -> None:
        """Seed each library from its import on."""
        self._seed = 0
        self._libraries = {
            "random": self._seed_random,
            "numpy.random": self._seed_numpy,
            "torch": self._seed_torch,
        }
        for name, action in self._libraries.items():
            after_import.do(name, action)

    def start(self, seed: int) -> None:
        """Seed what is imported, and remember the seed for what this chunk will import.

        What another thread is still importing is seeded as soon as its import is done.
        """
        self._seed = seed
        for name, action in self._libraries.items():
            module = sys.modules.get(name)
            if module is not None and not _is_being_imported(module):
                action(module)

    def _seed_random(self, random: ModuleType) -> None:
        random.seed(self._seed)

    def _seed_numpy(self, numpy_random: ModuleType) -> None:
        numpy_random.seed(self._seed % 2**32)  # all it takes

    def _seed_torch(self, torch: ModuleType) -> None:
        torch.manual_seed(self._seed % 2**63)


def _is_being_imported(module: ModuleType) -> bool:
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
