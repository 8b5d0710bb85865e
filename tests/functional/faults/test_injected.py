"""Any operation on a file fails, one at a time or one and all after it: nothing is lost.

`TREADLE_FAULTS=1000` tries each of a build's operations, instead of some of each kind.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .injecting import Disturbed, Fault
from .place import EDITED, Place, Results

TRIED = int(os.environ.get("TREADLE_FAULTS", "4"))  # at most, of each kind
TEX = ("--to", "tex")

CASES = {  # the fault, what is built, whether it had been built before
    "full disk": (Fault("command", "write", errno.ENOSPC, lasting=True), TEX, True),
    "full disk, first build": (Fault("command", "write", errno.ENOSPC, lasting=True), TEX, False),
    "full disk, PDF": (Fault("command", "write", errno.ENOSPC, lasting=True), (), True),
    "no permission": (Fault("command", "write", errno.EACCES), TEX, True),
    "no permission, PDF": (Fault("command", "write", errno.EACCES), (), False),
    "read error": (Fault("command", "read", errno.EIO), TEX, True),
    "read error, PDF": (Fault("command", "read", errno.EIO), (), True),
    "full disk, worker": (Fault("worker", "write", errno.ENOSPC, lasting=True), TEX, False),
    "write error, worker": (Fault("worker", "write", errno.EIO), TEX, True),
    "read error, worker": (Fault("worker", "read", errno.EIO), TEX, False),
}


def spread(count: int) -> list[int]:
    """Numbers from 1 to `count`, as many as are to be tried."""
    tried = min(count, TRIED)
    return [1 + (2 * at + 1) * count // (2 * tried) for at in range(tried)]


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_lost(
    tmp_path: Path, without_latex: str, clean: Callable[..., Results], case: str
) -> None:
    fault, arguments, built = CASES[case]
    programs = without_latex if arguments else None
    place = Place.make(tmp_path / "project", programs=programs)
    right = clean(EDITED, *arguments, programs=programs)
    disturbed = Disturbed.make(place, right, arguments, built=built)
    count = disturbed.operations(fault)
    assert count > 3, "an operation that is not noticed can't fail"
    failed = sum(disturbed.check(fault, number) for number in spread(count))
    print(f"{case}: {failed} builds, of {count} operations")
    assert failed >= min(3, TRIED)
