"""Random edits of a random document and of the files beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .documents import CHUNK_NAMES, OPTIONS, Block, Code, Version, blocks, filled, versions
from .statements import HELPERS
from .themes import Theme

FILES = {
    "data.txt": st.sampled_from(("one", "two", "three")),
    "data.csv": st.sampled_from(("1,2\n3,4\n", "1,2\n3,5\n", "7,8\n")),
    "helper.py": filled(HELPERS),
    "other.py": st.sampled_from(("WORD = 'warp'\n", "WORD = 'weft'\n", "# None.\nWORD = 'warp'\n")),
    "flag.txt": st.none() | st.just(""),
    "sub/data.txt": st.sampled_from(("uno", "due")),
    "sub/more.txt": st.none() | st.just(""),
    "out.txt": st.none() | st.just("by hand"),
}


@dataclass(frozen=True)
class Insert:
    """A new block before the one `at`."""

    at: int
    block: Block

    def of(self, version: Version) -> Version:
        found = list(version.blocks)
        found.insert(self.at % (len(found) + 1), self.block)
        return replace(version, blocks=tuple(found))


@dataclass(frozen=True)
class Delete:
    """Without the block `at`."""

    at: int

    def of(self, version: Version) -> Version:
        found = list(version.blocks)
        if len(found) > 1:
            del found[self.at % len(found)]
        return replace(version, blocks=tuple(found))


@dataclass(frozen=True)
class Swap:
    """Two blocks in each other's place."""

    at: int
    other: int

    def of(self, version: Version) -> Version:
        found = list(version.blocks)
        one, two = self.at % len(found), self.other % len(found)
        found[one], found[two] = found[two], found[one]
        return replace(version, blocks=tuple(found))


@dataclass(frozen=True)
class Duplicate:
    """The block `at` once more, before `other`."""

    at: int
    other: int

    def of(self, version: Version) -> Version:
        block = version.blocks[self.at % len(version.blocks)]
        return Insert(self.other, block).of(version)


@dataclass(frozen=True)
class Change:
    """Another block in place of the one `at`."""

    at: int
    block: Block

    def of(self, version: Version) -> Version:
        found = list(version.blocks)
        found[self.at % len(found)] = self.block
        return replace(version, blocks=tuple(found))


@dataclass(frozen=True)
class Adjust:
    """A small change of the chunk `at`, if there is a chunk: `how` says what about it."""

    at: int
    how: str
    what: str = ""

    def of(self, version: Version) -> Version:
        codes = [number for number, block in enumerate(version.blocks) if isinstance(block, Code)]
        if not codes:
            return version
        number = codes[self.at % len(codes)]
        found = list(version.blocks)
        code = found[number]
        assert isinstance(code, Code)
        found[number] = self._adjusted(code)
        return replace(version, blocks=tuple(found))

    def _adjusted(self, code: Code) -> Code:
        if self.how == "rename":
            return replace(code, name="" if "module" in code.options else self.what)
        if self.how == "options":
            return code if "module" in code.options else replace(code, options=self.what)
        if self.how == "comment":
            return replace(code, code=f"# {self.what}\n{code.code}\n\n# {self.what}")
        return replace(code, code=re.sub(r"\b\d\b", self.what, code.code, count=1))


@dataclass(frozen=True)
class Put:
    """A file's contents; None removes it. The document stays as it is."""

    name: str
    text: str | None

    def of(self, version: Version) -> Version:
        return version

    def into(self, folder: Path) -> None:
        """Write it; one of the same size keeps its time, so that only its contents tell."""
        path = folder / self.name
        if self.text is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(exist_ok=True)
        before = path.stat() if path.exists() else None
        path.write_text(self.text, "utf-8")
        if before and before.st_size == path.stat().st_size:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@dataclass(frozen=True)
class Set:
    """The environment variable, the document's seed or its parameter."""

    what: str
    value: str | int | None

    def of(self, version: Version) -> Version:
        return replace(version, **{self.what: self.value})  # type: ignore[arg-type]


Edit = Insert | Delete | Swap | Duplicate | Change | Adjust | Put | Set
PLACES = st.integers(0, 12)


def edits(theme: Theme) -> SearchStrategy[Edit]:
    """One edit."""
    block = blocks(theme)
    adjusts = (
        st.builds(Adjust, PLACES, st.just("number"), st.sampled_from("0123")),
        st.builds(Adjust, PLACES, st.just("rename"), st.sampled_from(("", *CHUNK_NAMES))),
        st.builds(Adjust, PLACES, st.just("options"), st.sampled_from(OPTIONS)),
        st.builds(Adjust, PLACES, st.just("comment"), st.sampled_from(("why", "how"))),
    )
    files = [st.builds(Put, st.just(name), texts) for name, texts in FILES.items()]
    settings = (
        st.builds(Set, st.just("loom"), st.sampled_from((None, "oak", "ash"))),
        st.builds(Set, st.just("seed"), st.integers(0, 2)),
        st.builds(Set, st.just("warp"), st.integers(1, 2)),
    )
    return st.one_of(
        *[st.builds(Insert, PLACES, block)] * 3,
        *[st.builds(Delete, PLACES)] * 3,
        *[st.builds(Change, PLACES, block)] * 2,
        *[st.builds(Swap, PLACES, PLACES)] * 2,
        st.builds(Duplicate, PLACES, PLACES),
        *adjusts,
        adjusts[0],
        st.one_of(files),
        st.one_of(files),
        st.one_of(settings),
    )


@dataclass(frozen=True)
class History:
    """A first version with its files, and the edits before each further build (maybe none)."""

    first: Version
    files: tuple[Put, ...]
    steps: tuple[tuple[Edit, ...], ...]

    def stages(self) -> Iterator[tuple[Version, list[Put]]]:
        """What is built, in order, and the files to write before it."""
        version = self.first
        yield version, list(self.files)
        for step in self.steps:
            for edit in step:
                version = edit.of(version)
            yield version, [edit for edit in step if isinstance(edit, Put)]


@st.composite
def histories(draw: DrawFn, themes: Sequence[Theme]) -> History:
    """A document's history of three to six builds; it is about one of these themes."""
    theme = draw(st.sampled_from(themes))
    first = draw(versions(theme))
    files = tuple(Put(name, draw(texts)) for name, texts in FILES.items() if name != "out.txt")
    step = st.lists(edits(theme), max_size=3).map(tuple)
    return History(first, files, tuple(draw(st.lists(step, min_size=2, max_size=5))))
