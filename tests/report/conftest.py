"""The real report, woven once with small parameters."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "report" / "assignment9.pmd"
PROPOSAL = ROOT / "report" / "proposal.pmd"
SMALL = {
    "train_size": 2000,
    "test_size": 500,
    "epochs_dense": 1,
    "epochs_cnn": 1,
    "epochs_rnn": 1,
    "seeds_naive": 1,
    "epochs_textcnn": 1,
    "seeds_dense": 1,
    "seeds_cnn": 1,
    "seeds_text": 1,
    "texts": 500,
}
# With small parameters nothing takes so long that its values are kept.
KEEPING = "100"


@dataclass(frozen=True)
class Built:
    """What the command said, and the PDF it made with these parameters."""

    command: tuple[str, ...]
    source: Path
    status: int
    stderr: str
    folder: Path
    pdf: Path
    params: dict[str, int]

    @property
    def text(self) -> str:
        """The words of the PDF in the order they are read, a blank between two."""
        return " ".join(run("pdftotext", str(self.pdf), "-").stdout.split())

    @property
    def fonts(self) -> list[str]:
        """A line a font, as `pdffonts` prints it."""
        return run("pdffonts", str(self.pdf)).stdout.splitlines()[2:]

    @property
    def pages(self) -> int:
        lines = run("pdfinfo", str(self.pdf)).stdout.splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pages:"))


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=900,
    )


def build(
    original: Path,
    folder: Path,
    params: dict[str, int],
    program: tuple[str, ...] = ("-m", "treadle"),
    **variables: str,
) -> Built:
    """What a build makes of a copy of the document, which may be edited."""
    sources = shutil.copytree(original.parent, folder / original.parent.name)
    source = sources / original.name
    (sources / "author.yaml").write_text("author: Ada Lovelace\nid: '4711'\n", "utf-8")
    settings = [item for name, value in params.items() for item in ("-P", f"{name}={value}")]
    command = ("build", str(source), "-o", str(folder), "--code", str(folder / "code"), *settings)
    done = run(sys.executable, *program, *command, **variables)
    pdf = folder / f"{source.stem}.pdf"
    return Built(command, source, done.returncode, done.stderr, folder, pdf, params)


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(REPORT, tmp_path_factory.mktemp("report"), SMALL, TREADLE_KEEPING=KEEPING)


@pytest.fixture(scope="session")
def proposal(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(PROPOSAL, tmp_path_factory.mktemp("proposal"), {})
