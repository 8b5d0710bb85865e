"""The results of units, put together again for the blocks of the document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from treadle.engine.cell import Unit
from treadle.engine.messages import (
    ChunkResult,
    ChunkTask,
    InlineCode,
    InlineResult,
    InlineTask,
    Result,
    Task,
)
from treadle.engine.scan.code import Code, analyse, analyse_inline
from treadle.engine.scan.syntax_key import text_key
from treadle.engine.store.digest import combined
from treadle.engine.store.store import Store
from treadle.press.cells import Planned, derived_seed
from treadle.press.document.model import Chunk, Document, Inline, Prose
from treadle.press.document.reader import find_inlines
from treadle.problem import Span

# What the last build found out about each piece of code: found out anew only where it is new.
#
# Analysing the code of a long document takes most of the time of planning it.


class Analyses:
    """What pieces of code need and give, by their exact text."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: Mapping[str, object] = {}
        self._used: dict[str, object] = {}

    def of_chunk(self, code: str) -> Code:
        """As `analyse` gives it."""
        return self._of(f"chunk {text_key(code)}", lambda: analyse(code))

    def of_inline(self, pieces: Sequence[str]) -> Code:
        """As `analyse_inline` gives it."""
        return self._of(f"inline {text_key(*pieces)}", lambda: analyse_inline(pieces))

    def _of(self, key: str, find: Callable[[], Code]) -> Code:
        code = _read(self._known.get(key)) or find()
        self._used[key] = code
        return code


class KeptAnalyses(Analyses):
    """Those that a store keeps of the last build of a document."""

    def __init__(self, store: Store, path: Path, program: str) -> None:
        """`program`: a digest of all that says what code needs and gives."""
        super().__init__()
        self._store = store
        self._name = f"analyses\0{path.resolve()}"
        self._program = program
        record: Mapping[str, object] = store.traces.load_document(self._name) or {}
        codes = record.get("codes") if record.get("program") == program else None
        self._known = codes if isinstance(codes, dict) else {}

    def save(self) -> None:
        """Keep for the next build what this one asked for. Raises OSError."""
        if self._used.keys() != self._known.keys():
            record = {"program": self._program, "codes": self._used}
            self._store.traces.save_document(self._name, record)


def _read(kept: object) -> Code | None:
    try:
        return convert(kept, Code) if kept is not None else None
    except ValidationError:
        return None


# The units of a document, in the order in which they run, with the task of each.

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


# The results of units, put together again for the blocks of the document.


def results_by_block(
    document: Document, runnables: Sequence[Runnable], results: Sequence[Result | None]
) -> list[Result | None]:
    """One result a block: a chunk's has its caption and alt text, their inline code replaced."""
    found: list[Result | None] = [None] * len(document.blocks)
    texts: dict[int, InlineResult] = {}
    for runnable, result in zip(runnables, results, strict=True):
        at = runnable.unit.block
        if isinstance(runnable.block, Chunk) and isinstance(result, InlineResult):
            texts[at] = result
        else:
            found[at] = result
    for at, block in enumerate(document.blocks):
        result = found[at]
        if isinstance(block, Chunk) and isinstance(result, ChunkResult):
            found[at] = _captioned(block, result, texts.get(at, InlineResult()))
    return found


def _captioned(chunk: Chunk, result: ChunkResult, texts: InlineResult) -> ChunkResult:
    inlines = texts_of(chunk)
    values = list(texts.texts)
    caption, alt = values[: len(inlines.caption)], values[len(inlines.caption) :]
    return replace(
        result,
        caption=_filled(chunk.options.caption or "", inlines.caption, caption),
        alt=_filled(chunk.options.alt or "", inlines.alt, alt),
    )


def _filled(text: str, inlines: Sequence[Inline], values: Sequence[str]) -> str:
    for inline, value in reversed(list(zip(inlines, values, strict=False))):
        text = text[: inline.start] + value + text[inline.end :]
    return text
