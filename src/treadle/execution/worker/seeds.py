"""Random numbers that depend on nothing but the chunk's own seed."""

from __future__ import annotations

import sys
from types import ModuleType

from treadle.execution.worker.imports import AfterImport


class Seeds:
    """Seeds random, NumPy and torch before each chunk, or when a chunk imports them."""

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
        """Seed what is imported, and remember the seed for what this chunk will import."""
        self._seed = seed
        for name, action in self._libraries.items():
            module = sys.modules.get(name)
            if module is not None:
                action(module)

    def _seed_random(self, random: ModuleType) -> None:
        random.seed(self._seed)

    def _seed_numpy(self, numpy_random: ModuleType) -> None:
        numpy_random.seed(self._seed % 2**32)  # all it takes

    def _seed_torch(self, torch: ModuleType) -> None:
        if hasattr(torch, "manual_seed"):  # not while torch is still being imported
            torch.manual_seed(self._seed % 2**63)
