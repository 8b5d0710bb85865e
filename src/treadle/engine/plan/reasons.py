"""Why a unit runs, in words: what its key is made of now, against what it was made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

UNKNOWN = "unknown:"  # a token of what a unit that has to run has not computed yet

_FIXED = {
    "program": "Python, the number of threads, or treadle itself changed",
    "code": "its code changed",
    "options": "its options changed",
    "seed": "its seed changed: it comes from the document's seed and the chunk's name",
    "module": "it belongs to another module now",
    "futures": "the `from __future__` imports before it changed",
    "loaded": "other modules are imported before it",
    "sources": "source files were added or removed",
    "text": "it looks at source text, docstrings or line numbers, and the document's text changed",
}


def reasons(
    old: Mapping[str, str],
    new: Mapping[str, str],
    maker: Callable[[str], str],
    shorten: Callable[[str], str],
) -> Iterator[str]:
    """The differences, in words, the most telling first.

    `maker` says which unit bound a name: "chunk `a` at line 12"; `old` holds values as `shorten`
    gives them.
    """
    if old.get("program") != shorten(new["program"]):
        yield _FIXED["program"]
        return
    if old.get("code") != shorten(new["code"]):
        yield _FIXED["code"]
    unknown = [name for name, value in new.items() if value.startswith(UNKNOWN)]
    if unknown:  # what it reaches by way of these can't be known yet
        yield from (f"`{_rest(name)}` is computed anew by {maker(_rest(name))}" for name in unknown)
        return
    for name in sorted(new.keys() - {"code"}, key=_rank):
        if name not in old:
            yield _new(name, maker)
        elif old[name] != shorten(new[name]):
            yield _changed(name, maker)
    for name in sorted(old.keys() - new.keys(), key=_rank):
        yield _gone(name)


def _rank(name: str) -> tuple[int, str]:
    order = ("code", "options", "name", "symbol", "params", "depends", "seed", "process")
    kind = name.partition(" ")[0]
    return (order.index(kind) if kind in order else len(order), name)


def _rest(name: str) -> str:
    return name.partition(" ")[2]


def _changed(name: str, maker: Callable[[str], str]) -> str:
    kind, rest = name.partition(" ")[0], _rest(name)
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == "name":
        return f"`{rest}` changed: {maker(rest)}"
    if kind in ("symbol", "content"):
        return f"{_symbol(rest)} changed"
    if kind == "module":
        return f"the module {rest} changed"
    if kind == "params":
        return f"the parameter `{rest}` changed"
    if kind == "depends":
        return f"the file {os.path.basename(rest)}, on which it says it depends, changed"  # noqa: PTH119
    return f"{rest} changed"


def _new(name: str, maker: Callable[[str], str]) -> str:
    kind, rest = name.partition(" ")[0], _rest(name)
    if kind == "name":
        return f"it now uses `{rest}`: {maker(rest)}"
    if kind == "symbol":
        return f"it now uses {_symbol(rest)}"
    if kind == "params":
        return f"it now uses the parameter `{rest}`"
    if kind == "process":
        return f"{rest} is changed by an earlier chunk now"
    if kind == "older":
        name, _, other = rest.partition(" ")
        return f"`{name}` rests on an older `{other}` now"
    return _changed(name, maker)


def _gone(name: str) -> str:
    kind, rest = name.partition(" ")[0], _rest(name)
    if kind == "name":
        return f"`{rest}` is no longer there, or no longer used"
    if kind == "symbol":
        return f"it no longer uses {_symbol(rest)}"
    if kind == "process":
        return f"{rest} is no longer changed by an earlier chunk"
    return f"it no longer uses {rest or kind}"


def _symbol(ref: str) -> str:
    module, _, name = ref.partition(":")
    return f"`{name}` in module {module}" if name.strip("*") else f"module {module}"
