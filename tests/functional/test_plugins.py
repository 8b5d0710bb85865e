"""A package of somebody else's teaches documents to show its values, and to keep them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Project

POLYNOMIALS = '''\
"""Polynomials, and how a document shows them."""

FORM = "$%s$"


class Polynomial:
    def __init__(self, *coefficients):
        self.coefficients = coefficients

    def latex(self):
        terms = (f"{c} x^{{{n}}}" for n, c in enumerate(self.coefficients) if c)
        return " + ".join(terms)


class Plugin:
    def __init__(self, host):
        pass

    def display(self, value):
        from treadle.engine.plugin import Bundle

        known = isinstance(value, Polynomial)
        return Bundle({"text/latex": FORM % value.latex()}) if known else None
'''
METERS = """\
class Meter:
    def __init__(self, readings):
        self.readings = readings

    def __reduce_ex__(self, protocol):
        raise TypeError("a Meter can't be pickled")


class Plugin:
    def __init__(self, host):
        pass

    def value_handlers(self):
        return {"meters.Meter": lambda meter: (Meter, (meter.readings,))}
"""
ENTRY_POINTS = "[console_scripts]\nother = other:main\n\n[treadle.plugins]\nany = {module}:Plugin\n"
REPORT = """\
```python
from polynomials import Polynomial
Polynomial(1, 0, 3)
```

```python
1 + 1
```
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for packages on Python's path."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def install(
    folder: Path, version: str, source: str = POLYNOMIALS, module: str = "polynomials"
) -> None:
    """Install a package of one module there, in this version alone."""
    for old in folder.glob("*.dist-info"):
        (old / "entry_points.txt").unlink()
        old.rmdir()
    (folder / f"{module}.py").write_text(source)
    information = folder / f"{module}-{version}.dist-info"
    information.mkdir()
    (information / "entry_points.txt").write_text(ENTRY_POINTS.format(module=module))


def uninstall(folder: Path) -> None:
    """Leave the module, and take away what says that it is a plugin."""
    (folder / "polynomials-1.0.dist-info" / "entry_points.txt").unlink()
    (folder / "polynomials-1.0.dist-info").rmdir()


def built(project: Project) -> str:
    """The last line that a build prints."""
    command = (sys.executable, "-m", "treadle", "build", "report.pmd", "--to", "tex")
    done = project.run(*command)  # a Python of its own, which sees what is installed now
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].partition(" in ")[0]


def test_what_a_package_shows(project: Callable[[str], Project], packages: Path) -> None:
    install(packages, "1.0")
    made = project(REPORT)
    assert built(made) == "ran 2 of 2 chunks"
    assert "\\[\n  1 x^{0} + 3 x^{2}\n\\]" in made.tex
    assert built(made) == "ran 0 of 2 chunks"


def test_another_version_shows_anew(project: Callable[[str], Project], packages: Path) -> None:
    install(packages, "1.0")
    made = project(REPORT)
    built(made)
    install(packages, "2.0", POLYNOMIALS.replace('"$%s$"', '"$p(x) = %s$"'))
    assert built(made) == "ran 2 of 2 chunks"
    assert "  p(x) = 1 x^{0} + 3 x^{2}\n" in made.tex
    assert built(made) == "ran 0 of 2 chunks"


@pytest.mark.parametrize("kind", ["dist-info", "egg-info"])
def test_one_that_is_edited_where_it_lies_shows_anew(
    project: Callable[[str], Project], packages: Path, kind: str
) -> None:
    """As those are that somebody develops: the version stays the same, or there is none."""
    install(packages, "1.0")
    (packages / "polynomials-1.0.dist-info").rename(packages / f"polynomials-1.0.{kind}")
    made = project(REPORT)
    built(made)
    (packages / "polynomials.py").write_text(POLYNOMIALS.replace('"$%s$"', '"$q(x) = %s$"'))
    assert built(made) == "ran 2 of 2 chunks"
    assert "  q(x) = 1 x^{0} + 3 x^{2}\n" in made.tex


def test_without_it_its_values_are_shown_as_all_others(
    project: Callable[[str], Project], packages: Path
) -> None:
    install(packages, "1.0")
    made = project(REPORT.replace("Polynomial(1, 0, 3)", "type(Polynomial(1, 0, 3)).__name__"))
    built(made)
    uninstall(packages)
    assert built(made) == "ran 2 of 2 chunks"


def test_one_that_comes_later_is_seen(project: Callable[[str], Project], packages: Path) -> None:
    (packages / "polynomials.py").write_text(POLYNOMIALS)
    made = project(REPORT.replace("Polynomial(1, 0, 3)", "int(bool(Polynomial(1, 0, 3)))"))
    built(made)
    install(packages, "1.0")
    assert built(made) == "ran 2 of 2 chunks"


@pytest.mark.parametrize(("plugin", "ran"), [(True, 1), (False, 2)])
def test_a_value_that_only_the_package_can_take_apart(
    project: Callable[[str], Project], packages: Path, plugin: bool, ran: int
) -> None:
    if plugin:
        install(packages, "1.0", METERS, "meters")
    else:
        (packages / "meters.py").write_text(METERS)
    text = """\
```python
from meters import Meter
meter = Meter([1, 2])
```

```python
print(sum(meter.readings))
```
"""
    made = project(text)
    assert built(made) == "ran 2 of 2 chunks"
    made.write("report.pmd", text.replace("sum(", "10 * sum("))
    assert built(made) == f"ran {ran} of 2 chunks"
    assert "\n30\n" in made.tex


CARELESS = """\
import contextlib


class Plugin:
    def __init__(self, host):
        self.host = host
        if "{wrong}" == "make":
            raise ValueError("no configuration")

    @contextlib.contextmanager
    def around_cell(self, cell):
        if "{wrong}" == "enter":
            raise ValueError("not today")
        if "{wrong}" == "swallow":
            with contextlib.suppress(Exception):
                yield
            return
        yield
        if "{wrong}" == "note":
            self.host.note("thing", object())
"""
FAILING = "Half of it is <%= 4 / 2 %>.\n\n```python\n1 / 0\n```\n"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("make", "ValueError: no configuration"),
        ("enter", "ValueError: not today"),
        ("note", "TypeError"),
        ("swallow", "ZeroDivisionError: division by zero"),
    ],
)
def test_what_a_plugin_does_wrong_is_told(
    project: Callable[[str], Project], packages: Path, wrong: str, said: str
) -> None:
    """And a chunk that failed has failed, whatever stands around it."""
    install(packages, "1.0", CARELESS.replace("{wrong}", wrong), "careless")
    made = project(FAILING)
    done = made.run(sys.executable, "-m", "treadle", "build", "report.pmd", "--to", "tex")
    assert done.returncode == 1
    assert said in done.stderr
