"""What a function looks made for, by its name, and what a text says that may be SQL: no more than
a guess, where nothing can be seen.
"""

from __future__ import annotations

import re

_BEGINNINGS = (
    *("set", "init_", "use", "config", "enable", "disable", "register", "install", "option"),
    *("patch", "basicConfig", "simplefilter", "filterwarnings", "chdir", "putenv", "unsetenv"),
)
_VERBS = (
    *("add", "append", "insert", "extend", "update", "push", "put", "define", "declare", "bind"),
    *("remove", "delete", "discard", "drop", "clear", "reset", "pop", "unregister", "unset"),
    *("replace", "override", "activate", "switch", "select", "attach", "connect", "subscribe"),
)
# Changes of a container that a module holds: `sys.path.insert(0, "lib")`.
CHANGES = frozenset(
    {"append", "insert", "extend", "update", "clear", "pop", "remove", "add", "discard", "popitem"}
    | {"setdefault"}
)
_QUERY = re.compile(
    r"\s*(select|with|from|insert|create|update|delete|describe|summarize|copy|pivot)\b"
    r".*\b(from|join|into|table|view|describe|summarize)\b",
    re.IGNORECASE | re.DOTALL,
)
_COMMAND = re.compile(
    r"\s*(create|insert|update|delete|drop|alter|truncate|set|use|pragma|attach|detach|load|copy)\s",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def names_in_query(text: str) -> list[str]:
    """The names that a text has looked up, perhaps in the session, where it seems to be SQL."""
    return _IDENTIFIER.findall(text) if _QUERY.match(text) else []


def is_command(text: object) -> bool:
    """Whether it seems to be SQL that changes what it is given to."""
    return isinstance(text, str) and _COMMAND.match(text) is not None


def looks_made_for_effect(name: str) -> bool:
    """Whether what has this name is called for nothing but an effect."""
    return name.startswith(_BEGINNINGS)


def may_change(name: str) -> bool:
    """Whether what has this name is likely to change what it belongs to."""
    return name.startswith((*_BEGINNINGS, *_VERBS))
