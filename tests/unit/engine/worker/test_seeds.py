"""Random numbers begin with the seed of the chunk, whoever imports what makes them, and when."""

import random
import sys
import types
from importlib.machinery import ModuleSpec

from treadle.engine.after_import import AfterImport
from treadle.engine.worker.seeds import Seeds


def test_a_chunk_can_start_while_a_thread_still_imports_random(monkeypatch):
    """CI met it: matplotlib, imported by a thread, had come as far as the start of `random`."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    seeds = Seeds(AfterImport())
    half = types.ModuleType("random")
    half.__spec__ = ModuleSpec("random", None)
    half.__spec__._initializing = True  # type: ignore[attr-defined]  # while the code runs
    monkeypatch.setitem(sys.modules, "random", half)
    seeds.start(7)


def test_what_was_being_imported_is_seeded_with_the_newest_seed(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.delitem(sys.modules, "random")
    seeds = Seeds(AfterImport())
    seeds.start(1)
    seeds.start(2)
    import random as fresh

    assert fresh is not random
    expected = random.Random(2).random()
    assert fresh.random() == expected
