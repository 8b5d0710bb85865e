"""A project whose build is disturbed, and what must hold all the same."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.command import treadle
from tests.formats import emptied

DOT = Path(__file__).parents[2] / "golden" / "dot.png"
BIB = "@book{knuth, title={T}, author={Knuth, D.}, year={1984}, publisher={AW}}\n"
SOURCE = """---
title: Faults
bibliography: refs.bib
---

Prose with a citation [@knuth].

```{python tools, module="tools"}
def double(x):
    return 2 * x
```

```{python first}
values = list(range(20000))
with open("out.txt", "w") as file:
    file.write("from the chunk")
print(double(21))
```

![An image](dot.png)

```{python second}
more = [double(x) for x in values]
print(open("data.txt").read(), more[3])
```

The sum is <%= sum(more) %>.
"""
EDITED = SOURCE.replace("21", "23").replace("2 * x", "2 * x + 1").replace("Prose", "Other prose")
GENERATED = {".treadle", "__pycache__", "state", "out.txt", "report.synctex.gz", "report.json"}
OURS = re.compile(r'^  File ".*/treadle/(?!.*sitecustomize).*"', re.MULTILINE)
PATIENCE = 60  # seconds: a build that takes longer hangs


@dataclass(frozen=True)
class Results:
    """The results of a build, and all else that a user sees in the folder."""

    outputs: Mapping[str, bytes]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Place:
    """A folder with `report.pmd`; `programs` is the PATH of builds, None: the usual one."""

    folder: Path
    programs: str | None = None

    @classmethod
    def make(cls, folder: Path, source: str = SOURCE, programs: str | None = None) -> Place:
        """In an empty folder: what LaTeX has read of preambles may lie there already."""
        emptied(folder)
        (folder / "report.pmd").write_text(source)
        (folder / "refs.bib").write_text(BIB)
        (folder / "data.txt").write_text("data")
        shutil.copy(DOT, folder / "dot.png")
        return cls(folder, programs)

    def build(
        self, *arguments: str, file: str = "report.pmd", more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Build in this process, with `more` in the environment."""
        environment = self._environment(more)
        return treadle("build", file, *arguments, folder=self.folder, environment=environment)

    def build_apart(
        self, *arguments: str, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Build in a process of its own."""
        process = self.start(*arguments, more=more)
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(
        self, *arguments: str, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """The process that builds."""
        return subprocess.Popen(
            [sys.executable, "-m", "treadle", "build", "report.pmd", *arguments],
            cwd=self.folder,
            env={**os.environ, **self._environment(more)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )

    def _environment(self, more: Mapping[str, str] | None) -> dict[str, str]:
        return {
            "XDG_STATE_HOME": str(self.folder / "state"),
            "TREADLE_PLACE": str(self.folder),  # by which `processes` finds what was started
            **({} if self.programs is None else {"PATH": self.programs}),
            **(more or {}),
        }

    def results(self) -> Results:
        """What a user finds after a build."""
        return Results(self.outputs(), self.files())

    def outputs(self) -> dict[str, bytes]:
        """The results that are there."""
        paths = (self.folder / "build" / name for name in ("report.tex", "report.pdf"))
        return {path.name: path.read_bytes() for path in paths if path.is_file()}

    def files(self) -> dict[str, bytes]:
        """All that a user sees in the folder but for the results, and what it holds."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in paths
            if not GENERATED.intersection(path.parts) and path.name not in self.outputs()
        }


Make = Callable[..., Place]  # what the fixtures of projects give
Clean = Callable[..., Results]  # and that of what is right


def processes(place: Place) -> list[str]:
    """The processes that builds have left running."""
    mark = b"TREADLE_PLACE=" + os.fsencode(place.folder) + b"\0"
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:  # it has ended, or is somebody else's
            continue
    return found


def assert_clear(done: subprocess.CompletedProcess[str], *words: str, status: int = 1) -> None:
    """An error in the form of errors, with these words, and no traceback of ours."""
    assert done.returncode == status, done.stdout + done.stderr
    assert re.search(r"^(treadle|[^\s:]+:\d+): error: .", done.stderr, re.MULTILINE), done.stderr
    assert OURS.search(done.stderr) is None, done.stderr
    missing = [word for word in words if word not in done.stderr]
    assert not missing, (missing, done.stderr)
