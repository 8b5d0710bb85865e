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

from .place import EDITED, SOURCE, Place, assert_clear, processes

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
    right: Mapping[str, bytes]
    files: Mapping[str, bytes]

    @classmethod
    def make(
        cls, folder: Path, arguments: tuple[str, ...], programs: str | None, *, built: bool
    ) -> Disturbed:
        """`built`: it has been, before the document was edited; else nothing is there yet."""
        clean = Place.make(folder / "clean", EDITED, programs)
        made = cls(clean, arguments, folder, {}, {})
        assert made.build().returncode == 0
        place = Place.make(folder / "project", SOURCE, programs)
        if built:
            assert replace(made, place=place).build().returncode == 0
        (place.folder / "report.pmd").write_text(EDITED)
        start = folder / "start"
        shutil.copytree(place.folder, start, symlinks=True)
        return cls(place, arguments, start, clean.outputs(), clean.files())

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
            assert self.place.outputs() == self.right, noted
        left = processes(self.place)
        assert not left, (left, noted)
        self._assert_mended(noted)
        return bool(noted)

    def _assert_each_whole(self, before: Mapping[str, bytes]) -> None:
        for name, data in self.place.outputs().items():
            assert data in (before.get(name), self.right[name]), name
        assert self.place.outputs().keys() >= before.keys()
        for path in (self.place.folder / "build").glob("*.gz"):
            gzip.decompress(path.read_bytes())

    def _assert_mended(self, noted: list[str]) -> None:
        done = self.build()
        assert (done.returncode, done.stderr) == (0, ""), noted
        assert self.place.outputs() == self.right, noted
        assert self.place.files() == self.files, noted

    def _placed(self, fault: Fault, number: int) -> Fault:
        folder, journal = str(self.place.folder), str(self._journal)
        return replace(fault, number=number, folder=folder, journal=journal)

    @property
    def _journal(self) -> Path:
        return self.start.with_name("journal")

    def _restore(self) -> None:
        shutil.rmtree(self.place.folder)
        shutil.copytree(self.start, self.place.folder, symlinks=True)
        self._journal.unlink(missing_ok=True)
