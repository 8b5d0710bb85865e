"""How deep marks may nest: LaTeX opens no more than 255 groups, Python recurses less than 1000."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

DEEPEST = 20  # as deep as the parser lets blocks nest
UNCLOSED = 100  # braces or divs within one another beyond which nobody waits for the closing one


def nesting_plugin(md: MarkdownIt) -> None:
    """Marks that are nested deeper are printed as they stand."""
    md.core.ruler.after("inline", "nesting", shallow)


def shallow(state: StateCore) -> None:
    """Do so in all texts, those of inline notes included."""
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
