"""Divs: environments, and what Quarto and pandoc have by them: callouts, columns, figures."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from markdown_it.tree import SyntaxTreeNode
from msgspec.structs import replace

from treadle.press.latex.figures_and_tables import length
from treadle.press.latex.fragment import Fragment, Line, environment, stack
from treadle.press.markdown.attributes import Attributes, attributes_of
from treadle.press.markdown.parser import parse_inline
from treadle.press.markdown.running_text import (
    RenderOptions,
    TextContext,
    graphic,
    inline_latex,
    line_of,
)

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
FLOATS = MappingProxyType({"fig": "figure", "tbl": "table", "tab": "table"})
PLAIN = {"panel-tabset", "tabset", "incremental", "nonincremental", "refs"}  # show what they hold
KEYS = {"title", "name", "width", "when-format", "unless-format", "layout-ncol", "layout-nrow"}
GAP = 0.96  # of a line is for columns, so that there is room between them


def render_div(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """The LaTeX of a div, by its classes and its label; what these don't mean is told."""
    found = attributes_of(node)
    for key in sorted(found.values.keys() - KEYS):
        context.warn(line_of(node), f"`{key}=` means nothing to a `:::`", "leave it out")
    name, callout = _meaning(found, context.options)
    if LEDGER in found.classes:
        return _ledger(node, context)
    if name:
        return _theorem(name, node, context)
    if callout:
        return callout_lines(callout, *_titled(node, context), context)
    if "columns" in found.classes:
        return _columns(node, context)
    if found.values.keys() & {"layout-ncol", "layout-nrow"}:
        return _grid(node, context)
    if _kind(found) in FLOATS:
        return _float(FLOATS[_kind(found)], node, context)
    if _is_hidden(found):
        return ()
    return _plain(found, node, context)


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


def _body(nodes: Nodes, context: TextContext) -> Fragment:
    assert context.blocks is not None
    return context.blocks(nodes, context)


def _plain(found: Attributes, node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """What stands in a div of no meaning; `{#refs}` is the place of the bibliography, unless it
    stands above."""
    title, body = _titled(node, context) if "title" in found.values else ("", ())
    origin = context.origin(line_of(node))
    body = (
        (Line(rf"\textbf{{{title}}}\par", origin), *body)
        if title
        else _body(node.children, context)
    )
    if found.id == "refs" and context.options.bibliography and not context.findings.bibliography:
        context.findings.bibliography = True
        lines = (context.lines(text, line_of(node)) for text in context.options.bibliography)
        return stack((body, *lines))
    unknown = [name for name in found.classes if name not in PLAIN and not _is_shown(name)]
    if unknown:
        known = sorted({*ENVIRONMENTS, *context.options.environments, LEDGER, "columns"})
        near = difflib.get_close_matches(" ".join(found.classes), known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else (
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
    body = _body(node.children, context)
    if context.findings.ledger:
        return body
    context.findings.ledger = context.span(line_of(node))
    between = (Line("", body[-1].origin),) if body else ()
    return (*body, *between, *context.options.ledger)


def _titled(node: SyntaxTreeNode, context: TextContext) -> tuple[str, Fragment]:
    """The title of a div, its attribute's or that of a heading which it begins with; the rest."""
    if heading := _heading_of(node):
        return inline_latex(heading, line_of(heading), context), _body(node.children[1:], context)
    given = parse_inline(_title(node), context.apart(), context.options.words.quotes)
    return inline_latex(given, line_of(node), context), _body(node.children, context)


def _title(node: SyntaxTreeNode) -> str:
    values = attributes_of(node).values
    return values.get("title", values.get("name", ""))


def _heading_of(node: SyntaxTreeNode) -> SyntaxTreeNode | None:
    """The heading that is a div's title."""
    first = node.children[0] if node.children and not _title(node) else None
    return first if first and first.type == "heading" else None


def _theorem(name: str, node: SyntaxTreeNode, context: TextContext) -> Fragment:
    found = attributes_of(node)
    words, body = _titled(node, context)
    given = f"[{{{words}}}]" if words else ""
    label = rf"\label{{{found.id}}}" if found.id else ""
    if not given + label and body and body[0].text.startswith("["):
        label = "{}"  # else LaTeX takes it for the title
    return environment(name, body, context.origin(line_of(node)), given + label)


def callout_lines(kind: str, title: str, body: Fragment, context: TextContext) -> Fragment:
    """A note set apart from the text, under its kind and its title."""
    origin = body[0].origin if body else context.origin(0)
    word = dict(zip(CALLOUTS, context.options.words.callouts, strict=False)).get(kind, "")
    named = title and title.lower() not in {kind, word.lower()}
    words = f"{word}: {title}" if named else f"{word}."
    words = title if kind == "admonition" else words
    head = (Line(rf"\textbf{{{words}}}\par", origin),) if words else ()
    return environment("quote", (*head, *body), origin)


# Side by side.


def _columns(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """The columns of a div beside one another, each as wide as it says."""
    columns = [child for child in node.children if "column" in attributes_of(child).classes]
    others = [child for child in node.children if child not in columns]
    if others or not columns:
        hint = "each column is a `:::: {.column width=50%}`"
        context.warn(line_of(others[0] if others else node), "this stands in no column", hint)
    widths = [attributes_of(column).values.get("width", "") for column in columns]
    shares = [_share(width, len(columns)) for width in widths]
    boxes = [
        _box(share, _body(column.children, _boxed(context)), context.origin(line_of(column)))
        for share, column in zip(shares, columns, strict=True)
    ]
    return (*_row(boxes), *_body(others, context))


def _share(width: str, count: int) -> str:
    latex = length(width) if width else rf"{1 / count:.3g}\linewidth"
    share = latex.removesuffix(r"\linewidth")
    return rf"{GAP * float(share):.3g}\linewidth" if latex != share else latex


def _boxed(context: TextContext) -> TextContext:
    """There nothing floats."""
    return replace(context, boxed=True)


def _box(width: str, body: Fragment, origin: int, name: str = "minipage") -> Fragment:
    if name != "minipage":
        return environment(name, body, origin, f"[b]{{{width}}}")
    top = Line(r"\vspace{0pt}", origin)  # so that the tops of boxes with images are on one line
    return environment(name, (top, *body), origin, f"[t]{{{width}}}")


def _row(boxes: Sequence[Fragment]) -> Fragment:
    """Boxes on one line, with what room there is between them."""
    parts = [
        (*box[:-1], box[-1]._replace(text=box[-1].text + r"\hfill")) for box in boxes[:-1]
    ]  # fmt: skip
    if not boxes:
        return ()
    first = Line(r"\noindent", boxes[0][0].origin)
    return (first, *stack((*parts, boxes[-1])))


def _below(rows: Sequence[Fragment]) -> Fragment:
    """Rows as paragraphs."""
    empty = (Line("", row[-1].origin) for row in rows)
    return stack((*row, end) for row, end in zip(rows, empty, strict=True))[:-1]


# Floats.


def _float(name: str, node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """What a div holds as a figure or a table, whose caption is its last paragraph."""
    *inner, last = node.children or [node]
    captioned = bool(inner) and last.type == "paragraph" and not _images(last)
    parts = inner if captioned else node.children
    found = [image for child in parts for image in _images(child)]
    if found and all(map(_images, parts)):
        body = _graphics(found, context, "subfigure")
    else:
        body = _body(parts, _boxed(context))
    return _floating(name, body, last if captioned else None, node, context)


def _floating(
    name: str,
    body: Fragment,
    caption: SyntaxTreeNode | None,
    node: SyntaxTreeNode,
    context: TextContext,
) -> Fragment:
    origin, found = context.origin(line_of(node)), attributes_of(node)
    lines: list[Line] = []
    if caption is not None:
        at = line_of(caption)
        lines.append(Line(rf"\caption{{{inline_latex(caption, at, context)}}}", context.origin(at)))
    elif found.id:
        what = f"`{found.id}` has no caption, and so no number to refer to"
        context.warn(line_of(node), what, "its last paragraph is its caption")
    if found.id:
        lines.append(Line(rf"\label{{{found.id}}}", origin))
    whole = (*lines, *body) if name == "table" else (*body, *lines)
    return environment(name, (Line(r"\centering", origin), *whole), origin, "[htbp]")


def _images(node: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    """The images of a paragraph that holds nothing else."""
    children = node.children[0].children if node.type == "paragraph" and node.children else []
    images = [child for child in children if child.type == "image"]
    breaks = [child for child in children if child.type == "softbreak"]
    return images if len(images) + len(breaks) == len(children) else []


def _graphics(images: Nodes, context: TextContext, name: str, columns: int = 0) -> Fragment:
    """Images in rows, each with the caption that it may have."""
    if len(images) == 1 and not columns:
        return (
            Line(str(graphic(images[0], _at(images[0]), context)), _origin(images[0], context)),
        )
    columns = columns or min(len(images), 3)
    return _below([_images_row(row, context, name, columns) for row in _rows(images, columns)])


def _images_row(images: Nodes, context: TextContext, name: str, columns: int) -> Fragment:
    boxes = []
    for image in images:
        found, origin = attributes_of(image), _origin(image, context)
        width = found.values.get("width", "")
        picture = replace(graphic(image, _at(image), context), width="")
        lines = [Line(r"\centering", origin), Line(str(picture), origin)]
        if image.children:
            caption = inline_latex(image, _at(image), context)
            lines.append(Line(rf"\caption{{{caption}}}", origin))
        if found.id:
            lines.append(Line(rf"\label{{{found.id}}}", origin))
        boxes.append(_box(_share(width, columns), tuple(lines), origin, name))
    return _row(boxes)


def _at(image: SyntaxTreeNode) -> int:
    """The line of an image: that of the paragraph in which it stands."""
    parent = image.parent
    return line_of(parent) if parent else 0


def _origin(image: SyntaxTreeNode, context: TextContext) -> int:
    return context.origin(_at(image))


def _grid(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """What a div holds in rows, `layout-ncol=2`: images with captions, under one where it has a
    label."""
    found = attributes_of(node)
    *inner, last = node.children or [node]
    captioned = bool(found.id and inner) and last.type == "paragraph" and not _images(last)
    parts = inner if captioned else node.children
    images = [image for child in parts for image in _images(child)]
    columns = _columns_of(found, len(images) or len(parts))
    if images and all(map(_images, parts)):
        body = _graphics(images, context, "subfigure" if found.id else "minipage", columns)
        return _floating("figure", body, last if captioned else None, node, context)
    return _below([_parts_row(row, columns, context) for row in _rows(parts, columns)])


def _rows(nodes: Nodes, columns: int) -> Iterator[Nodes]:
    return (nodes[at : at + columns] for at in range(0, len(nodes), columns))


def _columns_of(found: Attributes, count: int) -> int:
    rows, columns = found.values.get("layout-nrow", ""), found.values.get("layout-ncol", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    return -(-count // int(rows)) or 1 if rows.isdigit() and int(rows) else max(count, 1)


def _parts_row(parts: Nodes, columns: int, context: TextContext) -> Fragment:
    share = _share("", columns)
    origins = [context.origin(line_of(part)) for part in parts]
    bodies = (_body([part], _boxed(context)) for part in parts)
    return _row([_box(share, body, at) for body, at in zip(bodies, origins, strict=True)])
