"""What a function looks made for, by its name: no more than a guess, where nothing can be seen."""

from __future__ import annotations

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


def looks_made_for_effect(name: str) -> bool:
    """Whether what has this name is called for nothing but an effect."""
    return name.startswith(_BEGINNINGS)


def may_change(name: str) -> bool:
    """Whether what has this name is likely to change what it belongs to."""
    return name.startswith((*_BEGINNINGS, *_VERBS))
