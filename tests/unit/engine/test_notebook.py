"""The engine alone runs a notebook, keeps what its cells gave, and knows nothing of documents."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).with_name("notebook.py")
FIRST = ("x = 2", "def double(n):\n    return 2 * n", "print(double(x)); x", "y = 'other'; y")
Notebook = Callable[..., list[str]]


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    """What the toy prints for these cells, a line each."""

    def notebook(*codes: str) -> list[str]:
        command = [sys.executable, str(NOTEBOOK), str(tmp_path), *codes]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        *lines, besides = done.stdout.splitlines()
        assert besides == "besides: []"
        return [line.strip() for line in lines]

    return notebook


def test_cells_run_once(notebook: Notebook) -> None:
    ran = ["[0] ran:", "[1] ran:", "[2] ran: 4 2", "[3] ran: 'other'"]
    assert notebook(*FIRST) == ran
    assert notebook(*FIRST) == [line.replace("ran", "kept") for line in ran]


def test_of_a_changed_notebook_what_depends_on_the_change_runs(notebook: Notebook) -> None:
    notebook(*FIRST)
    assert notebook("x = 3", *FIRST[1:]) == [
        "[0] ran:",
        "[1] kept:",
        "[2] ran: 6 3",
        "[3] kept: 'other'",
    ]
    assert notebook(*FIRST) == ["[0] kept:", "[1] kept:", "[2] kept: 4 2", "[3] kept: 'other'"]


def test_the_same_value_made_in_another_way_runs_nothing_more(notebook: Notebook) -> None:
    notebook(*FIRST)
    assert notebook("x = 1 + 1", *FIRST[1:])[2] == "[2] kept: 4 2"


def test_what_can_not_be_stored_is_made_again(notebook: Notebook) -> None:
    notebook("g = iter('abc')", "next(g)")
    assert notebook("g = iter('abc')", "next(g) + '!'") == ["[0] ran:", "[1] ran: 'a!'"]


def test_state_of_the_process_is_had_again(notebook: Notebook) -> None:
    change = "import os\nos.environ['A'] = 'changed'"
    notebook(change, "print(os.environ['A'])", "1")
    assert notebook(change, "print(os.environ['A'] + '!')", "1") == [
        "[0] ran:",
        "[1] ran: changed!",
        "[2] kept: 1",
    ]


def test_a_failure_is_told_and_what_needs_it_is_left_out(notebook: Notebook) -> None:
    assert notebook("1 / 0", "print('goes on')") == [
        "[0] ran: ZeroDivisionError: division by zero",
        "[1] ran: goes on",
    ]


def test_files_that_cells_read_count(notebook: Notebook, tmp_path: Path) -> None:
    codes = ("open('data').read()", "1")
    (tmp_path / "data").write_text("one")
    notebook(*codes)
    (tmp_path / "data").write_text("two")
    assert notebook(*codes) == ["[0] ran: 'two'", "[1] kept: 1"]
