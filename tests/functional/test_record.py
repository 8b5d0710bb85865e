"""`STEM.json`: what a build was made of and did, for machines."""

import json

SOURCE = """---
seed: 7
params: {size: 3}
---

```{python data}
import numpy as np
text = open("data.txt").read()
```

See @eq:a.

$$ a = b $$ {#eq:a}

```{python check, checks="eq:a"}
from treadle.checks import agree
agree(np.ones(params.size), np.ones(3), against="ones", tolerance=1e-9)
```
"""


def record(made):
    return json.loads((made.folder / "build/report.json").read_text("utf-8"))


def test_what_a_build_was_made_of(project):
    made = project(SOURCE)
    made.write("data.txt", "some")
    assert made.build("-P", "size=3").returncode == 0
    found = record(made)
    assert (found["seed"], found["params"]) == (7, {"size": 3})
    assert "numpy" in found["packages"]
    assert [item["path"] for item in found["data"]] == ["data.txt"]
    assert found["checks"] == [
        {
            "label": "eq:a",
            "chunk": "check",
            "line": 15,
            "against": "ones",
            "cases": 3,
            "tolerance": 1e-9,
            "deviation": 0.0,
        }
    ]
    assert [(item["label"], item["kept"]) for item in found["chunks"]] == [
        ("data", False),
        ("check", False),
    ]
    assert all(item["peak_memory"] > 1_000_000 for item in found["chunks"])


def test_fonts_are_data_only_where_they_are_the_document_s(project):
    code = """import matplotlib.pyplot as plt
plt.plot([1])
plt.title("Words")
glyphs = open("fonts/glyphs.csv").read()"""
    made = project(f"```{{python}}\n{code}\n```\n")
    made.write("fonts/glyphs.csv", "some")
    assert made.build().returncode == 0
    assert [item["path"] for item in record(made)["data"]] == ["fonts/glyphs.csv"]


def test_what_was_kept(project):
    made = project(SOURCE)
    made.write("data.txt", "some")
    made.build("--to", "tex")
    made.write("report.pmd", SOURCE.replace("1e-9", "1e-8"))
    made.build("--to", "tex")
    assert [item["kept"] for item in record(made)["chunks"]] == [True, False]


def test_without_a_cache_and_without_a_pdf(project):
    made = project(SOURCE)
    made.write("data.txt", "some")
    assert made.build("--no-cache", "--to", "tex").returncode == 0
    assert [item["kept"] for item in record(made)["chunks"]] == [False, False]


def test_clean_removes_it(project):
    made = project("Text.\n")
    made.build("--to", "tex")
    assert (made.folder / "build/report.json").exists()
    made.treadle("clean")
    assert not (made.folder / "build/report.json").exists()


def test_a_file_of_the_author_s_stays(project):
    made = project("Text.\n")
    made.write("report.json", "mine")
    done = made.build("--to", "tex", "-o", ".")
    assert done.returncode == 0
    assert "report.json is no build's: it stays" in done.stderr
    assert (made.folder / "report.json").read_text("utf-8") == "mine"


def test_a_record_of_which_the_manifest_knows_nothing_is_a_build_s(project):
    made = project(SOURCE)
    made.write("data.txt", "some")
    made.build("--to", "tex")
    (made.folder / "build/.treadle/report/manifest.json").unlink()
    made.write("report.pmd", SOURCE + "\nMore.\n")
    done = made.build("--to", "tex")
    assert (done.returncode, done.stderr) == (0, "")
    assert record(made)["treadle"]
