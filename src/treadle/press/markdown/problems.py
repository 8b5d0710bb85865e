"""How deep marks may nest: LaTeX opens no more than 255 groups, Python recurses less than 1000."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from msgspec import Struct

# What the parser's rules have to tell the author, gathered in the parser's `env`.


class Note(Struct, frozen=True, order=True):
    """A message about a line of the Markdown, counted from 0.

    `is_latex`: LaTeX may fail of it, and says more then.
    """

    line: int
    message: str
    hint: str = ""
    is_latex: bool = False


def report(env: MutableMapping[str, Any], line: int, message: str, hint: str = "") -> None:
    """Note a problem; rules may be tried more than once, so a second time says nothing new."""
    env.setdefault("problems", set()).add(Note(line, message, hint))


def report_latex(env: MutableMapping[str, Any], line: int, message: str, hint: str = "") -> None:
    """Note a problem in what goes to LaTeX as it stands."""
    env.setdefault("problems", set()).add(Note(line, message, hint, is_latex=True))


def problems(env: MutableMapping[str, Any]) -> tuple[Note, ...]:
    """What was noted, by line."""
    return tuple(sorted(env.get("problems", ())))


# How deep marks may nest: LaTeX opens no more than 255 groups, Python recurses less than 1000.

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
