"""Leave everything in order at the end of a build: for the next one, for make, for `why`."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from treadle.app.current_build import Build
from treadle.app.nothing_to_do import Inputs, forget, remember
from treadle.engine.plan.why import save_history
from treadle.engine.run.kept import differs_each_time
from treadle.engine.store.atomic import write_whole
from treadle.engine.store.eviction import cache_limit, shrink
from treadle.engine.store.files import changed_since
from treadle.engine.store.store import Store
from treadle.problem import Problem, warning


def keep(work: Build, store: Store) -> None:
    """Record the build, and keep the store within bounds. Adds what was wrong with the store to
    the build's problems. Raises OSError."""
    executed, request = work.executed, work.request
    if executed and executed.world and executed.scans:
        ran, name = executed.ran, str(request.path.resolve())
        save_history(store, name, executed.world, ran.decisions, ran.traces)
        executed.scans.save()
    if not work.failed and work.written:
        inputs = _inputs(work)
        _write_rules(work, inputs)
        if _touched(work, inputs):
            for result in work.written:  # older than what make is to build it from again
                os.utime(result, ns=(work.begun, work.begun))
            forget(request, store)
        elif work.typeset is not None and _comparable(work):
            remember(work, inputs, store)
        else:
            forget(request, store)
    store.known.save()
    shrink(store.root, cache_limit())
    work.problems += _damages(work, store)


def _inputs(work: Build) -> Inputs:
    request, executed = work.request, work.executed
    folders = {str(request.path.resolve().parent), str(request.code_dir.resolve())}
    typeset = (work.typeset,) if work.typeset else ()
    last = executed.ran.last if executed else None
    if last is None:
        return Inputs(_sources(work, ()), frozenset(folders), typeset, {})
    depends = {path for scanned in last.world.cells for path in scanned.cell.depends}
    modules = set(last.modules.values())
    return Inputs(
        files=_sources(work, last.files) | depends | modules,
        searched=frozenset(folders | {str(Path(file).parent) for file in modules}),
        observed=(*(trace.observed for trace in work.traces), *typeset),
        written={path: digest for path, (digest, _) in last.files.items()},
    )


def _sources(work: Build, written: Collection[str]) -> frozenset[str]:
    """Where the sources lie and, as a link may lead elsewhere one day, what they are called."""
    found = {name: str(Path(name).resolve()) for name in map(str, work.sources)}
    called = (name for name, path in found.items() if path not in written)
    return frozenset(found.values()) | frozenset(str(Path(name).absolute()) for name in called)


def _touched(work: Build, inputs: Inputs) -> bool:
    """Whether something was edited while the build may have been reading it."""
    code = f"{work.request.code_dir.resolve()}/"
    extracted = {path for path in inputs.read if path.startswith(code)}
    return changed_since(work.begun, inputs.read - extracted) or changed_since(
        work.extracted, extracted
    )


def _comparable(work: Build) -> bool:
    """Whether all that the code depends on can be compared."""
    world = work.executed.world if work.executed else None
    if world is None or work.executed is None:
        return True
    pairs = zip(world.cells, work.executed.ran.traces, strict=True)
    return not any(trace is None or differs_each_time(scanned, trace) for scanned, trace in pairs)


def _write_rules(work: Build, inputs: Inputs) -> None:
    """Tell make which files the PDF was made of."""
    names = inputs.read - {str(work.request.path.resolve())}
    existing = (name for name in names if Path(name).is_file())
    pdf = work.request.out_dir / f"{work.scratch.stem}.pdf"
    rules, target = dependency_rules(pdf, existing), work.scratch.rules
    if not target.exists() or target.read_text("utf-8") != rules:
        write_whole(str(target.resolve()), [rules.encode("utf-8")])


def dependency_rules(target: Path, files: Iterable[str]) -> str:
    """Rules that make `target` anew when one of `files` changes; a file that is gone is no error.

    Names that make can't express (with a newline) are left out.
    """
    names = [_escaped(name) for name in sorted(set(files)) if "\n" not in name]
    lines = [f"{_escaped(str(target))}: \\\n  " + " \\\n  ".join(names)] if names else []
    lines += [f"{name}:" for name in names]
    return "\n".join(lines) + "\n"


def _escaped(name: str) -> str:
    return re.sub(r"([\s#%:\\])", r"\\\1", name.replace("$", "$$"))


def _damages(work: Build, store: Store) -> Iterator[Problem]:
    damaged = {*store.traces.damaged, *store.blobs.damaged}
    if damaged:
        entries = "1 entry" if len(damaged) == 1 else f"{len(damaged)} entries"
        text = f"the cache had {entries} that were damaged: what they held was computed again"
        yield warning(work.top, text)
