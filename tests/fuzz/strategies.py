"""Texts to fuzz with: fragments of the languages, and real files cut up and put together anew."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .fragments import CHUNKS, FRONT, LOG, MARKDOWN, ODD, TAME

ROOT = Path(__file__).parents[2]
LOGS = Path(__file__).parent / "logs"
SHORT, LONG = 12, 1200  # how often a fragment is repeated


def mixed(*kinds: tuple[str, ...]) -> SearchStrategy[str]:
    """Fragments of the given kinds one after the other, and any text between them."""
    piece = st.sampled_from([item for kind in (*kinds, ODD) for item in kind])
    text = st.one_of(piece, piece, piece, st.text(max_size=5))
    return st.lists(text, max_size=30).map("".join)


def repeated(*kinds: tuple[str, ...]) -> SearchStrategy[str]:
    """A few fragments many times over, as opening ones and what may close them."""
    few = st.lists(st.sampled_from([item for kind in (*kinds, ODD) for item in kind]), max_size=3)
    times = st.sampled_from([SHORT, LONG])
    return st.builds(
        lambda a, b, c, n: ("".join(a) * n + "".join(b) + "".join(c) * n)[:12000],
        few, few, few, times,
    )  # fmt: skip


def spliced(files: tuple[Path, ...], *kinds: tuple[str, ...]) -> SearchStrategy[str]:
    """Pieces of real files, with fragments between them."""
    texts = _texts(files)
    spot = st.tuples(st.sampled_from(texts), st.floats(0, 1), st.integers(0, 1500))
    piece = spot.map(lambda at: at[0][int(at[1] * len(at[0])) :][: at[2]])
    return st.lists(piece | mixed(*kinds), max_size=5).map("".join)


def documents() -> SearchStrategy[str]:
    """What might be a `.pmd` file."""
    texts = st.one_of(
        mixed(CHUNKS, MARKDOWN),
        mixed(CHUNKS),
        repeated(CHUNKS, MARKDOWN),
        spliced(sources(), CHUNKS, MARKDOWN),
        st.text(max_size=60),
    )
    return _endings(st.one_of(texts, texts, st.tuples(front_matter(), texts).map("".join)))


def markdown() -> SearchStrategy[str]:
    """Prose for the most part."""
    texts = st.one_of(mixed(MARKDOWN), repeated(MARKDOWN), spliced(sources(), MARKDOWN))
    return _endings(st.one_of(texts, texts, st.tuples(front_matter(), texts).map("".join)))


def front_matter() -> SearchStrategy[str]:
    """A block of YAML, more or less."""
    block = st.one_of(mixed(FRONT), st.lists(st.sampled_from(FRONT), max_size=8).map("".join))
    return block.map(lambda text: f"---\n{text}\n---\n")


def logs() -> SearchStrategy[str]:
    """What LaTeX or BibTeX might have written."""
    files = tuple(sorted(LOGS.iterdir()))
    return _endings(st.one_of(mixed(LOG), repeated(LOG), spliced(files, LOG)))


def sources() -> tuple[Path, ...]:
    """The repository's own documents."""
    return tuple(sorted([*ROOT.glob("report/*.pmd"), *ROOT.glob("tests/golden/*.pmd")]))


@lru_cache(maxsize=2)
def _texts(files: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(path.read_bytes().decode("utf-8", "replace") for path in files)


def _endings(texts: SearchStrategy[str]) -> SearchStrategy[str]:
    endings = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
    return st.tuples(texts, endings).map(lambda pair: pair[0].replace("\n", pair[1]))


def tame() -> SearchStrategy[str]:
    """A document in which nothing is LaTeX, for all its special characters."""
    texts = st.one_of(mixed(MARKDOWN), repeated(MARKDOWN), spliced(sources(), MARKDOWN, TAME))
    bare = texts.map(lambda text: re.sub(r"[\\$]|width|height|results=|=(?:la)?tex", "", text))
    head = st.sampled_from(["x\n\n", "---\ntitle: 'A & % `}` #1_x'\nabstract: '{ 5 % }'\n---\n"])
    mild = st.lists(st.sampled_from(TAME), max_size=30).map("".join)
    return st.tuples(head, mild | bare).map("".join)
