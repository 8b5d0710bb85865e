"""Pools of processes: one that has lost a process says so, where Python's would wait for ever."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from types import ModuleType
from typing import Any

LOST = "a process of the pool has ended"


def watch_pools(module: ModuleType) -> None:
    """Let who waits for a pool learn that one of its processes has ended. Python starts another
    one, which has never heard of the task."""
    kind = module.Pool
    handle_workers, maintain = kind._handle_workers.__func__, kind._maintain_pool
    waiting: dict[int, dict[int, Any]] = {}  # the results of each pool, by its list of processes

    def _handle_workers(cls: Any, cache: Any, *rest: Any) -> None:  # noqa: ANN401
        pool = rest[4]
        waiting[id(pool)] = cache
        try:
            handle_workers(cls, cache, *rest)
        finally:
            del waiting[id(pool)]

    def _maintain_pool(ctx: Any, start: Any, count: Any, pool: Any, *rest: Any) -> None:  # noqa: ANN401
        limited = rest[4] is not None  # `maxtasksperchild`: some end as they are to
        before = [*pool]
        maintain(ctx, start, count, pool, *rest)
        ended = [process.exitcode for process in before if process not in pool]
        lost = [status for status in ended if status or not limited]
        if lost:
            _fail(waiting.get(id(pool), {}), lost[0])

    kind._handle_workers = classmethod(_handle_workers)
    kind._maintain_pool = staticmethod(_maintain_pool)


def _fail(results: Mapping[int, Any], status: int) -> None:
    """Let all that is waited for raise."""
    how = f"exit status {status}" if status >= 0 else signal.Signals(-status).name
    text = f"{LOST} ({how}), and what it was to do is lost"
    for result in [*results.values()]:
        if hasattr(result, "_number_left"):
            result._number_left = 1  # else it waits for the others as well
        result._set(getattr(result, "_index", 0), (False, RuntimeError(text)))
