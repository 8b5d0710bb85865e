"""What comes with an error, and after it; what is said of each is in tests/broken."""

import os
import re
import shutil
import sys

import pytest

HEAD = "# A title\n\nSome prose.\n\n"  # four lines


def test_the_traceback_is_printed(project):
    made = project(
        "```python\ndef inner():\n    raise KeyError('k')\n```\n\n"
        "```python\nvalue = inner()\n```\n\n```python\nprint(value, file=open('ran', 'w'))\n```\n"
    )
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert 'File "report.pmd", line 7' in done.stderr
    assert 'File "report.pmd", line 3, in inner' in done.stderr
    assert "treadle/engine" not in done.stderr
    assert not (made.folder / "ran").exists()
    assert done.stdout.splitlines()[-1].startswith("ran 2 of 3 chunks in ")


def test_what_a_failing_chunk_has_imported_serves_later_ones(project):
    """Else the errors of chunks that only use the same library would be told one build each."""
    made = project(
        "```python\nimport math\nfrom math import pi\nassert pi < 3\nimport json\nx = 1\n```\n\n"
        "```python\nassert pi < math.floor(3.9)\n```\n\n```python\njson.loads('')\n```\n\n"
        "```python\nprint(x)\n```\n"
    )
    done = made.build("--to", "tex")
    told = re.findall(r"^report\.pmd:(\d+): error", done.stderr, re.MULTILINE)
    assert told == ["4", "10"]  # whether the others have errors, nobody can know yet
    assert done.stdout.splitlines()[-1].startswith("ran 2 of 4 chunks in ")


def test_all_errors_of_reading_are_told_at_once(project):
    made = project("```python, ecco=1\n1\n```\n\n```python, nmae='x'\n2\n```\n")
    done = made.build()
    assert "report.pmd:1: error:" in done.stderr
    assert "report.pmd:5: error:" in done.stderr


def test_an_allowed_error_is_shown_in_the_document(project):
    made = project("```python, error=True\nraise ValueError('as expected')\n```\n")
    done = made.build()
    assert done.returncode == 0, done.stderr
    assert "ValueError: as expected" in made.text()


def test_an_overfull_line_is_a_warning_at_its_line(project):
    made = project(HEAD + "\\texttt{" + "wide" * 60 + "}\n\nMore.\n")
    done = made.build()
    assert done.returncode == 0, done.stderr
    assert re.search(r"^report\.pmd:5: warning: .*margin by", done.stderr, re.MULTILINE)


def test_after_an_error_is_mended_the_build_is_well(project):
    made = project(HEAD + "See $\\frac{1$.\n")
    assert made.build().returncode == 1
    made.write("report.pmd", HEAD + "See $\\frac{1}{2}$.\n")
    done = made.build()
    assert done.returncode == 0, done.stderr
    assert made.pdf.exists()


@pytest.mark.parametrize("wrong", ["nowhere", "''.__class__.__mro__", "body("])
def test_a_template_reaches_nothing_but_what_it_is_given(project, wrong):
    made = project("---\ntitle: T\ntemplate: mine.tex.j2\n---\n\nText.\n")
    made.write("mine.tex.j2", "\\VAR{preamble}\n\\VAR{" + wrong + "}\n\\VAR{body}\n")
    done = made.build()
    assert done.returncode == 1
    assert done.stderr.startswith("report.pmd:3: error: the template `mine.tex.j2` fails: ")
    assert not made.pdf.exists()


@pytest.fixture
def slowly(tmp_path):
    """Build a project's .tex where LaTeX takes two seconds more for a pass."""
    slow = tmp_path / "pdflatex"
    slow.write_text(f'#!/bin/sh\nsleep 2\nexec {shutil.which("pdflatex")} "$@"\n')
    slow.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = (sys.executable, "-m", "treadle", "build", "report.pmd", "--to", "tex")
    return lambda project: project.run("env", f"PATH={path}", *command)


def test_waiting_for_latex_is_not_the_chunks_time(project, slowly):
    """Figures are drawn as wide as LaTeX says: it may take longer than the chunk may."""
    made = project("```{python slow, timeout=1.5}\nimport matplotlib\nprint('drawn')\n```\n")
    done = slowly(made)
    assert done.returncode == 0, done.stderr
    assert "drawn" in made.tex
    seconds = re.search(r"slow ([\d.]+) s", done.stdout)
    assert seconds
    assert float(seconds[1]) < 1.5


def test_a_thread_that_waits_for_latex_is_nobody_elses_trouble(project, slowly):
    made = project(
        "```{python one, timeout=2}\nimport threading\n"
        "thread = threading.Thread(target=__import__, args=('matplotlib',))\nthread.start()\n```\n"
        "```{python two}\nthread.join()\n```\n"
        "```{python three}\nimport time\ntime.sleep(2.5)\nprint('alive')\n```\n"
    )
    done = slowly(made)
    assert done.returncode == 0, done.stderr
    assert "alive" in made.tex
    assert " -" not in done.stdout


def test_an_error_in_the_preamble_does_not_wait_for_a_chunk_that_takes_long(project):
    made = project(
        "---\npreamble: |\n  \\nosuchcommand\n---\n\n```python\nimport time\ntime.sleep(300)\n```\n"
    )
    done = made.build()
    assert done.returncode == 1
    assert re.search(r"^report\.pmd:3: error: .*nosuchcommand", done.stderr, re.MULTILINE)
    assert "chunk" not in done.stderr


def test_what_a_chunk_left_open_is_written_before_the_pages_are_set(project):
    made = project(
        "```python, echo=False\nfile = open('words.tex', 'w')\n_ = file.write('from the file')\n"
        "```\n\n\\input{words}\n"
    )
    done = made.build()
    assert done.returncode == 0, done.stderr
    assert "from the file" in made.text()


@pytest.mark.parametrize("arguments", [(), ("--no-cache",)])
def test_what_is_written_at_the_very_end_is_written(project, arguments):
    made = project(
        "```python\nimport helpers\nhelpers.LOG.write('of a module')\n"
        "class Late:\n    def __del__(self, open=open):\n"
        "        with open('late.txt', 'w') as file:\n            file.write('of an object')\n"
        "late = Late()\n```\n"
    )
    made.write("helpers.py", "LOG = open('log.txt', 'w')\n")
    assert made.build("--to", "tex", *arguments).returncode == 0
    assert (made.folder / "log.txt").read_text() == "of a module"
    assert (made.folder / "late.txt").read_text() == "of an object"


def test_nobody_need_listen_to_errors(project):
    made = project("```python\nprint(1)\n```\n")
    command = f"{sys.executable} -m treadle build report.pmd --to tex 2>&-"
    assert made.run("sh", "-c", command).returncode == 0


def test_chunks_that_do_not_need_the_one_that_failed_run_and_fail_too(project):
    made = project(
        "```{python load}\nnumbers = [1, 2]\n```\n\n"
        "```{python first}\nnumbers.append(3)\nx = 1 / 0\n```\n\n"
        "```{python needs}\nprint(x, 'not reached')\n```\n\n"
        "```{python changed}\nprint(len(numbers))\n```\n\n"
        "```{python other}\nopen('ran', 'w').close()\ny = int('z')\n```\n\n"
        "It is <%= y %> and <%= 2 + 2 %>.\n"
    )
    done = made.build("--to", "tex")
    assert done.returncode == 1
    found = re.findall(r"^report\.pmd:(\d+): error: (\w+) failed", done.stderr, re.MULTILINE)
    assert found == [("7", "first"), ("20", "other")], done.stderr
    assert done.stderr.count("Traceback") == 2
    assert (made.folder / "ran").exists()
    assert done.stdout.splitlines()[-1].startswith("ran 3 of 5 chunks in ")
    mended = (made.folder / "report.pmd").read_text().replace("1 / 0", "1").replace("'z'", "'9'")
    made.write("report.pmd", mended)
    clean = made.build("--to", "tex", "-o", "clean")
    assert clean.returncode == 0, clean.stderr
    assert made.build("--to", "tex").returncode == 0
    assert made.tex.replace("build/", "") == (
        (made.folder / "clean/report.tex").read_text().replace("clean/", "")
    )


def test_after_a_chunk_that_killed_the_worker_nothing_runs(project):
    made = project("```python\nimport os\nos._exit(3)\n```\n\n```python\nopen('ran', 'w')\n```\n")
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert done.stderr.count("error:") == 1
    assert not (made.folder / "ran").exists()
