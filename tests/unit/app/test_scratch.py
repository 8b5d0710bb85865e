import pytest

from treadle.app.clean import clean, clean_cache, clean_old
from treadle.app.lock import locked
from treadle.app.publish import publish
from treadle.app.scratch import Scratch
from treadle.engine.store.store import Store, store_folder

KEY = bytes(range(32))


@pytest.fixture
def out_dir(tmp_path):
    return tmp_path / "build"


@pytest.fixture
def build(out_dir):
    """Make an output of a document, and an entry of the cache."""

    def made(stem):
        scratch = Scratch(out_dir, stem)
        with locked(scratch.root):
            scratch.assets.mkdir(parents=True)
            (scratch.stage / f"{stem}.tex").write_text("tex")
            publish(scratch, (".tex",))
        store = Store.with_key(store_folder(out_dir), KEY)
        store.traces.save("unit", {"n": 1, "blobs": [store.blobs.put([b"value"])]})

    return made


def files(out_dir):
    return sorted(path.name for path in out_dir.rglob("*") if path.is_file())


def cached(out_dir):
    store = Store.with_key(store_folder(out_dir), KEY)
    return [record["n"] for record in store.traces.find("unit")]


@pytest.mark.parametrize("stem", ["report", "store"])
def test_outputs_go_and_the_cache_stays(build, out_dir, stem):
    build(stem)
    removed = clean(out_dir)
    assert len(files(out_dir)) == 2
    assert cached(out_dir) == [1]
    assert {path.name for path in removed} == {f"{stem}.tex", "lock", "manifest.json"}


@pytest.mark.parametrize("stem", ["report", "store"])
def test_the_cache_goes_and_outputs_stay(build, out_dir, stem):
    build(stem)
    assert clean_cache(out_dir).entries == 2
    assert cached(out_dir) == []
    assert f"{stem}.tex" in files(out_dir)
    assert clean(out_dir)
    assert not out_dir.exists()


def test_only_one_document(build, out_dir):
    build("report")
    build("store")
    clean(out_dir, ("store",))
    assert "report.tex" in files(out_dir)
    assert "store.tex" not in files(out_dir)
    assert cached(out_dir) == [1]


def test_only_what_is_old(build, out_dir):
    build("report")
    before = files(out_dir)
    assert clean_old(out_dir, 3600).entries == 0
    assert files(out_dir) == before
    assert clean_old(out_dir, -3600).entries == 2
    assert cached(out_dir) == []
    assert "report.tex" in files(out_dir)


def test_nothing_was_ever_built(out_dir):
    assert clean(out_dir) == ()
    assert clean_cache(out_dir).entries == clean_old(out_dir, 0).entries == 0
    assert not out_dir.exists()
