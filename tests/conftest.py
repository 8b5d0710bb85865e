"""For all tests: how long something may take, and which of them stay together."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

# Documents of which each is a test: they fill up what is left of the time.
APART = ("tests/broken", "tests/golden", "tests/strange", "tests/functional/staleness")
TOGETHER = ("tests/report",)  # they look at one build, which takes long

Within = Callable[[float], AbstractContextManager[None]]


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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests run beside each other (`-n 2 --dist loadgroup`), those of a file share what its
    fixtures make."""
    for item in items:
        file = item.path.relative_to(config.rootpath)
        folders = {str(folder) for folder in file.parents}
        if not folders.intersection(APART):
            (group,) = folders.intersection(TOGETHER) or {str(file)}
            item.add_marker(pytest.mark.xdist_group(group))
