"""A real worker, as for the engine's tests."""

from tests.unit.engine.conftest import executor, folder, news, printed, run, shown

__all__ = ["executor", "folder", "news", "printed", "run", "shown"]
