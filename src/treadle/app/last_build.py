"""The last build: what it was made of, so that the next one, and make, know if anything is to do.

A build that went well leaves a trace as a cell does: what it read and what it wrote. Where that
still holds, a build would run nothing and write the same: that is found out without reading the
document, so this module imports nothing that only a build needs.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict, replace

from treadle.app import __version__
from treadle.app.report import Report
from treadle.app.request import Request
from treadle.app.which_python import choice, chosen
from treadle.engine.plan.validity import (
    Present,
    changed_files,
    differs_each_time,
    outdated,
)
from treadle.engine.plugin import installed_plugins
from treadle.engine.run.interpreter import Unfit
from treadle.engine.store.declared_files import digest_declared, files_declared
from treadle.engine.store.digest import combined, unseen
from treadle.engine.store.file_stamps import changed_since
from treadle.engine.store.path_answers import standing
from treadle.engine.store.secret_key import NoKeyError
from treadle.engine.store.store import Store, store_folder
from treadle.engine.trace import Observed
from treadle.press.document.source_text import is_file
from treadle.press.tex.dates import today
from treadle.problem import Problem

if TYPE_CHECKING:
    from treadle.app.current_build import Build

T = TypeVar("T")

TEX_VARIABLES = ("TEX", "BIB", "BST", "MF", "SOURCE_DATE", "FORCE_SOURCE", "OSFONT")
# What cells are seen to rest on of each other, or of this build. All else that is observed, a build
# rests on as its cells do.
BETWEEN_CELLS = frozenset(
    {"writes", "imported", "contents", "facts", "unknown", "effects", "counters", "lent"}
)
# Facts of a build.
PROGRAM, PYTHON, VARIABLES = "treadle itself", "the Python that runs it", "the environment"
DAY = "the day"


class _Told(Struct, frozen=True):
    """What a build told, to be told again by one that is left out."""

    results: tuple[str, ...]
    problems: tuple[Problem, ...]
    chunks: int
    given: dict[str, str]  # variables of the code's environment that are not the command's
    python: str | None  # that the document names


class _Last(Struct, frozen=True):
    """The last build of a document into a folder, if it went well."""

    key: str  # what it was asked for
    observed: Observed  # of all that it read and wrote
    told: _Told
    comparable: bool  # whether that is all that it rests on


def nothing_to_do(request: Request) -> Report | None:
    """What the build would tell if nothing has changed since the last; None: build."""
    started, clock = time.monotonic(), time.time_ns()
    if not request.cache or not is_file(request.path) or (found := _last(request)) is None:
        return None
    store, last = found
    if last.key != _key(request) or not last.comparable or _edited(request, store, last):
        return None
    if _changed(request, store, last):
        return None
    if changed_files(last.observed.writes, store.files.of, "") is not None:
        return None
    results = tuple(map(Path, last.told.results))
    for path in results:
        os.utime(path, ns=(clock, clock))  # newer than its sources, for make
    seconds = time.monotonic() - started
    return Report(last.told.problems, chunks=last.told.chunks, seconds=seconds, written=results)


def _last(request: Request) -> tuple[Store, _Last] | None:
    try:
        store = Store.open(store_folder(request.out_dir.resolve()))
        record = store.traces.load_record(_name(request))
        return (store, convert(record, _Last)) if record else None
    except ValidationError:  # another version of this program wrote it
        return None
    except (NoKeyError, RuntimeError):  # or a link that leads to itself: a build says so
        return None


def _edited(request: Request, store: Store, last: _Last) -> bool:
    """Whether the document itself is another: as a rule it is, and the rest takes 5 ms to see."""
    document = str(request.path.resolve())
    own = (read for read in last.observed.reads if read[0] == document)
    return changed_files(own, store.files.of, "") is not None


def _changed(request: Request, store: Store, last: _Last) -> str | None:
    """What differs from what the build read, in words."""
    environment = {**os.environ, **last.told.given}
    folder = request.path.resolve().parent
    python = chosen(choice(request.python, last.told.python, folder, os.environ), folder)
    if isinstance(python, Unfit):
        return python.message
    facts = {
        PROGRAM: lambda: _program(installed_plugins(python.paths)),
        PYTHON: lambda: python.identity,
        VARIABLES: lambda: _variables(environment),
        DAY: today,
    }
    present = Present.of(str(folder), store.files, environment, python.paths)

    def now(fact: str) -> str:
        return facts[fact]() if fact in facts else digest_declared(fact, store.files)

    return outdated(last.observed, present, {}, now)


def what_changed(request: Request, record: str) -> tuple[str, str]:
    """What has changed since the last build, in words; and what may have: names in folders, as what
    builds make counts there, or anything, where it left this record and nothing else."""
    found = _last(request)
    if found is None or dict(found[1].observed.writes).get(record) != found[0].files.of(record):
        return "", "a source changed"
    store, last = found
    contents = replace(last.observed, listings=(), stats=())
    certain = _changed(request, store, replace(last, observed=contents))
    return certain or "", _changed(request, store, last) or ""


def touched_since(request: Request) -> str:
    """A file that the last build wrote and that holds something else by now, in words."""
    if (found := _last(request)) is None:
        return ""
    store, last = found
    folder = str(request.path.resolve().parent)
    return changed_files(last.observed.writes, store.files.of, folder) or ""


def record_changed(request: Request, record: str, before: str) -> None:
    """What was added to the record, of digest `before`, is no reason to build. Raises OSError."""
    found = _last(request)
    if found is None or dict(found[1].observed.writes).get(record) != before:
        return
    store, last = found
    writes = tuple(dict(last.observed.writes, **{record: store.files.of(record)}).items())
    last = replace(last, observed=replace(last.observed, writes=writes))
    store.traces.save_record(_name(request), asdict(last))


def remember(work: Build, store: Store) -> None:
    """Tell make what a build that went well was made of, and keep that. Raises OSError."""
    observed = _observed(work, store)
    read = {path for path, _ in observed.reads}
    from treadle.app.make_rules import write_rules  # a build has loaded what it needs

    write_rules(work, read)
    record: dict[str, object] = {}
    if _touched(work, read):
        for result in work.written:  # older than what make is to build it from again
            os.utime(result, ns=(work.begun, work.begun))
    else:
        record = asdict(_remembered(work, observed, store))
    store.traces.save_record(_name(work.request), record)


def _remembered(work: Build, observed: Observed, store: Store) -> _Last:
    environment = work.context.surroundings.environment if work.context else dict(os.environ)
    outputs = [str(work.scratch.out_dir / name) for name in sorted(work.scratch.published())]
    given = {name: value for name, value in environment.items() if os.environ.get(name) != value}
    python = work.prepared.python
    plugins = installed_plugins(python.paths) if work.plugins is None else work.plugins
    facts = [(PROGRAM, _program(plugins)), (VARIABLES, _variables(environment))]
    facts += [(PYTHON, python.identity)]
    facts += [(DAY, work.day)] if work.day else []
    facts += [(name, digest_declared(name, store.files)) for name in _declared(work)]
    # A build would put a file in the place of a link to an output.
    links = ((path, "link", standing(path, "link")) for path in outputs)
    told = _Told(
        tuple(str(path) for path in work.written),
        work.prepared.told(work.problems),
        len(work.prepared.document.chunks),
        given,
        work.prepared.settings.python,
    )
    observed = replace(
        observed,
        writes=(*observed.writes, *((path, store.files.of(path)) for path in outputs)),
        stats=(*observed.stats, *links),
        facts=tuple(facts),
    )
    return _Last(_key(work.request), observed, told, work.typeset is not None and _comparable(work))


def _observed(work: Build, store: Store) -> Observed:
    """What the build was seen to depend on, apart from what the code itself had written, and what
    it wrote apart from the results."""
    every = [trace.observed for trace in work.traces]
    every += [work.typeset] if work.typeset else []
    last = work.outcome.last if work.outcome else None
    written = {path: digest for path, (digest, _) in last.files.items()} if last else {}
    modules = set(last.modules.values()) if last else set()
    declared = {path for name in _declared(work) for path in files_declared(name)}
    files = _sources(work, written) | modules | declared
    # Folders in which a new file could be found before another.
    folders = {str(work.folder), str(work.request.code_dir.resolve())}
    folders |= {str(Path(file).resolve().parent) for file in work.prepared.document.files.parts}
    folders |= {str(Path(file).parent) for file in modules}
    own = Observed(
        reads=tuple((path, store.files.of(path)) for path in sorted(files - written.keys())),
        listings=tuple((folder, store.files.listing(folder)) for folder in sorted(folders)),
    )
    found = {
        name: _once(item for one in (own, *every) for item in getattr(one, name))
        for name in Observed.__struct_fields__
        if name not in BETWEEN_CELLS
    }
    found["reads"] = tuple(read for read in found["reads"] if read[0] not in written)
    return Observed(**{**found, "writes": tuple(written.items())})


def _declared(work: Build) -> Iterable[str]:
    """What the document's chunks say that they depend on."""
    cells = work.context.scanned if work.context else ()
    return dict.fromkeys(name for of in cells for name in of.cell.depends or ())


def _sources(work: Build, written: Collection[str]) -> frozenset[str]:
    """Where the sources lie and, as a link may lead elsewhere one day, what they are called."""
    found = {name: str(Path(name).resolve()) for name in map(str, work.sources)}
    called = (name for name, path in found.items() if path not in written)
    return frozenset(found.values()) | frozenset(str(Path(name).absolute()) for name in called)


def _touched(work: Build, read: set[str]) -> bool:
    """Whether something was edited while the build may have been reading it; not by itself."""
    code, own = f"{work.request.code_dir.resolve()}/", f"{work.scratch.root}/"
    extracted = {path for path in read if path.startswith(code)}
    others = {path for path in read - extracted if not path.startswith(own)}
    return changed_since(work.begun, others) or changed_since(work.extracted, extracted)


def _comparable(work: Build) -> bool:
    """Whether all that the code depends on can be compared."""
    if work.context is None or work.outcome is None:
        return True
    pairs = zip(work.context.scanned, work.outcome.traces, strict=True)
    return not any(trace is None or differs_each_time(of.cell, trace) for of, trace in pairs)


def _name(request: Request) -> str:
    return f"build\0{request.path.stem}"


def _key(request: Request) -> str:
    parts = (request.path, request.path.resolve(), request.target.value, request.code_dir.resolve())
    params = (f"{name}={type(value).__name__} {value!r}" for name, value in request.params.items())
    return "\0".join([*map(str, parts), *params])


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


def _program(plugins: Iterable[tuple[str, str]]) -> str:
    """What stands for this program, its plugins and Python: sizes and times of its files."""
    package = Path(__file__).parents[1]
    stamps = [sys.version, __version__]
    for folder in (package, package.parent.parent / "templates"):
        stamps.extend(_stamps(str(folder)))
    stamps.extend(distribution for _, distribution in plugins)
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
