"""How workers of a build are set up."""

from __future__ import annotations

from pathlib import Path

from treadle.app.prepare import Prepared
from treadle.app.report import Request
from treadle.engine.messages import WorkerSetup
from treadle.engine.store.store import Store


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
