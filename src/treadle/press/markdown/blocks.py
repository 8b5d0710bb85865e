"""Blocks: from the parser's tree to LaTeX, with the `.pmd` line of every line."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from markdown_it.tree import SyntaxTreeNode

from treadle.press.markdown.context import Context, Place
from treadle.press.markdown.divs import PLACE
from treadle.press.markdown.inline import (
    attributes_of,
    display,
    graphic,
    inline_latex,
    render_inline,
)
from treadle.press.markdown.literal import code_block, html_block, line_of
from treadle.press.markdown.parser import parse_inline
from treadle.press.markdown.raw_latex import BEGIN, MATHS
from treadle.press.markdown.tables import is_caption, pipe_table
from treadle.press.weave.fragment import Fragment, Line, fixed, indent, stack, text_of
from treadle.press.weave.graphics import Float, figure_float

Nodes = Sequence[SyntaxTreeNode]
REFERENCES = {"references", "bibliography", "literature"}
LEDGER = "checks"  # the class of the div in which the ledger of checks stands
ENVIRONMENTS = {
    "theorem", "lemma", "proposition", "corollary", "definition", "example", "remark", "proof",
    "abstract", "center", "quote", "quotation", "flushleft", "flushright",
}  # fmt: skip


def render_blocks(nodes: Nodes, context: Context) -> Fragment:
    """Blocks below one another, with an empty line where LaTeX should begin a new paragraph."""
    lines: list[Line] = []
    before: SyntaxTreeNode | None = None
    for number, node in enumerate(nodes):
        rendered = render_block(nodes, number, context)
        if not rendered:
            continue
        if before is not None and not _flows(before, node, context):
            lines.append(Line("", lines[-1].origin))
        lines.extend(rendered)
        before = node
    return tuple(lines)


def render_block(nodes: Nodes, number: int, context: Context) -> Fragment:
    """One block; its neighbours tell a table's caption from a paragraph."""
    node = nodes[number]
    if node.type == "table":
        return pipe_table(node, _caption_beside(nodes, number), context)
    if is_caption(node) and _beside_table(nodes, number):
        return ()
    render = RENDERERS.get(node.type)
    return render(node, context) if render else ()


def _flows(before: SyntaxTreeNode, node: SyntaxTreeNode, context: Context) -> bool:
    after_paragraph = before.type == "paragraph"
    if after_paragraph and before.hidden:
        return True  # in a list whose items stand close
    # A display belongs to the paragraph before it, and to the one after it unless the author
    # left a line empty between them; raw LaTeX goes by that line alone.
    if _is_display(node, context):
        return after_paragraph or _is_display(before, context) or _adjoin(before, node)
    if not _adjoin(before, node):
        return False
    return _is_display(before, context) or _is_raw(before, context) or _is_raw(node, context)


def _is_display(node: SyntaxTreeNode, context: Context) -> bool:
    if node.type != "place":
        return bool(node.meta.get("display"))
    lines = _place_of(node, context).lines
    begin = BEGIN.match(lines[0].text) if lines else None
    return bool(lines) and (
        lines[0].text.startswith(r"\[") or (begin is not None and begin[1] in MATHS)
    )


def _is_raw(node: SyntaxTreeNode, context: Context) -> bool:
    return node.type == "place" and _place_of(node, context).flows


def _place_of(node: SyntaxTreeNode, context: Context) -> Place:
    number: int = node.meta["number"]
    return context.places[number]


def _adjoin(before: SyntaxTreeNode, node: SyntaxTreeNode) -> bool:
    return bool(before.map and node.map and before.map[1] == node.map[0])


def _caption_beside(nodes: Nodes, number: int) -> SyntaxTreeNode | None:
    if number + 1 < len(nodes) and is_caption(nodes[number + 1]):
        return nodes[number + 1]
    # The caption of a table above is not this one's.
    taken = number > 1 and nodes[number - 2].type == "table"
    return nodes[number - 1] if number and not taken and is_caption(nodes[number - 1]) else None


def _beside_table(nodes: Nodes, number: int) -> bool:
    return any(node.type == "table" for node in (*nodes[max(number - 1, 0) : number + 2],))


def _paragraph(node: SyntaxTreeNode, context: Context) -> Fragment:
    children = node.children[0].children if node.children else []
    if len(children) == 1 and children[0].type == "image" and children[0].children:
        return _figure(children[0], line_of(node), context)
    return render_inline(children, line_of(node), context)


def _figure(image: SyntaxTreeNode, line: int, context: Context) -> Fragment:
    found = attributes_of(image)
    caption = text_of(render_inline(image.children, line, context))
    float_ = Float(caption, found.id, position=found.values.get("pos", "htbp"))
    return figure_float([graphic(image, line, context)], float_, context.origin(line))


def _heading(node: SyntaxTreeNode, context: Context) -> Fragment:
    found, line = attributes_of(node), line_of(node)
    title = inline_latex(node, line, context)
    sections = context.setting.sections
    if title.lower() in REFERENCES and context.setting.bibliography:
        context.findings.bibliography = True
        return stack(context.lines(text, line) for text in context.setting.bibliography)
    command = sections[min(int(node.tag[1:]), len(sections)) - 1]
    numbered = "unnumbered" not in found.classes
    call = r"\label" if numbered and context.setting.numbered else rf"\namedlabel{{{title}}}"
    label = rf"{call}{{{found.id}}}" if found.id else ""
    if not numbered:
        text = rf"\{command}*{{{title}}}"
        contents = rf"\addcontentsline{{toc}}{{{command}}}{{{title}}}"
        return (Line(text, context.origin(line)), Line(contents + label, context.origin(line)))
    return (Line(rf"\{command}{{{title}}}{label}", context.origin(line)),)


def _list(node: SyntaxTreeNode, context: Context) -> Fragment:
    ordered = node.type == "ordered_list"
    options = []
    if ordered and node.markup == ")":
        options.append(r"label=\arabic*)")
    if ordered and node.attrs.get("start", 1) != 1:
        options.append(f"start={node.attrs['start']}")
    name = "enumerate" if ordered else "itemize"
    begin = rf"\begin{{{name}}}" + (f"[{', '.join(options)}]" if options else "")
    items = stack(_item(child, context) for child in node.children)
    return _environment(begin, name, items, node, context)


def _item(node: SyntaxTreeNode, context: Context) -> Fragment:
    body = render_blocks(node.children, context)
    if not body:
        return (Line(r"\item", context.origin(line_of(node))),)
    first, rest = body[0], body[1:]
    for box, mark in (("[ ] ", r"[$\square$] "), ("[x] ", r"[$\boxtimes$] ")):
        if first.text.startswith(box):
            return (Line(rf"\item{mark}{first.text[4:]}", first.origin), *indent(rest))
    if first.fixed or first.text.startswith((r"\begin", r"\[")):
        return (Line(r"\item\leavevmode", first.origin), *indent(body))
    text = "{}" + first.text if first.text.startswith("[") else first.text
    return (Line(rf"\item {text}", first.origin), *indent(rest))


def _definitions(node: SyntaxTreeNode, context: Context) -> Fragment:
    items: list[Fragment] = []
    for child in node.children:
        if child.type == "dt":
            title = inline_latex(child, line_of(child), context)
            items.append((Line(rf"\item[{{{title}}}]", context.origin(line_of(child))),))
        else:
            items.append(indent(render_blocks(child.children, context)))
    return _environment(r"\begin{description}", "description", stack(items), node, context)


def _quote(node: SyntaxTreeNode, context: Context) -> Fragment:
    body = render_blocks(node.children, context)
    return _environment(r"\begin{quote}", "quote", body, node, context)


def _div(node: SyntaxTreeNode, context: Context) -> Fragment:
    found = attributes_of(node)
    body = render_blocks(node.children, context)
    name = next((name for name in found.classes if name in ENVIRONMENTS), "")
    if LEDGER in found.classes:
        again = context.findings.ledger
        context.findings.ledger = again or context.span(line_of(node))
        between = (Line("", body[-1].origin),) if body else ()
        return body if again else (*body, *between, *context.setting.ledger)
    if not name:
        known = sorted({*ENVIRONMENTS, LEDGER})
        for near in difflib.get_close_matches(" ".join(found.classes), known, n=1):
            context.warn(line_of(node), f"`::: {found.classes[0]}` means nothing",
                         f"did you mean `{near}`?")  # fmt: skip
        return body
    title = _title(found.values.get("title", ""), node, context)
    label = rf"\label{{{found.id}}}" if found.id else ""
    if not title + label and body and body[0].text.startswith("["):
        label = "{}"  # else LaTeX takes it for the title
    return _environment(rf"\begin{{{name}}}{title}{label}", name, body, node, context)


def _title(text: str, node: SyntaxTreeNode, context: Context) -> str:
    words = inline_latex(parse_inline(text, {}), line_of(node), context) if text else ""
    return f"[{{{words}}}]" if words else ""


def _environment(
    begin: str, name: str, body: Fragment, node: SyntaxTreeNode, context: Context
) -> Fragment:
    start = context.origin(line_of(node))
    last = body[-1].origin if body else start
    return (Line(begin, start), *indent(body), Line(rf"\end{{{name}}}", last))


def _maths(node: SyntaxTreeNode, context: Context) -> Fragment:
    return display(node.content, node.meta["id"], line_of(node), context)


def _latex(node: SyntaxTreeNode, context: Context) -> Fragment:
    raw = fixed(context.lines(node.content, line_of(node)))
    return stack(_with_places(line, context) for line in raw)


def _with_places(line: Line, context: Context) -> Fragment:
    found = PLACE.fullmatch(line.text.strip())
    return _insert(int(found[1]), context) if found else (line,)


def _place(node: SyntaxTreeNode, context: Context) -> Fragment:
    return _insert(node.meta["number"], context)


def _insert(number: int, context: Context) -> Fragment:
    context.findings.places.add(number)
    return context.places[number].lines


def _rule(node: SyntaxTreeNode, context: Context) -> Fragment:
    return context.lines(r"\sectionrule", line_of(node))


RENDERERS: dict[str, Callable[[SyntaxTreeNode, Context], Fragment]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "bullet_list": _list,
    "ordered_list": _list,
    "dl": _definitions,
    "blockquote": _quote,
    "div": _div,
    "maths_block": _maths,
    "latex_block": _latex,
    "place": _place,
    "fence": code_block,
    "code_block": code_block,
    "html_block": html_block,
    "hr": _rule,
}
