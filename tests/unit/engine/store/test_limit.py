from pathlib import Path

import pytest

from treadle.engine.store.store import LimitError, Store, cache_limit, in_words


@pytest.mark.parametrize(
    ("text", "size"),
    [("500M", 500_000_000), ("2.5g", 2_500_000_000), ("1 TB", 10**12), ("12", 12), ("0", 0)],
)
def test_a_limit_may_be_given(text, size, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", text)
    assert cache_limit() == size


@pytest.mark.parametrize("text", ["", " "])
def test_else_it_is_five_gigabytes(text, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", text)
    assert cache_limit() == 5_000_000_000


@pytest.mark.parametrize("text", ["much", "5X", "-1", "1e9", "5 5"])
def test_anything_else_is_a_clear_error(text, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", text)
    with pytest.raises(LimitError, match=r"TREADLE_CACHE_LIMIT is .*a size like 500M"):
        cache_limit()


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (12_345, "12.3 kB"), (5 * 10**9, "5.0 GB")],
)
def test_sizes_for_people(size, words):
    assert in_words(size) == words


def test_it_is_looked_at_before_the_build(tmp_path, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", "much")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(LimitError):
        Store.open(Path(tmp_path / "store"))
