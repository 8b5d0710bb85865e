"""Divs: environments, and what Quarto and pandoc have by them: callouts, columns, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from markdown_it.tree import SyntaxTreeNode
from msgspec.structs import replace

from treadle.press.latex.fragment import Fragment, Line, environment, stack
from treadle.press.markdown.attributes import Attributes, attributes_of
from treadle.press.markdown.columns_and_floats import (
    FLOATS,
    blocks_of,
    columns_of,
    float_of,
    grid_of,
)
from treadle.press.markdown.elsewhere import ELSEWHERE
from treadle.press.markdown.parser import parse_inline
from treadle.press.markdown.running_text import inline_latex
from treadle.press.markdown.text_context import RenderOptions, TextContext, line_of
from treadle.problem import Span, error

CODE = re.compile(r"\\begin\{(?:chunk[a-z]+|listing)\}")
Nodes = Sequence[SyntaxTreeNode]
LEDGER = "checks"  # the class of the div in which the ledger of checks stands
ENVIRONMENTS = {
    "theorem", "lemma", "proposition", "corollary", "definition", "example", "remark", "proof",
    "abstract", "center", "quote", "quotation", "flushleft", "flushright",
}  # fmt: skip
# The beginnings of Quarto's labels.
THEOREMS = MappingProxyType(
    {"thm": "theorem", "lem": "lemma", "prp": "proposition", "cor": "corollary"}
    | {"def": "definition", "exm": "example", "rem": "remark"}
)
# MyST's `{admonition} Title` says no more than its title.
CALLOUTS = ("note", "tip", "warning", "caution", "important", "admonition")
PLAIN = {"panel-tabset", "tabset", "incremental", "nonincremental", "refs"}  # show what they hold
OVERLAYS = {"incremental": "<+->", "nonincremental": ""}
KEYS = {"title", "name", "width", "when-format", "unless-format", "layout-ncol", "layout-nrow"}


def render_div(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """The LaTeX of a div, by its classes and its label; what these don't mean is told."""
    found = attributes_of(node)
    for key in sorted(found.values.keys() - KEYS):
        context.warn(line_of(node), f"`{key}=` means nothing to a `:::`", "leave it out")
    name, callout = _meaning(found, context.options)
    if context.options.slides and (made := _on_slides(found, node, context)) is not None:
        return made
    if LEDGER in found.classes:
        return _ledger(node, context)
    if name:
        return _theorem(name, node, context)
    if callout:
        title, body = _titled(node, context)
        name = _label_of_title(node)
        label = rf"\phantomsection\label{{{name}}}" if name else ""
        return callout_lines(callout, title, body, context, label)
    if "columns" in found.classes:
        return columns_of(node, context)
    if found.values.keys() & {"layout-ncol", "layout-nrow"}:
        return grid_of(node, context)
    if _kind(found) in FLOATS:
        return float_of(FLOATS[_kind(found)], node, context)
    if _is_hidden(found):
        return ()
    return _plain(found, node, context)


def _on_slides(found: Attributes, node: SyntaxTreeNode, context: TextContext) -> Fragment | None:
    """What pandoc has for slides: a speaker's notes, and lists item by item. None: none of it."""
    if "notes" in found.classes:
        return _speaker_notes(found, node, context)
    overlays = next((OVERLAYS[name] for name in found.classes if name in OVERLAYS), None)
    if overlays is None or len(found.classes) > 1:
        return None
    return blocks_of(node.children, replace(context, overlays=overlays))


def _speaker_notes(found: Attributes, node: SyntaxTreeNode, context: TextContext) -> Fragment:
    r"""The argument of `\note`, in which nothing is verbatim: listings are set as in footnotes."""
    for name in found.classes:
        if name != "notes":
            what = f"`{name}` means nothing to a speaker's notes"
            context.warn(line_of(node), what, "leave it out")
    lines = blocks_of(node.children, replace(context, notes=(*context.notes, ".notes")))
    if not lines:
        context.warn(line_of(node), "these notes are empty", "leave them out")
        return ()
    if code := next((line for line in lines if CODE.match(line.text.lstrip())), None):
        what = "a chunk can't show code or text in a speaker's notes"
        span = Span.at(str(context.options.path), code.origin)
        context.findings.problems.append(error(span, what, "put it before them"))
    last = context.origin((node.map or [0, 1])[1] - 1)
    return (Line(r"\note{%", context.origin(line_of(node))), *lines, Line("}", last))


def _kind(found: Attributes) -> str:
    """What the label of a div begins with."""
    return found.id.replace(":", "-").partition("-")[0]


def _meaning(found: Attributes, options: RenderOptions) -> tuple[str, str]:
    """The environment that a div is, or the kind of a note that is set apart; they have titles."""
    name = next((name for name in found.classes if name in ENVIRONMENTS), "")
    name = name or THEOREMS.get(_kind(found), "")
    name = name or next((name for name in found.classes if name in options.environments), "")
    classes = {*found.classes}
    return name, next((each for each in CALLOUTS if {each, f"callout-{each}"} & classes), "")


def headings(nodes: Nodes, options: RenderOptions) -> Iterator[SyntaxTreeNode]:
    """The headings of a text, those in its divs included, but for one that is a div's title; what
    stands in a quotation or a list is no part of the text's order."""
    for node in nodes:
        if node.type == "heading":
            yield node
        elif node.type == "environment":
            yield from headings(node.children, options)
        elif node.type == "div" and not _is_hidden(attributes_of(node)):
            titled = any(_meaning(attributes_of(node), options)) and _heading_of(node) is not None
            yield from headings(node.children[titled:], options)


def _plain(found: Attributes, node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """What stands in a div of no meaning; `{#refs}` is the place of the bibliography, unless it
    stands above."""
    title, body = _titled(node, context) if "title" in found.values else ("", ())
    origin = context.origin(line_of(node))
    body = (
        (Line(rf"\textbf{{{title}}}\par", origin), *body)
        if title
        else blocks_of(node.children, context)
    )
    if found.id == "refs" and context.options.bibliography and not context.findings.bibliography:
        context.findings.bibliography = True
        lines = (context.lines(text, line_of(node)) for text in context.options.bibliography)
        return stack((body, *lines))
    unknown = [name for name in found.classes if name not in PLAIN and not _is_shown(name)]
    if unknown:
        known = sorted({*ENVIRONMENTS, *context.options.environments, LEDGER, "columns"})
        import difflib  # few names are wrong

        elsewhere = next((ELSEWHERE[name] for name in unknown if name in ELSEWHERE), "")
        near = difflib.get_close_matches(" ".join(found.classes), known, n=1)
        hint = elsewhere or (f"did you mean `{near[0]}`?" if near else "") or (
            "what it holds is shown; the preamble may define an environment of this name"
        )  # fmt: skip
        context.warn(line_of(node), f"`::: {unknown[0]}` means nothing", hint)
    label = Line(rf"\phantomsection\label{{{found.id}}}", origin)
    return (label, *body) if found.id and found.id != "refs" else body


def _is_shown(name: str) -> bool:
    return name.startswith(("content-", "cell"))


def _is_hidden(found: Attributes) -> bool:
    """Whether it is for other formats, or shown nowhere."""
    formats = {"pdf", "latex"}
    wanted, unwanted = found.values.get("when-format"), found.values.get("unless-format")
    fits = (wanted is None or wanted in formats) and unwanted not in formats
    if "content-visible" in found.classes:
        return not fits
    return "content-hidden" in found.classes and fits


def _ledger(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """The ledger of checks behind what the author says of it, at the first of its places."""
    body = blocks_of(node.children, context)
    if context.findings.ledger:
        return body
    context.findings.ledger = context.span(line_of(node))
    between = (Line("", body[-1].origin),) if body else ()
    return (*body, *between, *context.options.ledger)


def _titled(node: SyntaxTreeNode, context: TextContext) -> tuple[str, Fragment]:
    """The title of a div, its attribute's or that of a heading which it begins with; the rest."""
    if heading := _heading_of(node):
        return inline_latex(heading, line_of(heading), context), blocks_of(
            node.children[1:], context
        )
    given = parse_inline(_title(node), context.apart(), context.options.words.quotes)
    return inline_latex(given, line_of(node), context), blocks_of(node.children, context)


def _title(node: SyntaxTreeNode) -> str:
    values = attributes_of(node).values
    return values.get("title", values.get("name", ""))


def _heading_of(node: SyntaxTreeNode) -> SyntaxTreeNode | None:
    """The heading that is a div's title."""
    first = node.children[0] if node.children and not _title(node) else None
    return first if first and first.type == "heading" else None


def _label_of_title(node: SyntaxTreeNode) -> str:
    """The label of the heading that is a div's title, its own or that of its words; "": none."""
    heading = _heading_of(node)
    return attributes_of(heading).id or str(heading.meta.get("name", "")) if heading else ""


def _theorem(name: str, node: SyntaxTreeNode, context: TextContext) -> Fragment:
    found = attributes_of(node)
    words, body = _titled(node, context)
    given = f"[{{{words}}}]" if words else ""
    labels = filter(None, (found.id, _label_of_title(node)))
    label = "".join(rf"\label{{{each}}}" for each in labels)
    if not given + label and body and body[0].text.startswith("["):
        label = "{}"  # else LaTeX takes it for the title
    return environment(name, body, context.origin(line_of(node)), given + label)


def callout_lines(
    kind: str, title: str, body: Fragment, context: TextContext, label: str = ""
) -> Fragment:
    """A note set apart from the text, under its kind and its title. `label`: LaTeX of it."""
    origin = body[0].origin if body else context.origin(0)
    word = dict(zip(CALLOUTS, context.options.words.callouts, strict=False)).get(kind, "")
    named = title and title.lower() not in {kind, word.lower()}
    words = f"{word}: {title}" if named else f"{word}."
    words = title if kind == "admonition" else words
    head = (Line(rf"{label}\textbf{{{words}}}\par", origin),) if words else ()
    return environment("quote", (*head, *body), origin)
