"""Leave everything in order at the end of a build: for the next one, for make, for `why`."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from treadle.app.history import save_history
from treadle.app.novelty import save_code
from treadle.app.planning import Prospect
from treadle.app.scratch import Scratch
from treadle.app.unchanged import Finished, Inputs, forget, remember
from treadle.engine.run.process import worker_environment
from treadle.engine.store.atomic import write_whole
from treadle.engine.store.eviction import shrink
from treadle.engine.store.files import changed_since
from treadle.engine.store.store import Store, cache_limit
from treadle.problem import Problem, Span, warning

# For make: which files the PDF was made of.


def dependency_rules(target: Path, files: Iterable[str]) -> str:
    """Rules that make `target` anew when one of `files` changes; a file that is gone is no error.

    Names that make can't express (with a newline) are left out.
    """
    names = [_escaped(name) for name in sorted(set(files)) if "\n" not in name]
    lines = [f"{_escaped(str(target))}: \\\n  " + " \\\n  ".join(names)] if names else []
    lines += [f"{name}:" for name in names]
    return "\n".join(lines) + "\n"


def _escaped(name: str) -> str:
    name = name.replace("$", "$$")
    return re.sub(r"([\s#%:\\])", r"\\\1", name)


# Leave everything in order at the end of a build: for the next one, for make, for `why`.


def keep(
    finished: Finished | None, store: Store, prospect: Prospect | None, path: Path
) -> list[Problem]:
    """Record the build, and keep the store within bounds; what was wrong with the store."""
    if prospect is not None:
        planner = prospect.planner
        save_history(store, path, prospect.runnables, planner.plans, planner.outcomes)
        units = (runnable.unit for runnable in prospect.runnables)
        save_code(store, path, (unit for unit in units if unit.number in planner.outcomes))
        prospect.analyses.save()
    if finished is not None:
        inputs = _inputs(finished, prospect)
        _write_rules(finished, inputs)
        if _touched(finished, inputs):
            for result in finished.results:  # older than what make is to build it from again
                os.utime(result, ns=(finished.begun, finished.begun))
            forget(finished.request, store)
        elif finished.typeset is not None and _comparable(prospect):
            remember(finished, inputs, store)
        else:
            forget(finished.request, store)
    store.known.save()
    shrink(store.root, cache_limit())
    return _damages(store, path)


def _inputs(finished: Finished, prospect: Prospect | None) -> Inputs:
    environment = worker_environment(finished.threads)
    typeset = finished.typeset or {}
    request = finished.request
    folders = {str(request.path.resolve().parent), str(request.code_dir.resolve())}
    if prospect is None:
        sources = _sources(finished, frozenset())
        return Inputs(sources, frozenset(folders), (), {}, typeset, environment)
    planner = prospect.planner
    state = planner.states[-1]
    sources = _sources(finished, state.files.keys())
    depends = {path for item in prospect.runnables for path in item.unit.depends}
    return Inputs(
        read=sources | depends | set(state.modules.values()),
        searched=frozenset(folders | {str(Path(file).parent) for file in state.modules.values()}),
        observed=tuple(stepped.observed for stepped in planner.outcomes.values()),
        written={path: digest for path, (digest, _) in state.files.items()},
        typeset=typeset,
        environment=environment,
    )


def _sources(finished: Finished, written: Collection[str]) -> frozenset[str]:
    """Where the sources lie and, as a link may lead elsewhere one day, what they are called."""
    found = {name: str(Path(name).resolve()) for name in finished.sources}
    called = (name for name, path in found.items() if path not in written)
    return frozenset(found.values()) | frozenset(str(Path(name).absolute()) for name in called)


def _touched(finished: Finished, inputs: Inputs) -> bool:
    """Whether something was edited while the build may have been reading it."""
    read = {path for observed in inputs.observed for path, _ in observed.reads}
    paths = (inputs.read | read) - inputs.written.keys()
    code = f"{finished.request.code_dir.resolve()}/"
    extracted = {path for path in paths if path.startswith(code)}
    return changed_since(finished.begun, paths - extracted) or changed_since(
        finished.extracted, extracted
    )


def _comparable(prospect: Prospect | None) -> bool:
    """Whether all that the code depends on can be compared."""
    if prospect is None:
        return True
    outcomes = prospect.planner.outcomes
    return not any(
        item.unit.volatile
        or (outcomes[item.unit.number].observed.unknown and not item.unit.depends)
        for item in prospect.runnables
    )


def _write_rules(finished: Finished, inputs: Inputs) -> None:
    request = finished.request
    read = {path for observed in inputs.observed for path, _ in observed.reads}
    names = (inputs.read | read) - inputs.written.keys() - {str(request.path.resolve())}
    stem = request.path.stem
    existing = (name for name in names if Path(name).is_file())
    rules = dependency_rules(request.out_dir / f"{stem}.pdf", existing)
    target = Scratch(request.out_dir, stem).rules
    if not target.exists() or target.read_text("utf-8") != rules:
        write_whole(str(target.resolve()), [rules.encode("utf-8")])


def _damages(store: Store, path: Path) -> list[Problem]:
    damaged = {*store.traces.damaged, *store.blobs.damaged}
    if not damaged:
        return []
    entries = "1 entry" if len(damaged) == 1 else f"{len(damaged)} entries"
    text = f"the cache had {entries} that were damaged: what they held was computed again"
    return [warning(Span.at(str(path), 1), text)]
