"""What a Python says of itself, and whether that will do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from treadle.engine.run.interpreter import (
    Interpreter,
    Unfit,
    interpreter_at,
    own_interpreter,
    worker_command,
)

VERSION = sys.version_info[:2]
NEXT = (VERSION[0], VERSION[1] + 1)


@pytest.fixture
def program(tmp_path: Path):
    """Make one that says so much of itself."""

    def make(said: object, before: str = "", status: int = 0) -> str:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{before}\ncat <<'END'\n{said!r}\nEND\nexit {status}\n")
        path.chmod(0o755)
        return str(path)

    return make


def answer(minor=VERSION, kind="cpython", paths=(), suffixes=None):
    from importlib.machinery import EXTENSION_SUFFIXES

    suffixes = EXTENSION_SUFFIXES if suffixes is None else suffixes
    return (minor, kind, "3.x (main)", "/there/python", "/there", [*paths], suffixes)


def test_it_gets_what_it_lacks(program):
    found = interpreter_at(program(answer()), "/")
    assert isinstance(found, Interpreter)
    assert (found.executable, found.prefix, found.number) == ("/there/python", "/there", "3.x")
    assert set(found.lent) == {"treadle", "blake3", "msgspec"}


def test_what_it_prints_at_its_start_is_left_out(program):
    assert isinstance(interpreter_at(program(answer(), before="echo hello"), "/"), Interpreter)


def test_what_it_has_itself_is_not_lent(program, tmp_path):
    (tmp_path / "msgspec-0.20.0.dist-info").mkdir()
    found = interpreter_at(program(answer(paths=[str(tmp_path)])), "/")
    assert isinstance(found, Interpreter)
    assert set(found.lent) == {"treadle", "blake3"}


def test_another_version_will_do_where_it_has_what_is_compiled(program, tmp_path):
    foreign = {"minor": NEXT, "suffixes": [".other"], "paths": [str(tmp_path)]}
    found = interpreter_at(program(answer(**foreign)), "/")
    assert isinstance(found, Unfit)
    assert "-m pip install blake3 msgspec`" in found.hint
    for name in ("msgspec-0.20.0", "blake3-1.0.1"):
        (tmp_path / f"{name}.dist-info").mkdir()
    if NEXT < (3, 14) or VERSION >= (3, 14):
        found = interpreter_at(program(answer(**foreign)), "/")
        assert isinstance(found, Interpreter)
        assert set(found.lent) == {"treadle"}


def test_annotations_that_are_evaluated_late_want_a_treadle_that_knows(program, tmp_path):
    for name in ("msgspec-0.20.0", "blake3-1.0.1"):
        (tmp_path / f"{name}.dist-info").mkdir()
    other = (3, 13) if VERSION >= (3, 14) else (3, 14)
    found = interpreter_at(program(answer(minor=other, paths=[str(tmp_path)])), "/")
    assert isinstance(found, Unfit)
    assert "install Treadle for" in found.hint


def test_an_old_package_of_ours_there_is_told(program, tmp_path):
    (tmp_path / "msgspec-0.18.6.dist-info").mkdir()
    found = interpreter_at(program(answer(paths=[str(tmp_path)])), "/")
    assert found == Unfit(
        "has a version of msgspec that is too old for Treadle",
        "`/there/python -m pip install --upgrade msgspec`",
    )


@pytest.mark.parametrize("said", ["words", (1, 2), ((3,), 1, 2, 3, 4, 5, 6)])
def test_what_says_something_else_is_no_python(program, said):
    found = interpreter_at(program(said, before="echo mine >&2"), "/")
    assert found == Unfit("is no Python", "it says: mine")


def test_who_runs_under_another_one_is_told_apart():
    own = own_interpreter()
    assert own.identity == own_interpreter().identity
    others = [
        Interpreter(own.executable, "3.99", own.prefix, own.paths),
        Interpreter(own.executable, own.version, "/elsewhere", own.paths),
    ]
    assert own.identity not in {other.identity for other in others}


def test_a_worker_of_our_own_is_started_as_a_module():
    assert worker_command("/p", {}) == ["/p", "-P", "-m", "treadle.engine.worker"]
