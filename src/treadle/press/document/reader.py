"""Read a `.pmd` file: text to Document, with every problem at its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import takewhile
from pathlib import Path

from msgspec.structs import replace

from treadle.press.document.fence import Fence, shows_all
from treadle.press.document.find_fences import fences
from treadle.press.document.foreign_front_matter import in_our_words, is_foreign
from treadle.press.document.front_code import front_code
from treadle.press.document.front_matter import read_front_matter, with_author
from treadle.press.document.front_matter_keys import KNOWN, read_settings
from treadle.press.document.includes import includes, read_by_latex
from treadle.press.document.inline_code import find_inlines, unclosed_inlines
from treadle.press.document.lookalikes import foreign_lookalikes, lookalikes, shown_elsewhere
from treadle.press.document.model import Chunk, Document, FrontMatter, Include, Prose
from treadle.press.document.notebook_lines import in_python
from treadle.press.document.noweb import SUFFIXES, is_latex, is_noweb, noweb_fences
from treadle.press.document.parts import Part, put_together
from treadle.press.document.pweave_settings import asks_pweave
from treadle.press.document.read_options import NO_DEFAULTS, parse_options, read_defaults
from treadle.press.document.source_text import load, normalise, split_lines
from treadle.problem import Problem, Span, error, warning

NO_TEXT = {
    ".py": "write text with chunks of code, as a `.pmd`",
    ".ipynb": "`jupyter nbconvert --to markdown` makes a `.md` of it, with its cells as chunks",
}


def read_document(path: Path, text: str | None = None) -> tuple[Document, tuple[Problem, ...]]:
    """The document at `path`, or made of `text` as if it stood there, and what is wrong with it.

    Problems name the file as `path` does, come in the order of their lines, and have the numbers
    that the document's lines have: `Document.files` tells the lines of its parts.
    """
    if text is None:
        text, failures = load(path)
        if failures:
            return Document(path, FrontMatter(), ()), failures
    text = normalise(text)
    if not text.strip():
        document = Document(path, FrontMatter(), ())
        return document, (error(document.at(1), "the document is empty"),)
    return _read(path, text)


def _read(path: Path, text: str) -> tuple[Document, tuple[Problem, ...]]:
    top, top_problems = _top(path, text)
    given, author_problems = with_author(top, path)
    own = _part(path, text, given, NO_DEFAULTS)
    whole = put_together(own, _read_part)
    front, problems = own.front, whole.problems
    if whole.parts:
        from treadle.press.document.part_front_matter import with_parts  # most have none

        front, of_parts = with_parts(front, path, whole.parts, whole.files)
        problems += of_parts
    # Pweave drops an empty chunk, but counts it.
    kept = tuple(block for block in whole.blocks if not _is_empty(block))
    blocks = (*front_code(front, path), *kept)
    document = Document(path, front, blocks, own.is_latex, whole.text, whole.files)
    _, settings_problems = read_settings(document)
    found = [
        *_unknown_kind(document),
        *top_problems,
        *author_problems,
        *settings_problems,
        *problems,
        *_duplicate_names(document),
        *asks_pweave(document),
        *foreign_lookalikes(document),
        *_shown_elsewhere(document, (own, *whole.parts)),
    ]
    return document, tuple(sorted(found, key=lambda item: item.span.line))


def _top(path: Path, text: str) -> tuple[FrontMatter, tuple[Problem, ...]]:
    # In LaTeX `%` begins a comment, and no title.
    is_title = text.startswith("---") or not is_latex(path, text)
    return read_front_matter(text if is_title else "", str(path))


def _read_part(path: Path, text: str, defaults: Mapping[str, object]) -> Part:
    """A file that another one names; what its front matter says of it as a document of its own is
    looked at only where it is one."""
    top, problems = _top(path, text)
    part = _part(path, text, top, defaults)
    return replace(part, problems=(*problems, *part.problems))


def _part(path: Path, text: str, given: FrontMatter, inherited: Mapping[str, object]) -> Part:
    """A file with its front matter, whose options for chunks count more than the `inherited`."""
    latex = is_latex(path, text)
    front, front_problems = in_our_words(given, str(path), KNOWN)
    own, own_problems = _defaults(front, path)
    defaults = {**inherited, **own}
    find = partial(noweb_fences, latex=latex) if is_noweb(path) else fences
    first = given.text.count("\n") + 1
    blocks = tuple(read_blocks(text, str(path), first, defaults, find))
    found = (*front_problems, *own_problems, *(item for _, told in blocks for item in told))
    kept = tuple(block for block, _ in blocks)
    return Part(path, text, front, kept, defaults, latex, found, is_foreign(given))


def _shown_elsewhere(document: Document, parts: Iterable[Part]) -> Iterator[Problem]:
    lines, file_of = split_lines(document.text), document.files.file_of
    for name, part in {str(part.path): part for part in parts}.items():
        own = [chunk for chunk in document.chunks if file_of(chunk.span.line) in {"", name}]
        yield from shown_elsewhere(own, lines, foreign=part.is_foreign)


def _unknown_kind(document: Document) -> Iterator[Problem]:
    """An error for a kind of document of Pweave's whose text nobody can read here."""
    suffix = document.path.suffix.lower()
    if suffix.endswith("w") and suffix not in SUFFIXES:
        message = f"the text of a `{suffix}` document can't be read"
        yield error(document.at(1), message, "write Markdown (.mdw) or LaTeX (.texw)")
    elif suffix in NO_TEXT:
        message = f"a `{suffix}` file is no document: its code is not run"
        yield error(document.at(1), message, NO_TEXT[suffix])


def _defaults(front: FrontMatter, path: Path) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """The options that the front matter says for all chunks, each told of at its line."""
    given: dict[str, object] = {}
    spans = {}
    for key in ("execute", "chunks"):  # Quarto's word, and ours, which counts more
        options = front.values.get(key)
        for name, value in options.items() if isinstance(options, dict) else ():
            line = front.lines.get(f"{key}.{name}", front.lines.get(key, 1))
            given[str(name)] = value
            spans[str(name)] = Span.at(str(path), line)
    return read_defaults(given, spans)


def _is_empty(block: Prose | Chunk) -> bool:
    return isinstance(block, Chunk) and not block.code and block.options.source is None


def _duplicate_names(document: Document) -> Iterator[Problem]:
    first: dict[str, Chunk] = {}
    for chunk in document.chunks:
        name = chunk.options.name
        if name and name in first:
            place = document.files.in_words(first[name].span.line)
            message = f"the chunk on {place} is named `{name}` already"
            yield error(chunk.span, message, "give one of them another name")
        elif name:
            first[name] = chunk


# Prose and fenced chunks.

_Read = tuple[Prose | Chunk | Include, tuple[Problem, ...]]


def read_blocks(
    text: str,
    file: str,
    first: int = 1,
    defaults: Mapping[str, object] = NO_DEFAULTS,
    find: Callable[[str], Iterator[Fence]] = fences,
) -> Iterator[_Read]:
    """The prose and the chunks of `text` from line `first` on, and the places of other files, each
    with what is wrong with it.

    `defaults` are options that all the chunks have which don't say otherwise; `find` tells where
    the chunks are.
    """
    lines = split_lines(text)
    start, number = first - 1, 0
    others: list[Fence] = []
    for fence in find("\n".join(lines[start:])):
        at = replace(fence, first=fence.first + first - 1, end=fence.end + first - 1)
        if not fence.is_chunk:
            others.append(at)
            continue
        yield from _between(lines, start, at.first, file, others)
        number += 1
        yield _chunk(number, at, file, defaults)
        start, others = at.end, []
    yield from _between(lines, start, len(lines), file, others)


def _between(
    lines: Sequence[str], start: int, end: int, file: str, others: Sequence[Fence]
) -> Iterator[_Read]:
    """The lines between two chunks: prose, and what it includes."""
    for found in includes(lines, start, end, file, others):
        yield from _between(lines, start, found.first, file, others)
        yield found.include, found.problems
        start = found.end
    if start < end:
        here = [at for at in others if start <= at.first < end]
        yield _prose(lines, start, end, file, here)


def _prose(lines: Sequence[str], start: int, end: int, file: str, others: Sequence[Fence]) -> _Read:
    """Prose, and in it `others`: code that is shown."""
    text = "".join(f"{line}\n" for line in lines[start:end])
    span = Span(file, start + 1, end)
    shown = tuple((at.first - start, at.end - start) for at in others if shows_all(at))
    code = tuple((at.first - start, at.end - start) for at in others)
    problems = (
        *unclosed_inlines(text, span, shown),
        *lookalikes(others, file),
        *read_by_latex(lines, start, end, file, others),
    )
    return Prose(text, span, find_inlines(text, span, shown, code)), problems


def _comments(code: Sequence[str]) -> tuple[str, ...]:
    """The lines of options above the code, `#| echo: false`; empty lines may precede them."""
    first = next((number for number, line in enumerate(code) if line.strip()), 0)
    given = tuple(takewhile(lambda line: line.startswith("#|"), code[first:]))
    return (*["#|"] * first, *given) if given else ()


def _chunk(number: int, at: Fence, file: str, defaults: Mapping[str, object]) -> _Read:
    """The chunk of a fence; one that nothing closes has all that may be its code."""
    fence = Span.at(file, at.first + 1)
    comments = _comments(at.code)
    options, problems = parse_options(at.options, fence, comments, defaults)
    if options.child is not None:
        own = {name for name, value in options.given.items() if value != defaults.get(name)}
        found = _beside_child(at, own, at.code[len(comments) :], fence)
        paths = options.child if options.evaluate else ()
        place = Include(paths, Span(file, at.first + 1, at.end), is_chunk=True)
        return place, (*problems, *found)
    if not at.closed:
        hint = "close it with a fence at least as long, of the same character"
        if at.opening.startswith("<"):
            hint = "it ends at a line with `@` alone"
        if at.almost:
            hint = f"the fence on line {at.almost} is shorter or of the other character"
        problems += (error(fence, "this chunk's fence is never closed", hint),)
    for text in filter(None, options.texts):
        problems += tuple(unclosed_inlines(text, fence))
    if at.in_note:
        hint = "put it into the text, and what it computes into the note by `<%= %>`"
        problems += (error(fence, "a chunk can't stand in a footnote", hint),)
    code = "\n".join(at.code[len(comments) :]).rstrip()
    span = Span(file, at.first + 1, at.end)
    first = at.first + 2 + len(comments)
    if options.evaluate:
        code, left_out = in_python(code, file, first)
        problems += left_out
    return Chunk(number, code, options, span, first, at.closed, at.prefix), problems


# What may stand beside `child=`: how the chunk is called, and what no part has of it.
_OF_A_PLACE = {"child", "name", "label", "evaluate", "echo"}


def _beside_child(
    at: Fence, options: Set[str], code: Sequence[str], fence: Span
) -> Iterator[Problem]:
    """What is wrong with a chunk that other files take the place of."""
    if any(line.strip() for line in code):
        what = "a chunk with `child=` has no code of its own"
        yield error(fence, what, "put the code into the file, or into another chunk")
    if at.prefix:
        what = "the parts of a document stand in no list and no quotation"
        yield error(fence, what, "begin the fence at the start of its line")
    for name in sorted(options - _OF_A_PLACE):
        what = f"`{name}` means nothing beside `child=`"
        yield warning(fence, what, "`chunks:` in the file's front matter is for all its chunks")
