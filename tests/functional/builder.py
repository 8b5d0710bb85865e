"""`python builder.py`: a process that builds documents, one for each line of JSON it is sent.

A line names the folder of a `report.pmd`, what the environment holds besides, and whether the
cache may be used; the answer says all that a user could see of the build. So many builds cost
one start of Python, and two processes build side by side in two folders.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


def main() -> None:
    from treadle.building.build import build
    from treadle.building.request import Request, Target

    def cache(cached):
        return {"cache": cached} if "cache" in Request.__dataclass_fields__ else {}

    for line in sys.stdin:
        asked = json.loads(line)
        os.chdir(asked["folder"])
        os.environ.pop("LOOM", None)
        os.environ.update(asked["environment"])
        request = Request(Path("report.pmd"), target=Target.TEX, **cache(asked["cached"]))
        built = build(request)
        answer = {
            "tex": "" if built.failed else Path("build/report.tex").read_text("utf-8"),
            "failed": built.failed,
            "problems": "\n".join(map(str, (*built.diagnostics, built.traceback))),
            "ran": built.ran,
            "chunks": built.chunks,
        }
        print(json.dumps(answer), flush=True)


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
            env={key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"},
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
        """End the process."""
        self._process.kill()
        self._process.communicate()


if __name__ == "__main__":
    main()
