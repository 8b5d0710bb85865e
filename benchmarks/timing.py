"""What the benchmarks share: medians of wall-clock times, and tables with goals."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# Not what users have: another date, and every module compiled anew at each start.
UNUSUAL = ("SOURCE_DATE_EPOCH", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Row:
    """A figure; its goal, if it has one; and what it is seen beside."""

    label: str
    value: float
    unit: str = "s"
    goal: float | None = None
    at_least: bool = False  # the goal is a lower bound: for rates
    beside: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal is met; empty without a goal."""
        if self.goal is None:
            return ""
        met = self.value >= self.goal if self.at_least else self.value <= self.goal
        return "reached" if met else "missed"

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"{self.goal:g}"
        figure = f"{self.value:10.3f} {self.unit:5}"
        return f"{self.label:52}{figure}{goal:>6}  {self.verdict:8} {self.beside}".rstrip()


def heading() -> str:
    return f"{'':52}{'median':>10} {'':5}{'goal':>6}  {'':8} beside"


def seconds_of(command: Iterable[str], folder: Path) -> float:
    """The wall-clock time of a command, which must succeed."""
    return timed(command, folder)[0]


def timed(command: Iterable[str], folder: Path) -> tuple[float, str]:
    """The wall-clock time of a command, which must succeed, and what it printed."""
    environment = {key: value for key, value in os.environ.items() if key not in UNUSUAL}
    start = time.perf_counter()
    done = subprocess.run(
        [*command],
        cwd=folder,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=environment,
    )
    spent = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return spent, done.stdout


def median(measure: Callable[[int], float], rounds: int) -> float:
    """The median of `measure(0)`, `measure(1)`, ..."""
    return statistics.median(measure(number) for number in range(rounds))


def bare_python(folder: Path, rounds: int) -> float:
    """What it takes Python to do nothing: the floor under every command."""
    return median(lambda _: seconds_of((sys.executable, "-c", "pass"), folder), rounds)


def times(value: float, floor: float) -> str:
    """`3.2 x`."""
    return f"{value / floor:.1f} x"
