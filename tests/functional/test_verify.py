"""`treadle verify`: the last build is what a clean one gives, or the first chunk that differs."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import treadle
from treadle.engine.store.store import Store, store_folder

from .conftest import Project

Make = Callable[[str], Project]

HONEST = """---
title: All is well
params: {size: 3}
---

```{python load}
import os, warnings
from pathlib import Path
values = [int(line) for line in open("data.txt")] + [int(open("../far.txt").read())]
warnings.warn("as always")
print(os.getcwd(), sorted({"a", "b", "c"}))
os.mkdir("out")
```

```{python plot, caption="Values", alt="Values"}
import matplotlib.pyplot as plt
plt.plot(values);
```

```{python helps, module="helps"}
def double(n):
    return 2 * n
```

```{python writes, error=True}
if Path("out/kept.txt").exists():
    print("found")
else:
    Path("out/kept.txt").write_text(str(double(params.size)))
Path("../results/far.txt").write_text(f"from {os.getcwd()}")
1 / 0
```

The sum is <%= sum(values) %>.
"""


@pytest.fixture(autouse=True)
def _without_latex(
    request: pytest.FixtureRequest, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but one set no pages: see `programs.py`."""
    if "pdf" not in request.node.name:
        monkeypatch.setenv("PATH", str(programs))


def verify(made: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return made.treadle("verify", "report.pmd", *arguments)


def record(made: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((made.folder / "build/report.json").read_bytes())
    return found


def built(make: Make, source: str, *arguments: str) -> Project:
    made = make(source)
    done = made.build("--to", "tex", *arguments)
    assert done.returncode == 0, done.stderr
    return made


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All that is there but the record and what keeps builds apart."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in paths
        if path.name not in ("report.json", "lock") and "records" not in path.parts
    }


@pytest.fixture
def honest(project: Make) -> Project:
    """Built with a parameter; it reads and writes around its folder."""
    around = project("").folder
    made = Project(around / "report")
    made.write("report.pmd", HONEST)
    made.write("data.txt", "1\n2\n")
    (around / "far.txt").write_text("3")
    (around / "results").mkdir()
    done = made.build("--to", "tex", "-P", "size=4")
    assert done.returncode == 0, done.stderr
    return made


def test_an_honest_document_passes_and_nothing_of_the_user_s_is_changed(honest: Project) -> None:
    before = files(honest.folder.parent)
    done = verify(honest)
    assert (done.returncode, done.stderr) == (0, "")
    [line] = done.stdout.splitlines()
    assert line.startswith("report.pmd: the last build is what a clean build gives (4 chunks, ")
    assert files(honest.folder.parent) == before


def test_the_record_tells_the_result_until_something_is_built(project: Make) -> None:
    made = project('```{python a}\nopen("made.txt", "w").write(open("data.txt").read())\n```\n')
    made.write("data.txt", "old")
    for _ in range(2):  # a file that is new in the folder would be a reason to look again
        made.build("--to", "tex")
    assert "verified" not in record(made)
    assert verify(made).returncode == 0
    found = record(made)
    result = found["verified"]
    assert isinstance(result, dict)
    assert (result["same"], result["first"], result["hash_seed"]) == (True, None, 68)
    [item] = found["files"]
    assert (item["path"], item["label"], item["existed"]) == ("made.txt", "a", False)
    assert made.build("--to", "tex").stdout.startswith("ran 0 of 1 chunks")
    assert record(made) == found
    made.write("data.txt", "new")
    assert made.build("--to", "tex").returncode == 0
    assert "verified" not in record(made)


PLAIN = """```{python first}
print("first")
```

```{python shows}
text = "it says 0.93"
print(text)
```

```{python after}
print(len(text), text.upper())
```
"""


def plant(made: Project, old: str, new: str) -> str:
    """Let what is kept say something else, and publish that by a build: what the build says."""
    store = Store.open(store_folder(made.folder / "build"))
    for path in [*(made.folder / "build/.treadle/store/traces").rglob("*-*")]:
        key = path.name.rpartition("-")[0]
        for kept in store.traces.find(key):
            told = json.dumps(kept).replace(old, new)
            if told != json.dumps(kept):
                store.traces.save(key, json.loads(told))
                path.unlink()
    source = (made.folder / "report.pmd").read_text()
    made.write("report.pmd", f"{source}\nA word more.\n")
    return made.build("--to", "tex").stdout


def test_a_stale_result_is_named_with_what_it_was_and_should_be(project: Make) -> None:
    made = built(project, PLAIN)
    assert plant(made, "0.93", "0.91").startswith("ran 0 of")
    before = files(made.folder)
    done = verify(made)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "report.pmd:5: error: shows is not what a clean build gives: "
        "`it says 0.91` in the last build, `it says 0.93` in a clean one; 1 more differ "
        "(two clean builds agree, so the last one is stale: build with --no-cache; "
        "`depends=[...]` says what a chunk rests on unseen)\n"
    )
    assert files(made.folder) == before
    first = record(made)["verified"]["first"]
    assert (first["line"], "`it says 0.91`" in first["message"]) == (5, True)
    made.build("--to", "tex", "--no-cache")
    assert verify(made).returncode == 0


def test_a_result_that_is_there_no_more_belongs_to_its_chunk(project: Make) -> None:
    """What follows it in the LaTeX is another chunk's."""
    source = "```{{python a, echo=False}}\n{}\n```\n\n```{{python b, echo=False}}\n1\n```\n"
    made = built(project, source.format("print(1)"))
    names = ("build/report.tex", "build/.treadle/report/lines.json")
    old = [(made.folder / name).read_text() for name in names]
    made.write("report.pmd", source.format("2;"))
    made.build("--to", "tex")
    for name, text in zip(names, old, strict=True):
        made.write(name, text)
    assert verify(made).stderr.startswith("report.pmd:1: error: a is not what a clean build gives")


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import os\nos.urandom(8).hex()", "it differs each time"),
        ('print({"a", "b", "c", "d", "e", "f"})', "it follows the order of a set, or `hash()`"),
        ("from pathlib import Path\nPath('x').write_bytes(__import__('os').urandom(9))", "it dif"),
    ],
    ids=["random", "a set", "written"],
)
def test_what_is_not_the_same_each_time(project: Make, code: str, cause: str) -> None:
    made = built(project, f"Text.\n\n```{{python odd}}\n{code}\n```\n\n```python\n1\n```\n")
    done = verify(made)
    assert done.returncode == 1
    assert done.stderr.startswith("report.pmd:3: error: ")
    assert "odd" in done.stderr
    assert f"({cause}" in done.stderr


def test_a_result_that_somebody_has_edited(project: Make) -> None:
    made = built(project, "```{python a}\nprint(0.91)\n```\n\nIt is <%= 3 %>.\n")
    tex = made.tex
    made.write("build/report.tex", tex.replace("0.91\n", "0.99\n"))
    message = "report.pmd:1: error: a is not what a clean build gives: `0.99` in the last build, "
    assert verify(made).stderr == (
        f"{message}`0.91` in a clean one (two clean builds agree, and file `build/report.tex` "
        "changed since the last one: build again)\n"
    )
    made.write("build/report.tex", tex.replace("It is 3.", "It is 4."))
    assert verify(made).stderr.startswith("report.pmd:5: error: the text is not what a clean build")


def test_a_figure_that_is_another(project: Make) -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    made = built(project, f"```python\n1\n```\n\n```{{python plot}}\n{plot}\n```\n")
    figure = made.folder / "build/report/plot-1.pdf"
    figure.write_bytes(figure.read_bytes().replace(b"1", b"2", 1))
    done = verify(made)
    assert done.stderr.startswith(
        "report.pmd:5: error: plot is not what a clean build gives: "
        "a clean build gives another `report/plot-1.pdf` ("
    )


def test_what_is_volatile_may_differ(project: Make) -> None:
    code = "```{python now, volatile=True}\nimport time\nprint(time.time_ns())\n```\n"
    made = built(project, f"{code}\n```{{python other}}\nprint(1)\n```\n")
    done = verify(made)
    assert done.returncode == 0
    assert done.stderr.startswith("report.pmd:1: warning: now is not what a clean build gives")
    assert done.stderr.endswith("(as `volatile=True` says that it may)\n")
    assert "gives, but for what is volatile (2 chunks" in done.stdout


def test_a_clean_build_that_fails(project: Make) -> None:
    code = 'import os\nassert os.environ["PYTHONHASHSEED"] == "0"'
    done = verify(built(project, f"Text.\n\n```{{python a}}\n{code}\n```\n"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "report.pmd:1: error: a clean build has errors, and the last build had none",
        "report.pmd:5: error: a failed: AssertionError",
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("nothing is built", "there is no build of it in build (build first)"),
        ("report.pmd", "the last build is out of date: the document changed (build first)"),
        ("data.txt", "the last build is out of date: file `data.txt` changed (build first)"),
        ("-P", "the last build is out of date: the parameter `size` was 3 (build first)"),
        ("report.tex", "there is no build of it in build (build first)"),
    ],
)
def test_what_can_not_be_compared(project: Make, change: str, why: str) -> None:
    made = project('---\nparams: {size: 3}\n---\n\n```python\nopen("data.txt").read()\n```\n')
    made.write("data.txt", "old")
    if change != "nothing is built":
        made.build("--to", "tex")
    if change in ("report.pmd", "data.txt"):
        path = made.folder / change
        path.write_text(path.read_text() + "\nMore.\n")
    if change == "report.tex":
        (made.folder / "build/report.tex").unlink()
    done = verify(made, *(["-P", "size=5"] if change == "-P" else []))
    assert done.returncode == 1
    assert done.stderr.startswith(f"report.pmd:1: error: {why}")
    assert verify(made, "-P", "width=1").returncode == 2


def test_a_build_without_the_cache(project: Make) -> None:
    """Nobody knows what it rests on."""
    made = project('```{python a}\nprint(open("data.txt").read())\n```\n')
    made.write("data.txt", "old")
    made.build("--to", "tex", "--no-cache")
    assert verify(made).returncode == 0
    made.write("data.txt", "new")
    assert "the last one is stale, unless a source changed: build" in verify(made).stderr


def test_links_lead_to_the_copy_and_the_document_may_be_one(project: Make) -> None:
    made = project("")
    source = 'from pathlib import Path\nprint(open("in").read())\nPath("a/out.txt").write_text("x")'
    made.write("src/report.pmd", f"```python\n{source}\n```\n")
    made.write("src/data.txt", "some")
    made.write("src/b/keep.txt", "some")
    (made.folder / "src/in").symlink_to(made.folder / "src/data.txt")
    (made.folder / "src/a").symlink_to(made.folder / "src/b")
    (made.folder / "report.pmd").unlink()
    (made.folder / "report.pmd").symlink_to("src/report.pmd")
    assert made.build("--to", "tex").returncode == 0
    out = made.folder / "src/b/out.txt"
    os.utime(out, (1, 1))
    done = verify(made)
    assert (done.returncode, done.stderr) == (0, "")
    assert out.stat().st_mtime == 1
    assert made.treadle("verify", str(made.folder / "src/report.pmd")).returncode == 0


@pytest.mark.parametrize("folder", [".", "../out"])
def test_into_another_folder_and_quietly(project: Make, folder: str) -> None:
    made = Project(project("").folder / "report")
    plot = "import matplotlib.pyplot as plt\nplt.plot([1]);"
    made.write("report.pmd", f'```{{python a}}\nprint("a")\n```\n\n```python\n{plot}\n```\n')
    assert made.build("--to", "tex", "-o", folder).returncode == 0
    before = files(made.folder.parent)
    done = verify(made, "-o", folder, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert files(made.folder.parent) == before
    tex = made.folder / folder / "report.tex"
    tex.write_text(tex.read_text().replace("\na\n", "\nb\n"))
    done = verify(made, "-o", folder, "--format", "json")
    assert done.stderr == ""
    assert json.loads(done.stdout)["line"] == 1


def test_what_a_build_changes_in_place_is_not_compared(project: Make) -> None:
    """What it began from is there no more."""
    code = 'log = open("log.txt", "a")\nlog.write("one more")\nlog.close()'
    made = project(f"```{{python a}}\n{code}\n```\n\n```{{python b}}\nprint(0.93)\n```\n")
    made.write("log.txt", "one")
    made.build("--to", "tex")
    assert verify(made).returncode == 0
    plant(made, "0.93", "0.91")
    assert "stale, unless a build changes `log.txt`, which it reads: build" in verify(made).stderr


class Heard:
    """A listener that writes down which chunks ran."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def waiting(self) -> None: ...
    def stage(self, name: str) -> None: ...
    def output(self, line: str) -> None: ...
    def problem(self, problem: treadle.Problem) -> None: ...

    def chunk_started(self, chunk: object) -> None:
        self.told.append(f"{getattr(chunk, 'span', '?')} starts")

    def chunk_finished(self, chunk: object, seconds: float) -> None:
        self.told.append(f"{getattr(chunk, 'span', '?')} ends")


def test_from_python(project: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project("```{python a}\nprint(1)\n```\n")
    monkeypatch.chdir(made.folder)
    assert treadle.verify("absent.pmd").misuses == ("there is no file absent.pmd",)
    [problem] = treadle.verify("report.pmd").problems
    assert problem.hint == "build first"
    treadle.build("report.pmd", to="tex")
    heard = Heard()
    verified = treadle.verify("report.pmd", listener=heard)
    assert (verified.failed, verified.problems, verified.chunks) == (False, (), 1)
    assert heard.told == ["report.pmd:1 starts", "report.pmd:1 ends"]


def test_the_pdf_is_compared(project: Make) -> None:
    made = project("---\ndate: 2026-01-31\n---\n\n```{python a}\nprint(1)\n```\n")
    assert made.build().returncode == 0
    assert verify(made).returncode == 0
    made.pdf.write_bytes(made.pdf.read_bytes() + b"\n")
    done = verify(made)
    assert done.stderr.startswith("report.pmd:1: error: the PDF is not what a clean build gives")
