"""Running text: from the parser's inline nodes to LaTeX that keeps the author's line breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from urllib.parse import unquote

from markdown_it.tree import SyntaxTreeNode
from msgspec.structs import replace

from treadle.press.markdown.citations import cite
from treadle.press.markdown.context import Context
from treadle.press.markdown.marks import Attributes
from treadle.press.markdown.raw_latex import BEGIN, MATHS
from treadle.press.weave.fragment import Fragment, Line, glue, indent, text_of
from treadle.press.weave.graphics import Graphic, length
from treadle.press.weave.latex import (
    escape_address,
    escape_code,
    escape_prose,
    escape_url,
    label_name,
)

# Displayed mathematics: `\[ ... \]`, or an `equation` if it has a label.

INNER = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\\(?:text|mbox)\{[^{}]*\}|\\&", re.DOTALL)


def display(content: str, label: str, line: int, context: Context) -> Fragment:
    """The display of `content`, which begins at `line` with the opening dollars."""
    start = line + content[: len(content) - len(content.lstrip())].count("\n")
    body = tuple(part for part in context.lines(content.strip(), start) if part.text.strip())
    body = tuple(Line(part.text.strip(), part.origin) for part in body)
    end = context.origin(line + content.count("\n"))
    mark = rf"\label{{{label}}}" if label else ""
    if (found := BEGIN.match(body[0].text) if body else None) and found[1] in MATHS:
        first = body[0].text.replace(found.group(), found.group() + mark, 1)
        return (Line(first, body[0].origin), *body[1:])
    if _has_rows(content):
        body = _within("aligned", body)
    if not label and r"\label{" not in content:
        return (Line(r"\[", context.origin(line)), *indent(body), Line(r"\]", end))
    opening = Line(rf"\begin{{equation}}{mark}", context.origin(line))
    return (opening, *indent(body), Line(r"\end{equation}", end))


def _has_rows(content: str) -> bool:
    rest = INNER.sub("", content)
    return "&" in rest or r"\\" in rest


def _within(name: str, body: Fragment) -> Fragment:
    begin = Line(rf"\begin{{{name}}}", body[0].origin)
    return (begin, *indent(body), Line(rf"\end{{{name}}}", body[-1].origin))


# Running text: from the parser's inline nodes to LaTeX that keeps the author's line breaks.

UNDEFINED_NOTE = re.compile(r"\[\^[^\]\s]+\]")
LINE_END = r" \\"
NOTE_END = "%\x00"  # a line break, of which what follows the footnote decides how it is written
COMMENT_END = re.compile(r"(?<!\\)%\n *")
NOTES = 2  # a note may hold a note
COMMANDS = {"em": "emph", "strong": "textbf", "s": "sout"}


def render_inline(nodes: Iterable[SyntaxTreeNode], line: int, context: Context) -> Fragment:
    """The LaTeX of inline nodes whose text begins at `line`; it holds no empty line."""
    parts = _with_note_ends(glue(InlineRenderer(line, context).parts(nodes)))
    kept = [part for part in parts if part.text.strip()] or list(parts[:1])
    for number, (before, part) in enumerate(pairwise(kept), start=1):
        if before.text.endswith(LINE_END.strip()) and part.text[:1] in {"[", "*"}:
            kept[number] = part._replace(text="{}" + part.text)  # else LaTeX takes it for an option
    return tuple(kept)


def _with_note_ends(fragment: Fragment) -> Fragment:
    """The line breaks behind footnotes as TeX needs them: a blank after one is the break itself."""
    lines = [*fragment, Line("", 0)]
    for number, (line, after) in enumerate(pairwise((*fragment, Line("", 0)))):
        if line.text.endswith(NOTE_END):
            sign = "%" if after.text.strip() and after.text[0] != " " else ""
            lines[number] = lines[number]._replace(text=lines[number].text[: -len(NOTE_END)] + sign)
            lines[number + 1] = after._replace(text=after.text.lstrip(" "))
    return tuple(lines[:-1])


def attributes_of(node: SyntaxTreeNode) -> Attributes:
    """The `{...}` after an element."""
    found = node.meta.get("attributes")
    return found if isinstance(found, Attributes) else Attributes()


class InlineRenderer:
    """Goes through the inline nodes of one block, counting the lines it passes."""

    def __init__(self, line: int, context: Context) -> None:
        """`line` is where the text begins."""
        self.base = line
        self.line = line
        self.context = context

    def parts(self, nodes: Iterable[SyntaxTreeNode]) -> Iterator[Fragment]:
        """A fragment for each node."""
        for node in nodes:
            if command := COMMANDS.get(node.type):
                yield self._text(f"\\{command}{{")
                yield from self.parts(node.children)
                yield self._text("}")
            else:
                yield from RENDERERS.get(node.type, InlineRenderer._unknown)(self, node)

    def _text(self, text: str) -> Fragment:
        fragment = self.context.lines(text, self.line)
        self.line += len(fragment) - 1
        return fragment

    def _broken(self, text: str) -> Fragment:
        """`text`, and a new line that begins at the same place of the document."""
        origin = self.context.origin(self.line)
        return (Line(text, origin), Line("", origin))

    def _plain(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        for label in UNDEFINED_NOTE.findall(node.content):
            self.context.warn(self.line, f"footnote `{label}` is not defined")
        yield self._text(escape_prose(node.content))

    def _code(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        raw = attributes_of(node).raw
        if raw in {"latex", "tex"}:
            yield self._text(node.content)
        elif not raw:
            yield self._text(rf"\code{{{escape_code(node.content)}}}")

    def _break(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        self.line = self.base + int(node.meta.get("line", 0))
        end = LINE_END if node.type == "hardbreak" else ""
        yield (Line(end, self.context.origin(self.line - 1)), *self._text(""))

    def _maths(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        yield self._text(f"${node.content}$")

    def _display(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        lines = display(node.content, node.meta["id"], self.line, self.context)
        self.line += node.content.count("\n")
        yield self._apart(lines)

    def _apart(self, lines: Fragment) -> Fragment:
        end = Line("", self.context.origin(self.line))
        return (Line("", lines[0].origin), *lines, end)

    def _latex(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        if node.meta.get("open"):
            message = (
                f"the brace after `{node.content}` is never closed: it is printed as it stands"
            )
            self.context.doubt(self.line, message)
        yield self._text(node.content)

    def _html(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        if node.content.startswith("<br"):
            yield self._text(r" \\{} ")
        elif not node.content.startswith("<!--"):
            self.context.warn(
                self.line,
                f"the HTML `{node.content}` is left out",
                r"write \< for a literal bracket",
            )

    def _script(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        command = "textsuperscript" if node.markup == "^" else "textsubscript"
        yield self._text(rf"\{command}{{{escape_prose(node.content)}}}")

    def _link(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        url = str(node.attrs.get("href", ""))
        if node.info == "auto" and not set(url) & set("%#&^~\\{}"):
            yield self._text(rf"\url{{{url}}}")
            return
        inside = url.startswith("#")
        link = (
            rf"\hyperref[{label_name(unquote(url[1:]))}]"
            if inside
            else rf"\href{{{escape_url(url)}}}"
        )
        yield self._text(link + "{")
        if node.info == "auto":
            yield self._text(escape_address("".join(child.content for child in node.children)))
        else:
            yield from self.parts(node.children)
        yield self._text("}")

    def _image(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        yield self._text(str(graphic(node, self.line, self.context)))

    def _citation(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        yield self._text(cite(node.meta["items"], in_brackets=node.meta["group"]))

    def _footnote(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        label = node.meta.get("label", "")
        note, notes_around = self.context.footnotes.get(label), self.context.notes
        if note is not None and (label in notes_around or len(notes_around) == NOTES):
            self.context.warn(self.line, f"footnote `{label}` within a footnote is left out")
            return
        if note is not None and self.context.blocks is not None:
            yield self._broken("\\footnote{%")  # its lines are other ones of the document
            inner = replace(self.context, notes=(*notes_around, label))
            blocks = self.context.blocks(note.children, inner)
            yield tuple(line if line.text else line._replace(text=r"\par") for line in blocks)
            yield self._broken("}" + NOTE_END)
        else:
            yield self._text(r"\footnote{")
            notes = self.context.env.get("footnotes", {}).get("list", {})
            tokens = notes.get(node.meta["id"], {}).get("tokens", [])
            yield from self.parts(SyntaxTreeNode(tokens).children)
            yield self._text("}")

    def _unknown(self, node: SyntaxTreeNode) -> Iterator[Fragment]:
        if node.children:
            yield from self.parts(node.children)
        else:
            yield self._text(escape_prose(node.content))


def graphic(node: SyntaxTreeNode, line: int, context: Context) -> Graphic:
    """The image of an image node."""
    found = attributes_of(node)
    path = context.image(unquote(str(node.attrs.get("src", ""))), line)
    width, height = (length(found.values.get(key)) for key in ("width", "height"))
    return Graphic(path, width, height, found.values.get("alt", ""))


def inline_latex(node: SyntaxTreeNode, line: int, context: Context) -> str:
    """The LaTeX of a node's running text, for a heading, a caption, a cell."""
    inner = node.children[0] if node.children and node.children[0].type == "inline" else node
    children = inner.children
    text = COMMENT_END.sub("", text_of(render_inline(children, line, context)))
    return " ".join(text.split("\n")).strip()


RENDERERS: dict[str, Callable[[InlineRenderer, SyntaxTreeNode], Iterator[Fragment]]] = {
    "text": InlineRenderer._plain,
    "code_inline": InlineRenderer._code,
    "softbreak": InlineRenderer._break,
    "hardbreak": InlineRenderer._break,
    "maths": InlineRenderer._maths,
    "maths_display": InlineRenderer._display,
    "latex_inline": InlineRenderer._latex,
    "html_inline": InlineRenderer._html,
    "script": InlineRenderer._script,
    "link": InlineRenderer._link,
    "image": InlineRenderer._image,
    "citation": InlineRenderer._citation,
    "footnote_ref": InlineRenderer._footnote,
}
