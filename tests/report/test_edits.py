"""The loop of editing the report: what a change of its source makes run again."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import KEEPING, Built, run

# Tells on its last line which libraries the command has loaded and which programs it started.
OBSERVED = """import json, sys
from treadle.app.cli.main import main
programs = []
def audit(event, arguments):
    if event in ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.system"):
        programs.append(event)
sys.addaudithook(audit)
status = main(sys.argv[1:])
heavy = sorted({"torch", "numpy", "matplotlib", "pandas", "rich"} & sys.modules.keys())
print()
print(json.dumps([status, heavy, programs]))
"""
CODE_MAP = "code-map"  # prints the names and the first line of what the modules define
DOCSTRING = '"""Embedding, Elman recurrence, and a linear map of one state to one logit."""'
STATE = "self.dropout(self.read(states, lengths))"


@dataclass(frozen=True)
class Rebuilt:
    """What a build after an edit did."""

    ran: frozenset[str]  # labels of chunks
    loaded: list[str]
    programs: list[str]


class Editor:
    """Edits the source of the report, for one build each."""

    def __init__(self, report: Built) -> None:
        self._report = report

    def change(self, old: str, new: str) -> Rebuilt:
        """Build to the `.tex` with the first `old` replaced; the source is then as it was."""
        source = self._report.source
        text = source.read_text("utf-8")
        assert old in text
        source.write_text(text.replace(old, new, 1), "utf-8")
        try:
            return self._build()
        finally:
            source.write_text(text, "utf-8")

    def _build(self) -> Rebuilt:
        done = run(
            sys.executable,
            "-c",
            OBSERVED,
            *self._report.command,
            "--to",
            "tex",
            TREADLE_KEEPING=KEEPING,
        )
        *lines, last = done.stdout.splitlines()
        status, loaded, programs = json.loads(last)
        assert status == 0, done.stderr
        found = (re.match(r"\S+\.pmd:\d+ (\S+) [\d.]+ s$", line) for line in lines)
        return Rebuilt(frozenset(match[1] for match in found if match), loaded, programs)


@pytest.fixture
def editor(report: Built, tmp_path: Path) -> Iterator[Editor]:
    """Other tests find the results as the build of the report left them."""
    assert report.status == 0
    stem = report.pdf.stem
    shutil.copy(report.folder / f"{stem}.tex", tmp_path)
    figures = shutil.copytree(report.folder / stem, tmp_path / stem)
    yield Editor(report)
    shutil.copy(tmp_path / f"{stem}.tex", report.folder)
    shutil.rmtree(report.folder / stem)
    shutil.copytree(figures, report.folder / stem)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("`make pdf` sets up", "In a word: `make pdf` sets up"),
        ('caption="Dense autoencoder: loss after', 'caption="The dense autoencoder: loss after'),
    ],
    ids=["sentence", "caption"],
)
def test_wording_starts_no_worker_and_loads_no_library(editor, old, new):
    assert editor.change(old, new) == Rebuilt(frozenset(), [], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DOCSTRING, '"""An Elman network."""'),
        ("# its last layer has no sigmoid", "# the last layer has no sigmoid"),
    ],
    ids=["docstring", "comment"],
)
def test_wording_in_a_model_trains_nothing(editor, old, new):
    assert editor.change(old, new).ran <= {CODE_MAP}


def test_another_model_in_exercise_4_trains_in_exercise_4_alone(editor):
    ran = editor.change(STATE, f"self.dropout({STATE})").ran
    assert {"train-rnn", "naive-rnn", "rnn-test"} <= ran
    trained = {"dense-trials", "dense-fit", "conv-fit", "bags", "train-textcnn", "textcnn"}
    assert not ran & trained
