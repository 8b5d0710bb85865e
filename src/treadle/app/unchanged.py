"""The build that has nothing to do: found out without reading the document.

After a build that went well its inputs and outputs are recorded. If all of them are still as
they were, a build would run nothing and write the same; so it is left out. This module imports
nothing that only a build needs.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, convert

import treadle
from treadle.app.report import Built, Request
from treadle.engine.plan.validity import Present, outdated
from treadle.engine.store import outside
from treadle.engine.store.digest import combined
from treadle.engine.store.secret_key import NoKeyError
from treadle.engine.store.store import Store, store_folder
from treadle.engine.trace import Observed
from treadle.press.document.fences import is_file
from treadle.press.tex.environment import today
from treadle.press.tex.inputs_record import holds
from treadle.problem import Problem, Severity, Span

TEX_VARIABLES = ("TEX", "BIB", "BST", "MF", "SOURCE_DATE", "FORCE_SOURCE")


class Inputs(Struct, frozen=True):
    """What a build that went well read, and what its code wrote."""

    read: frozenset[str]  # files, absolute
    searched: frozenset[str]  # folders in which a new file could be found before another
    observed: tuple[Observed, ...]  # by each unit
    written: Mapping[str, str]  # files, digest of each at the end
    typeset: Mapping[str, str]  # what LaTeX depended on, in the terms of `typesetting.record`
    environment: Mapping[str, str]  # of the worker


class Finished(Struct, frozen=True):
    """A build that went well."""

    request: Request
    sources: frozenset[str]  # files it read, other than by its code
    outputs: tuple[Path, ...]  # all it wrote
    results: tuple[Path, ...]  # of these, what it was asked for
    problems: tuple[Problem, ...]
    chunks: int
    begun: int  # nanoseconds since 1970
    extracted: int  # when the modules had been, likewise
    threads: int | None
    typeset: Mapping[str, str] | None  # as in `Inputs`; None: it can't be told
    day: str  # the day for which it is good; empty: any


def unchanged(request: Request) -> Built | None:
    """What the build would give if nothing has changed since the last; None: build."""
    started, clock = time.monotonic(), time.time_ns()
    if not request.cache or not is_file(request.path):
        return None
    try:
        store = Store.open(store_folder(request.out_dir.resolve()))
        record = store.traces.load_document(_name(request))
    except (NoKeyError, RuntimeError):  # or a link that leads to itself: a build says so
        return None
    if record is None or not _holds(record, request, store):
        return None
    outputs = [request.out_dir.resolve() / name for name in _strings(record["results"])]
    for path in outputs:
        os.utime(path, ns=(clock, clock))  # newer than its sources, for make
    problems = tuple(_problems(record["problems"]))
    chunks = int(str(record["chunks"]))
    seconds = time.monotonic() - started
    return Built(problems, chunks=chunks, seconds=seconds, written=tuple(outputs))


def remember(finished: Finished, inputs: Inputs, store: Store) -> None:
    """Record a build that went well."""
    out_dir = finished.request.out_dir.resolve()
    digest_of = store.files.of
    record = {
        "program": _program(),
        "surroundings": _surroundings(inputs.environment),
        "files": {path: digest_of(path) for path in sorted(inputs.read)} | dict(inputs.written),
        "searched": {folder: store.files.listing(folder) for folder in sorted(inputs.searched)},
        "observed": _united(inputs.observed, inputs.written),
        "outputs": {_relative(path, out_dir): digest_of(str(path)) for path in finished.outputs},
        "results": [_relative(path, out_dir) for path in finished.results],
        "problems": [_flat(problem) for problem in finished.problems],
        "chunks": finished.chunks,
        "given": _given(inputs.environment),
        "typeset": dict(inputs.typeset),
        "day": finished.day,
    }
    store.traces.save_document(_name(finished.request), record)


def forget(request: Request, store: Store) -> None:
    """A build that must not be left out: something of it can't be compared."""
    store.traces.save_document(_name(request), {})


def _name(request: Request) -> str:
    parts = (request.path.resolve(), request.target.value, request.code_dir.resolve())
    return "\0".join(["finished", *map(str, parts), *request.params])


def _holds(record: Mapping[str, object], request: Request, store: Store) -> bool:
    if not record or record["program"] != _program():
        return False
    environment = {**os.environ, **_texts(record["given"])}
    if record["surroundings"] != _surroundings(environment):
        return False
    files, outputs = _texts(record["files"]), _texts(record["outputs"])
    out_dir = request.out_dir.resolve()
    if any(store.files.of(str(out_dir / name)) != digest for name, digest in outputs.items()):
        return False
    if any((out_dir / name).is_symlink() for name in outputs):  # a build would put a file there
        return False
    if any(store.files.of(path) != digest for path, digest in files.items()):
        return False
    searched = _texts(record["searched"])
    if any(store.files.listing(folder) != digest for folder, digest in searched.items()):
        return False
    if record["day"] not in ("", today()):
        return False
    present = _present(request, store, environment)
    observed = convert(record["observed"], Observed)
    return outdated(observed, present, {}) is None and holds(_texts(record["typeset"]))


def _present(request: Request, store: Store, environment: Mapping[str, str]) -> Present:
    from treadle.engine.plan.validity import installed

    return Present(
        folder=str(request.path.resolve().parent),
        file_digest=store.files.of,
        listing=store.files.listing,
        standing=outside.standing,
        environment=environment,
        installed=lambda: installed(sys.path),
    )


def _united(observed: Iterable[Observed], written: Mapping[str, str]) -> Observed:
    """All that was observed, but for what the code itself had written."""
    listings: dict[tuple[str, str], None] = {}
    stats: dict[tuple[str, str, str], None] = {}
    environment: dict[tuple[str, str], None] = {}
    distributions: dict[str, None] = {}
    reads: dict[tuple[str, str], None] = {}
    for one in observed:
        reads.update((item, None) for item in one.reads if item[0] not in written)
        listings.update(dict.fromkeys(one.listings))
        stats.update(dict.fromkeys(one.stats))
        environment.update(dict.fromkeys(one.environment))
        distributions.update(dict.fromkeys(one.distributions))
    return Observed(
        reads=tuple(reads),
        listings=tuple(listings),
        stats=tuple(stats),
        environment=tuple(environment),
        distributions=tuple(distributions),
    )


def _program() -> str:
    """What stands for this program and Python: sizes and times of its files."""
    package = Path(treadle.__file__).parent
    folders = [package, package.parent.parent / "templates"]
    stamps = [sys.version, treadle.__version__]
    for folder in folders:
        stamps.extend(_stamps(str(folder)))
    # The libraries that weave: installing another one changes the folder.
    stamps.extend(_time_of(folder) for folder in sys.path if folder.endswith("-packages"))
    for program in ("pdflatex", "bibtex"):
        found = shutil.which(program)
        stamps.append((found and _time_of(found)) or "")
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


def _surroundings(environment: Mapping[str, str]) -> str:
    names = sorted(name for name in environment if name.startswith(TEX_VARIABLES))
    tex = (f"{name}={environment[name]}" for name in names)
    return combined([*tex, outside.unseen(environment)])


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a worker gets from us."""
    given = (name for name in environment if os.environ.get(name) != environment[name])
    return {name: environment[name] for name in given}


def _relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder))


def _flat(problem: Problem) -> tuple[object, ...]:
    span = problem.span
    return (problem.severity.value, span.file, span.line, problem.message, problem.hint)


def _problems(records: object) -> Iterator[Problem]:
    assert isinstance(records, list)
    for severity, file, line, message, hint in records:
        yield Problem(Severity(severity), Span.at(file, line), message, hint)


def _texts(value: object) -> dict[str, str]:
    assert isinstance(value, dict)
    return value


def _strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return value
