"""For all tests: how long something may take, and which of them stay together."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Documents of which each is a test: they fill up what is left of the time.
APART = (
    "tests/broken/",
    "tests/scripts/",
    "tests/golden/",
    "tests/strange/",
    "tests/functional/staleness/",
)
TOGETHER = ("tests/report/",)  # they look at one build, which takes long

Within = Callable[[float], AbstractContextManager[None]]


ACTIVE = (
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
)  # chunks run in that environment, and not in the tests' own


@pytest.fixture(scope="session", autouse=True)
def _no_active_environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ACTIVE:
            patch.delenv(name, raising=False)
        yield


class TooSlow(BaseException):
    """Not an Exception, so that nobody handles it on its way."""


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.fixture
def within() -> Within:
    """`with within(2):` what takes more than two seconds of processor time fails."""
    return _within


class ByFixtures(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Tests of a file go to one worker, which makes what its fixtures share only once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith(APART):
            return nodeid
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """How `-n 2 --dist loadgroup` shares out the tests: its own marks want an older pytest."""
    return ByFixtures(config, log) if config.getoption("dist") == "loadgroup" else None
