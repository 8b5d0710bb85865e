"""What CSS says of a table's field: the part of it that a page has, and the names of the rest."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from types import MappingProxyType

from treadle.press.plugin.tables import Look

Rules = Iterable[tuple[str, str]]  # property and value

ALIGN = "text-align"
# What says nothing, or nothing of what is printed
IDLE = frozenset({"width", "min-width", "max-width", "height", "cursor", "white-space", "display"})
BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})
NOTHING = frozenset({"", "none", "inherit", "initial", "unset", "normal", "transparent", "auto"})
BLACK = "000000"
HEX = re.compile(r"#?([0-9a-f]{3,8})")
NAMES = MappingProxyType(
    {
        "pandas.io.formats._color_data": "CSS4_COLORS",
        "matplotlib.colors": "CSS4_COLORS",
        "great_tables._data_color.constants": "COLOR_NAME_TO_HEX",
    }
)
NUMBERS = re.compile(r"rgba?\(([\d.,%\s/]+)\)")

NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)%?")


def rules_of(css: str) -> list[tuple[str, str]]:
    """The declarations of a style attribute."""
    pairs = (rule.partition(":") for rule in css.split(";"))
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs if value.strip()]


def look_of(rules: Rules, row: int, column: int) -> tuple[Look, set[str]]:
    """The look of the field, and the properties that it leaves out."""
    given = {"background": "", "colour": ""}
    bold = italic = False
    others: set[str] = set()
    for name, raw in rules:
        value = raw.replace("!important", "").strip().lower()
        key = {"background-color": "background", "background": "background", "color": "colour"}
        if value in NOTHING or name in IDLE or name == ALIGN:
            continue
        if name in key and (found := colour(value)):
            given[key[name]] = found
        elif name == "font-weight":
            bold = value in BOLD
        elif name == "font-style" and value in {"italic", "oblique"}:
            italic = True
        else:
            others.add(name)
    if given["colour"] == BLACK and not given["background"]:
        given["colour"] = ""  # as text is
    return Look(row, column, **given, bold=bold, italic=italic), others


def align_of(rules: Rules) -> str:
    """l, c or r; empty where CSS does not say."""
    for name, value in rules:
        if name == ALIGN:
            return {"left": "l", "center": "c", "right": "r"}.get(value.strip().lower(), "")
    return ""


def colour(value: str) -> str:
    """Its six hexadecimal digits, on white where one can see through it; empty: no one colour."""
    if found := HEX.fullmatch(value):
        digits = found[1]
        if len(digits) in (3, 4):
            digits = "".join(2 * digit for digit in digits)
        parts = [int(digits[i : i + 2], 16) for i in range(0, len(digits) - 1, 2)]
        return _on_white(parts[:3], parts[3] / 255 if len(parts) > 3 else 1.0)
    if found := NUMBERS.fullmatch(value):
        texts = re.split(r"[,/\s]+", found[1].strip())
        if not all(map(NUMBER.fullmatch, texts)):
            return ""
        parts = [round(_share(text, 255) * 255) for text in texts[:3]]
        return _on_white(parts, _share(texts[3], 1) if len(texts) > 3 else 1.0)
    return _named(value)


def _share(text: str, most: int) -> float:
    """A number of `most`, or one in percent, as the share that it is, from 0 to 1."""
    return min(float(text.rstrip("%")) / (100 if "%" in text else most), 1.0)


def _on_white(parts: list[int], share: float) -> str:
    if len(parts) < 3 or share <= 0:
        return ""
    return "".join(f"{round(255 + (min(part, 255) - 255) * share):02X}" for part in parts)


def _named(value: str) -> str:
    """A colour of CSS by its name, as a library says that is there: one of them has made it."""
    for module, names in NAMES.items():
        if module.partition(".")[0] in sys.modules:
            with suppress(ImportError):
                known = getattr(import_module(module), names, {})
                if value in known:
                    return str(known[value]).removeprefix("#").upper()
    return ""
