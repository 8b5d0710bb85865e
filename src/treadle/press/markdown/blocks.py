"""Blocks: from the parser's tree to LaTeX, with the `.pmd` line of every line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import MappingProxyType

from markdown_it.tree import SyntaxTreeNode
from msgspec.structs import replace

from treadle.press.latex.escape import escape_code
from treadle.press.latex.figures import Float, figure_float
from treadle.press.latex.footnotes import noted
from treadle.press.latex.formulas import with_text
from treadle.press.latex.fragment import Fragment, Line, environment, fixed, indent, stack
from treadle.press.latex.listings import code_lines
from treadle.press.markdown import lists
from treadle.press.markdown.attributes import attributes_of, trailing_attributes
from treadle.press.markdown.divs import CODE, callout_lines, render_div
from treadle.press.markdown.latex_and_maths import BEGIN, MATHS
from treadle.press.markdown.parser import PLACE
from treadle.press.markdown.references_heading import called, is_of_references
from treadle.press.markdown.running_text import display, graphic, inline_latex, render_inline
from treadle.press.markdown.tables import caption_beside, captions_table, table_lines
from treadle.press.markdown.text_context import SECTIONS, TextContext, line_of
from treadle.problem import error

Nodes = Sequence[SyntaxTreeNode]
NUMBERED = re.compile(r"\d+(?:\.\d+)*\.(?:\d+)? ")  # a heading with a number of the author's own
LEVELS = MappingProxyType(
    {"part": -1, "chapter": 0} | {name: level for level, name in enumerate(SECTIONS, 1)}
)
OF_HEADINGS = ("unnumbered", "unlisted", "literal")
WITHOUT_FLOATS = {"minipage", "multicols", "multicols*", "tcolorbox", "mdframed", "framed"}
MULTICOLS = re.compile(r"\\begin\{multicols\*?\}\{([1-9])\}")
BOX_WIDTH = re.compile(r"\\begin\{minipage\}(?:\[[^\]]*\])*\{([^{}]+)\}")
FLOAT = re.compile(r"^(\\begin\{(?:figure|table)\})\[\w*\]")
LISTS = {"itemize", "enumerate", "description"}
ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]")  # at the top of a quotation
ENVIRONMENT = {"latex_block", "environment"}


def render_blocks(nodes: Nodes, context: TextContext) -> Fragment:
    """Blocks below one another, with an empty line where LaTeX should begin a new paragraph."""
    lines: list[Line] = []
    before: SyntaxTreeNode | None = None
    for number, node in enumerate(nodes):
        rendered = _render(nodes, number, context)
        if not rendered:
            continue
        if before is not None and not _flows(before, node, context):
            lines.append(Line("", lines[-1].origin))
        lines.extend(rendered)
        before = node
    return tuple(lines)


def _render(nodes: Nodes, number: int, context: TextContext) -> Fragment:
    """One block; its neighbours tell a table's caption from a paragraph."""
    node = nodes[number]
    if node.type == "table":
        return table_lines(node, caption_beside(nodes, number), context)
    render = RENDERERS.get(node.type)
    lines = render(node, context) if render and not captions_table(nodes, number) else ()
    after_code = number > 0 and nodes[number - 1].meta.get("argument")
    if (
        node.meta.get("argument")
        and not after_code
        and any(map(CODE.match, (line.text for line in lines)))
    ):
        what = "code can't stand in the argument of a command"
        hint = "end the argument before it, or use an environment in the command's place"
        context.findings.problems.append(error(context.span(line_of(node)), what, hint))
    return lines


def _flows(before: SyntaxTreeNode, node: SyntaxTreeNode, context: TextContext) -> bool:
    after_paragraph = before.type == "paragraph"
    if after_paragraph and before.hidden:
        return True  # in a list whose items stand close
    adjoin = bool(before.map and node.map and before.map[1] == node.map[0])
    # A display belongs to the paragraph before it, and to the one after it unless the author
    # left a line empty between them; raw LaTeX goes by that line alone.
    if _is_display(node, context):
        return adjoin or after_paragraph or _is_display(before, context)
    if before.type in ENVIRONMENT or node.type in ENVIRONMENT:
        return adjoin  # side by side, if the author has left no line empty
    return adjoin and (
        _is_display(before, context) or _is_raw(before, context) or _is_raw(node, context)
    )


def _is_display(node: SyntaxTreeNode, context: TextContext) -> bool:
    if node.type != "place":
        return bool(node.meta.get("display"))
    lines = context.places[node.meta["number"]].lines
    first = lines[0].text if lines else ""
    begin = BEGIN.match(first)
    return first.startswith(r"\[") or (begin is not None and begin[1] in MATHS)


def _is_raw(node: SyntaxTreeNode, context: TextContext) -> bool:
    return node.type == "place" and context.places[node.meta["number"]].flows


def _paragraph(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    children, line = node.children[0].children if node.children else [], line_of(node)
    image = children[0] if len(children) == 1 and children[0].type == "image" else None
    if image is None or not image.children:
        lines = render_inline(children, line, context)
        return lines if any(part.text.strip() for part in lines) else ()
    found = attributes_of(image)
    caption = inline_latex(image, line, context)
    position = "H" if context.boxed else found.values.get("pos", "htbp")
    float_ = Float(caption, found.id, position=position)
    return figure_float([graphic(image, line, context)], float_, context.origin(line))


def _heading(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    found, line = attributes_of(node), line_of(node)
    title = inline_latex(node, line, context)
    identifier, options = found.id or node.meta.get("name", ""), context.options
    for name in (*found.classes, *found.values):
        if name not in OF_HEADINGS:
            hint = f"known are {', '.join(f'.{known}' for known in OF_HEADINGS)}"
            context.warn(line, f"`{name}` means nothing to a heading", hint)
    unset = options.bibliography and not context.findings.bibliography
    if unset and is_of_references(node):
        context.findings.bibliography = True
        named = called(title, identifier, options.references)
        return stack(context.lines(text, line) for text in (*named, *options.bibliography))
    command = options.sections[min(int(node.tag[1:]), len(options.sections)) - 1]
    numbered = "unnumbered" not in found.classes and not NUMBERED.match(title)
    notes = noted(title)
    bare = notes.bare
    has_number = numbered and LEVELS[command] <= options.depth
    call = r"\label" if has_number else rf"\namedlabel{{{bare}}}"
    label = rf"{call}{{{identifier}}}" if identifier else ""
    if numbered:
        short = rf"[{{{bare}}}]" if notes.notes else ""
        return (Line(rf"\{command}{short}{{{title}}}{label}", context.origin(line)),)
    heading = Line(rf"\{command}*{{{title}}}", context.origin(line))
    if "unlisted" in found.classes and not label:
        return (heading,)
    contents = rf"\addcontentsline{{toc}}{{{command}}}{{{bare}}}{label}"
    return (heading, Line(contents, context.origin(line)))


def _list(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    ordered = node.type == "ordered_list"
    options = []
    if ordered and (label := lists.label(node.meta, node.markup)):
        options.append(label)
    if ordered and node.attrs.get("start", 1) != 1:
        options.append(f"start={node.attrs['start']}")
    name = "enumerate" if ordered else "itemize"
    items = stack(_item(child, context) for child in node.children)
    given = f"[{', '.join(options)}]" if options else ""
    made = environment(name, items, context.origin(line_of(node)), given)
    return _step_by_step(made, context)


def _step_by_step(made: Fragment, context: TextContext) -> Fragment:
    """A list, with the overlays of slides that hold for it: around no more, as a slide may end
    behind it."""
    if context.overlays is None or not made:
        return made
    begin = rf"\begingroup\beamerdefaultoverlayspecification{{{context.overlays}}}"
    return (Line(begin, made[0].origin), *made, Line(r"\endgroup", made[-1].origin))


def _item(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    body = render_blocks(node.children, replace(context, overlays=None))
    mark = f"[{node.meta['mark']}]" if "mark" in node.meta else ""
    item = rf"\item{mark}"
    if not body:
        return (Line(item, context.origin(line_of(node))),)
    first, rest = body[0], indent(body[1:])
    text = first.text
    if text[:4] in lists.BOXES and _first_words(node)[:4] in lists.BOXES:
        return (Line(f"{item}{lists.BOXES[text[:4]]}{text[4:]}", first.origin), *rest)
    if first.fixed or text.startswith((r"\begin", r"\[")):
        return (Line(rf"{item}\leavevmode", first.origin), *indent(body))
    apart = "{}" if text.startswith("[") else ""
    return (Line(f"{item} {apart}{text}", first.origin), *rest)


def _first_words(node: SyntaxTreeNode) -> str:
    """What the text of a block begins with, as far as no mark has another meaning."""
    while node.children:
        node = node.children[0]
    return node.content if node.type == "text" else ""


def _definitions(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    items: list[Fragment] = []
    for child in node.children:
        if child.type == "dt":
            title = inline_latex(child, line_of(child), context)
            items.append((Line(rf"\item[{{{title}}}]", context.origin(line_of(child))),))
        else:
            inner = replace(context, overlays=None)
            items.append(indent(render_blocks(child.children, inner)))
    made = environment("description", stack(items), context.origin(line_of(node)))
    return _step_by_step(made, context)


def _quote(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    body = render_blocks(node.children, context)
    if body and (alert := ALERT.fullmatch(body[0].text)):
        return callout_lines(alert[1].lower(), "", body[1:], context)
    return environment("quote", body, context.origin(line_of(node)))


def _maths(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    return display(node.content, node.meta["id"], line_of(node), context)


def _latex(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """An environment as it stands, and in it what chunks gave."""
    content = with_text(node.content) if node.meta.get("display") else node.content
    raw = fixed(context.lines(content, line_of(node)))
    inner = _within(node.content, context)
    found = [(line, PLACE.fullmatch(line.text.strip())) for line in raw]
    made = stack(_insert(int(place[1]), inner) if place else (line,) for line, place in found)
    return _step_by_step(made, context) if _begins_list(node.content) else made


def _environment(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """An environment of LaTeX that holds Markdown."""
    start, end = node.map or (0, 0)
    inner = _within(node.meta["begin"], context)
    begin, body = context.lines(node.meta["begin"], start), render_blocks(node.children, inner)
    made = (*begin, *indent(body), *context.lines(node.meta["end"], end - 1))
    return _step_by_step(made, context) if _begins_list(node.meta["begin"]) else made


def _begins_list(latex: str) -> bool:
    found = BEGIN.match(latex)
    return found is not None and found[1] in LISTS


def _within(latex: str, context: TextContext) -> TextContext:
    """What holds in an environment that begins so."""
    found = BEGIN.match(latex)
    if found is None or found[1] not in WITHOUT_FLOATS:
        return context
    if columns := MULTICOLS.match(latex):
        return context.in_box(rf"{0.96 / int(columns[1]):.3f}\linewidth")
    width = BOX_WIDTH.match(latex)
    return context.in_box(width[1] if width else "")


def _place(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    return _insert(node.meta["number"], context)


def _insert(number: int, context: TextContext) -> Fragment:
    context.findings.places.add(number)
    part = context.places[number]
    if context.boxed and part.boxed:
        part = part.boxed(context.share)
    context.tell(part)
    if not context.boxed:
        return part.lines
    return tuple(line._replace(text=FLOAT.sub(r"\1[H]", line.text)) for line in part.lines)


def _code(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """A listing; `{=latex}` is LaTeX itself, and what is for other formats is left out."""
    start, end = node.map or (0, 0)
    fenced = node.type == "fence"
    if fenced and end - start != node.content.count("\n") + 2:
        text = "this block of code is never closed: all that follows is taken for its text"
        context.warn(start, text, f"close it with {node.markup}")
    line, content, info = start + fenced, node.content.removesuffix("\n"), node.info.strip()
    if info.startswith("{="):
        kept = info in {"{=latex}", "{=tex}"}
        return fixed(context.lines(content, line)) if kept else ()
    if context.notes:
        return _code_in_note(content, line, context)
    words = info.split("{")[0].split() or trailing_attributes(info)[1].classes
    lines = code_lines(content, words[0] if words else "text", context.options.columns)
    body = tuple(Line(text, context.origin(line + number), True) for text, number in lines)
    last = body[-1].origin if body else context.origin(line)
    begin = Line(rf"\begin{{listing}}{_numbers(info)}", context.origin(start))
    return (begin, *body, Line(r"\end{listing}", last, True))


def _numbers(info: str) -> str:
    """What has the lines of a listing numbered, as pandoc's `{.numberLines startFrom="5"}` does."""
    given = trailing_attributes(info)[1]
    if not {"numberLines", "number-lines"} & {*given.classes}:
        return ""
    first = given.values.get("startFrom", "1")
    return f"[numbers=left,firstnumber={first}]" if first.isdigit() else "[numbers=left]"


def _code_in_note(content: str, line: int, context: TextContext) -> Fragment:
    lines = [(text, text.lstrip()) for text in content.expandtabs().split("\n")]
    codes = ("~" * (len(text) - len(bare)) + escape_code(bare.rstrip()) for text, bare in lines)
    return context.lines("\\\\\n".join(rf"\codetext{{{code}}}" for code in codes), line)


def _html(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    """HTML has no place in LaTeX; a comment is left out without a word, unless it holds chunks."""
    content = node.content.strip()
    if not content.startswith("<!--"):
        shown = " ".join(content.split())
        context.warn(line_of(node), f"HTML is left out: `{shown[:60]}`")
        return ()
    numbers = [int(found[1]) for found in PLACE.finditer(content)]
    context.findings.places.update(numbers)
    if numbers:
        what = "the code in this HTML comment is run, and nothing of it is shown"
        context.warn(line_of(node), what, "`evaluate=False` keeps a chunk from being run")
    return ()


def _rule(node: SyntaxTreeNode, context: TextContext) -> Fragment:
    return context.lines(r"\sectionrule", line_of(node))


RENDERERS: dict[str, Callable[[SyntaxTreeNode, TextContext], Fragment]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "bullet_list": _list,
    "ordered_list": _list,
    "dl": _definitions,
    "blockquote": _quote,
    "div": render_div,
    "maths_block": _maths,
    "latex_block": _latex,
    "environment": _environment,
    "place": _place,
    "fence": _code,
    "code_block": _code,
    "html_block": _html,
    "hr": _rule,
}
