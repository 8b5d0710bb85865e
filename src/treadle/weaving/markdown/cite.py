"""Citations as natbib's commands, cross-references as cleveref's."""

from __future__ import annotations

from collections.abc import Sequence

from treadle.weaving.latex import escape_prose
from treadle.weaving.markdown.citations import Citation


def cite(items: Sequence[Citation], *, in_brackets: bool) -> str:
    r"""`\cref{fig:a,fig:b}`, `\citep[p.~3]{key}`, `\citet{key}` or `\citeyear{key}`."""
    if all(item.label for item in items):
        command = r"\Cref" if items[0].capital else r"\cref"
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
