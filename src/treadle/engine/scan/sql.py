"""What a text says that may be SQL: no more than a guess, where nothing can be seen."""

from __future__ import annotations

import re

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
