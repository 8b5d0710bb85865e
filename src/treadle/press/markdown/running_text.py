"""Running text to LaTeX that keeps the author's line breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import unquote

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from msgspec.structs import replace

from treadle.press.latex.escape import (
    escape_address,
    escape_code,
    escape_prose,
    escape_url,
    label_name,
)
from treadle.press.latex.figures import Graphic
from treadle.press.latex.formulas import with_text
from treadle.press.latex.fragment import Fragment, Line, environment, glue, indent, text_of
from treadle.press.latex.lengths import length
from treadle.press.markdown.attributes import attributes_of
from treadle.press.markdown.citations_and_references import cite
from treadle.press.markdown.dollars import looks_like_words
from treadle.press.markdown.elsewhere import ELSEWHERE
from treadle.press.markdown.latex_and_maths import BEGIN, MATHS
from treadle.press.markdown.text_context import TextContext

INNER = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\\(?:text|mbox)\{[^{}]*\}|\\&", re.DOTALL)
UNDEFINED_NOTE = re.compile(r"\[\^[^\]\s]+\]")
UNDEFINED_LINK = re.compile(r"(?<![\w\])])\[[^\[\]]+\]\[[^\[\]]+\](?!\[)")
LINE_END = r" \\"
ADDRESS = re.compile(r"\b((?:https?|ftp)://[^\s<>\"'`]+)")
# A long address that `\url` would not break where it may be: at hyphens, and within a hash.
UNBROKEN = re.compile(r"^(?=.{31}).*(?:-|[A-Za-z0-9]{24})")
OTHER_CODE = re.compile(
    r"\{(?!python)(\w+)\} \S|(r) [\w(\"'.]"
)  # Quarto's and R Markdown's, of other languages
SHORTCODES = MappingProxyType(
    {"include": "it stands on a line of its own, at the start of that"}
    | dict.fromkeys(("var", "meta", "env"), "print a value by `<%= params.name %>`")
    | {"embed": "put the chunk here", "kbd": "it names no key: `{{< kbd Ctrl-C >}}`"}
)
KEY = re.compile(r"""(?:(?P<system>[\w-]+)=)?(?:"([^"]*)"|'([^']*)'|(\S+))""")
OF_IMAGES = ("width", "height", "alt", "fig-alt", "pos", "literal")
SPANS = MappingProxyType(
    {"smallcaps": r"\textsc", "sc": r"\textsc", "underline": r"\underline", "ul": r"\underline"}
    | {"mark": r"\colorbox{yellow!40}", "strike": r"\sout", "bold": r"\textbf"}
    | {
        "sub": r"\textsubscript",
        "sup": r"\textsuperscript",
        "italic": r"\textit",
        "emph": r"\emph",
        "kbd": r"\texttt",
    }
)
BREAK = re.compile(r"<br\b", re.IGNORECASE)  # before it there is text
NOTE_END = "%\x00"  # a line break, of which what follows the footnote decides how it is written
COMMENT_END = re.compile(r"(?<!\\)%\n *")
NOTES = 2  # a note may hold a note


def _keys(shortcode: str) -> str:
    """The keys to press: `{{< kbd Ctrl-C >}}`, or one of each system's, which it names."""
    _, _, rest = shortcode.removeprefix("{{<").removesuffix(">}}").strip().partition(" ")
    found = [(key["system"], "".join(filter(None, key.groups()[1:]))) for key in KEY.finditer(rest)]
    return ", ".join(f"{keys} ({system})" if system else keys for system, keys in found)


def render_inline(nodes: Iterable[SyntaxTreeNode], line: int, context: TextContext) -> Fragment:
    """The LaTeX of inline nodes whose text begins at `line`; it holds no empty line."""
    renderer = _Renderer(line, context)
    renderer.render(nodes)
    lines = _with_note_ends(glue(renderer.parts))
    kept = [part for part in lines if part.text.strip()] or list(lines[:1])
    for number, (before, part) in enumerate(pairwise(kept), start=1):
        if before.text.endswith(LINE_END.strip()) and part.text[:1] in {"[", "*"}:
            kept[number] = part._replace(text="{}" + part.text)  # else LaTeX takes it for an option
    return tuple(kept)


def inline_latex(node: SyntaxTreeNode, line: int, context: TextContext) -> str:
    """The LaTeX of a node's running text in one line, for a heading, a caption, a table's entry."""
    inner = node.children[0] if node.children and node.children[0].type == "inline" else node
    text = COMMENT_END.sub("", text_of(render_inline(inner.children, line, context)))
    return " ".join(text.split("\n")).strip()


def graphic(node: SyntaxTreeNode, line: int, context: TextContext) -> Graphic:
    found = attributes_of(node)
    unknown = (name for name in (*found.values, *found.classes) if name not in OF_IMAGES)
    for name in unknown:
        context.warn(
            line, f"`{name}` means nothing to an image", f"known are {', '.join(OF_IMAGES)}"
        )
    path = context.image(unquote(str(node.attrs.get("src", ""))), line)
    width, height = (length(found.values.get(key)) for key in ("width", "height"))
    alt = found.values.get("alt", found.values.get("fig-alt", ""))
    return Graphic(path, width, height, alt, context.options.slides)


def display(content: str, label: str, line: int, context: TextContext) -> Fragment:
    r"""Mathematics that begins at `line` as `\[ ... \]`, or an `equation` if it has a label."""
    start = line + content[: len(content) - len(content.lstrip())].count("\n")
    given = context.lines(with_text(content.strip()), start)
    body = tuple(Line(part.text.strip(), part.origin) for part in given if part.text.strip())
    mark = rf"\label{{{label}}}" if label else ""
    if (found := BEGIN.match(body[0].text) if body else None) and found[1] in MATHS:
        first = body[0].text.replace(found.group(), found.group() + mark, 1)
        return (Line(first, body[0].origin), *body[1:])
    outside = INNER.sub("", content)
    if "&" in outside or r"\\" in outside:  # it has rows
        body = environment("aligned", body, body[0].origin)
    begin, end = r"\[", r"\]"
    if label or r"\label{" in content:
        begin, end = rf"\begin{{equation}}{mark}", r"\end{equation}"
    last = context.origin(line + content.count("\n"))
    return (Line(begin, context.origin(line)), *indent(body), Line(end, last))


def _with_note_ends(fragment: Fragment) -> Fragment:
    """The line breaks behind footnotes as TeX needs them: a blank after one is the break itself."""
    lines = [*fragment, Line("", 0)]
    for number, (line, after) in enumerate(pairwise((*fragment, Line("", 0)))):
        if line.text.endswith(NOTE_END):
            sign = "%" if after.text.strip() and after.text[0] != " " else ""
            lines[number] = lines[number]._replace(text=lines[number].text[: -len(NOTE_END)] + sign)
            lines[number + 1] = after._replace(text=after.text.lstrip(" "))
    return tuple(lines[:-1])


class _Renderer:
    """Visits the inline nodes of one block, each by its type, counting the lines it passes."""

    def __init__(self, line: int, context: TextContext) -> None:
        self.base = self.line = line
        self.context = context
        self.parts: list[Fragment] = []

    def render(self, nodes: Iterable[SyntaxTreeNode]) -> None:
        for node in nodes:
            visit = getattr(self, f"visit_{node.type}", self._visit_other)
            visit(node)

    def _add(self, text: str) -> None:
        fragment = self.context.lines(text, self.line)
        self.line += len(fragment) - 1
        self.parts.append(fragment)

    def _add_broken(self, text: str) -> None:
        """`text`, and a new line that begins at the same place of the document."""
        origin = self.context.origin(self.line)
        self.parts.append((Line(text, origin), Line("", origin)))

    def _add_within(self, command: str, nodes: Iterable[SyntaxTreeNode]) -> None:
        self._add(f"{command}{{")
        self.render(nodes)
        self._add("}")

    def visit_text(self, node: SyntaxTreeNode) -> None:
        for label in UNDEFINED_NOTE.findall(node.content):
            self.context.warn(self.line, f"footnote `{label}` is not defined")
        for link in UNDEFINED_LINK.findall(node.content):
            what = f"the link `{link}` is defined nowhere, and printed as it stands"
            self.context.warn(self.line, what, "a label of the document is `[text](#label)`")
        if "<!--" in node.content:
            what = "this comment is not closed within its paragraph, and printed as it stands"
            self.context.warn(self.line, what, "begin it on a line of its own, and end it by `-->`")
        self._add(_with_addresses(node.content))

    def visit_em(self, node: SyntaxTreeNode) -> None:
        command = {"em": r"\emph", "strong": r"\textbf", "s": r"\sout"}[node.type]
        self._add_within(command, node.children)

    visit_strong = visit_s = visit_em

    def visit_span(self, node: SyntaxTreeNode) -> None:
        found = attributes_of(node)
        if found.id:
            self._add(rf"\phantomsection\label{{{found.id}}}")
        known = [SPANS[name] for name in found.classes if name in SPANS]
        for name in (*(name for name in found.classes if name not in SPANS), *found.values):
            hint = ELSEWHERE.get(
                name, "known are .smallcaps, .underline, .mark, .bold, .italic, .strike, .kbd"
            )
            self.context.warn(self.line, f"`{name}` means nothing to text in brackets", hint)
        for command in known:
            self._add(f"{command}{{")
        self.render(node.children)
        self._add("}" * len(known))

    def visit_code_inline(self, node: SyntaxTreeNode) -> None:
        raw = attributes_of(node).raw
        if raw in {"latex", "tex"}:
            self._add(node.content)
        elif not raw:
            if other := OTHER_CODE.match(node.content):
                what = f"inline code of `{other[1] or other[2]}` is printed, and not run"
                self.context.warn(self.line, what, "Python's is `<%= expression %>`")
            self._add(rf"\codetext{{{escape_code(node.content)}}}")

    def visit_softbreak(self, node: SyntaxTreeNode) -> None:
        line = node.meta.get("line")  # a backslash that ends a line tells none
        self.line = self.line + 1 if line is None else self.base + int(line)
        end = LINE_END if node.type == "hardbreak" else ""
        before, here = self.context.origin(self.line - 1), self.context.origin(self.line)
        self.parts.append((Line(end, before), Line("", here)))

    visit_hardbreak = visit_softbreak

    def visit_maths(self, node: SyntaxTreeNode) -> None:
        if looks_like_words(node.content):
            shown = " ".join(node.content.split())
            what = f"`${shown[:40]}$` is a formula, in which the blanks between words vanish"
            self.context.warn(
                self.line, what, r"write `\$` for the sign itself, `\text{...}` for words"
            )
        self._add(f"${with_text(node.content)}$")

    def visit_lone_dollar(self, node: SyntaxTreeNode) -> None:
        sign = node.content
        what = f"`{sign}` opens no formula here, and is printed as it stands"
        way = f"close it with `{sign}` in this paragraph, with no blank within and no digit behind"
        self.context.warn(self.line, what, f"{way}, or write `\\$` for the sign itself")
        self._add(escape_prose(sign))

    def visit_maths_display(self, node: SyntaxTreeNode) -> None:
        lines = display(node.content, node.meta["id"], self.line, self.context)
        self.line += node.content.count("\n")
        end = Line("", self.context.origin(self.line))
        self.parts.append((Line("", lines[0].origin), *lines, end))

    def visit_latex_inline(self, node: SyntaxTreeNode) -> None:
        if node.meta.get("open"):
            what = f"the brace after `{node.content}` is never closed: it is printed as it stands"
            self.context.warn(self.line, what, doubt=True)
        if node.meta.get("unread"):
            what = f"the Markdown within `{node.content.partition('{')[0]}` is printed as it stands"
            self.context.warn(self.line, what, "write LaTeX there")
        self._add(node.content)

    def visit_shortcode(self, node: SyntaxTreeNode) -> None:
        name = node.content.strip("{}<> ").split()[0]
        keys = _keys(node.content) if name == "kbd" else ""
        if keys:
            self._add(rf"\texttt{{{escape_prose(keys)}}}")
            return
        hint = SHORTCODES.get(name, "a PDF has no such thing: leave it out")
        self.context.warn(self.line, f"the shortcode `{node.content}` is left out", hint)

    def visit_html_inline(self, node: SyntaxTreeNode) -> None:
        begun = any(line.text.strip() for part in self.parts for line in part)
        if begun and BREAK.match(node.content):
            self._add(r" \\{} ")
        elif not node.content.startswith("<!--"):
            shown = " ".join(node.content.split())
            what = f"the HTML `{shown[:60]}` is left out"
            self.context.warn(self.line, what, r"write \< for a literal bracket")

    def visit_script(self, node: SyntaxTreeNode) -> None:
        command = "textsuperscript" if node.meta["mark"] == "^" else "textsubscript"
        self._add(rf"\{command}{{{escape_prose(node.content)}}}")

    def visit_link(self, node: SyntaxTreeNode) -> None:
        url, typed = str(node.attrs.get("href", "")), node.info == "auto"
        inside = rf"\hyperref[{label_name(unquote(url[1:]))}]" if url.startswith("#") else ""
        command = inside or rf"\href{{{escape_url(url)}}}"
        if not typed:
            self._add_within(command, node.children)
        elif set(url) & set("%#&^~\\{}") or UNBROKEN.search(url):
            address = escape_address("".join(child.content for child in node.children))
            self._add(f"{command}{{{address}}}")
        else:
            self._add(rf"\url{{{url}}}")

    def visit_image(self, node: SyntaxTreeNode) -> None:
        self._add(str(graphic(node, self.line, self.context)))

    def visit_citation(self, node: SyntaxTreeNode) -> None:
        items = [
            replace(item, prefix=self._in_line(prefix), suffix=self._in_line(suffix))
            for item, (prefix, suffix) in zip(node.meta["items"], node.meta["words"], strict=True)
        ]
        words_and = self.context.options.words.and_
        self._add(cite(items, words_and, in_brackets=node.meta["group"]))

    def _in_line(self, tokens: list[Token]) -> str:
        """Words that stand in the argument of a command."""
        return inline_latex(SyntaxTreeNode(tokens), self.line, self.context) if tokens else ""

    def visit_footnote_ref(self, node: SyntaxTreeNode) -> None:
        label = node.meta.get("label", "")
        self.context.findings.notes.add(label)
        note, notes_around = self.context.footnote(label, self.line), self.context.notes
        if note is None or self.context.blocks is None:
            notes = self.context.env.get("footnotes", {}).get("list", {})
            tokens = notes.get(node.meta["id"], {}).get("tokens", [])
            self._add_within(r"\footnote", SyntaxTreeNode(tokens).children)
        elif label in notes_around or len(notes_around) == NOTES:
            self.context.warn(self.line, f"footnote `{label}` within a footnote is left out")
        else:
            self._add_broken("\\footnote{%")  # its lines are other ones of the document
            inner = replace(self.context, notes=(*notes_around, label))
            blocks = self.context.blocks(note.children, inner)
            lines = (line if line.text else line._replace(text=r"\par") for line in blocks)
            self.parts.append(tuple(lines))
            self._add_broken("}" + NOTE_END)

    def _visit_other(self, node: SyntaxTreeNode) -> None:
        if node.children:
            self.render(node.children)
        else:
            self._add(escape_prose(node.content))


def _with_addresses(text: str) -> str:
    """`text` in running LaTeX; addresses in it are as they were typed."""
    words = ADDRESS.split(text)
    return "".join(
        escape_address(word) if number % 2 else escape_prose(word)
        for number, word in enumerate(words)
    )
