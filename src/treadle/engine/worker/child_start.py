"""How a process begins that multiprocessing has started afresh, and one that a fork server has."""

from __future__ import annotations

import pickle
import sys
from importlib import import_module
from typing import Any

from treadle.engine.after_import import AfterImport
from treadle.engine.worker.child_main import ChildMain, Place, arrivals_of_main
from treadle.engine.worker.child_processes import SEED, ChildProcesses
from treadle.engine.worker.seeds import Seeds


class Relay:
    """What has come of the session, for processes that this one starts."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.unsent: dict[str, str] = {}

    def forget(self) -> None:
        """It goes on as it came."""

    def place_of(self, name: str) -> Place:
        """Where that stands which a name is bound to. Raises PicklingError."""
        arrivals = arrivals_of_main()
        if arrivals is None or name not in arrivals.places:
            raise pickle.PicklingError(f"`{name}` was made in a process that can't pass it on")
        return arrivals.places[name]


def start(lending: str, descriptor: int) -> None:
    """Let this process, and those that are forked from it as a server, have a `__main__` for what
    comes of the session by this descriptor, and random numbers of their own."""
    spawn: Any = import_module("multiprocessing.spawn")
    prepare = spawn.prepare
    after_import = AfterImport()
    seeds = Seeds(after_import)
    children = ChildProcesses(lending, lambda: Relay(descriptor))
    children.install(after_import)

    def prepare_with_session(data: dict[str, Any]) -> None:
        sys.modules["__main__"] = ChildMain()
        seed = data.pop(SEED)
        seeds.start(seed)
        children.begin(seed)
        prepare(data)

    spawn.prepare = prepare_with_session
