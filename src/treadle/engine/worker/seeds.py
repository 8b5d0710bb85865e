"""Random numbers: those of Python, NumPy and torch begin with the seed of the chunk."""

from __future__ import annotations

import sys
from types import ModuleType

from treadle.engine.after_import import AfterImport


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
