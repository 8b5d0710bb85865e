"""Whether code can tell layouts of the same program apart: by its docstrings, text or lines."""

from __future__ import annotations

from collections.abc import Iterable, Set

_DOCS = frozenset(
    {"__doc__", "help", "inspect", "getsource", "getsourcelines", "getdoc", "doctest", "pydoc"}
    | {"__code__", "linecache", "findsource", "getcomments", "co_consts", "cleandoc"}
)
_POSITIONS = frozenset(
    {"lineno", "f_lineno", "tb_lineno", "co_firstlineno", "currentframe", "_getframe"}
    | {"extract_stack", "__traceback__", "co_lines", "co_positions", "getsourcelines"}
    | {"getframeinfo", "findCaller", "stack_info", "tracemalloc", "end_lineno"}
)
_PRINTED = frozenset(
    {"traceback", "print_exc", "format_exc", "print_stack", "exc_info", "faulthandler"}
    | {"warn", "warn_explicit", "showwarning", "exception"}
)


def reads_docs(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code that mentions these may read docstrings or source text."""
    return not words.isdisjoint(_DOCS) or any("__doc__" in text for text in strings)


def reads_positions(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code that mentions these may read line numbers."""
    return not words.isdisjoint(_POSITIONS) or any("lineno" in text for text in strings)


def prints_positions(words: Set[str]) -> bool:
    """Whether code that mentions these may print line numbers."""
    return not words.isdisjoint(_PRINTED)
