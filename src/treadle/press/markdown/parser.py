"""The Markdown parser: CommonMark, and pandoc's extensions that reports use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from msgspec.structs import replace

from treadle.press.markdown import (
    attributes,
    citations_and_references,
    dollars,
    emphasis,
    environments,
    headings,
    html,
    latex_and_maths,
    lists,
    long_arguments,
    marked_text,
    pipe_tables,
    quotation_marks,
    text_tables,
)

DEEPEST = 20  # as deep as the parser lets blocks nest
QUOTES = ("“", "”", "‘", "’")


def parse_inline(
    text: str, env: dict[str, Any], quotes: tuple[str, ...] = QUOTES
) -> SyntaxTreeNode:
    """The tree of a text that is one line of running text; footnotes are left in `env`."""
    return SyntaxTreeNode(parser(quotes).parseInline(text, env))


@lru_cache(maxsize=4)
def parser(quotes: tuple[str, ...] = QUOTES) -> MarkdownIt:
    """A parser; it holds no state of a document. Straight quotes are printed as `quotes`."""
    md = MarkdownIt("commonmark", {"typographer": True, "html": True, "quotes": [*quotes]})
    md.enable(["table", "strikethrough", "smartquotes"])
    md.normalizeLinkText = str  # type: ignore[assignment]  # printed as typed
    md.use(deflist_plugin).use(footnote_plugin, move_to_end=False)
    blocks, inline, core = md.block.ruler, md.inline.ruler, md.core.ruler
    blocks.before("table", "place", place_block, attributes.INTERRUPTS)  # most blocks of a report
    blocks.before("code", "raw_environment", environments.raw_environment, attributes.INTERRUPTS)
    blocks.before("code", "maths_block", latex_and_maths.maths_block, attributes.INTERRUPTS)
    blocks.before("fence", "div", div, attributes.INTERRUPTS)
    blocks.before("hr", "numbered_heading", lists.numbered_heading, lists.ENDS_LISTS)
    blocks.before("hr", "simple_table", text_tables.simple_table)
    blocks.before("hr", "grid_table", text_tables.grid_table)
    blocks.at("html_block", html.html_block, attributes.INTERRUPTS)
    blocks.at("table", pipe_tables.pipe_table, {"alt": ["paragraph", "reference"]})
    blocks.before("list", "fancy_list", lists.fancy_list, lists.ENDS_TEXT)
    blocks.before("deflist", "before_caption", text_tables.before_caption)
    blocks.before("paragraph", "line_block", marked_text.line_block)
    inline.before("escape", "brace", long_arguments.brace)
    inline.before("escape", "environment", environments.environment_in_text)
    inline.before("escape", "raw_latex", latex_and_maths.raw_inline)
    inline.before("escape", "raw_group", latex_and_maths.raw_group)
    inline.before("escape", "maths_inline", latex_and_maths.maths_inline)
    inline.before("escape", "lone_dollar", dollars.lone_dollar)
    inline.before("escape", "nonbreaking", attributes.nonbreaking)
    inline.before("link", "span", marked_text.span)
    inline.before("escape", "bookdown", citations_and_references.bookdown_reference)
    inline.before("escape", "shortcode", marked_text.shortcode)
    inline.before("link", "citation_group", citations_and_references.citation_group)
    inline.before("link", "citation_bare", citations_and_references.citation_bare)
    inline.at("emphasis", emphasis.emphasis)
    inline.before("strikethrough", "script", attributes.script)
    inline.after("image", "attributes", attributes.attributes)
    inline.at("newline", attributes.counted_newline)
    core.at("smartquotes", quotation_marks.smart_quotes)
    core.before("inline", "heading_attributes", attributes.heading_attributes)
    core.before("inline", "name_headings", headings.name_headings)
    core.before("inline", "boxes_of_tasks", lists.boxes_of_tasks)
    core.before("inline", "latex_words", environments.latex_words)
    core.before("inline", "long_arguments", long_arguments.long_arguments)
    core.after("inline", "nesting", limit_nesting)
    core.before("text_join", "escaped", attributes.keep_escaped)
    core.after("inline", "html_spans", html.html_spans)
    core.after("block", "table_rows", pipe_tables.check_rows)
    core.after("block", "table_marks", text_tables.check_marks)
    return md


def limit_nesting(state: StateCore) -> None:
    """Print marks that are nested too deep as they stand, in the text and in inline notes.

    LaTeX opens no more than 255 groups, Python recurses less than 1000 times.
    """
    for token in state.tokens:
        if token.children:
            token.children = list(_shallow(token.children))
    for note in state.env.get("footnotes", {}).get("list", {}).values():
        if note.get("tokens"):
            note["tokens"] = list(_shallow(note["tokens"]))


def _shallow(tokens: Iterable[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting == 1
        too_deep = token.nesting and depth > DEEPEST
        depth -= token.nesting == -1
        if token.children:
            token.children = list(_shallow(token.children))
        yield Token("text", "", 0, content=token.markup) if too_deep else token


# Fenced divs, `::: theorem` to `:::`, and the places where chunks stand.

COLONS = re.compile(r"(:{3,})\s*(.*?)\s*:*\s*$")
PLACE = re.compile(r"\ue0f0(\d+)\ue0f1")  # private-use characters: never typed


def place(number: int) -> str:
    """The line that stands in the Markdown for LaTeX already made."""
    return f"\ue0f0{number}\ue0f1"


def typed(text: str) -> str:
    """A text that is not ours, in which no place can be forged."""
    return text.replace("\ue0f0", "\ufffd")


def place_block(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A line that stands for LaTeX already made; it ends whatever list or paragraph it follows."""
    found = PLACE.fullmatch(attributes.text_at(state, start).strip())
    if found is None:
        return False
    return attributes.push_block(
        state, silent, (start, start + 1), "place", "", number=int(found[1])
    )


def div(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`::: {.theorem #thm:a title="Bayes"}`, blocks, `:::`; divs nest."""
    opening = _colons(state, start)
    if opening is None or not opening[2]:
        return False
    close = attributes.closing_line(range(start, end), partial(_opened, state))
    if close is None:
        attributes.remark(state.env, start, "`:::` opens a block that nothing closes")
        return False
    if silent:
        return True
    given = _named(opening[2])
    token = state.push("div_open", "div", 1)
    token.map, token.meta = [start, close + 1], {"attributes": given}
    parent, line_max = state.parentType, state.lineMax
    state.parentType, state.lineMax = "blockquote", close
    state.md.block.tokenize(state, start + 1, close)
    state.parentType, state.lineMax = parent, line_max
    state.push("div_close", "div", -1)
    state.line = close + 1
    return True


def _named(text: str) -> attributes.Attributes:
    """What a div says of itself: a name, its attributes; words behind them are its title."""
    name = "" if attributes.parse_attributes(text) else text.split()[0]
    rest = text[len(name) :].strip()
    found, end = attributes.parse_attributes(rest) or (attributes.Attributes(), 0)
    title, named = rest[end:].strip(), (name.strip("{}"),) if name else ()
    values = {"title": title, **found.values} if title else found.values
    return replace(found, classes=(*named, *found.classes), values=values)


def _colons(state: StateBlock, line: int) -> re.Match[str] | None:
    return None if state.is_code_block(line) else COLONS.match(attributes.text_at(state, line))


def _opened(state: StateBlock, line: int) -> int:
    found = _colons(state, line)
    return 0 if found is None else 1 if found[2] else -1
