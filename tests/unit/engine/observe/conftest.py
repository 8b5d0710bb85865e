"""Steps run under an observer in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from treadle.engine.messages import WorkerSetup, decode, encode
from treadle.engine.trace import Observed

STEPS = Path(__file__).with_name("steps.py")

Observe = Callable[..., list[Observed]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The document's folder, with an empty folder for code."""
    folder = tmp_path / "document"
    (folder / "code").mkdir(parents=True)
    return folder


def observed_in(
    folder: Path, beside: Path, steps: Sequence[str], variables: dict[str, str]
) -> list[Observed]:
    """What was observed of each of some steps, run one after the other in one process."""
    setup = WorkerSetup(
        directory=str(folder),
        code_path=str(folder / "code"),
        blobs=str(beside / "blobs"),
        store=str(beside / "store"),
        edited=(".md", ".py"),
        libraries="treadle.press.plugin.figures",
    )
    codes = [textwrap.dedent(step) for step in steps]
    ran = subprocess.run(
        [sys.executable, "-P", str(STEPS)],
        input=b"".join(map(encode, [setup, *codes])),
        capture_output=True,
        env=os.environ | {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg"} | variables,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return [decode(line).observed for line in ran.stdout.splitlines()]


@pytest.fixture
def observe(folder: Path, tmp_path: Path) -> Observe:
    """What was observed of each of some steps, run one after the other in one process."""
    return lambda *steps, **variables: observed_in(folder, tmp_path, steps, variables)


@pytest.fixture
def seen(observe: Observe) -> Callable[..., Observed]:
    """What was observed of one step."""

    def seen(step: str, **variables: str) -> Observed:
        (observed,) = observe(step, **variables)
        return observed

    return seen
