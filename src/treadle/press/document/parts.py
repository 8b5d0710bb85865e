"""Parts of a document that stand in files of their own: each takes the place where it is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.press.document.model import Chunk, FrontMatter, Include, Inline, Prose
from treadle.press.document.source_files import Run, SourceFiles
from treadle.press.document.source_text import is_file, load, normalise, split_lines
from treadle.press.document.wrong_values import nearest
from treadle.problem import Problem, Span, error, has_errors, warning


class Part(Struct, frozen=True):
    """One file as it was read: its spans have its own lines."""

    path: Path
    text: str
    front: FrontMatter
    blocks: tuple[Prose | Chunk | Include, ...]
    defaults: Mapping[str, object]  # options of its chunks, and of those of its own parts
    is_latex: bool
    problems: tuple[Problem, ...]
    is_foreign: bool = False  # as it says, it was written for another program


class Whole(Struct, frozen=True):
    """All the parts of a document in their places, its lines numbered through them."""

    text: str
    blocks: tuple[Prose | Chunk, ...]
    parts: tuple[Part, ...]  # but the document's own file
    files: SourceFiles
    problems: tuple[Problem, ...]


ReadPart = Callable[[Path, str, Mapping[str, object]], Part]  # a file, its text, the defaults


def put_together(own: Part, read: ReadPart) -> Whole:
    """The document whose own file is `own`; `read` reads the others."""
    laying = _Laying(str(own.path), read)
    laying.lay(own, (own.path.resolve(),))
    if not laying.parts and len(laying.runs) < 2:
        blocks = tuple(laying.blocks)
        return Whole(own.text, blocks, (), SourceFiles(), (*own.problems, *laying.problems))
    files = SourceFiles(tuple(laying.runs))
    found = [*laying.problems, *(item for part in (own, *laying.parts) for item in part.problems)]
    problems = tuple(replace(item, span=files.numbered(item.span)) for item in dict.fromkeys(found))
    text = "".join(f"{line}\n" for line in laying.lines)
    return Whole(text, tuple(laying.blocks), tuple(laying.parts), files, problems)


class _Laying(Struct):
    """The parts laid one after the other so far."""

    name: str  # of the document's own file
    read: ReadPart
    blocks: list[Prose | Chunk] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    chunks: int = 0

    def lay(self, part: Part, above: tuple[Path, ...]) -> None:
        """Lay a part, and in it those that it names; `above` are the files it stands in."""
        lines, done = split_lines(part.text), 0
        waiting: list[Prose | Chunk] = []
        for block in part.blocks:
            if not isinstance(block, Include):
                waiting.append(block)
                continue
            self._run(part, lines, done, block.span.end_line, waiting)
            waiting, done = [], block.span.end_line
            self.chunks += block.is_chunk
            for path in block.paths:
                self._child(path, block.span, part, above)
        self._run(part, lines, done, len(lines), waiting)

    def _run(
        self, part: Part, lines: list[str], done: int, end: int, blocks: list[Prose | Chunk]
    ) -> None:
        """The lines of a part from `done` to before `end`, counted from 0, and their blocks."""
        if done < end:
            self.runs.append(Run(len(self.lines) + 1, str(part.path), done + 1, end - done))
        by = len(self.lines) - done
        self.lines += lines[done:end]
        for block in blocks:
            moved = _moved(block, self.name, by)
            if isinstance(moved, Chunk):
                self.chunks += 1
                moved = replace(moved, number=self.chunks)
            self.blocks.append(moved)

    def _child(self, name: str, at: Span, part: Part, above: tuple[Path, ...]) -> None:
        path = _plain(part.path.parent / name)
        if said := _unfit(path, name, above):
            self.problems.append(error(at, *said))
            return
        text, unreadable = load(path)
        self.problems += unreadable
        if has_errors(unreadable):
            return
        if not text.strip():
            self.problems.append(warning(at, f"`{name}` is empty"))
        child = self.read(path, normalise(text), part.defaults)
        if child.is_latex != part.is_latex:
            kinds = ("LaTeX", "Markdown") if child.is_latex else ("Markdown", "LaTeX")
            text = f"`{name}` is {kinds[0]}, and stands in {kinds[1]}"
            self.problems.append(error(at, text, "a document is of one kind"))
            return
        self.parts.append(child)
        self.lay(child, (*above, path.resolve()))


# Whose text can't be that of a part, and what to do with it.
_OTHERS = {
    **dict.fromkeys((".tex", ".ltx"), "LaTeX of a file is read by `\\input{...}`"),
    ".py": '`source="..."` at a chunk runs the code of a file',
    ".ipynb": "`jupyter nbconvert --to markdown` makes a `.md` of it, with its cells as chunks",
    **dict.fromkeys((".rst", ".rstw"), "write it in Markdown"),
    **dict.fromkeys((".pdf", ".png", ".jpg"), "an image is `![Caption](file.png)`"),
}


def _unfit(path: Path, name: str, above: tuple[Path, ...]) -> tuple[str, str] | None:
    """Why a file can't be a part, and the way out."""
    if path.suffix.lower() in _OTHERS:
        return f"`{name}` can't be a part of the document", _OTHERS[path.suffix.lower()]
    if not is_file(path) and _is_folder(path):
        return f"`{name}` is a folder", "name the file in it"
    if not is_file(path):
        near = nearest(path.name, _beside(path)) if _is_folder(path.parent) else None
        hint = "it is looked for from the folder of the file that names it"
        hint = f"did you mean `{near}`?" if near else hint
        return f"there is no file `{path}`", hint
    if path.resolve() in above:
        return f"`{name}` would be a part of itself", "leave it out here or there"
    return None


def _is_folder(path: Path) -> bool:
    """Not if the system won't tell."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _plain(path: Path) -> Path:
    """The path without its `..`, where it leads to the same file."""
    plain = Path(os.path.normpath(path))
    return plain if is_file(plain) and is_file(path) and plain.samefile(path) else path


def _beside(path: Path) -> list[str]:
    return [other.name for other in sorted(path.parent.iterdir()) if other.is_file()]


def _moved(block: Prose | Chunk, name: str, by: int) -> Prose | Chunk:
    """The block with the document's numbers of its lines."""
    if not by and block.span.file == name:
        return block
    span = _shifted(block.span, name, by)
    if isinstance(block, Chunk):
        return replace(block, span=span, code_line=block.code_line + by)
    inlines = tuple(_inline_moved(item, name, by) for item in block.inlines)
    return replace(block, span=span, inlines=inlines)


def _inline_moved(inline: Inline, name: str, by: int) -> Inline:
    return replace(inline, span=_shifted(inline.span, name, by))


def _shifted(span: Span, name: str, by: int) -> Span:
    return Span(name, span.line + by, span.end_line + by, span.column)
