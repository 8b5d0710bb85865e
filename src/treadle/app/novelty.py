"""Whether a document has code that never ran here: then it is certain that something has to run.

It is found out before anything is planned, so that the worker starts meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.engine.messages import ChunkTask
from treadle.engine.scan.syntax_key import code_key, parsed, text_key
from treadle.press.cells import Planned

if TYPE_CHECKING:
    from treadle.engine.cell import Unit
    from treadle.engine.store.store import Store


LENGTH = 16  # digits kept of a digest
REMEMBERED = 20_000  # pieces of code


def has_new_code(planned: Planned, store: Store, path: Path) -> bool:
    """Whether a chunk of the document at `path` is to run, and its code never did."""
    record: Mapping[str, object] = store.traces.load_document(_name(path)) or {}
    texts = frozenset(str(record.get("texts", "")).split())
    codes = [
        task.code
        for task in planned.tasks
        if isinstance(task, ChunkTask) and task.module is None
        if text_key(task.code)[:LENGTH] not in texts
    ]
    keys = frozenset(str(record.get("keys", "")).split() if codes else ())
    return any(_key(code)[:LENGTH] not in keys for code in codes)


def save_code(store: Store, path: Path, units: Iterable[Unit]) -> None:
    """Remember the code of these units: they ran, in this build or an earlier one."""
    record: Mapping[str, object] = store.traces.load_document(_name(path)) or {}
    codes = [unit.code for unit in units if unit.is_chunk and unit.module is None]
    texts = " ".join(dict.fromkeys(code.text_key[:LENGTH] for code in codes))
    if texts == record.get("texts"):
        return
    keys = dict.fromkeys(code.key[:LENGTH] for code in codes)
    keys.update(dict.fromkeys(str(record.get("keys", "")).split()))
    kept = " ".join([*keys][:REMEMBERED])
    store.traces.save_document(_name(path), {"texts": texts, "keys": kept})


def _key(code: str) -> str:
    try:
        return code_key(parsed(code), code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text_key(code)


def _name(path: Path) -> str:
    return f"code\0{path.resolve()}"
