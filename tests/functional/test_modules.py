"""Module and test chunks: extracted, imported, importable."""

import sys

import pytest

SOURCE = '''---
title: Modules
---

```python, name="shapes", module="shapes"
"""Areas."""
import math


def area(radius):
    """Of a circle."""
    return math.pi * radius**2
```

```python, name="use", echo=False
print(f"area {area(1):.3f} in {area.__module__}")
print(math.tau > 6)
```

```python, name="more", module="shapes"
def broken():
    raise LookupError("deep")
```

```python, name="test-area", test=True
from report.shapes import area


def test_area():
    assert round(area(1), 2) == 3.14
```
'''


@pytest.fixture(scope="module")
def built(project):
    made = project(SOURCE)
    done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    return made, done


def test_later_chunks_see_the_names_of_a_module(built):
    assert "area 3.142 in report.shapes" in built[0].tex
    assert "True" in built[0].tex


def test_the_code_is_shown(built):
    assert "Of a circle" in built[0].tex
    assert "test\\_area" in built[0].tex or "test_area" in built[0].tex


def test_the_module_is_importable(built):
    code = "from report.shapes import area; print(area(2) > 12)"
    script = f"import sys; sys.path.insert(0, 'code'); {code}"
    assert built[0].run(sys.executable, "-c", script).stdout == "True\n"


def test_test_chunks_are_tests_and_do_not_run_in_the_build(built):
    made, done = built
    assert "ran 3 of 4 chunks" in done.stdout
    tests = sorted(path.name for path in (made.folder / "code/report").glob("test_*.py"))
    assert len(tests) == 1
    options = ("-q", "-o", "pythonpath=code", "--import-mode=importlib")
    passed = made.run(sys.executable, "-m", "pytest", *options, f"code/report/{tests[0]}")
    assert "1 passed" in passed.stdout, passed.stdout


def test_a_failure_in_a_module_is_at_the_line_of_the_document(project):
    made = project(SOURCE + "\n```python\nbroken()\n```\n")
    done = made.build("--to", "tex")
    line = SOURCE.splitlines().index('    raise LookupError("deep")') + 1
    assert f"report.pmd:{line}: error:" in done.stderr


def test_a_file_edited_by_hand_stops_the_build(project):
    made = project(SOURCE)
    assert made.treadle("tangle", "report.pmd").returncode == 0
    path = made.folder / "code/report/shapes.py"
    path.write_text(path.read_text() + "\nedited = True\n")
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert "edited by hand" in done.stderr
    assert "edited = True" in path.read_text()


def test_another_code_folder(project):
    made = project(SOURCE)
    assert made.build("--to", "tex", "--code", "src/extracted").returncode == 0
    assert (made.folder / "src/extracted/report/shapes.py").exists()
    assert not (made.folder / "code").exists()


def test_the_code_of_a_source_file_is_shown_and_run(project):
    made = project("```python, source='part.py'\nprint(total + 1)\n```\n")
    made.write("part.py", "# from a file\ntotal = 41\n")
    assert made.build("--to", "tex").returncode == 0
    assert "from a file" in made.tex
    assert "42" in made.tex
    made.write("part.py", "total = 41\nraise OSError('in the file')\n")
    assert "\npart.py:2: error:" in "\n" + made.build("--to", "tex").stderr


def test_a_chunk_in_two_parts_runs_as_one(project):
    made = project(
        "```python, complete=False\nfor i in (6,):\n```\n\nProse between.\n\n"
        "```python\n    print('answer', i * 7)\n    print('next', 1 / (i - 6))\n```\n"
    )
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert "report.pmd:9: error:" in done.stderr


def test_a_module_that_does_not_parse_is_not_extracted(project):
    made = project('```{python, module="shapes"}\ndef area(:\n    pass\n```\n')
    done = made.treadle("tangle", "report.pmd")
    assert done.returncode == 1
    assert done.stderr.startswith("report.pmd:2: error:")
    assert not (made.folder / "code").exists()
