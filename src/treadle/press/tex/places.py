"""From a line of the `.tex` that LaTeX complains about to the line of the `.pmd`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct, field

from treadle.problem import Span

# The author's files that the document reads by `\input`: LaTeX does not always name them.

READS = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]+)\}")
MOST = 100  # files


class Input(Struct, frozen=True):
    """A file, as the author would name it, and its text."""

    name: str
    text: str


def inputs_of(tex: str, folder: Path) -> tuple[Input, ...]:
    """The files below the document's `folder` that `tex` reads, and those that they read."""
    found: dict[str, Input] = {}
    texts = [tex]
    while texts and len(found) < MOST:
        for path in _named(texts.pop(), folder):
            text = _text(path) if str(path) not in found else None
            if text is not None:
                found[str(path)] = Input(str(path), text)
                texts.append(text)
    return tuple(found.values())


def _named(tex: str, folder: Path) -> Iterator[Path]:
    for name in READS.findall(tex):
        path = folder / name.strip()
        yield path if path.suffix else path.with_name(f"{path.name}.tex")


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "replace") if path.is_file() else None
    except OSError:
        return None


# The entries of the bibliography's files, and which one a line of the `.bbl` was made of.

START = re.compile(r"^[ \t]*@\w+\s*[{(]\s*(?P<key>[^\s,{}]+)\s*,", re.MULTILINE)
MADE = re.compile(r"\\bibitem\s*(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\])?\s*\{(?P<key>[^{}]+)\}")


class Entry(Struct, frozen=True):
    """An entry: its key, the author's file, the line of it where it begins, its text."""

    key: str
    file: str
    line: int
    text: str

    def of(self, words: str) -> Span:
        """The first of its lines with these words; without them, its first line."""
        lines = self.text.split("\n") if words else []
        found = (number for number, line in enumerate(lines) if words in line)
        return Span.at(self.file, self.line + next(found, 0))


def entries_in(paths: Iterable[Path]) -> dict[str, Entry]:
    """The entries of these databases by their keys, as far as they can be told; of several with
    one key, the first."""
    found: dict[str, Entry] = {}
    for path in paths:
        if path.suffix == ".bib" and path.is_file():
            for entry in _entries(path.read_text("utf-8", "replace"), str(path)):
                found.setdefault(entry.key, entry)
    return found


def _entries(text: str, file: str) -> Iterator[Entry]:
    starts = list(START.finditer(text))
    line, at = 1, 0
    for number, start in enumerate(starts, 1):
        line += text.count("\n", at, start.start())
        at = start.start()
        end = starts[number].start() if number < len(starts) else len(text)
        yield Entry(start["key"], file, line, text[at:end])


def key_of_made(number: int, bibliography: str) -> str:
    """The key of the entry of which BibTeX has made line `number` of the `.bbl`; or empty."""
    above = "\n".join(bibliography.split("\n")[:number])
    return next((found["key"] for found in reversed([*MADE.finditer(above)])), "")


# From a line of the `.tex` that LaTeX complains about to the line of the `.pmd`.

# What LaTeX reads while it stands at one of these commands.
READ_BY = {
    ".bbl": re.compile(r"\\bibliography\{"),
    ".aux": re.compile(r"\\bibliography\{"),
    ".toc": re.compile(r"\\tableofcontents"),
    ".lof": re.compile(r"\\listoffigures"),
    ".lot": re.compile(r"\\listoftables"),
}
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)")
FRONT = re.compile(r"\ufeff?(?:---|%)")  # what front matter begins with
TITLE = 40  # lines of tex that the title block has at most
ARGUMENT = 50  # lines of tex that the argument of a command has at most


class Places(Struct, frozen=True, dict=True):
    """Where the lines of `STEM.tex` come from: `lines[i]` is the `.pmd` line of tex line i + 1.

    Names of files are LaTeX's, which runs in the folder of `STEM.tex`.
    """

    file: str  # the `.pmd`, as the user named it
    tex_name: str
    tex: str
    lines: tuple[int, ...]
    originals: Mapping[str, str] = field(default_factory=dict)  # a copied file: what it copies
    uncaptioned: Mapping[str, int] = field(default_factory=dict)  # chunks by name: no label, lines
    source: tuple[str, ...] = ()  # the lines of the `.pmd`
    bibliography: str = ""  # the text of the `.bbl`
    labels: frozenset[str] = frozenset()  # that LaTeX has come to know

    def of_line(self, number: int) -> Span:
        """The span of tex line `number`; line 1 of the document where the map does not reach."""
        if not self.lines:
            return Span.at(self.file, 1)
        return Span.at(self.file, max(1, self.lines[min(max(number, 1), len(self.lines)) - 1]))

    @cached_property
    def tex_lines(self) -> list[str]:
        """The lines of the tex."""
        return self.tex.split("\n")

    @cached_property
    def _end(self) -> int:
        last = self.tex.rfind(r"\end{document}")
        return self.tex.count("\n", 0, last) + 1 if last >= 0 else 0

    @cached_property
    def commands(self) -> frozenset[str]:
        """The commands that the tex uses, but those of environments."""
        return frozenset(COMMAND.findall(self.tex)) - {r"\begin", r"\end"}

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The author's files that the tex reads."""
        return inputs_of(self.tex, Path(self.file).parent)

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The entries of the bibliography's files, by their keys."""
        return entries_in(map(Path, self.originals.values()))

    def is_job(self, name: str) -> bool:
        """Whether it is `STEM.tex`; empty, as far as LaTeX's log tells, it is."""
        return not name or os.path.normpath(name) == self.tex_name

    def of_file(self, name: str, number: int) -> Span:
        """The span of a line of any file TeX reads: other sources are named themselves."""
        if self.is_job(name):
            return self.of_line(number)
        path = Path(name)
        if path.suffix in READ_BY:
            return self.of_pattern(READ_BY[path.suffix])
        folder = Path(self.file).parent
        if path.is_absolute() and path.is_relative_to(folder.resolve()):
            name = str(folder / path.relative_to(folder.resolve()))
        # A package's line says nothing to the author, nor does an auxiliary file's.
        elif path.is_absolute() or path.suffix in {".out", ".sty", ".cls"}:
            return self.of_pattern(_loading(path.stem))
        return Span.at(self.originals.get(path.name, name.removeprefix("./")), number)

    def is_end(self, name: str, number: int) -> bool:
        """Whether tex line `number` is the document's end, where errors before it come to light."""
        return self.is_job(name) and number == self._end

    def is_title(self, name: str, number: int) -> bool:
        """Whether tex line `number` is of the title block, which comes first in the document."""
        begin = self.tex.count("\n", 0, max(self.tex.find("\\begin{document}"), 0)) + 1
        near = self.is_job(name) and begin < number <= begin + TITLE
        own = near and not self.is_end(name, number) and FRONT.match("".join(self.source[:1]))
        return bool(own) and self.of_line(number) == self.of_line(begin)

    def of_line_before(self, text: str, name: str, number: int) -> Span | None:
        """The span of the line with `text` at tex line `number` or before: TeX, having read an
        argument to its end, names the line of the end."""
        if not self.is_job(name):
            return None
        lines = self.tex_lines[:number]
        near = range(len(lines), max(len(lines) - ARGUMENT, 0), -1)
        return next((self.of_line(at) for at in near if text in lines[at - 1]), None)

    def of_source(self, text: str, near: Span) -> Span:
        """The line of the `.pmd` with `text` that is the nearest to `near`: what becomes one line
        of tex may take several there, and what is said there may be printed elsewhere."""
        if not text or near.file != self.file:
            return near
        end = r"(?![A-Za-z])" if text[-1:].isalpha() else ""
        wanted = re.compile(re.escape(text) + end)
        found = [at for at, line in enumerate(self.source, 1) if wanted.search(line)]
        return Span.at(self.file, min(found, key=lambda at: abs(at - near.line), default=near.line))

    def of_pattern(self, pattern: re.Pattern[str], occurrence: int = 0) -> Span:
        """The span of an occurrence of `pattern` in the tex; its last one if there are fewer."""
        found = [match.start() for match in pattern.finditer(self.tex)]
        if not found:
            return self.of_line(1)
        return self.of_offset(found[min(occurrence, len(found) - 1)])

    def of_input(self, pattern: re.Pattern[str]) -> Span | None:
        """The first occurrence of `pattern` in the author's files that the tex reads."""
        found = ((other, pattern.search(other.text)) for other in self.inputs)
        return next(
            (
                Span.at(other.name, other.text.count("\n", 0, match.start()) + 1)
                for other, match in found
                if match
            ),
            None,
        )

    def of_offset(self, offset: int) -> Span:
        """The span of a character of the tex."""
        return self.of_line(self.tex.count("\n", 0, offset) + 1)

    def of_begin(self, name: str, file: str, number: int) -> Span:
        r"""The span of the `\begin` of an environment: its line is known, its file is not."""
        begin = f"\\begin{{{name}}}"
        if begin not in "".join(self.tex_lines[number - 1 : number]):
            own = self.of_file(file, number).file if file else self.file
            for other in sorted(self.inputs, key=lambda item: item.name != own):
                if begin in "".join(other.text.split("\n")[number - 1 : number]):
                    return Span.at(other.name, number)
        return self.of_line(number)

    def of_open(self, command: str) -> Span | None:
        """The span of the first line with `command` on which a brace is open at the end."""
        lines = enumerate(self.tex_lines, 1)
        found = (n for n, line in lines if command in line and line.count("{") > line.count("}"))
        number = next(found, None)
        return None if number is None else self.of_line(number)

    def of_text(self, text: str) -> Span | None:
        """Where `text` stands in the tex or in a file that it reads, as TeX shows it: with other
        blanks than were written."""
        wanted = "".join(text.split())
        if not wanted:
            return None
        if (at := _offset(self.tex, wanted)) >= 0:
            return self.of_offset(at)
        found = ((other, _offset(other.text, wanted)) for other in self.inputs)
        return next(
            (
                Span.at(other.name, other.text.count("\n", 0, at) + 1)
                for other, at in found
                if at >= 0
            ),
            None,
        )


def _loading(package: str) -> re.Pattern[str]:
    return re.compile(
        rf"\\(?:usepackage|RequirePackage|documentclass)(?:\[[^\]]*\])?"
        rf"\{{(?:[^{{}}]*[,\s])?{re.escape(package)}[\s,}}]"
    )


def _offset(text: str, wanted: str) -> int:
    if len(wanted) == 1:  # there may be hundreds of missing characters to look for
        return text.find(wanted)
    dense = "".join(text.split())
    return _with_blanks(text, dense.find(wanted)) if wanted in dense else -1


def _with_blanks(text: str, offset: int) -> int:
    """Where in `text` the character is that has `offset` when blanks don't count."""
    for word in re.finditer(r"\S+", text):
        if offset < len(word[0]):
            return word.start() + offset
        offset -= len(word[0])
    return len(text)
