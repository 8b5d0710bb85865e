"""A real worker as for the engine's tests, with the press's plugin."""

import itertools

import pytest
from tests.unit.engine.conftest import executor, folder, news, run, shown

from treadle.app.measuring import PLUGIN
from treadle.engine.messages import PluginSetup
from treadle.engine.store.blobs import Blobs
from treadle.press.plugin.figures import PDF

__all__ = ["executor", "folder", "news", "run", "shown"]


@pytest.fixture(scope="module")
def plugins():
    return (PluginSetup(PLUGIN),)


@pytest.fixture(scope="module")
def file_of(folder):
    """The file of a figure that was shown."""
    numbers = itertools.count()

    def file_of(display):
        path = folder / f"shown-{next(numbers)}.pdf"
        Blobs(folder / "shown").copy_to(display.files[PDF], path)
        return path

    return file_of
