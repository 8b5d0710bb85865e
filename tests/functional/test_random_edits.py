"""Random documents under random edits: a build from the cache shows what a clean one shows.

After every edit the document is built twice: in its folder, with the cache that the earlier
builds left, and in a fresh copy of the folder, without any. `TREADLE_EXAMPLES=500` sets how many
histories are tried, 16 unless given, always the same; more than that are new ones every time.
"""

from __future__ import annotations

import difflib
import itertools
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings

from .builder import Builder, Seen
from .documents import Version
from .edits import History, Put, histories
from .themes import ARRAYS, FIGURES, PLAIN, SHARED, Theme

FEW = 16
EXAMPLES = int(os.environ.get("TREADLE_EXAMPLES", FEW))
THEMES: tuple[Theme, ...] = (PLAIN, PLAIN, ARRAYS, SHARED)
if EXAMPLES > FEW:  # figures take long
    THEMES += (SHARED, FIGURES)
LEFT_OUT = shutil.ignore_patterns("build", "code", "__pycache__")


@dataclass
class Bench:
    """Two builders, their folders, and how many chunks they ran."""

    root: Path
    cached: Builder
    clean: Builder
    numbers: Iterator[int] = field(default_factory=itertools.count)
    ran: Counter[str] = field(default_factory=Counter)

    def fresh(self, source: Path | None = None) -> Path:
        """A new folder; a copy of `source` without what builds made of the document.

        All have the same name, which a chunk may print.
        """
        folder = self.root / str(next(self.numbers)) / "work"
        if source is None:
            folder.mkdir(parents=True)
        else:
            shutil.copytree(source, folder, ignore=LEFT_OUT)
        return folder

    def build(self, folder: Path, version: Version) -> tuple[Seen, Seen, Path]:
        """With the cache in `folder`, without it in a copy: what is seen, and the copy.

        A build that fails goes on with chunks that don't need what failed, where there is a cache
        to say which: then the copy is built with one, too, that is empty.
        """
        (folder / "report.pmd").write_text(version.text(), "utf-8")
        copy, spare = self.fresh(folder), self.fresh(folder)
        environment = {} if version.loom is None else {"LOOM": version.loom}
        self.cached.start(folder, environment)
        self.clean.start(copy, environment)
        cached, clean = self.cached.result(), self.clean.result()
        if clean.failed:
            copy, spare = spare, copy
            self.cached.start(copy, environment)
            clean = self.cached.result()
        shutil.rmtree(spare.parent)
        self.ran.update(cached=cached.ran, clean=clean.ran)
        return cached, clean, copy


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    found = Bench(tmp_path_factory.mktemp("edits"), Builder(cached=True), Builder(cached=False))
    yield found
    found.cached.close()
    found.clean.close()
    # Else nothing has been compared with nothing.
    assert found.ran["cached"] < found.ran["clean"]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == FEW,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(history=histories(THEMES))
def test_cached_and_clean_builds_agree(bench: Bench, history: History) -> None:
    folder = bench.fresh()
    copies = []
    before: Version | None = None
    try:
        for number, (version, puts) in enumerate(history.stages()):
            for put in puts:
                put.into(folder)
            cached, clean, copy = bench.build(folder, version)
            copies.append(copy)
            event("fails" if clean.failed else "is well")
            differences = compared(cached, clean) + compared_files(folder, copy, clean.failed)
            if differences:
                pytest.fail(told(number, before, version, puts, history, differences))
            before = version
    finally:
        for used in (folder, *copies):
            shutil.rmtree(used.parent)


def compared(cached: Seen, clean: Seen) -> str:
    """The differences of two builds, as a diff from the clean to the cached one."""
    pairs = (("tex", cached.tex, clean.tex), ("problems", cached.problems, clean.problems))
    return "".join(diff(name, ours, right) for name, ours, right in pairs)


def compared_files(folder: Path, copy: Path, failed: bool) -> str:
    """The differences between the files that the builds made, themselves or by their chunks.

    A build that fails replaces nothing of its own, so earlier files may be left.
    """
    chunks, own = ("*.txt", "sub/*.txt"), ("build/report/*", "code/**/*.py")
    patterns = chunks if failed else chunks + own
    ours, right = contents(folder, patterns), contents(copy, patterns)
    return "".join(
        diff(name, ours.get(name, "(no such file)"), right.get(name, "(no such file)"))
        for name in sorted(ours.keys() | right.keys())
    )


def contents(folder: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8", "replace")
        for pattern in patterns
        for path in folder.glob(pattern)
    }


def diff(name: str, ours: str, right: str) -> str:
    """Empty if they are the same."""
    lines = difflib.unified_diff(
        right.splitlines(), ours.splitlines(), f"{name}, clean", f"{name}, cached", lineterm="", n=8
    )
    return "".join(f"{line}\n" for line in lines)


def told(
    number: int,
    before: Version | None,
    version: Version,
    puts: list[Put],
    history: History,
    differences: str,
) -> str:
    """All that is needed to see what went wrong in build `number` (from 0)."""
    parts = [f"\nBuild {number} from the cache differs from a clean one.\n\n{differences}"]
    if before is not None:
        parts.append(f"=== the document before ===\n{before.text()}")
    parts.append(f"=== the document now ===\n{version.text()}")
    parts.append(f"=== files written since ===\n{puts}\n")
    parts.append("=== all edits ===")
    parts += [f"{step}: {edits}" for step, edits in enumerate(history.steps, start=1)]
    return "\n".join(parts)
