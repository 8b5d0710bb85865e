"""How workers of a build are set up."""

from __future__ import annotations

from pathlib import Path

from treadle.building.prepare import Prepared
from treadle.building.request import Request
from treadle.execution.task import WorkerSetup
from treadle.store.store import Store


def worker_setup(
    request: Request, prepared: Prepared, figures: Path, store: Store | None
) -> WorkerSetup:
    """The setup of workers that write figures to `figures`; without a store they keep nothing."""
    return WorkerSetup(
        directory=str(request.path.resolve().parent),
        code_path=str(request.code_dir.resolve()),
        figures=str(figures),
        params=prepared.params,
        style_file=str(figures / "style.json"),
        threads=prepared.settings.threads,
        store=str(store.root) if store else None,
        key=store.key if store else b"",
    )
