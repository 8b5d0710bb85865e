"""Pythons that documents name, for commands that start nothing that a document names."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import ValidationError, convert
from msgspec.structs import asdict

from treadle.engine.run.interpreter import Interpreter
from treadle.engine.store.secret_key import NoKeyError
from treadle.engine.store.store import Store, store_folder


def remember(store: Store, python: Interpreter) -> None:
    """Note what it was when a build started it. Raises OSError."""
    record = {**asdict(python), "lent": dict(python.lent), "stamp": _stamp(python.asked)}
    if store.traces.load_record(_name(python.asked)) != record:
        store.traces.save_record(_name(python.asked), record)


def not_started(executable: str, folder: str) -> Interpreter:  # noqa: ARG001
    """One of which nothing is known but where it is."""
    return Interpreter(executable, "", "", ())


class Remembered:
    """Tells of a Python what it was when the last build into a folder started it."""

    def __init__(self, out_dir: Path) -> None:
        self._out_dir = out_dir

    def __call__(self, executable: str, folder: str) -> Interpreter:
        try:
            store = Store.open(store_folder(self._out_dir.resolve()))
            record: dict[str, object] = store.traces.load_record(_name(executable)) or {}
            if record.pop("stamp", None) == _stamp(executable):
                return convert(record, Interpreter)
        except (NoKeyError, RuntimeError, ValidationError):
            pass
        return not_started(executable, folder)


def _name(executable: str) -> str:
    return f"python\0{executable}"


def _stamp(executable: str) -> str:
    """Differs where another Python is there by now, as a rule."""
    found = []
    for path in (executable, f"{os.path.dirname(os.path.dirname(executable))}/pyvenv.cfg"):  # noqa: PTH120
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            continue
        found.append(f"{status.st_ino} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(found)
