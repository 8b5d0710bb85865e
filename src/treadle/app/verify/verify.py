"""Whether the last build of a document is what a clean build gives: one is made elsewhere, with
other hashes of strings, and compared with it byte by byte."""

from __future__ import annotations

import datetime
import time

from msgspec import Struct

from treadle.app.last_build import record_changed
from treadle.app.listener import Listener, Silent
from treadle.app.lock import locked
from treadle.app.prepare import misuses_of, prepare
from treadle.app.record import written
from treadle.app.recorded import read_record, record_path
from treadle.app.request import Request
from treadle.app.scratch import Scratch
from treadle.app.verify.as_built import AsBuilt, as_built
from treadle.app.verify.clean_build import CleanBuild, clean_build
from treadle.app.verify.pieces import Difference, differences
from treadle.engine.store.atomic import write_whole
from treadle.engine.store.digest import digest
from treadle.problem import Problem, Severity, Span, error, has_errors, warning

# Of the hashes of strings: that of every build, and one that turns round most small sets of words.
SEED, OTHER_SEED = "0", "68"


class Verified(Struct, frozen=True):
    """What came of it; the problems say where the last build is not what a clean one gives."""

    problems: tuple[Problem, ...] = ()
    misuses: tuple[str, ...] = ()  # what is wrong with the request
    chunks: int = 0  # that the clean build ran
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether it is not, or could not be compared."""
        return bool(self.misuses) or has_errors(self.problems)


def verify(request: Request, listener: Listener | None = None) -> Verified:
    """Compare the last build with a clean one, and note the result in its record. Raises OSError.

    Where the request has no parameters, the clean build has those of the last one.
    """
    started = time.monotonic()
    if misuses := misuses_of(request):
        return Verified(misuses=misuses)
    prepared = prepare(request)
    if prepared.misuses:
        return Verified(misuses=prepared.misuses)
    listener = listener or Silent()
    scratch = Scratch(request.out_dir.resolve(), request.path.stem)
    with locked(scratch.root, listener.waiting):
        last = as_built(request, prepared, scratch)
    if isinstance(last, Problem):
        return Verified((last,))
    clean = clean_build(last, OTHER_SEED, listener)
    problems = prepared.told(_problems(last, clean, listener))
    seconds = time.monotonic() - started
    verified = Verified(problems, chunks=clean.report.ran, seconds=seconds)
    with locked(scratch.root, listener.waiting):
        _note(last, verified)
    return verified


def _problems(last: AsBuilt, clean: CleanBuild, listener: Listener) -> list[Problem]:
    """What is wrong with the last build: what may differ, and the first that must not."""
    if clean.report.failed:
        text = "a clean build has errors, and the last build had none"
        return [error(Span.at(str(last.request.path), 1), text), *clean.report.problems]
    chunks = last.prepared.document.chunks
    volatile = {chunk.span.line for chunk in chunks if chunk.options.volatile}
    found = list(differences(clean.last, clean.pieces))
    problems = [
        warning(*_told(last, item), "as `volatile=True` says that it may")
        for item in found
        if item.key[0] in volatile
    ]
    if wrong := [item for item in found if item.key[0] not in volatile]:
        more = f"; {len(wrong) - 1} more differ" if len(wrong) > 1 else ""
        at, text = _told(last, wrong[0])
        problems.append(error(at, f"{text}{more}", _cause(last, clean, wrong[0], listener)))
    return problems


def _told(last: AsBuilt, found: Difference) -> tuple[Span, str]:
    text = f"{found.key[1]} is not what a clean build gives: {found.words}"
    return Span.at(str(last.request.path), found.line), text


def _cause(last: AsBuilt, clean: CleanBuild, found: Difference, listener: Listener) -> str:
    """Why it differs, as a second clean build tells, with the hashes that every build has."""
    again = clean_build(last, SEED, listener)
    if found.key not in {item.key for item in differences(again.last, again.pieces)}:
        return "it follows the order of a set, or `hash()`: sort what it shows"
    if found.key in {item.key for item in differences(clean.pieces, again.pieces)}:
        way_out = "seed what is random, sort names of files, leave out what tells the time"
        return f"it differs each time: {way_out}"
    if last.touched:
        return f"two clean builds agree, and {last.touched} since the last one: build again"
    otherwise = f", unless {last.doubt}" if last.doubt else ""
    return (
        f"two clean builds agree, so the last one is stale{otherwise}: build with --no-cache; "
        "`depends=[...]` says what a chunk rests on unseen"
    )


def _note(last: AsBuilt, verified: Verified) -> None:
    """Add the result to the record, unless that is of another build by now."""
    path = record_path(last.scratch.out_dir, last.scratch.stem)
    if not path.is_file() or digest(path.read_bytes()) != last.digest:
        return
    first = next((item for item in verified.problems if item.severity is Severity.ERROR), None)
    result = {
        "same": not verified.failed,
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "hash_seed": int(OTHER_SEED),
        "seconds": round(verified.seconds, 3),
        "first": first and {"line": first.span.line, "message": first.message, "hint": first.hint},
    }
    text = written({**read_record(path), "verified": result})
    write_whole(str(path), [text.encode()])
    record_changed(last.request, str(path), last.digest)
