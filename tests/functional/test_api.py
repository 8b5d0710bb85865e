"""The program as a library: `treadle.build`, `check`, `why` and `tangle`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import treadle
from treadle.press.document.parameters import read_assignments

from .conftest import Folders

REPORT = """\
---
title: Powers
params:
    base: 2
    name: plain
---

```python, name="powers"
powers = [params.base ** n for n in range(3)]
print(powers, params.name)
```

The last is <%= powers[-1] %>.
"""
MODULE = '```python, module="helpers"\ndef double(n):\n    return 2 * n\n```\n'


@pytest.fixture
def folder(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a document."""
    return _entered(folders.take(), monkeypatch)


@pytest.fixture
def unbuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Likewise, in which there never was a build."""
    return _entered(tmp_path, monkeypatch)


def _entered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    (folder / "report.pmd").write_text(REPORT)
    return folder


class Heard:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def waiting(self) -> None:
        self.told.append("waiting")

    def stage(self, name: str) -> None:
        self.told.append(name)

    def chunk_started(self, chunk: object) -> None:
        self.told.append(f"{getattr(chunk, 'label', '?')} starts")

    def output(self, line: str) -> None: ...

    def problem(self, problem: treadle.Problem) -> None:
        self.told.append(str(problem))

    def chunk_finished(self, chunk: object, seconds: float) -> None:
        self.told.append(f"{getattr(chunk, 'label', '?')} ends")


def contents(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """All files, and when each was written."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def test_a_pdf(folder: Path) -> None:
    report = treadle.build("report.pmd")
    assert not report.failed
    assert report.problems == ()
    assert report.written == (folder / "build/report.tex", folder / "build/report.pdf")
    assert (report.ran, report.chunks) == (1, 1)
    assert Path("build/report.pdf").read_bytes().startswith(b"%PDF")
    again = treadle.build("report.pmd")
    assert (again.ran, again.chunks, again.written) == (0, 1, report.written)


def test_code_that_stands_there_twice_runs_once(folder: Path) -> None:
    chunk = "```python\nprint(sum(range(10)))\n```\n"
    (folder / "report.pmd").write_text(f"{chunk}\nOnce more.\n\n{chunk}")
    assert treadle.build("report.pmd", to="tex").ran == 1


def test_paths_of_either_kind(folder: Path) -> None:
    made = treadle.build(folder / "report.pmd", folder / "out", "tex", code=folder / "code")
    assert made.written == (folder / "out" / "report.tex",)
    other = treadle.build(str(folder / "report.pmd"), str(folder / "out"), "tex", code="code")
    assert other.written == made.written
    assert (made.ran, other.ran) == (1, 0)


def test_parameters_are_values_of_python(folder: Path) -> None:
    treadle.build("report.pmd", to="tex", params={"base": 3, "name": "3"})
    tex = Path("build/report.tex").read_text()
    assert "[1, 3, 9] 3" in tex
    assert "The last is 9." in tex
    assert treadle.build("report.pmd", to="tex", params={"base": 3, "name": "3"}).ran == 0
    assert treadle.build("report.pmd", to="tex", params={"base": 4, "name": "3"}).ran == 1
    assert treadle.build("report.pmd", to="tex").ran == 1


@pytest.mark.parametrize("value", [1, True, 1.0])
def test_what_builds_with_one_type_is_a_misuse_with_another(folder: Path, value: object) -> None:
    """`-P name=1` is the text "1", as the parameter is a text; the number 1 is none."""
    params, misuses = read_assignments([f"name={value!r}"])
    assert not misuses
    for _ in range(2):
        assert not treadle.build("report.pmd", to="tex", params=params).failed
    [misuse] = treadle.build("report.pmd", to="tex", params={"name": value}).misuses
    assert "parameter `name`" in misuse


@pytest.mark.parametrize(
    ("params", "words"),
    [({"bas": 3}, "no parameter `bas`"), ({"base": "three"}, "parameter `base`")],
)
def test_wrong_parameters_are_a_misuse(
    unbuilt: Path, params: dict[str, object], words: str
) -> None:
    for report in (
        treadle.build("report.pmd", params=params),
        treadle.check("report.pmd", params=params),
    ):
        assert report.failed
        [misuse] = report.misuses
        assert words in misuse
    assert words in treadle.why("report.pmd", params=params).misuses[0]
    assert not Path("build").exists()


def test_no_such_document(folder: Path) -> None:
    assert treadle.build("absent.pmd").misuses == ("there is no file absent.pmd",)
    assert treadle.check("absent.pmd").misuses == ("there is no file absent.pmd",)
    assert treadle.why("absent.pmd").misuses == ("there is no file absent.pmd",)


def test_a_listener_hears_what_happens_when_it_happens(folder: Path) -> None:
    heard = Heard()
    treadle.build("report.pmd", listener=heard)
    assert heard.told == ["powers starts", "powers ends", "weaving", "typesetting"]


def test_problems_are_told_and_nothing_is_written(folder: Path) -> None:
    text = REPORT.replace("range(3)", "range(1 / 0)")
    Path("report.pmd").write_text(text)
    heard = Heard()
    report = treadle.build("report.pmd", listener=heard)
    assert report.failed
    line = text[: text.index("range(1")].count("\n") + 1
    [problem] = report.problems
    assert (problem.severity, problem.span.line) == (treadle.Severity.ERROR, line)
    message = f"report.pmd:{line}: error: powers failed: ZeroDivisionError: division by zero"
    assert str(problem) == message
    assert heard.told[:2] == ["powers starts", "powers ends"]
    assert message in heard.told
    assert "range(1 / 0)" in report.traceback
    assert report.written == ()
    assert not Path("build/report.pdf").exists()


def test_without_a_cache_everything_runs_and_nothing_is_kept(folder: Path) -> None:
    figure = "```python\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\n```\n"
    for value in (2, 3):
        Path("report.pmd").write_text(figure.replace("2", str(value)))
        assert treadle.build("report.pmd", to="tex", cache=False).ran == 1
    assert not Path("build/.treadle/store").exists()
    shown = [path for path in Path("build/.treadle/report/shown").rglob("*") if path.is_file()]
    assert len(shown) == 1
    assert [path.name for path in Path("build/report").iterdir()] == ["chunk1-1.pdf"]


def test_why_tells_what_a_build_would_do_and_changes_nothing(folder: Path) -> None:
    [chunk, _] = treadle.why("report.pmd").verdicts
    assert (chunk.label, chunk.kept, chunk.reasons) == ("powers", False, ("it has not run yet",))
    treadle.build("report.pmd", to="tex")
    store = Path("build/.treadle/store")
    before = contents(store)
    first = treadle.why("report.pmd")
    assert [verdict.kept for verdict in first.verdicts] == [True, True]
    assert treadle.why("report.pmd") == first
    changed = treadle.why("report.pmd", params={"base": 5})
    assert [verdict.kept for verdict in changed.verdicts] == [False, False]
    assert changed.verdicts[0].reasons == ("the parameter `base` changed",)
    assert contents(store) == before


def test_check_runs_and_writes_nothing(unbuilt: Path) -> None:
    assert treadle.check("report.pmd") == treadle.Report()
    Path("report.pmd").write_text(REPORT + "\n```python\nx = \n```\n")
    report = treadle.check("report.pmd")
    assert report.failed
    [problem] = report.problems
    assert "invalid syntax" in problem.message
    assert sorted(path.name for path in unbuilt.iterdir()) == ["report.pmd"]


def test_tangle_writes_modules(folder: Path) -> None:
    Path("report.pmd").write_text(MODULE)
    tangled = treadle.tangle("report.pmd", folder / "code")
    assert tangled.problems == ()
    assert "def double(n):" in Path("code/report/helpers.py").read_text()


HEAVY = ["torch", "numpy", "matplotlib", "pandas", "jinja2", "markdown_it", "pygments", "yaml"]
HEAVY += ["rich", "pathlib", "asyncio", "subprocess", "importlib.metadata", "typing_extensions"]
_LOADED = """
import sys
{import_it}
print(*sorted({{name.partition(".")[0] for name in sys.modules}} | set(sys.modules)))
"""


def loaded(import_it: str) -> set[str]:
    """The modules of a fresh Python after this."""
    command = [sys.executable, "-c", _LOADED.format(import_it=import_it)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


WAITS = """
```python
import time
open("begun", "w").close()
time.sleep(1)
```

<%= 1 + 1 %>
"""
IN_A_THREAD = """
import pathlib, threading, time, treadle
build = lambda: treadle.build("report.pmd", to="tex", cache=False)
threading.Thread(target=build).start()
while not pathlib.Path("begun").exists():
    time.sleep(0.01)
"""


def test_a_thread_builds_on_when_the_main_one_has_ended(folder: Path) -> None:
    """Pools of threads take nothing more by then."""
    (folder / "report.pmd").write_text(WAITS)
    command = (sys.executable, "-c", IN_A_THREAD)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "build" / "report.tex").is_file()


def test_importing_it_costs_little() -> None:
    ours = loaded("import treadle")
    assert not ours & set(HEAVY)
    assert {name for name in ours if name.startswith("treadle")} == {"treadle"}
    assert len(ours - loaded("import msgspec")) < 5


def test_its_names_are_there_when_they_are_asked_for() -> None:
    shown = loaded("import treadle; treadle.Report, treadle.Problem, treadle.__version__")
    assert {"treadle.app.report", "treadle.problem"} <= shown
    assert not shown & {"torch", "numpy", "jinja2", "markdown_it", "yaml", "treadle.app.build"}
    for name in (*treadle.__all__, "__version__"):
        assert getattr(treadle, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'buidl'"):
        getattr(treadle, "buidl")  # noqa: B009


def test_what_has_nothing_to_do_loads_little(folder: Path) -> None:
    treadle.build("report.pmd", to="tex")
    names = loaded("import treadle; assert treadle.build('report.pmd', to='tex').ran == 0")
    heavy = {*HEAVY, "difflib", "treadle.engine.scan"} - {"pathlib"}
    assert not names & heavy, names & heavy
