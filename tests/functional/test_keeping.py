"""What is said of values that it would take too long to keep, and when it is decided anew; how much
the cache holds."""

import json
import sys

import pytest

from treadle.engine.store.eviction import size

SOURCE = """```{python makes}
x = [[1]]
small = 5
```

```{python reads}
print(x[0])
```

```{python shows}
print(len(x))
```

```{python other}
print(small)
```
"""


@pytest.fixture
def unkept(project, monkeypatch):
    """A document that was built without any value kept; from now on, they are again."""
    made = project(SOURCE)
    with monkeypatch.context() as patch:
        patch.setenv("TREADLE_KEEPING", "0")
        assert made.build("--to", "tex").returncode == 0
    return made


def ran(build):
    assert build.returncode == 0, build.stderr
    lines = [line.split() for line in build.stdout.splitlines() if line.startswith("report.pmd:")]
    return [line[1] for line in lines]


def edited(made, old, new):
    assert SOURCE.count(old) == 1
    made.write("report.pmd", SOURCE.replace(old, new))


def test_a_build_that_finds_all_as_it_was_runs_nothing(unkept):
    assert ran(unkept.build("--to", "tex")) == []


def test_why_names_what_is_not_kept(unkept):
    lines = unkept.treadle("why", "report.pmd").stdout.splitlines()
    assert lines[0] == "report.pmd:1: makes kept (without `x`, which would take too long)"
    assert lines[3] == "report.pmd:14: other kept"


def test_why_names_all_that_must_run_to_make_it_again(unkept):
    edited(unkept, "len(x)", "len(x) + 1")
    lines = unkept.treadle("why", "report.pmd").stdout.splitlines()
    reason = "has to run and needs it: `x` would take too long to keep"
    assert lines[0] == f"report.pmd:1: makes runs, because reads at line 6 {reason}"
    assert lines[1] == f"report.pmd:6: reads runs, because shows at line 10 {reason}"
    assert ran(unkept.build("--to", "tex")) == ["makes", "reads", "shows"]


def test_who_runs_again_to_make_it_does_not_keep_it_either(unkept):
    edited(unkept, "len(x)", "len(x) + 1")
    unkept.build("--to", "tex")
    lines = unkept.treadle("why", "report.pmd").stdout.splitlines()
    assert "without `x`" in lines[0]


def test_an_edited_chunk_is_asked_anew(unkept):
    edited(unkept, "x = [[1]]", "x = [[2]]")
    unkept.build("--to", "tex")
    lines = unkept.treadle("why", "report.pmd").stdout.splitlines()
    assert lines[0] == "report.pmd:1: makes kept"


def test_who_does_not_need_it_runs_alone(unkept):
    edited(unkept, "print(small)", "print(small + 1)")
    assert ran(unkept.build("--to", "tex")) == ["other"]


def test_the_record_names_it(unkept):
    found = json.loads((unkept.folder / "build/report.json").read_text("utf-8"))
    assert [item["made_again"] for item in found["chunks"]] == [["x"], ["x"], ["x"], []]


def test_what_the_cache_has_no_room_for_is_said(project, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", "100K")
    source = "```{python makes}\nx = bytes(1_000_000)\n```\n"
    made = project(source)
    done = made.build("--to", "tex")
    assert "the cache holds 100.0 kB at most: what 1 chunk gave is not kept" in done.stderr
    made.write("report.pmd", f"{source}\nMore.\n")
    assert ran(made.build("--to", "tex")) == ["makes"]


def test_a_share_that_is_no_number_is_refused(project, monkeypatch):
    monkeypatch.setenv("TREADLE_KEEPING", "little")
    done = project(SOURCE).build("--to", "tex")
    assert done.returncode != 0
    assert "TREADLE_KEEPING is 'little'; a number like 0.2 is expected" in done.stderr


LISTED = """import sys
from treadle.app.cli.main import main
folders = []
def audit(event, arguments):
    if event in ("os.scandir", "os.listdir") and "store/" in str(arguments[0]):
        folders.append(str(arguments[0]).partition("store/")[2])
sys.addaudithook(audit)
status = main(sys.argv[1:])
print()
print("listed:", *sorted({"/".join(each.split("/")[::2]) for each in folders}))
sys.exit(status)
"""


def listed(made, *options):
    done = made.run(sys.executable, "-c", LISTED, "build", "report.pmd", "--to", "tex", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()[1:]


def test_a_build_looks_only_into_the_folders_of_its_cells(project):
    made = project(SOURCE)
    assert "blobs" in listed(made)  # how much lies there, for once
    edited(made, "print(small)", "print(small + 1)")
    folders = listed(made)
    assert 0 < len(folders) <= 5
    assert {folder.split("/")[0] for folder in folders} == {"traces"}


def test_the_cache_stays_within_its_limit_whatever_builds_write(project, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", "1M")
    monkeypatch.setenv("TREADLE_KEEPING", "100")
    made = project(SOURCE)
    sizes = []
    for number in range(8):
        made.write("report.pmd", SOURCE.replace("[[1]]", f"[[{number}], b'{number}' * 200_000]"))
        assert made.build("--to", "tex").returncode == 0
        sizes.append(size(made.folder / "build/.treadle/store"))
    assert max(sizes) <= 1_000_000
    assert max(sizes) > 600_000


def test_after_a_build_that_was_killed_too(project, monkeypatch):
    monkeypatch.setenv("TREADLE_CACHE_LIMIT", "1M")
    monkeypatch.setenv("TREADLE_KEEPING", "100")
    made = project(SOURCE)
    assert made.build("--to", "tex").returncode == 0
    died = "b = b'1' * 2_000_000\n```\n\n```{python dies}\nimport os, signal\n"
    died += "os.kill(os.getppid(), signal.SIGKILL)"
    made.write("report.pmd", SOURCE.replace("small = 5", died))
    assert made.run(sys.executable, "-m", "treadle", "build", "report.pmd").returncode != 0
    store = made.folder / "build/.treadle/store"
    assert size(store) > 2_000_000
    made.write("report.pmd", SOURCE.replace("small = 5", "small = 6"))
    assert made.build("--to", "tex").returncode == 0
    assert size(store) <= 1_000_000
