"""A user's folder, the command run in it, and what came out."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.command import treadle
from tests.formats import emptied

from .programs import link_programs

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
    """A folder with a document `report.pmd`; `without_latex` is the path of programs for builds
    that set no pages, None: the usual one."""

    folder: Path
    without_latex: Path | None = None

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def treadle(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command in this process."""
        return treadle(*arguments, folder=self.folder, environment=self.environment(arguments))

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.treadle("build", "report.pmd", *arguments)

    def run(self, *command: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder / folder,
            env={**os.environ, **self.environment(command)},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )

    def environment(self, arguments: Sequence[str]) -> dict[str, str]:
        """For `--to tex` LaTeX only measures the page: a second wherever a folder holds other files
        than the one before."""
        without = self.without_latex if "tex" in arguments else None
        return {} if without is None else {"PATH": str(without)}

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


class Folders:
    """Folders for projects; one is given again, emptied, when its test is over."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory = factory
        self._free: list[Path] = []
        self._taken: list[Path] = []

    def take(self) -> Path:
        folder = self._free.pop() if self._free else self._factory.mktemp("project")
        self._taken.append(folder)
        return emptied(folder)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """What is taken meanwhile is free in the end."""
        before = len(self._taken)
        yield
        self._free += self._taken[before:]
        del self._taken[before:]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return Folders(tmp_path_factory)


@pytest.fixture(autouse=True)
def _lent(folders: Folders) -> Iterator[None]:
    """Fixtures of whole modules come before, and keep theirs."""
    with folders.lent():
        yield


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The machine's programs without LaTeX."""
    return link_programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture(scope="session")
def project(folders: Folders, programs: Path) -> Callable[[str], Project]:
    """Make a project of the text of its document."""

    def make(source: str) -> Project:
        made = Project(folders.take(), programs)
        made.write("report.pmd", source)
        return made

    return make
