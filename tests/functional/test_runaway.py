"""Whatever a chunk does to its process, the command goes on: it says so at the chunk's line."""

from __future__ import annotations

import re
import time

import pytest
from tests.processes import is_running

HEAD = "# A title\n\nSome prose.\n\n"  # four lines

CASES = {
    "sys.exit": ("import sys\nsys.exit(3)", 7, "SystemExit: 3"),
    "os._exit": ("import os\nos._exit(0)", 6, r"died \(exit status 0\)"),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", 7, "SIGSEGV"),
    "recursion": ("def f(n):\n    return f(n + 1)\nf(0)", 7, "RecursionError"),
    "an abort": ("import os\nos.abort()", 7, "SIGABRT"),
    "the worker's descriptors closed": ("import os\nos.closerange(3, 256)", 6, "died"),
    "killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", 6, "SIGKILL"),
    "its whole group killed": ("import os, signal\nos.killpg(0, signal.SIGKILL)", 6, "SIGKILL"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_error_at_its_line(project, case):
    code, line, message = CASES[case]
    made = project(HEAD + f"```{{python}}\n{code}\n```\n")
    done = made.build("--to", "tex")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(rf"^report\.pmd:{line}: error: .*{message}", done.stderr, re.MULTILINE), (
        done.stderr
    )
    assert done.stdout.splitlines()[-1].startswith("ran 1 of 1 chunks")


def test_memory_over_its_limit(project):
    made = project(HEAD + "```{python, memory='300M'}\nx = 1\ny = bytearray(10**9)\n```\n")
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert done.stderr.startswith("report.pmd:7: error: chunk 1 failed: MemoryError")


def test_memory_below_its_limit_and_none_for_the_next_chunk(project):
    made = project(
        "```{python, memory='1G'}\nx = bytearray(10**8)\n```\n\n"
        "```{python}\nprint(len(bytearray(2 * 10**9)))\n```\n"
    )
    done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    assert "2000000000" in made.tex


@pytest.mark.parametrize("size", ["'much'", "0", "True", "'5 parsecs'", "500"])
def test_a_memory_that_is_no_size(project, size):
    done = project(HEAD + f"```{{python, memory={size}}}\n1\n```\n").build("--to", "tex")
    assert done.returncode == 1
    assert done.stderr.startswith("report.pmd:5: error: the option `memory`")


def test_endless_output_is_cut_with_a_note_and_a_warning(project):
    made = project(
        HEAD + "```{python}\nfor _ in range(3000):\n    print('x' * 100_000)\n```\n"
        "\n```{python}\nprint('after')\n```\n"
    )
    done = made.build("--to", "tex")
    assert done.returncode == 0
    assert done.stderr.startswith("report.pmd:5: warning: chunk 1 prints too much to stdout")
    assert "after" in made.tex
    again = made.build("--to", "tex")
    assert again.stderr == done.stderr


def test_closed_streams_are_no_trouble(project):
    made = project(
        "```{python}\nimport os, sys\nsys.stdout.close()\nos.close(1)\nprint('one')\n```\n\n"
        "```{python}\nprint('two')\n```\n"
    )
    done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    assert "two" in made.tex


def test_threads_and_processes_left_behind_are_ended(project):
    made = project(
        "```{python}\nimport subprocess, threading, time\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "open('pid', 'w').write(str(child.pid));\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n```\n"
    )
    started = time.monotonic()
    assert made.build("--to", "tex").returncode == 0
    assert time.monotonic() - started < 60
    assert not goes_on(int((made.folder / "pid").read_text()))


def test_what_a_failed_chunk_started_is_ended(project):
    made = project(
        "```{python, timeout=0.5}\nimport subprocess\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "open('pid', 'w').write(str(child.pid));\nchild.wait()\n```\n"
    )
    assert made.build("--to", "tex").returncode == 1
    assert not goes_on(int((made.folder / "pid").read_text()))


def goes_on(pid: int) -> bool:
    """Whether it runs, and goes on: a signal takes a moment."""
    deadline = time.monotonic() + 10
    while running := is_running(pid):
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return running
