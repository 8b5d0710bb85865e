"""What a build was made of and did, for machines: `STEM.json` beside the PDF.

Times, memory, and which results were kept differ between builds of one source: they stand there,
and never in the PDF.
"""

from __future__ import annotations

import json
import os
import platform
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import asdict

from treadle.app import __version__
from treadle.app.current_build import Build
from treadle.app.recorded import record_path
from treadle.engine.store.digest import digest
from treadle.engine.trace import Trace
from treadle.press.document.model import Chunk, Prose
from treadle.press.document.source_files import seen_from
from treadle.press.latex.images import Copy
from treadle.press.results import ChunkResult, InlineResult
from treadle.press.weave.ledger import entries_of
from treadle.problem import Span

SEPARATOR = ",\n "
AFTER = 40  # characters that tell what a value is of
# Fonts and time zones are read, too, and no data.
OF_THE_SYSTEM = re.compile(
    r"^/usr/share/(?:zoneinfo|fonts|tex[^/]*)/|^(?:/System)?/Library/Fonts/|/(?:mpl-data|texmf-dist)/"
)
DISTRIBUTION = re.compile(r"(?P<name>[^/]+?)-(?P<version>[^-/]+)\.(?:dist|egg)-info$")


def record(work: Build) -> Copy:
    """The file, to be published."""
    made = record_path(work.scratch.root, work.scratch.stem)
    made.write_text(written(_contents(work)), "utf-8")
    return Copy(made, made.name)


def written(contents: Mapping[str, object]) -> str:
    """The text of a record, a value a line: without `indent`, which `json` does in Python."""
    return f"{json.dumps(contents, default=str, separators=(SEPARATOR, ': '))}\n"


def _contents(work: Build) -> dict[str, object]:
    prepared = work.prepared
    return {
        "document": str(work.request.path),
        "blake3": digest(prepared.text.encode("utf-8", "surrogatepass")),
        "treadle": __version__,
        "python": prepared.python.number,
        "interpreter": prepared.python.executable,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "target": work.request.target.value,
        "threads": prepared.settings.threads,
        "seed": prepared.settings.seed,
        "params": prepared.params,
        "packages": dict(sorted(_packages(work.traces))),
        "data": [
            {"path": path, "blake3": found}
            for path, found in sorted(_reads(work.traces, work.folder))
        ],
        "files": [*_files(work)],
        "checks": [*_checks(work)],
        "values": [*_values(work)],
        "chunks": [*_chunks(work)],
        "seconds": round(time.monotonic() - work.started, 3),
    }


def processor() -> str:
    """The processor's name, as the system knows it."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text("utf-8", "replace").splitlines() if known.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _packages(traces: Sequence[Trace]) -> Iterator[tuple[str, str]]:
    """The distributions that the code had loaded, and their versions."""
    for name in {name for trace in traces for name in trace.observed.distributions}:
        if found := DISTRIBUTION.search(name):
            yield found["name"].replace("_", "-").lower(), found["version"]


def _reads(traces: Sequence[Trace], folder: Path) -> Iterator[tuple[str, str]]:
    """The files that the code read."""
    for path, found in {read for trace in traces for read in trace.observed.reads}:
        name = _named(path, folder)
        if found and (name != path or not OF_THE_SYSTEM.search(path)):
            yield name, found


def _files(work: Build) -> Iterator[dict[str, object]]:
    """The files that the code wrote, by whom, and whether it had found them there before."""
    blocks, traces = work.prepared.document.blocks, work.outcome.traces if work.outcome else ()
    found: set[str] = set()
    made: dict[str, tuple[str, int]] = {}
    for at, trace in zip(work.prepared.cells.blocks, traces, strict=False):
        if trace is not None:
            found |= {path for path, held in trace.observed.reads if held and path not in made}
            made |= {path: (digest, at) for path, digest in trace.observed.writes}
    for path, (held, at) in sorted(made.items()):
        block = blocks[at]
        if held:
            yield {
                "path": _named(path, work.folder),
                "blake3": held,
                **_at(work, block.span),
                "label": block.label if isinstance(block, Chunk) else "inline code",
                "existed": path in found,
            }


def _named(path: str, folder: Path) -> str:
    """From the document's folder on, where it is below that."""
    return os.path.relpath(path, folder) if Path(path).is_relative_to(folder) else path


def _at(work: Build, span: Span) -> dict[str, object]:
    """The line, and the file of a part that has it, from the document's folder on."""
    document = work.prepared.document
    own = document.files.own(span)
    name = seen_from(own.file, document.path.parent)
    return {"line": own.line} if own.file == span.file else {"line": own.line, "file": name}


def _checks(work: Build) -> Iterator[dict[str, object]]:
    for entry in entries_of(work.prepared.document, work.results):
        compared = asdict(entry.comparison) if entry.comparison else {}
        compared.pop("of", None)
        chunk = entry.chunk
        yield {"label": entry.label, "chunk": chunk.label, **_at(work, chunk.span), **compared}


def _values(work: Build) -> Iterator[dict[str, object]]:
    """What inline code showed: `treadle check` looks for it among what is typed by hand."""
    for block, result in zip(work.prepared.document.blocks, work.results, strict=True):
        if isinstance(block, Prose) and isinstance(result, InlineResult):
            for inline, text in zip(block.inlines, result.texts, strict=False):
                if inline.shows:
                    after = block.text[inline.end : inline.end + AFTER].partition("\n\n")[0]
                    yield {
                        "text": text,
                        "code": inline.code.strip(),
                        **_at(work, inline.span),
                        "after": after,
                    }


def _chunks(work: Build) -> Iterator[dict[str, object]]:
    ran = work.blocks_ran
    for at, block in enumerate(work.prepared.document.blocks):
        result = work.results[at]
        if isinstance(block, Chunk) and isinstance(result, ChunkResult):
            yield {
                "label": block.label,
                **_at(work, block.span),
                "kept": at not in ran,
                "seconds": round(result.seconds, 4),
                "peak_memory": result.peak_memory,  # bytes, of the worker by then
                "made_again": result.unkept,  # what it would take too long to keep
            }
