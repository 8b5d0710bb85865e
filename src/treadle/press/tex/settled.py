"""The record of a job that came to its end: as long as it holds, LaTeX has nothing to do."""

from __future__ import annotations

import json
from pathlib import Path

from treadle.engine.store.digest import combined, digest
from treadle.engine.store.files import changed_since
from treadle.press.tex.inputs_record import holds, keys_of, observed, relevant
from treadle.press.tex.passes import PASS_OPTIONS, Compiled, Job

SUFFIX = ".settled"


def remember(job: Job, format_identity: str, compiled: Compiled, begun: int) -> dict[str, str]:
    """Note what the result depends on, and the result itself; the former.

    Nothing is noted, and nothing given, where that can't be told: references still change, or
    somebody has edited a file since `begun` (nanoseconds since 1970).
    """
    keys = keys_of(job.directory, job.stem, job.environment)
    own = (key.removeprefix("file:") for key in keys if key.startswith("file:"))
    if not (compiled.settled and job.file(".pdf").exists()) or changed_since(begun, own):
        job.file(SUFFIX).unlink(missing_ok=True)
        return {}
    values = observed(keys)
    record = {
        "identity": _identity(job, format_identity),
        "values": values,
        "files": _files(job.directory),
    }
    part = job.file(f"{SUFFIX}.part")
    part.write_text(json.dumps(record), "utf-8")
    part.replace(job.file(SUFFIX))
    return values


def recall(job: Job, format_identity: str) -> Compiled | None:
    """What the last pass said, if another would do and say the same."""
    try:
        record = json.loads(job.file(SUFFIX).read_text("utf-8"))
        same = (
            record["identity"] == _identity(job, format_identity)
            and record["files"] == _files(job.directory)
            and holds(record["values"])
        )
        log = job.file(".log").read_text("utf-8", "replace")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if not same or not job.file(".pdf").exists():
        return None
    bibliography = job.file(".blg")
    said = bibliography.read_text("utf-8", "replace") if bibliography.exists() else ""
    return Compiled(log, said, passes=0, settled=True, depends=record["values"])


def _identity(job: Job, format_identity: str) -> str:
    return combined(
        (format_identity, job.stem, *job.options, *PASS_OPTIONS, relevant(job.environment))
    )


def _files(directory: Path) -> dict[str, str]:
    """The contents of all that lies in the job's directory."""
    return {
        str(path.relative_to(directory)): digest(path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not path.name.endswith((SUFFIX, f"{SUFFIX}.part"))
    }
