"""From a line of the `.tex` that LaTeX speaks of to the line of the `.pmd` or another source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from msgspec import Struct, field

from treadle.press.document.source_files import SourceFiles
from treadle.press.latex.fragment import READS
from treadle.press.tex.bib_entries import BibEntry, entries_in
from treadle.problem import Span

# The author's files that the document reads by `\input`: LaTeX does not always name them.

MOST = 100  # files


class Input(Struct, frozen=True):
    """A file, as the author would name it, and its text."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """Counted from 1; empty if there is none."""
        return "".join(self.text.split("\n")[number - 1 : number])

    def of_offset(self, offset: int) -> Span:
        return Span.at(self.name, self.text.count("\n", 0, offset) + 1)


def inputs_of(tex: str, folder: Path) -> tuple[Input, ...]:
    """The files below the document's `folder` that `tex` reads, and those that they read."""
    found: dict[str, Input] = {}
    texts = [tex]
    while texts and len(found) < MOST:
        for path in _named(texts.pop(), folder):
            with suppress(OSError):
                if str(path) not in found and path.is_file():
                    text = path.read_text("utf-8", "replace")
                    found[str(path)] = Input(str(path), text)
                    texts.append(text)
    return tuple(found.values())


def _named(tex: str, folder: Path) -> Iterator[Path]:
    for name in READS.findall(tex):
        path = folder / name.strip()
        yield path if path.suffix else path.with_name(f"{path.name}.tex")


# What LaTeX reads while it stands at one of these commands.
READ_BY = {
    ".bbl": re.compile(r"\\(?:bibliography\{|printbibliography\b)"),
    ".aux": re.compile(r"\\(?:bibliography\{|printbibliography\b)"),
    ".toc": re.compile(r"\\tableofcontents"),
    ".lof": re.compile(r"\\listoffigures"),
    ".lot": re.compile(r"\\listoftables"),
}
# Slides that LaTeX writes to a file, and what the log then calls that of the second.
FRAGILE = re.compile(
    r"^[ \t]*\\begin\{frame\}(?:<[^>]*>)?\[[^\]]*\bfragile\b[^\]]*\](?P<title>\{)?", re.MULTILINE
)
SLIDE = re.compile(r"\.(?P<number>\d{1,9})\.vrb$")
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
    files: SourceFiles = SourceFiles()  # of the document

    @cached_property
    def tex_lines(self) -> list[str]:
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
        return inputs_of(self.tex, Path(self.file).parent)

    @cached_property
    def entries(self) -> Mapping[str, BibEntry]:
        """The entries of the bibliography's files, by their keys."""
        return entries_in(map(Path, self.originals.values()))

    def tex_line(self, number: int) -> str:
        """A line of the tex, counted from 1; empty if there is none."""
        return "".join(self.tex_lines[number - 1 : number])

    def is_job(self, name: str) -> bool:
        """Whether it is `STEM.tex`; empty, as far as LaTeX's log tells, it is."""
        return not name or os.path.normpath(name) == self.tex_name

    def is_end(self, name: str, number: int) -> bool:
        """Whether tex line `number` is the document's end, where errors before it come to light."""
        return self.is_job(name) and number == self._end

    def is_title(self, name: str, number: int) -> bool:
        """Whether tex line `number` is of the title block, which comes first in the document."""
        begin = self.tex.count("\n", 0, max(self.tex.find("\\begin{document}"), 0)) + 1
        near = self.is_job(name) and begin < number <= begin + TITLE
        authors = near and not self.is_end(name, number) and FRONT.match("".join(self.source[:1]))
        return bool(authors) and self.of_line(number) == self.of_line(begin)

    def of_line(self, number: int) -> Span:
        """The span of tex line `number`; line 1 of the document where the map does not reach."""
        if not self.lines:
            return Span.at(self.file, 1)
        return Span.at(self.file, max(1, self.lines[min(max(number, 1), len(self.lines)) - 1]))

    def of_offset(self, offset: int) -> Span:
        return self.of_line(self.tex.count("\n", 0, offset) + 1)

    def of_file(self, name: str, number: int) -> Span:
        """The span of a line of any file TeX reads: other sources are named themselves."""
        if self.is_job(name):
            return self.of_line(number)
        if slide := SLIDE.search(name):
            return self._of_slide(int(slide["number"]), number)
        path = Path(name)
        if path.suffix in READ_BY:
            return self.of_pattern(READ_BY[path.suffix])
        folder = Path(self.file).parent
        if path.is_absolute() and path.is_relative_to(folder.resolve()):
            name = str(folder / path.relative_to(folder.resolve()))
        # A package's line says nothing to the author, nor does an auxiliary file's.
        elif path.is_absolute() or path.suffix in {".out", ".sty", ".cls"}:
            return self.of_pattern(loading(path.stem))
        return Span.at(self.originals.get(path.name, name.removeprefix("./")), number)

    def _of_slide(self, slide: int, number: int) -> Span:
        """The span of a line of the file to which LaTeX has written the body of a slide."""
        begins = list(FRAGILE.finditer(self.tex))
        if not 0 < slide <= len(begins):
            return self.of_line(1)
        begin = self.tex.count("\n", 0, begins[slide - 1].start()) + 1
        titled = begins[slide - 1]["title"] is not None  # the file begins with it
        return self.of_line(begin + number - titled)

    def paragraph(self, name: str, number: int) -> Sequence[str]:
        """The lines before the blank one, `number` of any file, down to the blank one before."""
        lines: Sequence[str] = self.tex_lines
        if not self.is_job(name):
            own = self.of_file(name, number).file
            lines = next((other.text for other in self.inputs if other.name == own), "").split("\n")
        return last_paragraph(lines[: number - 1])

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
        for other in self.inputs:
            if match := pattern.search(other.text):
                return other.of_offset(match.start())
        return None

    def of_begin(self, name: str, file: str, number: int) -> Span:
        r"""The span of the `\begin` of an environment: its line is known, its file is not."""
        begin = f"\\begin{{{name}}}"
        if begin not in self.tex_line(number):
            likely = self.of_file(file, number).file if file else self.file
            for other in sorted(self.inputs, key=lambda item: item.name != likely):
                if begin in other.line(number):
                    return Span.at(other.name, number)
        return self.of_line(number)

    def of_open(self, command: str) -> Span | None:
        """The span of the first line with `command` on which a brace is open at the end."""
        for number, line in enumerate(self.tex_lines, 1):
            if command in line and line.count("{") > line.count("}"):
                return self.of_line(number)
        return None

    def of_body(self, text: str) -> Span | None:
        """Where `text` stands after the preamble."""
        begin = max(self.tex.find(r"\begin{document}"), 0)
        at = self.tex.find(text, begin)
        return self.of_offset(at) if at >= 0 else self.of_text(text)

    def of_text(self, text: str) -> Span | None:
        """Where `text` stands in the tex or in a file that it reads, as TeX shows it: with other
        blanks than were written."""
        wanted = "".join(text.split())
        if not wanted:
            return None
        if (at := _offset(self.tex, wanted)) >= 0:
            return self.of_offset(at)
        for other in self.inputs:
            if (at := _offset(other.text, wanted)) >= 0:
                return other.of_offset(at)
        return None


def last_paragraph(lines: Sequence[str]) -> Sequence[str]:
    blank = (number for number in range(len(lines), 0, -1) if not lines[number - 1].strip())
    return lines[next(blank, 0) :]


def loading(package: str) -> re.Pattern[str]:
    return re.compile(
        rf"\\(?:usepackage|RequirePackage|documentclass)(?:\[[^\]]*\])?"
        rf"\{{(?:[^{{}}]*[,\s])?{re.escape(package)}[\s,}}]"
    )


def _offset(text: str, wanted: str) -> int:
    """Where `wanted` begins in `text`, whose blanks don't count; -1: nowhere."""
    if len(wanted) == 1:  # there may be hundreds of missing characters to look for
        return text.find(wanted)
    offset = "".join(text.split()).find(wanted)
    for word in re.finditer(r"\S+", text) if offset >= 0 else ():
        if offset < len(word[0]):
            return word.start() + offset
        offset -= len(word[0])
    return -1
