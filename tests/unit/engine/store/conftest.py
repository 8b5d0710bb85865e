import pytest

from treadle.engine.store.blobs import Blobs
from treadle.engine.store.traces import Traces

KEY = bytes(range(32))


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def blobs(root):
    return Blobs(root)


@pytest.fixture
def traces(root):
    return Traces(root, KEY)


@pytest.fixture
def files_in():
    """The files below a folder, by name."""
    return lambda folder: {path.name: path for path in folder.rglob("*") if path.is_file()}
