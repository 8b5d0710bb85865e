"""How long to fuzz: five seconds a file, or `TREADLE_FUZZ_SECONDS`, with new examples each time.

`TREADLE_FUZZ_SEED` is the first seed, for what an earlier run has found.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

SHORT = 5.0
SECONDS = float(os.environ.get("TREADLE_FUZZ_SECONDS", SHORT))
NEW_SEED = 0 if SECONDS <= SHORT else int(time.time())
FIRST_SEED = int(os.environ.get("TREADLE_FUZZ_SEED", NEW_SEED))
LIMIT = 4.0  # seconds of processor time for one example: some are of 10,000 marks, woven twice
SAID = "examples"  # a property of a test's report
ROUND = settings(  # the examples of one seed
    max_examples=200,
    deadline=None,
    database=None,
    derandomize=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

T = TypeVar("T")
Check = Callable[[T], None]
Fuzz = Callable[[Check[T], SearchStrategy[T]], None]


def _examples(check: Check[T], strategy: SearchStrategy[T], seconds: float) -> str:
    """Check one example at least, and more until the time is up; how many there were."""
    examples, number, end = 0, FIRST_SEED, time.monotonic() + seconds

    def example(value: T) -> None:
        nonlocal examples
        if not examples or time.monotonic() < end:
            check(value)
            examples += 1

    while time.monotonic() < end:
        seed(number)(ROUND(given(strategy)(example)))()
        number += 1
    return f"{examples} examples in {seconds:.0f} s, seeds {FIRST_SEED} to {number - 1}"


@pytest.fixture
def fuzz(
    request: pytest.FixtureRequest, within: Callable[[float], AbstractContextManager[None]]
) -> Fuzz[T]:
    """Check a property for as long as wanted; the tests of a file share its time."""
    beside = [
        item
        for item in request.session.items
        if item.path == request.node.path and "fuzz" in getattr(item, "fixturenames", ())
    ]

    def run(check: Check[T], strategy: SearchStrategy[T]) -> None:
        def timed(value: T) -> None:
            try:
                with within(LIMIT):
                    check(value)
            except BaseException as failure:  # not each comes back by way of hypothesis
                failure.add_note(f"the example: {value!r}")
                raise

        said = _examples(timed, strategy, SECONDS / len(beside))
        request.node.user_properties.append((SAID, said))

    return run


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> None:
    for report in terminalreporter.stats.get("passed", []):
        for name, said in report.user_properties:
            if name == SAID:
                terminalreporter.write_line(f"{report.nodeid}: {said}")
