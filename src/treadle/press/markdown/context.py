"""What rendering a text needs to know, and what it finds out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markdown_it.tree import SyntaxTreeNode
from msgspec import Struct, field

from treadle.press.weave.fragment import Fragment, Line
from treadle.press.weave.graphics import Copy, find_image
from treadle.press.weave.latex import label_name
from treadle.problem import Problem, Span, warning

SECTIONS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph")


class Place(Struct, frozen=True):
    """LaTeX already made, for a chunk's output. `flows`: it does not part the text around it."""

    lines: Fragment
    flows: bool = False


class Setting(Struct, frozen=True):
    """What is the same for all the texts of a document."""

    path: Path
    stem: str
    columns: int = 90  # characters of code in a line
    sections: tuple[str, ...] = SECTIONS
    bibliography: tuple[str, ...] = ()  # LaTeX lines
    numbered: bool = True  # the sections
    ledger: Fragment = ()  # what was checked


class Findings(Struct):
    """What rendering gathers: problems, files to copy, places used, and whether the
    references and the ledger are set."""

    diagnostics: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    places: set[int] = field(default_factory=set)
    bibliography: bool = False
    ledger: Span | None = None  # where it has its place


class Context(Struct, frozen=True):
    """One text: the `.pmd` line of each of its lines (counted from 0), its places and footnotes."""

    setting: Setting
    findings: Findings
    origins: Sequence[int]
    places: Sequence[Place] = ()
    footnotes: Mapping[str, SyntaxTreeNode] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)
    blocks: Callable[[Sequence[SyntaxTreeNode], Context], Fragment] | None = None  # renders notes
    notes: tuple[str, ...] = ()  # labels of the footnotes this stands in: nothing verbatim there

    def origin(self, line: int) -> int:
        """The `.pmd` line of line `line` of the text."""
        return self.origins[min(line, len(self.origins) - 1)] if self.origins else 1

    def lines(self, text: str, line: int) -> Fragment:
        """`text`, whose lines stand at `line` and after in the Markdown."""
        if "\n" not in text:
            return (Line(text, self.origin(line)),)
        parts = enumerate(text.split("\n"))
        return tuple(Line(part, self.origin(line + number)) for number, part in parts)

    def span(self, line: int) -> Span:
        """The place of a line of the text."""
        return Span.at(str(self.setting.path), self.origin(line))

    def warn(self, line: int, message: str, hint: str = "") -> None:
        """Tell the author something about a line of the text."""
        self.findings.diagnostics.append(warning(self.span(line), message, hint))

    def doubt(self, line: int, message: str, hint: str = "") -> None:
        """Tell the author something that LaTeX may tell, too, and better."""
        self.findings.doubts.append(warning(self.span(line), message, hint))

    def image(self, path: str, line: int) -> str:
        """The path by which the LaTeX includes an image of the author's."""
        found = find_image(path, self.setting.path.parent, self.setting.stem, self.span(line))
        if isinstance(found, Problem):
            self.findings.diagnostics.append(found)
            return label_name(path)  # the build fails
        if found not in self.findings.copies:
            self.findings.copies.append(found)
        return found.target
