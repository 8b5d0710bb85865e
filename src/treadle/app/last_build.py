"""The build that has nothing to do: found by its own trace, without reading the document.

A build that went well leaves a trace as a cell does: what it read and what it wrote. Where that
still holds, a build would run nothing and write the same. This module imports nothing that only a
build needs.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict

from treadle.app import __version__
from treadle.app.report import Report, Request
from treadle.engine.plan.validity import Present, changed_files, installed, outdated
from treadle.engine.plugin import installed_plugins
from treadle.engine.store.digest import combined
from treadle.engine.store.files import standing, unseen
from treadle.engine.store.store import NoKeyError, Store, store_folder
from treadle.engine.trace import Observed, Trace
from treadle.press.document.fences import is_file
from treadle.press.tex.environment import today
from treadle.problem import Problem

if TYPE_CHECKING:
    from treadle.app.current_build import Build

T = TypeVar("T")

TEX_VARIABLES = ("TEX", "BIB", "BST", "MF", "SOURCE_DATE", "FORCE_SOURCE")
PROGRAM, VARIABLES, DAY = "treadle itself", "the environment", "the day"  # facts of a build


class Inputs(Struct, frozen=True):
    """What a build that went well read and wrote, apart from the results."""

    files: frozenset[str]  # files, absolute, other than those that code was seen to read
    searched: frozenset[str]  # folders in which a new file could be found before another
    observed: tuple[Observed, ...]  # of each cell, and of LaTeX
    written: dict[str, str]  # by code: files, digest of each at the end

    @property
    def read(self) -> frozenset[str]:
        """All files that were read and not written."""
        seen = {path for observed in self.observed for path, _ in observed.reads}
        return (self.files | seen) - self.written.keys()


class _Told(Struct, frozen=True):
    """What a build leaves besides what it read and wrote: the notes of its trace."""

    results: tuple[str, ...]
    problems: tuple[Problem, ...]
    chunks: int
    given: dict[str, str]  # variables of the code's environment that are not the command's


def nothing_to_do(request: Request) -> Report | None:
    """What the build would tell if nothing has changed since the last; None: build."""
    started, clock = time.monotonic(), time.time_ns()
    if not request.cache or not is_file(request.path):
        return None
    try:
        store = Store.open(store_folder(request.out_dir.resolve()))
        record = store.traces.load_record(_key(request))
        if not record:
            return None
        trace = convert(record["trace"], Trace)
        told = convert(trace.notes, _Told)
    except (ValidationError, KeyError):  # another version of this program wrote it
        return None
    except (NoKeyError, RuntimeError):  # or a link that leads to itself: a build says so
        return None
    if not _holds(trace.observed, {**os.environ, **told.given}, request, store):
        return None
    results = tuple(map(Path, told.results))
    for path in results:
        os.utime(path, ns=(clock, clock))  # newer than its sources, for make
    seconds = time.monotonic() - started
    return Report(told.problems, chunks=told.chunks, seconds=seconds, written=results)


def remember(work: Build, inputs: Inputs, store: Store) -> None:
    """Keep the trace of a build that went well. Raises OSError."""
    world = work.executed.world if work.executed else None
    environment = world.surroundings.environment if world else dict(os.environ)
    outputs = [str(work.scratch.out_dir / name) for name in sorted(work.scratch.published())]
    given = {name: value for name, value in environment.items() if os.environ.get(name) != value}
    digest_of, written = store.files.of, inputs.written
    found = _united(inputs)
    facts = [(PROGRAM, _program()), (VARIABLES, _variables(environment))]
    facts += [(DAY, work.day)] if work.day else []
    trace = Trace(
        observed=Observed(
            reads=(
                *((path, digest_of(path)) for path in sorted(inputs.files - written.keys())),
                *found.reads,
            ),
            writes=(*written.items(), *((path, digest_of(path)) for path in outputs)),
            listings=(
                *((folder, store.files.listing(folder)) for folder in sorted(inputs.searched)),
                *found.listings,
            ),
            # A build would put a file in the place of a link to an output.
            stats=(*found.stats, *((path, "link", standing(path, "link")) for path in outputs)),
            environment=found.environment,
            distributions=found.distributions,
            facts=tuple(facts),
        ),
        notes=asdict(
            _Told(
                tuple(str(path) for path in work.written),
                tuple(dict.fromkeys(work.problems)),
                len(work.prepared.document.chunks),
                given,
            )
        ),
    )
    store.traces.save_record(_key(work.request), {"trace": trace})


def forget(request: Request, store: Store) -> None:
    """A build that must not be left out: something of it can't be compared."""
    store.traces.save_record(_key(request), {})


def _key(request: Request) -> str:
    parts = (request.path, request.path.resolve(), request.target.value, request.code_dir.resolve())
    params = (f"{name}={type(value).__name__} {value!r}" for name, value in request.params.items())
    return "\0".join(["build", *map(str, parts), *params])


def _holds(
    observed: Observed, environment: Mapping[str, str], request: Request, store: Store
) -> bool:
    facts = {PROGRAM: _program, VARIABLES: lambda: _variables(environment), DAY: today}
    present = Present(
        folder=str(request.path.resolve().parent),
        file_digest=store.files.of,
        listing=store.files.listing,
        standing=standing,
        environment=environment,
        installed=cache(lambda: installed(sys.path)),
    )
    return (
        outdated(observed, present, {}, lambda fact: facts[fact]()) is None
        and changed_files(observed.writes, store.files.of, present.folder) is None
    )


def _united(inputs: Inputs) -> Observed:
    """All that was observed, but for what the code itself had written."""
    every, written = inputs.observed, inputs.written
    return Observed(
        reads=_once(read for one in every for read in one.reads if read[0] not in written),
        listings=_once(listing for one in every for listing in one.listings),
        stats=_once(stat for one in every for stat in one.stats),
        environment=_once(variable for one in every for variable in one.environment),
        distributions=_once(name for one in every for name in one.distributions),
    )


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


def _program() -> str:
    """What stands for this program and Python: sizes and times of its files."""
    package = Path(__file__).parents[1]
    stamps = [sys.version, __version__]
    for folder in (package, package.parent.parent / "templates"):
        stamps.extend(_stamps(str(folder)))
    stamps.extend(distribution for _, distribution in installed_plugins(sys.path))
    # The libraries that weave: installing another one changes the folder.
    stamps.extend(_time_of(folder) for folder in sys.path if folder.endswith("-packages"))
    return combined(stamps)


def _time_of(path: str) -> str:
    try:
        return str(os.stat(path).st_mtime_ns)  # noqa: PTH116
    except OSError:
        return ""


def _stamps(folder: str) -> Iterator[str]:
    if not os.path.isdir(folder):  # noqa: PTH112
        return
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda item: item.name):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _stamps(entry.path)
            elif entry.is_file():  # no link that leads nowhere, as editors make
                status = entry.stat()
                yield f"{entry.name} {status.st_size} {status.st_mtime_ns}"


def _variables(environment: Mapping[str, str]) -> str:
    names = sorted(name for name in environment if name.startswith(TEX_VARIABLES))
    tex = (f"{name}={environment[name]}" for name in names)
    return combined([*tex, unseen(environment)])
