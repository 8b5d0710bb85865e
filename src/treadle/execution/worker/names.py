"""Which names of a session are bound anew: a document may bind thousands, a chunk binds few."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import compress
from operator import is_not
from typing import Any

_MISSING = object()


def rebound(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The names whose value is another object now, or was not there; and those that are gone.

    Names keep their order, as a rule, and new ones come last: no step of Python a name then.
    """
    names, count = list(now), len(before)
    if names[:count] == list(before):
        changed = compress(names, map(is_not, before.values(), now.values()))
        return [*changed, *names[count:]], []
    bound = [name for name, value in now.items() if before.get(name, _MISSING) is not value]
    return bound, [name for name in before if name not in now]
