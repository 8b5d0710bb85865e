"""The units of a document, in the order in which they run, with the task of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from msgspec import Struct

from treadle.building.analyses import Analyses
from treadle.building.tasks import Planned, derived_seed
from treadle.dataflow.unit import Unit
from treadle.diagnostics import Span
from treadle.document.inline import find_inlines
from treadle.document.model import Chunk, Document, Inline, Prose
from treadle.execution.task import ChunkTask, InlineCode, InlineTask, Task
from treadle.store.digest import combined

# Of a task, what can change what it computes; the rest says where it stands or how it looks.
COMPUTING = ("term", "fig", "f_size", "dpi", "f_spines", "names")


class Runnable(Struct, frozen=True):
    """A unit, the task that runs it, and the block it belongs to."""

    unit: Unit
    task: Task
    block: Prose | Chunk


class Texts(Struct, frozen=True):
    """The inline code of a chunk's caption and alt text."""

    caption: tuple[Inline, ...]
    alt: tuple[Inline, ...]


def texts_of(chunk: Chunk) -> Texts:
    """The inline code of the chunk's caption and alt text, at the line of its options."""
    span = Span.at(chunk.span.file, max(1, chunk.code_line - 1))
    given = (chunk.options.caption or "", chunk.options.alt or "")
    return Texts(*(find_inlines(text, span) if "<%" in text else () for text in given))


def units_of(
    document: Document, planned: Planned, seed: int, text: str, analyses: Analyses
) -> tuple[Runnable, ...]:
    """The document's units; `text` is the digest of all of it."""
    return tuple(_Maker(document, text, seed, analyses).made(planned))


class _Maker(Struct):
    document: Document
    text: str
    seed: int
    analyses: Analyses

    def made(self, planned: Planned) -> Iterator[Runnable]:
        numbers = count()
        blocks = zip(self.document.blocks, planned.tasks, strict=True)
        for at, (block, task) in enumerate(blocks):
            if isinstance(task, ChunkTask) and isinstance(block, Chunk):
                yield self._chunk(next(numbers), at, block, task)
                texts = texts_of(block)
                if inlines := (*texts.caption, *texts.alt):
                    task = _texts_task(block, inlines, self.seed)
                    yield self._inline(next(numbers), at, block, task)
            elif isinstance(task, InlineTask):
                yield self._inline(next(numbers), at, block, task)

    def _chunk(self, number: int, at: int, chunk: Chunk, task: ChunkTask) -> Runnable:
        options = chunk.options
        code = self.analyses.of_chunk(task.code)
        unit = Unit(
            number=number,
            block=at,
            label=chunk.label,
            line=chunk.span.line,
            code=code,
            source=task.code,
            options=_options_digest(task, code.text_key if task.term else "", self.text),
            seed=task.seed,
            module=task.module,
            names=task.names if task.module else (task.source,) if task.source else (),
            depends=_absolute(options.depends, self.document.path) if options.depends else (),
            volatile=options.volatile,
        )
        return Runnable(unit, task, chunk)

    def _inline(self, number: int, at: int, block: Prose | Chunk, task: InlineTask) -> Runnable:
        line = task.codes[0].line
        pieces = [code.code for code in task.codes]
        unit = Unit(
            number=number,
            block=at,
            label=f"inline code at line {line}"
            if isinstance(block, Prose)
            else f"caption of {block.label}",
            line=line,
            code=self.analyses.of_inline(pieces),
            source="\n".join(pieces),
            options="".join("=" if code.shows else "." for code in task.codes),
            seed=task.seed,
            is_chunk=False,
        )
        return Runnable(unit, task, block)


def _options_digest(task: ChunkTask, echoed: str, text: str) -> str:
    """`echoed` stands for the exact source where the chunk's output shows it."""
    values = {name: getattr(task, name) for name in COMPUTING} | {"echoed": echoed}
    if task.source:  # it shows source text
        values |= {"source": task.source, "text": text}
    return combined([json.dumps(values)])


def _texts_task(chunk: Chunk, inlines: Iterable[Inline], seed: int) -> InlineTask:
    codes = tuple(InlineCode(item.code, item.shows, item.span.line) for item in inlines)
    identity = "\0".join(code.code for code in codes)
    return InlineTask(chunk.span.file, derived_seed(seed, identity), codes)


def _absolute(names: Iterable[str], path: Path) -> tuple[str, ...]:
    folder = path.resolve().parent
    return tuple(str(folder / name) for name in names)
