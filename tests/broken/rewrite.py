"""Write what is said of every broken document anew: `python -m tests.broken.rewrite`.

Then read the difference in git: each line is a line of the document and words to its author.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.command import treadle
from tests.formats import emptied

HERE = Path(__file__).parent
DOCUMENTS = tuple(sorted((HERE / "documents").glob("*.pmd")))
OLD = b"%PDF the good one of last time"
PROBLEM = re.compile(r"^(?:\S+:\d+: (?:error|warning)|treadle): .*$", re.MULTILINE)


def lay_out(source: bytes, folder: Path) -> None:
    """Empty the folder; put the document and the files it may need there, and the PDF of last
    time."""
    shutil.copytree(HERE / "files", emptied(folder), dirs_exist_ok=True)
    (folder / "report.pmd").write_bytes(source)
    (folder / "build").mkdir(exist_ok=True)
    (folder / "build/report.pdf").write_bytes(OLD)


def built(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build it by the command."""
    return treadle("build", "report.pmd", folder=folder)


def problems(said: str) -> str:
    """The problems that the command printed; tracebacks differ between versions of Python, and
    where it lies from machine to machine."""
    found = "".join(f"{line}\n" for line in PROBLEM.findall(said))
    return found.replace(f"`{sys.executable} ", "`python ")


def rewrite() -> None:
    """Put what is said beside each document."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        for document in DOCUMENTS:
            lay_out(document.read_bytes(), folder)
            document.with_suffix(".txt").write_text(problems(built(folder).stderr), "utf-8")


if __name__ == "__main__":
    rewrite()
