"""Builds in which an operation on a file fails: in the command's process, or in the worker's."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.formats import KEPT, emptied

from .place import EDITED, Place, Results, assert_clear, processes

INJECTED = Path(__file__).parent / "injected"  # with the `sitecustomize.py` that does it
NEVER = 10**9


@dataclass(frozen=True)
class Fault:
    """The operation that fails: by its number, and all that follow it if it is `lasting`."""

    process: str  # "command" or "worker"
    operations: str  # "write" or "read"
    error: int
    lasting: bool = False
    number: int = NEVER
    folder: str = ""
    journal: str = ""


@dataclass(frozen=True)
class Disturbed:
    """A project that is built with faults: as it was before, and what is right afterwards."""

    place: Place
    arguments: tuple[str, ...]
    start: Path  # a copy of the folder
    right: Results

    @classmethod
    def make(
        cls, place: Place, right: Results, arguments: tuple[str, ...], *, built: bool
    ) -> Disturbed:
        """`right` is what a build gives once the document of `place` is edited; `built`: it was
        before that, else nothing is there yet."""
        made = cls(place, arguments, place.folder.with_name("start"), right)
        if built:
            assert made.build().returncode == 0
        (place.folder / "report.pmd").write_text(EDITED)
        shutil.copytree(place.folder, made.start, symlinks=True)
        return made

    def build(self, fault: Fault | None = None) -> subprocess.CompletedProcess[str]:
        """Build; the search path is the same without a fault, as chunks may depend on it."""
        path = os.pathsep.join(filter(None, (str(INJECTED), os.environ.get("PYTHONPATH"))))
        more = {"PYTHONPATH": path}
        if fault is None:
            return self.place.build(*self.arguments, more=more)
        more["TREADLE_FAULT"] = json.dumps(asdict(fault))
        return self.place.build_apart(*self.arguments, more=more)

    def operations(self, fault: Fault) -> int:
        """How many there are in a build in which none fails."""
        self.build(self._placed(fault, NEVER))
        return len(self._journal.read_text().splitlines()) if self._journal.exists() else 0

    def check(self, fault: Fault, number: int) -> bool:
        """Build with the operation failing, and then without: nothing is lost. Whether it did."""
        self._restore()
        before = self.place.outputs()
        done = self.build(self._placed(fault, number))
        noted = [line for line in self._journal.read_text().splitlines() if line[:5] == "fails"]
        if done.returncode:
            assert_clear(done)
            self._assert_each_whole(before)
        else:
            assert self.place.outputs() == self.right.outputs, noted
        left = processes(self.place)
        assert not left, (left, noted)
        self._assert_mended(noted)
        return bool(noted)

    def _assert_each_whole(self, before: Mapping[str, bytes]) -> None:
        for name, data in self.place.outputs().items():
            assert data in (before.get(name), self.right.outputs[name]), name
        assert self.place.outputs().keys() >= before.keys()
        for path in (self.place.folder / "build").glob("*.gz"):
            gzip.decompress(path.read_bytes())

    def _assert_mended(self, noted: list[str]) -> None:
        done = self.build()
        assert (done.returncode, done.stderr) == (0, ""), noted
        assert self.place.results() == self.right, noted

    def _placed(self, fault: Fault, number: int) -> Fault:
        folder, journal = str(self.place.folder), str(self._journal)
        return replace(fault, number=number, folder=folder, journal=journal)

    @property
    def _journal(self) -> Path:
        return self.start.with_name("journal")

    def _restore(self) -> None:
        """Where it was built before, its format is the one of then: a copy would not hold."""
        if not (self.start / KEPT).exists():
            shutil.rmtree(self.place.folder)
        folder, there = emptied(self.place.folder), shutil.ignore_patterns(KEPT.name)
        shutil.copytree(self.start, folder, symlinks=True, ignore=there, dirs_exist_ok=True)
        self._journal.unlink(missing_ok=True)
