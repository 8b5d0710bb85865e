"""What divs put side by side, columns and rows of images, and into figures and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

from markdown_it.tree import SyntaxTreeNode
from msgspec.structs import replace

from treadle.press.latex.figures import LETTERS, letter, many_letters
from treadle.press.latex.fragment import Fragment, Line, environment, stack
from treadle.press.latex.lengths import length
from treadle.press.markdown.attributes import Attributes, attributes_of
from treadle.press.markdown.running_text import graphic, inline_latex
from treadle.press.markdown.tables import caption_beside, captions_table
from treadle.press.markdown.text_context import TextContext, line_of

Nodes = Sequence[SyntaxTreeNode]
FLOATS = MappingProxyType({"fig": "figure", "tbl": "table", "tab": "table"})
END_OF_FLOAT = re.compile(r"\s*\\(?:begin|end)\{(?:figure|table)\*?\}(?:\[\w*\])?$")
CAPTION, MARK, NOTE = (
    re.compile(r"\\caption[\[{]"),
    re.compile(r"(\\notemark\{)(\d+)"),
    r"\notetext{",
)
GAP = 0.96  # of a line is for columns, so that there is room between them


def blocks_of(nodes: Nodes, context: TextContext) -> Fragment:
    assert context.blocks is not None
    return context.blocks(nodes, context)


def columns_of(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """The columns of a div beside one another, each as wide as it says."""
    columns = [child for child in node.children if "column" in attributes_of(child).classes]
    others = [child for child in node.children if child not in columns]
    if others or not columns:
        hint = "each column is a `:::: {.column width=50%}`"
        context.warn(line_of(others[0] if others else node), "this stands in no column", hint)
    widths = [attributes_of(column).values.get("width", "") for column in columns]
    shares = [_share(width, len(columns)) for width in widths]
    boxes = [
        _box(
            share,
            blocks_of(column.children, context.in_box(share)),
            context.origin(line_of(column)),
        )
        for share, column in zip(shares, columns, strict=True)
    ]
    return (*_row(boxes), *blocks_of(others, context))


def _share(width: str, count: int) -> str:
    latex = length(width) if width else rf"{1 / count:.3g}\linewidth"
    share = latex.removesuffix(r"\linewidth")
    return rf"{GAP * float(share):.3g}\linewidth" if latex != share else latex


def _boxed(context: TextContext) -> TextContext:
    """There nothing floats."""
    return replace(context, boxed=True)


def _box(width: str, body: Fragment, origin: int, name: str = "minipage") -> Fragment:
    if name != "minipage":  # on one line are the ends of images, and the beginnings of captions
        return environment(name, body, origin, f"[t]{{{width}}}")
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


def float_of(name: str, node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """What a div holds as a figure or a table, whose caption is its last paragraph."""
    *inner, last = node.children or [node]
    captioned = bool(inner) and last.type == "paragraph" and not _images(last)
    parts = inner if captioned else node.children
    found = [image for child in parts for image in _images(child)]
    label = attributes_of(node).id
    if captioned and not all(map(_images, parts)) and any(_floats(part, context) for part in parts):
        given = _with_captions(parts)
        body, notes = _parts_panels(given, min(len(given), 3), name, label, context)
        return (*_floating(name, body, last, node, context), *notes)
    if found and all(map(_images, parts)):
        body = _panels(found, context, label)
    else:
        body = blocks_of(parts, _boxed(context))
    return _floating(name, body, last if captioned else None, node, context)


def _floats(node: SyntaxTreeNode, context: TextContext) -> bool:
    """Whether a chunk has put a float there."""
    lines = context.places[node.meta["number"]].lines if node.type == "place" else ()
    return any(END_OF_FLOAT.match(line.text) for line in lines)


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


def _panels(images: Nodes, context: TextContext, whole: str, columns: int = 0) -> Fragment:
    """The parts of a figure of this label: those with a caption have a letter, and the label that
    they are given, or that of the whole with the letter."""
    labels, number = [], 0
    for image in images:
        number += bool(image.children)
        own = f"{whole}-{letter(number)}" if whole and image.children else ""
        labels.append(attributes_of(image).id or own)
    body = _graphics(images, labels, context, "subfigure", columns)
    if number <= LETTERS:
        return body
    return (Line(many_letters("figure"), _origin(images[0], context)), *body)


def _graphics(
    images: Nodes, labels: Sequence[str], context: TextContext, name: str, columns: int
) -> Fragment:
    """Images in rows, each with the caption that it may have."""
    if len(images) == 1 and not columns:
        return (
            Line(str(graphic(images[0], _at(images[0]), context)), _origin(images[0], context)),
        )
    columns = columns or min(len(images), 3)
    labelled = list(zip(images, labels, strict=True))
    rows = (labelled[at : at + columns] for at in range(0, len(labelled), columns))
    return _below([_images_row(row, context, name, columns) for row in rows])


def _images_row(
    images: Sequence[tuple[SyntaxTreeNode, str]], context: TextContext, name: str, columns: int
) -> Fragment:
    boxes = []
    for image, label in images:
        found, origin = attributes_of(image), _origin(image, context)
        width = found.values.get("width", "")
        picture = replace(graphic(image, _at(image), context), width="")
        lines = [Line(r"\centering", origin), Line(str(picture), origin)]
        if image.children:
            caption = inline_latex(image, _at(image), context)
            lines.append(Line(rf"\caption{{{caption}}}", origin))
        if label:
            lines.append(Line(rf"\label{{{label}}}", origin))
        boxes.append(_box(_share(width, columns), tuple(lines), origin, name))
    return _row(boxes)


def _at(image: SyntaxTreeNode) -> int:
    """The line of an image: that of the paragraph in which it stands."""
    parent = image.parent
    return line_of(parent) if parent else 0


def _origin(image: SyntaxTreeNode, context: TextContext) -> int:
    return context.origin(_at(image))


def grid_of(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """What a div holds in rows, `layout-ncol=2`: images with captions, under one where it has a
    label."""
    found = attributes_of(node)
    *inner, last = node.children or [node]
    captioned = bool(found.id and inner) and last.type == "paragraph" and not _images(last)
    captioned = captioned and not captions_table(node.children, len(inner))
    blocks = inner if captioned else node.children
    parts = _with_captions(blocks)
    images = [image for child in blocks for image in _images(child)]
    columns = _how_many(found, len(images) or len(parts))
    if images and all(map(_images, blocks)):
        if found.id:
            body = _panels(images, context, found.id, columns)
        else:
            labels = [attributes_of(image).id for image in images]
            body = _graphics(images, labels, context, "minipage", columns)
        return _floating("figure", body, last if captioned else None, node, context)
    if not found.id:
        rows = (parts[at : at + columns] for at in range(0, len(parts), columns))
        return _below([_parts_row(row, columns, context) for row in rows])
    kind = FLOATS.get(found.id.replace(":", "-").partition("-")[0], "figure")
    body, notes = _parts_panels(parts, columns, kind, found.id, context)
    return (*_floating(kind, body, last if captioned else None, node, context), *notes)


def _with_captions(nodes: Nodes) -> list[Nodes]:
    """The blocks, each table with the paragraph that is its caption."""
    found: list[Nodes] = []
    for number, node in enumerate(nodes):
        caption = caption_beside(nodes, number) if node.type == "table" else None
        if caption is not None:
            found.append(sorted((node, caption), key=line_of))
        elif not captions_table(nodes, number):
            found.append([node])
    return found


def _how_many(found: Attributes, count: int) -> int:
    rows, columns = found.values.get("layout-nrow", ""), found.values.get("layout-ncol", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    return -(-count // int(rows)) or 1 if rows.isdigit() and int(rows) else max(count, 1)


def _parts_row(parts: Sequence[Nodes], columns: int, context: TextContext) -> Fragment:
    share = _share("", columns)
    origins = [context.origin(line_of(part[0])) for part in parts]
    bodies = (blocks_of(part, context.in_box(share)) for part in parts)
    return _row([_box(share, body, at) for body, at in zip(bodies, origins, strict=True)])


def _parts_panels(
    parts: Sequence[Nodes], columns: int, kind: str, whole: str, context: TextContext
) -> tuple[Fragment, Fragment]:
    """Rows of what is in a float of this label: what would float by itself is a panel of it. And
    the footnotes of the panels' captions, which stand behind the float."""
    share = _share("", columns)
    boxes, number, notes = [], 0, list[Line]()
    for part in parts:
        origin = context.origin(line_of(part[0]))
        body = blocks_of(part, context.in_box(share))
        if (inner := _inside_of_float(body, len(notes))) is None:
            pictures = any(r"\includegraphics" in line.text for line in body)
            boxes.append(_box(share, body, origin, f"sub{kind}" if pictures else "minipage"))
            continue
        number += 1
        notes += (line for line in inner if line.text.startswith(NOTE))
        lines = tuple(line for line in inner if not line.text.startswith(NOTE))
        if not any(r"\label{" in line.text for line in lines):
            lines = (*lines, Line(rf"\label{{{whole}-{letter(number)}}}", origin))
        boxes.append(_box(share, lines, origin, f"sub{kind}"))
    rows = _below([_row(boxes[at : at + columns]) for at in range(0, len(boxes), columns)])
    letters = (Line(many_letters(kind), rows[0].origin),) if number > LETTERS else ()
    return (*letters, *rows), tuple(notes)


def _inside_of_float(body: Fragment, before: int) -> Fragment | None:
    """What is in the one float of a text, and around it, behind so many footnotes; None where there
    is none with a caption, or are several."""
    ends = [at for at, line in enumerate(body) if END_OF_FLOAT.match(line.text)]
    if len(ends) != 2 or not any(CAPTION.search(line.text) for line in body):
        return None

    def counted(mark: re.Match[str]) -> str:
        return f"{mark[1]}{int(mark[2]) + before}"

    return tuple(
        line if line.fixed else line._replace(text=MARK.sub(counted, line.text.removeprefix("  ")))
        for at, line in enumerate(body)
        if at not in ends
    )
