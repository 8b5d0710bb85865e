"""The files that a document is read from, and which line of which file each of its lines is.

A document may have parts that stand in files of their own. Whatever looks at it (the parser, the
line map, LaTeX's log) needs one number a line, and numbers that grow as one reads on. So the lines
are numbered through all of the files, in the order in which they are read; a document of one file
has that file's own numbers. Spans within `press` have such numbers, under the document's name; who
tells an author something asks `SourceFiles.own` for the file and its line.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from treadle.problem import Problem, Span


class Run(Struct, frozen=True):
    """`count` lines of `file` from `line` on, which are the document's from `first` on."""

    first: int
    file: str
    line: int
    count: int


class SourceFiles(Struct, frozen=True):
    """The runs of lines in their order, of which the first is the document's own file's; none where
    that is all there is."""

    runs: tuple[Run, ...] = ()

    def own(self, span: Span) -> Span:
        """The span with its file and that file's lines; of another file, as it is."""
        if not self.runs or span.file != self.runs[0].file:
            return span
        run = self._run(span.line)
        line = span.line - run.first + run.line
        end = min(line + span.end_line - span.line, run.line + run.count - 1)
        return Span(run.file, line, max(line, end), span.column)

    def told(self, problem: Problem) -> Problem:
        """The problem as it is told to an author."""
        return replace(problem, span=self.own(problem.span)) if self.runs else problem

    def numbered(self, span: Span) -> Span:
        """The other way round; of a file that is read twice, the first time."""
        for run in self.runs:
            if run.file == span.file and run.line <= span.line < run.line + run.count:
                by = run.first - run.line
                return Span(self.runs[0].file, span.line + by, span.end_line + by, span.column)
        return span

    def in_words(self, line: int) -> str:
        """A line of the document within a sentence: `line 12`, or `chapters/two.pmd:12`."""
        return f"line {line}" if not self.runs else str(self.own(Span.at(self.runs[0].file, line)))

    def file_of(self, line: int) -> str:
        """The name of the file that has the line; empty where there is but one."""
        return self._run(line).file if self.runs else ""

    @property
    def parts(self) -> Iterator[str]:
        """The files but the document's own, each once."""
        return iter(dict.fromkeys(run.file for run in self.runs if run.file != self.runs[0].file))

    def _run(self, line: int) -> Run:
        at = bisect_right(self.runs, line, key=lambda run: run.first) - 1
        return self.runs[max(at, 0)]


def seen_from(file: str, folder: Path) -> str:
    """A file's name from the folder of the document on; one that is named as a whole stays so."""
    if os.path.isabs(file) and not folder.is_absolute():  # noqa: PTH117
        return file
    return os.path.relpath(file, folder)
