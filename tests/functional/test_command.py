"""The command's contract: arguments, exit statuses, what it prints and what it removes."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time

import pytest

PARAMS = """---
title: Parameters
params:
  epochs: 10
  rate: 0.5
---

```python, echo=False
print("epochs =", params.epochs, type(params.epochs).__name__, params.rate)
```
"""

SEEDED = """
```python, name="numbers", echo=False
import random
print("drawn", random.random())
```
"""


def test_version_and_help(project):
    made = project("Text.\n")
    assert made.treadle("--version").stdout.startswith("treadle ")
    assert "build" in made.treadle("--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("weave",),
        ("build",),
        ("build", "nothing.pmd"),
        ("build", "report.pmd", "--to", "docx"),
        ("build", "report.pmd", "--jobs", "4"),
        ("build", "report.pmd", "-P", "epochz=1"),
        ("build", "report.pmd", "-P", "epochs"),
        ("build", "report.pmd", "-P", "epochs=many"),
        ("tangle", "nothing.pmd"),
    ],
)
def test_misuse(project, arguments):
    done = project(PARAMS).treadle(*arguments)
    assert done.returncode == 2
    assert "error" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["my report.pmd", "a%b.pmd", "./-x.pmd"])
def test_a_name_that_latex_cannot_take_is_refused(project, name):
    made = project("Text.\n")
    made.write(name, "Text.\n")
    done = made.treadle("build", name)
    assert done.returncode == 2
    assert "rename" in done.stderr


def test_a_misspelt_parameter_is_told_the_right_one(project):
    assert "epochs" in project(PARAMS).build("-P", "epochz=1").stderr


def test_parameters(project):
    made = project(PARAMS)
    assert made.build("--to", "tex").returncode == 0
    assert "epochs = 10 int 0.5" in made.tex
    assert made.build("--to", "tex", "-P", "epochs=1", "-P", "rate=2").returncode == 0
    assert "epochs = 1 int 2.0" in made.tex
    assert not made.pdf.exists()


def test_a_chunk_inserted_above_changes_no_random_number(project):
    made = project(SEEDED)
    made.build("--to", "tex")
    before = next(line for line in made.tex.splitlines() if "drawn" in line)
    made.write("report.pmd", "```python\nimport random\nrandom.random()\n```\n" + SEEDED)
    assert made.build("--to", "tex").returncode == 0
    assert before in made.tex


def test_quiet_prints_nothing(project):
    done = project(SEEDED).build("-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_folder_and_another_working_directory(project):
    made = project("Text.\n")
    made.write("sub/paper.pmd", "```python\nopen('beside.txt', 'w').close()\n```\n")
    done = made.treadle("build", "sub/paper.pmd", "-o", "out/deep", "--to", "tex")
    assert done.returncode == 0, done.stderr
    assert (made.folder / "out/deep/paper.tex").exists()
    assert (made.folder / "sub/beside.txt").exists()


def test_problems_name_the_file_as_it_was_named(project):
    made = project("Text.\n")
    path = made.write("sub/paper.pmd", "```python\n1 / 0\n```\n")
    assert "\nsub/paper.pmd:2: error:" in "\n" + made.treadle("build", "sub/paper.pmd").stderr
    assert f"\n{path}:2: error:" in "\n" + made.treadle("build", str(path)).stderr


def test_clean_removes_what_was_built_and_nothing_else(project):
    made = project("```python\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\n```\n")
    assert made.build().returncode == 0
    figures = list((made.folder / "build/report").iterdir())
    assert len(figures) == 1
    made.write("build/notes.txt", "mine")
    made.write("build/report/mine.txt", "mine")
    assert made.treadle("clean", "--all").returncode == 0
    left = sorted(p.name for p in (made.folder / "build").rglob("*") if p.is_file())
    assert left == ["mine.txt", "notes.txt"]


def test_clean_of_one_document(project):
    made = project("One.\n")
    made.write("two.pmd", "Two.\n")
    for name in ("report.pmd", "two.pmd"):
        made.treadle("build", name, "--to", "tex")
    made.treadle("clean", "report.pmd")
    assert not (made.folder / "build/report.tex").exists()
    assert (made.folder / "build/two.tex").exists()
    assert made.treadle("clean", "--all").returncode == 0
    assert not (made.folder / "build").exists()
    assert made.treadle("clean", "--all").returncode == 0


def test_figures_of_an_earlier_build_go_and_the_users_files_stay(project):
    figure = "```python, name='{}'\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\n```\n"
    made = project(figure.format("old"))
    assert made.build("--to", "tex").returncode == 0
    made.write("build/report/mine.txt", "mine")
    made.write("report.pmd", figure.format("new"))
    assert made.build("--to", "tex").returncode == 0
    names = sorted(path.name for path in (made.folder / "build/report").iterdir())
    assert names == ["mine.txt", "new-1.pdf"]


def test_the_front_matter_sets_the_number_of_threads(project):
    made = project(
        "---\nthreads: 1\n---\n\n```python, echo=False\n"
        "import os\nprint('threads', os.environ['OMP_NUM_THREADS'])\n```\n"
    )
    assert made.build("--to", "tex").returncode == 0
    assert "threads 1" in made.tex


def test_a_terminal_shows_the_chunk_that_runs_and_its_latest_line(project):
    made = project(
        "```python, name='train'\nimport time\nfor epoch in range(4):\n"
        "    print('epoch', epoch, flush=True)\n    time.sleep(0.4)\n```\n"
    )
    command = [sys.executable, "-m", "treadle", "build", "report.pmd", "--to", "tex"]
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(command, cwd=made.folder, stdout=theirs, env=environment)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
        while data := os.read(ours, 65536):
            shown += data
    os.close(ours)
    assert process.wait(timeout=60) == 0
    assert b"epoch 1" in shown
    assert b"report.pmd:1 train" in shown
    assert b"ran 1 of 1 chunks" in shown.splitlines()[-1]


def test_ctrl_c_ends_the_worker(project):
    made = project(
        "```python\nimport os, time\nopen('pid', 'w').write(str(os.getpid()))\n"
        "time.sleep(600)\n```\n"
    )
    command = [sys.executable, "-m", "treadle", "build", "report.pmd", "--to", "tex"]
    process = subprocess.Popen(command, cwd=made.folder, stderr=subprocess.PIPE, text=True)
    pid_file = made.folder / "pid"
    deadline = time.monotonic() + 60
    while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert "treadle: report.pmd:1: chunk 1 was running" in stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_without_tex_the_error_says_what_to_install(project, tmp_path):
    made = project("Text.\n")
    environment = {**os.environ, "PATH": str(tmp_path)}
    command = [sys.executable, "-m", "treadle", "build", "report.pmd"]
    done = subprocess.run(
        command, cwd=made.folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pdflatex" in done.stderr
    assert "install" in done.stderr
    command += ["--to", "tex"]
    assert subprocess.run(command, cwd=made.folder, env=environment, check=False).returncode == 0


def test_why_names_the_class_that_a_chunk_changed(project):
    made = project(
        "```{python makes}\nclass C:\n    value = 1\n```\n"
        "```{python changes}\nC.value = 2\n```\n```{python shows}\nprint(C.value)\n```\n"
    )
    assert made.build("--to", "tex").returncode == 0
    text = (made.folder / "report.pmd").read_text("utf-8")
    made.write("report.pmd", text.replace("print(", "print(0, "))
    said = made.treadle("why", "report.pmd").stdout
    assert "it changes the definition `C`, which can't be stored" in said


def test_why_of_a_document_with_a_warning_and_no_chunks(project):
    done = project("---\nautor: A\n---\n\nText.\n").treadle("why", "report.pmd")
    assert "warning: unknown key `autor`" in done.stderr
    assert done.returncode == 0


def test_why_names_inline_code_once(project):
    source = "Text.\n\nIt is <% x = 1 %>.\n\n```{python shows}\nprint(x)\n```\n"
    made = project(source)
    assert made.build("--to", "tex").returncode == 0
    made.write("report.pmd", source.replace("x = 1", "x = 2"))
    said = made.treadle("why", "report.pmd").stdout
    assert "`x` is computed anew by inline code at line 3\n" in said
