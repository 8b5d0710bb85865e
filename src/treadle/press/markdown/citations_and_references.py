"""Citations, as natbib's commands, and cross-references, as cleveref's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from markdown_it.rules_inline import StateInline
from msgspec import Struct

from treadle.press.latex.escape import escape_prose, label_name
from treadle.press.markdown.attributes import push

KEY = r"(?:\{[^{}\s]+\}|[^\W_](?:\w|[:.#$%&+?<>~/-](?=\w))*|_\w+)"
LABELS = {
    "alg", "app", "cor", "def", "eq", "ex", "fig", "lem", "line", "lst", "prop", "rem", "sec",
    "tab", "tbl", "thm",
}  # fmt: skip
GIVEN = re.compile(r"\\label\{([^{}#]+)\}|\{#([\w:.-]+)")  # what the document itself labels
# The beginnings of Quarto's labels, which have a hyphen where ours have a colon.
QUARTO = {
    "fig", "tbl", "sec", "eq", "lst", "thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "rem",
}  # fmt: skip
BARE = re.compile(rf"(?P<minus>-?)@(?P<key>{KEY})(?: ?\[(?P<note>[^\[\]@]+)\](?![(\[{{]))?")
GROUP = re.compile(r"\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\](?![(\[{])", re.DOTALL)
CITED = re.compile(rf"(?P<prefix>(?:.*?\s)??)(?P<minus>-?)@(?P<key>{KEY})(?P<suffix>.*)", re.DOTALL)
_NEXT = re.compile(rf"(?<=\s)-?@{KEY}")


class Citation(Struct, frozen=True):
    """One key, with the words before and after it. `year_only` is `-@key`; `given`: the document
    has a label of this name."""

    key: str
    prefix: str = ""
    suffix: str = ""
    year_only: bool = False
    given: bool = False

    @property
    def label(self) -> str | None:
        """The label it refers to, if it is a cross-reference and not a citation."""
        if self.given:
            return self.key
        kind, colon, rest = self.key.partition(":")
        if colon and kind.lower() in LABELS:
            return f"{kind.lower()}:{rest}"
        kind, hyphen, rest = self.key.partition("-")
        return f"{kind.lower()}-{rest}" if hyphen and kind.lower() in QUARTO else None


def citation_group(state: StateInline, silent: bool) -> bool:
    """`[see @key, p. 3; -@other]`; without the semicolon, each key is a citation as well."""
    if state.src[state.pos] != "[" or (found := GROUP.match(state.src, state.pos)) is None:
        return False
    items: list[Citation] = []
    parts = found[1].split(";")
    while parts:
        if (item := CITED.fullmatch(parts.pop(0))) is None:
            return False
        suffix = item["suffix"]
        if other := _NEXT.search(suffix):  # `[@a, @b]`, `[@a, p. 3, and @b]`: one more citation
            comma = suffix.rfind(",", 0, other.start())
            parts.insert(0, suffix[comma + 1 :])
            suffix = suffix[: max(comma, 0)]
        key, suffix = _named(item["key"], state), suffix.strip().removeprefix(",").strip()
        given = key in state.env.get("labels", ())
        items.append(Citation(key, item["prefix"].strip(), suffix, bool(item["minus"]), given))
    return push(state, silent, found.end(), "citation", group=True, items=tuple(items))


def _named(key: str, state: StateInline) -> str:
    """A key as the document's label has it, where that has another name."""
    name = label_name(key.strip("{}"))
    aliases: Mapping[str, str] = state.env.get("aliases", {})
    label = aliases.get(name[:1].lower() + name[1:], "")
    return name[0] + label[1:] if label else name


def labels_given(text: str) -> frozenset[str]:
    """The labels that a text has, whatever their names begin with."""
    return frozenset(label_name(found[1] or found[2]) for found in GIVEN.finditer(text))


def citation_bare(state: StateInline, silent: bool) -> bool:
    """`@key`, `@key [p. 3]` or `-@key`, not within a word such as a mail address."""
    before = state.src[state.pos - 1 : state.pos] if state.pos else ""
    if state.src[state.pos] not in "@-" or before.isalnum() or before in {".", "@", "-", "_"}:
        return False
    if (found := BARE.match(state.src, state.pos)) is None:
        return False
    key = _named(found["key"], state)
    if number := state.env.get("examples", {}).get(key):
        end = state.pos + 1 + len(found["key"])
        return push(state, silent, end, "text", str(number))
    given = key in state.env.get("labels", ())
    citation = Citation(key, "", found["note"] or "", bool(found["minus"]), given)
    if citation.label and found["note"]:
        return False
    return push(state, silent, found.end(), "citation", group=False, items=(citation,))


BOOKDOWN = re.compile(r"\\@ref\(([\w:.-]+)\)")


def bookdown_reference(state: StateInline, silent: bool) -> bool:
    r"""R Markdown's `\@ref(fig:a)`: a number alone."""
    found = BOOKDOWN.match(state.src, state.pos)
    if found is None:
        return False
    kind, colon, name = found[1].partition(":")
    label = f"{'tbl' if kind == 'tab' else kind}{colon}{name}"
    return push(state, silent, found.end(), "latex_inline", rf"\ref{{{label_name(label)}}}")


def cite(items: Sequence[Citation], *, in_brackets: bool) -> str:
    r"""`\cref{fig:a,fig:b}`, `\citep[p.~3]{key}`, `\citet{key}` or `\citeyear{key}`."""
    if all(item.label for item in items):
        if all(item.year_only for item in items):  # the number alone
            return ", ".join(rf"\ref{{{item.label}}}" for item in items)
        command = r"\Cref" if items[0].key[:1].isupper() else r"\cref"
        before = f"{escape_prose(items[0].prefix)} " if items[0].prefix else ""
        return f"{before}{command}{{{','.join(item.label or '' for item in items)}}}"
    if not in_brackets:
        return _command("citeyear" if items[0].year_only else "citet", items[0])
    if len(items) == 1:
        return _command("citeyearpar" if items[0].year_only else "citep", items[0])
    if not any(item.prefix or item.suffix or item.year_only for item in items):
        return rf"\citep{{{','.join(item.key for item in items)}}}"
    parts = (_command("citeyear" if item.year_only else "citealp", item) for item in items)
    return rf"\citetext{{{'; '.join(parts)}}}"


def _command(name: str, item: Citation) -> str:
    if name == "citeyear" and item.suffix:
        return rf"\citeyear{{{item.key}}}, {_note(item.suffix)}"
    before = f"[{_note(item.prefix)}]" if item.prefix else ""
    after = f"[{_note(item.suffix)}]" if item.suffix or item.prefix else ""
    return rf"\{name}{before}{after}{{{item.key}}}"


def _note(text: str) -> str:
    note = escape_prose(text).replace("p. ", "p.~").replace("pp. ", "pp.~")
    return f"{{{note}}}" if "]" in note else note
