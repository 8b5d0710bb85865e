"""Pandoc's attributes, `{#fig:a .wide width=60% alt="a plot"}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field

from treadle.weaving.latex import label_name

VALUE = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^\s"\'{}]+'
ITEM = re.compile(
    rf"\s*(?:\#(?P<id>[^\s{{}}]+)|\.(?P<cls>[^\s{{}}]+)|(?P<raw>=\w+)|(?P<minus>-)(?=[\s}}])"
    rf"|(?P<key>[\w:-]+)=(?P<value>{VALUE}))"
)


class Attributes(Struct, frozen=True):
    """Identifier, classes and key-value pairs; `raw` is the format of `{=latex}`."""

    id: str = ""
    classes: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""


def parse_attributes(text: str, start: int = 0) -> tuple[Attributes, int] | None:
    """The attributes that `text[start:]` begins with and where they end; None if there are none."""
    if not text.startswith("{", start):
        return None
    identifier, raw, classes, values = "", "", [], {}
    position = start + 1
    while item := ITEM.match(text, position):
        position = item.end()
        identifier = label_name(item["id"] or "") or identifier
        raw = (item["raw"] or raw).removeprefix("=")
        if item["cls"] or item["minus"]:
            classes.append(item["cls"] or "unnumbered")
        if item["key"]:
            values[item["key"]] = _unquote(item["value"])
    end = re.compile(r"\s*\}").match(text, position)
    if end is None or position == start + 1:
        return None
    return Attributes(identifier, tuple(classes), values, raw), end.end()


def trailing_attributes(text: str) -> tuple[str, Attributes]:
    """`text` without the attributes it ends with, and these."""
    start = text.rfind("{")
    found = parse_attributes(text, start) if start >= 0 and text.rstrip().endswith("}") else None
    if found is None or text[found[1] :].strip() or text[start - 1 : start] in {"\\", "$"}:
        return text, Attributes()
    if start and not text[start - 1].isspace() and text[start + 1] not in "#.":
        return text, Attributes()
    return text[:start].rstrip(), found[0]


def _unquote(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] in "\"'" else value
