"""`python builder.py`: a process that builds documents, one for each line of JSON it is sent.

A line names the folder of a `report.pmd`, what the environment holds besides, and whether the
cache may be used; the answer says all that a user could see of the build. So many builds cost
one start of Python, and two processes build side by side in two folders.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


def main() -> None:
    with tempfile.TemporaryDirectory() as programs:
        cat = shutil.which("cat")
        assert cat is not None
        Path(programs, "cat").symlink_to(cat)
        os.environ["PATH"] = programs  # no LaTeX, which would only measure the page
        for line in sys.stdin:
            print(json.dumps(built(**json.loads(line))), flush=True)


def built(folder: str, environment: dict[str, str], cached: bool) -> dict[str, object]:
    """Build as asked; what a user could see."""
    import treadle

    os.chdir(folder)
    os.environ.pop("LOOM", None)
    os.environ.update(environment)
    done = treadle.build("report.pmd", to="tex", cache=cached)
    return {
        "tex": "" if done.failed else Path("build/report.tex").read_text("utf-8"),
        "failed": done.failed,
        "problems": "\n".join(map(str, (*done.problems, done.traceback))),
        "ran": done.ran,
        "chunks": done.chunks,
    }


@dataclass(frozen=True)
class Seen:
    """What came of a build."""

    tex: str  # empty where the build failed
    failed: bool
    problems: str  # diagnostics and traceback
    ran: int
    chunks: int


class Builder:
    """Such a process."""

    def __init__(self, *, cached: bool) -> None:
        self._cached = cached
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def start(self, folder: Path, environment: dict[str, str]) -> None:
        """Begin to build; `result` gives what comes of it."""
        asked = {"folder": str(folder), "environment": environment, "cached": self._cached}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()

    def result(self) -> Seen:
        """Wait for the build that was started."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the build took its process down"
        return Seen(**json.loads(line))

    def close(self) -> None:
        """End the process, by the end of its input."""
        self._process.communicate(timeout=60)


if __name__ == "__main__":
    main()
