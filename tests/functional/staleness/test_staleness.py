"""Every case: the second build equals a clean one, and runs what it must and no more.

With `TREADLE_KEEPING=0` in the environment, no value is looked at or kept: more runs then, and
every second build must equal the clean one all the same.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.together import grouped

from .case import Case, all_cases
from .joined import joined, name_of, names
from .procedure import Trial, try_case

KEEPING_NOTHING = os.environ.get("TREADLE_KEEPING") == "0"
TOGETHER = Path(__file__).with_name("together.txt")
BY_NAME = {name_of(case): case for case in all_cases()}


@pytest.mark.parametrize("cases", grouped(BY_NAME, TOGETHER), ids=names)
def test_second_build_equals_a_clean_one(cases: tuple[Case, ...], tmp_path: Path, programs: Path):
    case = joined(cases)
    trial = try_case(case, tmp_path, programs)
    check_equal(case, trial)
    check_telling(case, trial)
    check_ran(case, trial)


def check_equal(case: Case, trial: Trial) -> None:
    """Nothing stale: status, errors, `.tex` and figures are those of a clean build."""
    _, second, clean = trial.first, trial.second, trial.clean
    assert clean.status == case.status, clean.complaints
    assert second.status == clean.status, second.complaints
    assert second.errors == clean.errors
    if clean.status == 0:
        assert second.body == clean.body
        assert second.files == clean.files


def check_telling(case: Case, trial: Trial) -> None:
    """The case can fail: its change shows, so that an old result would be seen."""
    if not case.header("kill"):
        assert trial.first.status == 0, trial.first.complaints
    for text in case.now:
        if text == "*":
            assert trial.clean.outputs != trial.first.outputs
            continue
        assert text in trial.clean.body
        assert text not in trial.first.body
    assert case.now or case.status or case.header("runs"), "nothing would show an old result"


def check_ran(case: Case, trial: Trial) -> None:
    """What ran, by the lines that the build prints."""
    if "runs" in case.headers and not KEEPING_NOTHING:
        ran = trial.second.ran
        assert case.runs.allows(ran), f"ran {sorted(ran)}, not {case.header('runs')}"
    if trial.second.count is not None:
        assert trial.second.count == len(trial.second.ran)
