"""What rendering a text needs to know, and what it finds out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markdown_it.tree import SyntaxTreeNode
from msgspec import Struct, field

from treadle.press.latex.escape import label_name
from treadle.press.latex.fragment import Fragment, Line
from treadle.press.latex.graphics import Copy, find_image
from treadle.problem import Problem, Span, warning

SECTIONS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph")


class Place(Struct, frozen=True):
    """LaTeX already made, for a chunk's output. `flows`: it does not part the text around it."""

    lines: Fragment
    flows: bool = False


class RenderOptions(Struct, frozen=True):
    """What is the same for all the texts of a document."""

    path: Path
    stem: str  # the folder of the images, beside the LaTeX
    columns: int = 90  # characters of code in a line
    twocolumn: bool = False
    sections: tuple[str, ...] = SECTIONS  # the commands of headings, by their level
    bibliography: tuple[str, ...] = ()  # LaTeX lines
    numbered: bool = True  # the sections
    ledger: Fragment = ()  # what was checked


class Findings(Struct):
    """What rendering the texts of a document gathers; `doubts` are problems of which LaTeX says
    more where it fails."""

    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)  # images
    places: set[int] = field(default_factory=set)  # those that were used
    bibliography: bool = False  # whether the references have been set
    ledger: Span | None = None  # where the ledger has its place


class Context(Struct, frozen=True):
    """A document's options and findings; and, of the one text that is being rendered, the `.pmd`
    line of each of its lines (counted from 0), its places, footnotes and the parser's `env`."""

    options: RenderOptions
    findings: Findings
    origins: Sequence[int] = (1,)
    places: Sequence[Place] = ()
    footnotes: Mapping[str, SyntaxTreeNode] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)
    blocks: Callable[[Sequence[SyntaxTreeNode], Context], Fragment] | None = None  # for footnotes
    notes: tuple[str, ...] = ()  # labels of the footnotes this stands in: nothing verbatim there

    def origin(self, line: int) -> int:
        """The `.pmd` line of line `line` of the text."""
        return self.origins[min(line, len(self.origins) - 1)] if self.origins else 1

    def lines(self, text: str, line: int) -> Fragment:
        """`text`, whose lines stand at `line` and after in the Markdown."""
        parts = enumerate(text.split("\n"), start=line)
        return tuple(Line(part, self.origin(number)) for number, part in parts)

    def span(self, line: int) -> Span:
        return Span.at(str(self.options.path), self.origin(line))

    def warn(self, line: int, message: str, hint: str = "") -> None:
        self.findings.problems.append(warning(self.span(line), message, hint))

    def doubt(self, line: int, message: str, hint: str = "") -> None:
        """Tell the author something that LaTeX may tell, too, and better."""
        self.findings.doubts.append(warning(self.span(line), message, hint))

    def image(self, path: str, line: int) -> str:
        """The path by which the LaTeX includes an image of the author's."""
        found = find_image(path, self.options.path.parent, self.options.stem, self.span(line))
        if isinstance(found, Problem):
            self.findings.problems.append(found)
            return label_name(path)  # the build fails
        if found not in self.findings.copies:
            self.findings.copies.append(found)
        return found.target


def line_of(node: SyntaxTreeNode) -> int:
    """The line a block begins at, counted from 0."""
    return node.map[0] if node.map else 0
