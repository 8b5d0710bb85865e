"""A user's folder, the command run in it, and what came out."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

UNUSUAL = ("SOURCE_DATE_EPOCH", "PYTHONDONTWRITEBYTECODE")  # most users have neither


@pytest.fixture(scope="session", autouse=True)
def _usual_environment() -> Iterator[None]:
    """Whatever is started, is started as users do: with Python's compiled modules kept."""
    with pytest.MonkeyPatch.context() as patch:
        for name in UNUSUAL:
            patch.delenv(name, raising=False)
        # A shell starts what runs in the background with Ctrl-C ignored, and that is inherited.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and `nohup` that of a lost terminal
        yield


@dataclass(frozen=True)
class Project:
    """A folder with a document `report.pmd`."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def treadle(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "treadle", *arguments)

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.treadle("build", "report.pmd", *arguments)

    def run(self, *command: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder / folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )

    @property
    def pdf(self) -> Path:
        return self.folder / "build" / "report.pdf"

    @property
    def tex(self) -> str:
        return (self.folder / "build" / "report.tex").read_text("utf-8")

    def text(self, pdf: str = "build/report.pdf") -> str:
        """The text of the PDF, its pages laid out as they look."""
        done = self.run("pdftotext", "-layout", pdf, "-")
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Project]:
    """Make a project of the text of its document."""
    numbers = itertools.count()

    def make(source: str) -> Project:
        made = Project(tmp_path_factory.mktemp(f"project{next(numbers)}"))
        made.write("report.pmd", source)
        return made

    return make
