"""The last build's keys, unit by unit: what `treadle why` compares with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from treadle.app.composing import Plan
from treadle.app.units import Runnable
from treadle.engine.messages import Stepped
from treadle.engine.store.digest import digest
from treadle.engine.store.store import Store

LENGTH = 16  # digits kept of what keys are made of: enough to tell that something changed


def shortened(value: str) -> str:
    """What is kept of a part of a key."""
    return digest(value.encode("utf-8", "surrogatepass"))[:LENGTH]


def save_history(
    store: Store,
    path: Path,
    runnables: Sequence[Runnable],
    plans: Mapping[int, Plan],
    outcomes: Mapping[int, Stepped],
) -> None:
    """Keep of each unit that this build came to the parts of its key, and what it changes."""
    units = [
        {
            "label": runnables[number].unit.label,
            "source": shortened(runnables[number].unit.source),
            "parts": {name: shortened(value) for name, value in plan.components.items()},
            "changes": _changes(outcomes.get(number)),
        }
        for number, plan in sorted(plans.items())
    ]
    store.traces.save_document(_name(path), {"units": units})


class History:
    """The units of the last build, found again by name, by code or by place."""

    def __init__(self, store: Store, path: Path) -> None:
        """Of the document at `path`."""
        record = store.traces.load_document(_name(path))
        units = record["units"] if record else []
        assert isinstance(units, list)
        self._units: list[dict[str, object]] = units

    def parts(self, runnable: Runnable) -> Mapping[str, str] | None:
        """The parts of the unit's key in the last build; None: it is new."""
        parts = self._found(runnable).get("parts")
        return parts if isinstance(parts, dict) else None

    def changes(self, runnable: Runnable) -> frozenset[str]:
        """The names that the unit bound or changed in the last build."""
        changes = self._found(runnable).get("changes")
        return frozenset(changes) if isinstance(changes, list) else frozenset()

    def _found(self, runnable: Runnable) -> Mapping[str, object]:
        unit = runnable.unit
        source = shortened(unit.source)
        wanted = (
            {"label": unit.label, "source": source},
            {"label": unit.label},
            {"source": source},
        )
        for traits in wanted:
            for known in self._units:
                if traits.items() <= known.items():
                    return known
        return {}


def _changes(outcome: Stepped | None) -> list[str]:
    groups = outcome.groups if outcome else ()
    return sorted({name for group in groups for name in group.names})


def _name(path: Path) -> str:
    return f"units\0{path.resolve()}"
