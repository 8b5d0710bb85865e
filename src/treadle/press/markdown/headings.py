"""What headings are called where something leads to them: pandoc's `[Heading]`, `[text][Heading]`
and `[text](#heading)`."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from markdown_it.common.utils import normalizeReference
from markdown_it.rules_core import StateCore

from treadle.press.markdown.attributes import attributes_of

BRACKETED = re.compile(r"\[([^\[\]]+)(?=\])|\]\(#([^()\s]+)\)")
NOTE = re.compile(r"\^\[[^\]]*\]|\[\^[^\]]*\]")
LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
EMPHASIS = re.compile(r"(?<!\w)_+|_+(?!\w)")
UNFIT = re.compile(r"[^\w\s.-]")


def bracketed(text: str) -> frozenset[str]:
    """All that may lead to a heading in a text: what stands in brackets, as references are
    compared, and the labels that links name."""
    found = BRACKETED.findall(text)
    return frozenset(normalizeReference(words) if words else f"#{name}" for words, name in found)


def name_headings(state: StateCore) -> None:
    """Let what stands in brackets lead to the first heading of these words, unless the author has
    defined it; a heading without a label has pandoc's, if something may lead there."""
    wanted: AbstractSet[str] = state.env.get("bracketed", frozenset())
    taken = {*state.env.get("labels", ())}
    references = state.env.setdefault("references", {})
    for heading, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if heading.type != "heading_open":
            continue
        key = normalizeReference(inline.content)
        name = attributes_of(heading).id or _free(_identifier(inline.content), taken)
        taken.add(name)
        if f"#{name}" in wanted or key in wanted:
            heading.meta = {**heading.meta, "name": name}
            references.setdefault(key, {"title": "", "href": f"#{name}"})


def _identifier(words: str) -> str:
    """A heading's label, as pandoc makes it of its words."""
    plain = EMPHASIS.sub("", LINK.sub(r"\1", NOTE.sub("", words)))
    name = "-".join(UNFIT.sub("", plain).lower().split())
    first = re.search(r"[^\W\d_]", name)
    return name[first.start() :] if first else "section"


def _free(name: str, taken: AbstractSet[str]) -> str:
    """The name, with a number where it is taken."""
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
