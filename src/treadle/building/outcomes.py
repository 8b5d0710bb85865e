"""What a unit left behind: the same as another time, and of a kind that can be stored?"""

from __future__ import annotations

from collections.abc import Container, Iterable

from treadle.dataflow.records import Group
from treadle.execution.result import Stepped


def is_same(before: Stepped, after: Stepped) -> bool:
    """Whether two runs of a unit left the same for those after it."""
    return (
        before.groups == after.groups
        and before.deleted == after.deleted
        and before.observed.effects == after.observed.effects
        and before.observed.writes == after.observed.writes
        and (before.nonce == after.nonce or all(group.token for group in after.groups))
    )


def trouble_of(groups: Iterable[Group], definitions: Container[str]) -> str:
    """Why what a unit leaves, that defines these names, can't be stored; empty: it can."""
    for group in groups:
        if group.trouble:
            return group.trouble
        if not group.entry and group.names[0] not in definitions:
            return f"it changes the definition `{group.names[0]}`, which can't be stored"
    return ""
