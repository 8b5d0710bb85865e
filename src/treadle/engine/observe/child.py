"""In a process that the user's code started: observe, and tell the worker by the journal."""

from __future__ import annotations

import json

from treadle.engine.messages import WorkerSetup
from treadle.engine.observe.log import Journal
from treadle.engine.observe.observer import Watch
from treadle.engine.worker.imports import AfterImport, import_fresh_from


def start(descriptor: int, setup: str) -> None:
    """Observe all that this process does from now on; `setup` is JSON."""
    fields = WorkerSetup(**json.loads(setup))
    journal = Journal(descriptor)
    after_import = AfterImport()
    watch = Watch(fields, after_import, journal)
    import_fresh_from([folder for folder in (fields.code_path, fields.directory) if folder])
    watch.log.active = True
