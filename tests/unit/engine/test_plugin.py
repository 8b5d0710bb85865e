"""What plugins of the worker can do: show values, be around cells, note, and rest on facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.displays import plain
from tests.unit.engine.conftest import Run

from treadle.engine.cell import Cell
from treadle.engine.messages import PluginSetup, Step, WorkerSetup
from treadle.engine.plugin import installed_plugins
from treadle.engine.run.workers import WorkerExecutor, run_step
from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Display, Stream, Trace

SOURCE = '''
from contextlib import contextmanager
from treadle.engine.plugin import Bundle

class Numbers:
    """Shows numbers in its own way, and small ones not at all."""

    def __init__(self, host):
        self.host = host

    def display(self, value):
        if isinstance(value, bytes):
            return Bundle({"text/plain": "bytes", "image/png": value}, {"size": len(value)})
        if isinstance(value, int):
            return Bundle({"text/plain": f"{self.host.settings['name']} {value}"} if value else {})

class Around:
    def __init__(self, host):
        self.host = host
        host.after_import("colorsys", lambda module: setattr(module, "added", 5))

    @contextmanager
    def around_cell(self, cell):
        print("before", cell.label)
        yield
        names = sorted(name for value in self.host.reachable() for name in [repr(value)])
        self.host.note("reachable", names)
        self.host.rest_on("the moon")

    def display(self, value):
        return Bundle({"text/plain": "never, the first that knows counts"})
'''


@pytest.fixture(scope="module")
def executor(folder: Path) -> Iterator[WorkerExecutor]:
    (folder / "plugins").mkdir()
    (folder / "plugins" / "some_plugins.py").write_text(SOURCE)
    setup = WorkerSetup(
        directory=str(folder),
        code_path="",
        blobs=str(folder / "store"),
        store=str(folder / "store"),
        key=bytes(32),
        plugins=(
            PluginSetup("some_plugins:Numbers", {"name": "number"}),
            PluginSetup("some_plugins:Around"),
        ),
        environment={"PYTHONPATH": str(folder / "plugins")},
    )
    with WorkerExecutor(setup) as executor:
        yield executor


def shown(trace: Trace) -> tuple[object, ...]:
    """What it shows after what is printed around it."""
    assert trace.failure is None, trace.failure
    first, *others = trace.outputs
    assert first == Stream("stdout", "before it\n")
    return tuple(others)


def test_the_first_plugin_that_knows_a_value_shows_it(run: Run) -> None:
    assert shown(run("3")) == (plain("number 3"),)
    assert shown(run("0")) == ()
    assert shown(run("'x'")) == (plain("never, the first that knows counts"),)


def test_what_is_no_text_is_kept_as_a_blob(run: Run, folder: Path) -> None:
    trace = run("b'picture'")
    (display,) = shown(trace)
    assert isinstance(display, Display)
    assert (display.data, display.metadata) == ({"text/plain": "bytes"}, {"size": 7})
    blob = display.files["image/png"]
    Blobs(folder / "store").copy_to(blob, folder / "picture")
    assert (folder / "picture").read_bytes() == b"picture"
    assert blob in trace.blobs


def test_a_plugin_notes_plain_data_and_facts(executor: WorkerExecutor) -> None:
    executor.submit(run_step, Step(Cell(0, "it", "x = 'one'; y = 'two'", "r.pmd"))).result(60)
    step = Step(Cell(1, "it", "x", "r.pmd"), reaches=("x",))
    trace = executor.submit(run_step, step).result(60)
    assert isinstance(trace, Trace)
    assert trace.notes == {"reachable": ["'one'"]}
    assert [fact for fact, _ in trace.observed.facts] == ["the moon"]


def test_a_failure_shows_nothing_of_what_is_around(run: Run) -> None:
    failure = run("1 / 0").failure
    assert failure is not None
    assert "some_plugins" not in failure.traceback


def test_an_action_after_an_import(run: Run) -> None:
    assert shown(run("import colorsys; colorsys.added")) == (plain("number 5"),)


def test_what_packages_offer(tmp_path: Path) -> None:
    for name, text in {
        "one-1.0.dist-info": "[treadle.plugins]\na = one.show:Plugin\nb=one.b:make\n",
        "two-3.1.dist-info": "[console_scripts]\nx = y:z\n",
        "three-2.dist-info": "[x]\na = b:c\n[treadle.plugins]\na = three:Plugin\n\n[y]\nd = e:f\n",
        "four": "[treadle.plugins]\na = four:Plugin\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "entry_points.txt").write_text(text)
    (tmp_path / "five-1.dist-info").mkdir()
    (tmp_path / "three.py").write_text("class Plugin: pass\n")
    paths = [str(tmp_path), str(tmp_path), "/nowhere/at/all"]
    found = dict(installed_plugins(paths))
    assert list(found) == ["one.show:Plugin", "one.b:make", "three:Plugin"]
    assert len(set(found.values())) == 3
    (tmp_path / "one-1.0.dist-info").rename(tmp_path / "one-1.1.dist-info")
    now = dict(installed_plugins(paths))
    assert [name for name in found if now[name] != found[name]] == ["one.show:Plugin", "one.b:make"]
