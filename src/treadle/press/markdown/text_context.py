"""What all rendering of a document's texts needs to know, and what it finds out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from markdown_it.tree import SyntaxTreeNode
from msgspec import Struct, field
from msgspec.structs import replace

from treadle.press.document.source_files import SourceFiles, seen_from
from treadle.press.latex.escape import label_name
from treadle.press.latex.fragment import Fragment, Line
from treadle.press.latex.images import Copy, address_of, find_image, shared_file
from treadle.press.latex.languages import Words, words_of
from treadle.press.latex.lengths import inches
from treadle.press.latex.measures import POINTS, Measures, measures_of_columns
from treadle.press.latex.rows import Measure
from treadle.press.latex.table_layout import Room
from treadle.problem import Problem, Span, warning

MARGIN = 2.5  # ems that a list takes of a line
SECTIONS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph")

# What the parser's `env` has of a text, for other texts to refer to.
DEFINED = {"examples", "commands", "labels", "references", "bracketed"}


IN = "\0"  # between a file and the label of a footnote in it


class ReadyLatex(Struct, frozen=True):
    """LaTeX already made, for a chunk's output. `flows`: it does not part the text around it.

    `prefix` is what stands before it in the Markdown: the list or quotation that it belongs to.
    `boxed` is the same for a box of so much of a line. `told` is what is to be said of it, if it
    stands so in the document, and `hint` the way out.
    """

    lines: Fragment
    flows: bool = False
    prefix: str = ""
    boxed: Callable[[float], ReadyLatex] | None = None
    told: str = ""
    hint: str = ""


class RenderOptions(Struct, frozen=True):
    """What is the same for all the texts of a document."""

    path: Path
    stem: str  # the folder of the images, beside the LaTeX
    columns: int = 90  # characters of code in a line
    measures: Measures | None = None  # None: as the columns tell
    twocolumn: bool = False
    measure: Measure = Measure()
    slides: bool = False
    turns: bool = True  # whether tables may be turned
    sections: tuple[str, ...] = SECTIONS  # the commands of headings, by their level
    bibliography: tuple[str, ...] = ()  # LaTeX lines
    references: str = "References"  # what LaTeX calls it, where that is known
    depth: int = 3  # the deepest level of headings that have numbers
    ledger: Fragment = ()  # what was checked
    words: Words = field(default_factory=partial(words_of, None))  # in the document's language
    commands: frozenset[str] = frozenset()  # LaTeX's that the author has defined
    environments: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)  # other names of labels
    files: SourceFiles = SourceFiles()

    def room(self, margins: int = 0, box: float | None = None) -> Room:
        """That for a table, in lists and quotations with so many margins, or in a box that has so
        much of the line."""
        measures = self.measures or measures_of_columns(self.columns)
        inner = MARGIN * margins * measures.em
        boxed = box is not None
        if box is not None:
            measures = replace(measures, line=box * measures.line)
        return Room(measures, self.columns, inner, self.twocolumn, self.slides, self.turns, boxed)

    def share(self, width: str) -> float:
        """What of the line a length in LaTeX is; all, where LaTeX alone can tell."""
        measures = self.measures or measures_of_columns(self.columns)
        line, page = measures.line / POINTS, measures.page / POINTS
        found = inches(width, line, page)
        return found / line if found else 1.0


class Findings(Struct):
    """What rendering the texts of a document gathers; `doubts` are problems of which LaTeX says
    more where it fails."""

    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)  # images
    # Of those that stand for addresses: the address, and as it was written.
    addresses: dict[Path, tuple[str, str]] = field(default_factory=dict)
    places: set[int] = field(default_factory=set)  # those that were used
    notes: set[str] = field(default_factory=set)  # labels of footnotes that were referred to
    bibliography: bool = False  # whether the references have been set
    ledger: Span | None = None  # where the ledger has its place


class TextContext(Struct, frozen=True):
    """A document's options and findings; and, of the one text that is being rendered, the `.pmd`
    line of each of its lines (counted from 0), its places, footnotes and the parser's `env`."""

    options: RenderOptions
    findings: Findings
    origins: Sequence[int] = (1,)
    places: Sequence[ReadyLatex] = ()
    footnotes: Mapping[str, SyntaxTreeNode] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)
    blocks: Callable[[Sequence[SyntaxTreeNode], TextContext], Fragment] | None = (
        None  # for footnotes
    )
    notes: tuple[str, ...] = ()  # labels of the footnotes this stands in: nothing verbatim there
    boxed: bool = False  # whether it stands in a box, where nothing floats
    share: float = 1.0  # what of the line that box has
    overlays: str | None = None  # beamer's, of the lists of slides; None: as they are anyway

    def origin(self, line: int) -> int:
        """The `.pmd` line of line `line` of the text."""
        return self.origins[min(line, len(self.origins) - 1)] if self.origins else 1

    def apart(self) -> dict[str, Any]:
        """The parser's `env` of a text that stands apart, where all that the document defines may
        be referred to."""
        refs = {f":{label}": -1 for label in self.footnotes if IN not in label}  # not met yet
        known = {
            key: dict(value) if isinstance(value, dict) else value
            for key, value in self.env.items()
            if key in DEFINED
        }
        return {"footnotes": {"refs": refs, "list": {}}, "aliases": self.options.aliases, **known}

    @property
    def box(self) -> float | None:
        """What of a line the box has in which this stands; None: in none."""
        return self.share if self.boxed else None

    def in_box(self, width: str) -> TextContext:
        """The context of what stands in a box of that width."""
        return replace(self, boxed=True, share=self.share * self.options.share(width))

    def file(self, line: int) -> str:
        """The file of a line of the text; empty where the document is one file."""
        return self.options.files.file_of(self.origin(line))

    def footnote(self, label: str, line: int) -> SyntaxTreeNode | None:
        """The text of a note that is referred to on a line: one of the same file comes first."""
        return self.footnotes.get(f"{self.file(line)}{IN}{label}", self.footnotes.get(label))

    def lines(self, text: str, line: int) -> Fragment:
        """`text`, whose lines stand at `line` and after in the Markdown."""
        parts = enumerate(text.split("\n"), start=line)
        return tuple(Line(part, self.origin(number)) for number, part in parts)

    def span(self, line: int) -> Span:
        return Span.at(str(self.options.path), self.origin(line))

    def warn(self, line: int, message: str, hint: str = "", *, doubt: bool = False) -> None:
        """Tell the author something; a doubt, LaTeX may tell, too, and better."""
        found = self.findings.doubts if doubt else self.findings.problems
        found.append(warning(self.span(line), message, hint))

    def tell(self, part: ReadyLatex) -> None:
        """Tell what is to be said of it."""
        if part.told and part.lines:
            at = Span.at(str(self.options.path), part.lines[0].origin)
            self.findings.problems.append(warning(at, part.told, part.hint))

    def image(self, path: str, line: int) -> str:
        """The path by which the LaTeX includes an image of the author's."""
        found = self._find_image(path, line)
        if isinstance(found, Problem):
            self.findings.problems.append(found)
            return label_name(path)  # the build fails
        if address := address_of(path):
            first, at = self.findings.addresses.setdefault(found.source, (address, path))
            if first != address:
                self.findings.problems.append(shared_file(path, at, self.span(line)))
        known = {(copy.source, copy.target) for copy in self.findings.copies}
        if (found.source, found.target) not in known:
            self.findings.copies.append(found)
        return found.target

    def _find_image(self, path: str, line: int) -> Copy | Problem:
        """Of a part that stands in another folder, an image beside it comes first."""
        folder, stem, at = self.options.path.parent, self.options.stem, self.span(line)
        file = self.file(line)
        if file and Path(file).parent != folder and not address_of(path):
            near = seen_from(str(Path(file).parent / path), folder)
            if isinstance(found := find_image(near, folder, stem, at), Copy):
                return found
        return find_image(path, folder, stem, at)


def line_of(node: SyntaxTreeNode) -> int:
    """The line a block begins at, counted from 0."""
    return node.map[0] if node.map else 0
