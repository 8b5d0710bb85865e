"""Handlers that a plugin brings, for types that can't be pickled by themselves."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.unit.engine.values.conftest import Session


class Meter:
    """A value type of a library's that can't be pickled."""

    def __init__(self, log: list[int], readings: Any, unit: str) -> None:
        self.log = log
        self.readings = readings
        self.unit = unit

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("a Meter can't be pickled")


class Better(Meter):
    """Another type, of which the handler knows nothing."""


class Length:
    """A value of a library's that makes a class for each table of units; a copy has the first."""

    units = ("m",)

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> Any:
        return Length, (self.number,)


def take_apart(meter: Meter) -> tuple[Callable[..., Meter], tuple[Any, ...]]:
    return Meter, (meter.log, meter.readings, meter.unit)


def test_a_library_s_class_made_at_run_time_is_opaque_and_shares_what_it_holds(
    session: Session,
) -> None:
    session.names.update(make=lambda units: type("Length", (Length,), {"units": units}))
    session.run("units = ['ft']; x = make(units)(3); y = [1]")
    assert session.together("units", "x", "y") == [("units", "x"), ("y",)]
    assert "`x` is a Length of a class made at run time" in session.trouble("x = make([])(3)")


@pytest.fixture
def metered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    made = Session(tmp_path / "store", {f"{__name__}.Meter": take_apart})
    monkeypatch.setitem(sys.modules, "__main__", made.module)
    made.names.update(Meter=Meter, Better=Better, np=np)
    made.run("log = [1]; readings = np.arange(3.)")
    return made


def test_without_a_handler_it_is_opaque(session: Session) -> None:
    session.names["Meter"] = Meter
    assert "`x` is a Meter" in session.trouble("x = Meter([], 0, 'V')")


def test_it_comes_back_with_what_it_shares(metered: Session) -> None:
    metered.run("x = Meter(log, readings[1:], 'V'); y = [x]; z = [1]")
    names = ("log", "readings", "x", "y")
    assert metered.together(*names, "z") == [names, ("z",)]
    metered.again(*names)
    metered.run("log.append(2); readings[1] = 7")
    assert metered.get("type(x) is Meter and y[0] is x and x.unit == 'V'")
    assert metered.get("x.log == [1, 2] and x.readings[0] == 7")


@pytest.mark.parametrize("change", ["log.append(2)", "readings[1] = 7", "x.unit = 'A'"])
def test_a_change_is_seen(metered: Session, change: str) -> None:
    before = metered.token("x = Meter(log, readings, 'V')")
    assert metered.token("x = Meter(log, readings, 'V')") == before
    assert metered.token(change) != before


def test_a_handler_is_for_its_very_type(metered: Session) -> None:
    assert "`x` is a Better" in metered.trouble("x = Better(log, readings, 'V')")


@pytest.mark.parametrize(
    "bad", [lambda meter: Meter, lambda meter: (Meter, 1), lambda m: m.nothing]
)
def test_a_handler_that_fails_makes_the_value_opaque(
    tmp_path: Path, bad: Callable[[Any], Any]
) -> None:
    one = Session(tmp_path / "store", {f"{__name__}.Meter": bad})
    one.names["Meter"] = Meter
    words = one.trouble("x = Meter([], 0, 'V')")
    assert words.startswith("`x` is a Meter that ")
    assert words.endswith(", which can't be stored")


def test_what_a_library_needs_is_loaded_with_its_values() -> None:
    code = (
        "import sys, tempfile\n"
        "from treadle.engine.store.blobs import Blobs\n"
        "from treadle.engine.values.values import Values\n"
        "values = Values({'x': [{1, 2}, len]}, Blobs(tempfile.mkdtemp()), lambda _: False)\n"
        "assert values.stored_groups(['x'])[0].entry\n"
        "libraries = ('numpy', 'torch', 'pandas')\n"
        "print([name for name in libraries if name in sys.modules])\n"
        "print([name for name in sys.modules if name.endswith('_values')])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n[]\n"
