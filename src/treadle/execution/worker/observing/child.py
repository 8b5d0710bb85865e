"""In a process that the user's code started: observe, and tell the worker by the journal."""

from __future__ import annotations

import json

from treadle.execution.task import WorkerSetup
from treadle.execution.worker.imports import AfterImport, import_fresh_from
from treadle.execution.worker.observing.journal import Journal
from treadle.execution.worker.observing.watch import Watch


def start(descriptor: int, setup: str) -> None:
    """Observe all that this process does from now on; `setup` is JSON."""
    fields = WorkerSetup(**json.loads(setup))
    journal = Journal(descriptor)
    after_import = AfterImport()
    watch = Watch(fields, after_import, journal)
    import_fresh_from([folder for folder in (fields.code_path, fields.directory) if folder])
    watch.log.active = True
