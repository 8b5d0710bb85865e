"""Options of chunks as Quarto and R Markdown have them, in Treadle's words.

They stand on the fence, `fig.cap="A figure"` or `fig-cap="A figure"`, or on lines
`#| fig-cap: A figure` above the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

Say = Callable[[str, str, str], None]  # the option, what is wrong with it, the way out

DEFAULT_SIZE = (7.0, 5.0)  # inches, of both
SAME = MappingProxyType(
    {"eval": "evaluate", "message": "warning", "fig-pos": "f_pos", "fig-env": "f_env"}
    | dict.fromkeys(("fig-cap", "tbl-cap", "cap"), "caption")
    | dict.fromkeys(("fig-alt", "tbl-alt"), "alt")
    | dict.fromkeys(("fig-subcap", "tbl-subcap"), "subcaptions")
    | dict.fromkeys(("layout-ncol", "fig-ncol"), "columns")
    | {"out-width": "width", "fig-dpi": "dpi", "depends-on": "depends"}
)
RESULTS = MappingProxyType({"asis": "markdown", "markup": "verbatim", "hold": "verbatim"})
_ROWS = "`columns=2` has figures in rows of two"
_SIZE = "`f_size=(6, 4)` and `width=` say how large figures are"
_PAGE = "a PDF has no such thing"
# What has no meaning here, and what to do instead.
UNUSED = MappingProxyType(
    dict.fromkeys(("layout", "layout-nrow", "layout-valign", "fig-sep", "fig-column"), _ROWS)
    | dict.fromkeys(("fig-asp", "out-height"), _SIZE)
    | {"fig-scap": "lists of figures have the whole captions"}
    | dict.fromkeys(("code-fold", "code-summary", "code-overflow", "fig-link", "panel"), _PAGE)
    | dict.fromkeys(("column", "classes", "class-source", "class-output", "attr-source"), _PAGE)
    | dict.fromkeys(("attr-output", "fig-responsive", "lightbox", "df-print"), _PAGE)
    | dict.fromkeys(("code-line-numbers", "filename", "lst-cap", "lst-label"), "say it in the text")
    | dict.fromkeys(("comment", "prompt", "collapse", "tidy"), "`term=True` shows prompts")
    | dict.fromkeys(("highlight", "size", "background"), "the look of code is the document's")
    | {"tags": "`echo=False` hides code, `results='hidden'` what it prints"}
    | dict.fromkeys(("dev", "fig-format", "fig-ext"), "figures are vector PDF")
    | dict.fromkeys(("freeze", "autodep", "cache-path"), "what has not changed is kept")
    | {"dependson": '`depends="data.csv"` says on what files the chunk depends'}
    | {"tbl-colwidths": "columns are as wide as what they hold"}
    | {"child": "a document is one file", "ref-label": "write the code where it runs"}
)  # fmt: skip
_JOINED = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?<![\w.-])([A-Za-z]\w*(?:[.-]\w+)+)(?=\s*=)"""
)
_DOT, _HYPHEN = "__dot__", "__hyphen__"


def python_names(text: str) -> str:
    """Options on a fence with names that Python can read; `plain_name` gives them back."""
    return _JOINED.sub(lambda found: found[1] or _one_word(found[2]), text)


def _one_word(name: str) -> str:
    return name.replace(".", _DOT).replace("-", _HYPHEN)


def plain_name(name: str) -> str:
    return name.replace(_DOT, ".").replace(_HYPHEN, "-")


class Meant(Struct, frozen=True):
    """The value of an option, and its name as the author has it."""

    value: object
    written: str


def translated(given: Mapping[str, object], say: Say, *, is_comment: bool) -> dict[str, Meant]:
    """The options `given`, on a fence or in comments, by Treadle's names.

    What has no meaning here is left out and told by `say`; what nobody knows is left as it is.
    """
    values: dict[str, Meant] = {}
    for name, value in given.items():
        key = name.replace(".", "-")
        if key in UNUSED:
            say(name, f"the option `{name}` means nothing here", UNUSED[key])
            continue
        if (key, value) == ("echo", "fenced"):
            hint = "a longer fence around a chunk shows it with its own, and does not run it"
            say(name, "`echo: fenced` shows code without its fence", hint)
            value = True
        meant: Mapping[str, object] = {SAME.get(key, name): value}
        if key in {"fig-width", "fig-height"}:
            meant = {"f_size": _size(given)}
        elif is_comment and key in {"include", "results"}:
            meant = _as_quarto(key, value)
        elif key in {"output", "cache", "fig-align", "fig-show", "fig-keep"}:
            meant = _special(name, key, value, say)
        values |= {new: Meant(item, name) for new, item in meant.items()}
    return values


def _size(given: Mapping[str, object]) -> tuple[object, ...]:
    sizes = {name.replace(".", "-"): value for name, value in given.items()}
    sides = zip(("fig-width", "fig-height"), DEFAULT_SIZE, strict=True)
    return tuple(sizes.get(side, default) for side, default in sides)


def _as_quarto(key: str, value: object) -> Mapping[str, object]:
    """Options that mean another thing to Pweave: nothing of the chunk is shown, Markdown is."""
    if key == "results":
        return {key: RESULTS.get(str(value), value)}
    return {"echo": False, "results": "hidden", "include": False} if value is False else {}


def _special(name: str, key: str, value: object, say: Say) -> Mapping[str, object]:
    if key == "output":
        if value is False:
            return {"results": "hidden", "include": False}
        return {"results": "markdown"} if value == "asis" else {}
    if key == "cache":
        return {"volatile": True} if value is False else {}
    if value in {"hide", "none"}:
        return {"include": False}
    if value not in {"center", "default", "hold", "asis", "high", "all"}:
        hint = "figures stand in the middle" if key == "fig-align" else "all figures are shown"
        say(name, f"the option `{name}` means nothing here", hint)
    return {}
