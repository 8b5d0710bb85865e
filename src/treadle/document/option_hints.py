"""The way out where a fence's options can't be read."""

from __future__ import annotations

import ast
import re

_STRING = re.compile(r"""[rRbBuU]?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_OPTION = re.compile(r"\s*(?P<name>\w+)\s*=(?P<value>.*)", re.DOTALL)


def unreadable_options(text: str) -> str:
    """What to write in place of `text`, options that Python can't parse."""
    plain = _BRACKETS.sub("()", _STRING.sub("''", text))
    if re.search(r"""["']""", plain.replace("''", "")):
        return "a quotation mark is missing, or within text that it ends: use the other kind"
    for part in plain.split(","):
        if re.search(r"[^\s=]\s+\w+\s*=", part):
            name = re.findall(r"(\w+)\s*=", part)[-1]
            return f"a comma is missing before `{name}=`"
        option = _OPTION.fullmatch(part)
        if option and not _is_python(option["value"]):
            return needs_quotes(option["name"], option["value"].strip())
    return "options are `name=value`, separated by commas"


def needs_quotes(name: str, value: str) -> str:
    """Text without quotes, given as the option `name`."""
    raw = "r" if "\\" in value else ""
    return f'text needs quotes: {name}={raw}"{value}"'


def _is_python(value: str) -> bool:
    try:
        ast.parse(value.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
