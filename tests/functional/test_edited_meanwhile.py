"""Files that are edited while a build runs: the next build shows them as they are then."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

COMMAND = (sys.executable, "-m", "treadle", "build", "report.pmd")
# It says when it runs. To look whether it may go on would make it depend on what it looks at.
WAITS = """import time
open("running", "w").close()
time.sleep(1.5)
"""


def chunk(code: str) -> str:
    return f"```{{python waits, echo=False}}\n{WAITS}{code}\n```\n"


def build_and_meanwhile(made, edit, *arguments):
    """Build; once the chunk runs, call `edit`."""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=made.folder,
        env={**os.environ, **made.environment(arguments)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not (made.folder / "running").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    edit()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors


def test_the_document(project):
    text = "The word is FIRST.\n\n" + chunk("print(1)")
    made = project(text)
    build_and_meanwhile(made, lambda: made.write("report.pmd", text.replace("FIRST", "SECOND")))
    document = made.folder / "report.pmd"
    assert made.pdf.stat().st_mtime_ns < document.stat().st_mtime_ns  # so make builds again
    assert made.build().returncode == 0
    assert "SECOND" in made.tex
    assert made.pdf.stat().st_mtime_ns > document.stat().st_mtime_ns


def test_a_module_before_it_is_imported(project):
    made = project(chunk("import helper\nprint(helper.f())"))
    made.write("helper.py", "def f():\n    return 'OLD'\n")
    build_and_meanwhile(
        made, lambda: made.write("helper.py", "def f():\n    return 'NEW'\n"), "--to", "tex"
    )
    assert "NEW" in made.tex
    made.write("helper.py", "def f():\n    return 'OLD'\n")
    assert made.build("--to", "tex").returncode == 0
    assert "OLD" in made.tex


READS_UNSEEN = """import ctypes
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
libc.fgets.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
name = "named.txt"
held = ctypes.create_string_buffer(100)
libc.fgets(held, 100, libc.fopen(name.encode(), b"r"))
print(held.value.decode())
"""


def test_a_file_that_a_library_has_read_by_then(project):
    made = project(f"```{{python reads}}\n{READS_UNSEEN}{WAITS}```\n")
    made.write("named.txt", "before")
    build_and_meanwhile(made, lambda: made.write("named.txt", "after"), "--to", "tex")
    assert "before" in made.tex
    assert made.build("--to", "tex").returncode == 0
    assert "after" in made.tex


def test_a_file_that_a_library_has_read_under_a_name_that_nobody_knows(project):
    code = READS_UNSEEN.replace('"named.txt"', '"named" + ".txt"')
    made = project(f"```{{python reads}}\n{code}{WAITS}```\n")
    made.write("named.txt", "before")
    build_and_meanwhile(made, lambda: made.write("named.txt", "after"), "--to", "tex")
    assert "before" in made.tex
    assert made.build("--to", "tex").returncode == 0
    assert "after" in made.tex
    assert made.build("--to", "tex").stdout.startswith("ran 0 of 1 chunks")


def test_texts_written_meanwhile_are_no_inputs(project):
    made = project(chunk("print(1)"))
    for name in ("notes.md", "refs.bib", "other.pmd"):
        made.write(name, "before")

    def edit():
        for name in ("notes.md", "refs.bib", "other.pmd"):
            path = made.folder / name
            assert path.read_text() == "before"
            path.with_name(f"#{name}#").write_text("kept by an editor")
            path.write_text("after")

    build_and_meanwhile(made, edit, "--to", "tex")
    for path in made.folder.glob("#*#"):
        path.unlink()
    for name in ("notes.md", "refs.bib", "other.pmd"):
        made.write(name, "once more")
    made.write("report.pmd", f"Words.\n\n{chunk('print(1)')}")
    assert made.build("--to", "tex").stdout.startswith("ran 0 of 1 chunks")


def test_an_output_does_not_stay_as_it_was_edited(project):
    written = """open("out.txt", "w").write("from the chunk");\n"""
    made = project(
        f"```{{python writes}}\n{written}{WAITS}```\n\n"
        "```{python reads}\nprint(open('out.txt').read())\n```\n"
    )
    build_and_meanwhile(made, lambda: made.write("out.txt", "by hand"), "--to", "tex")
    assert "by hand" not in made.tex
    assert (made.folder / "out.txt").read_text() == "from the chunk"
    assert made.build("--to", "tex").stdout.startswith("ran 0 of 2 chunks")


def test_an_output_that_a_library_writes_once_more_is_made_twice(project):
    """Python can't tell that from somebody's edit, until it has come to the same again."""
    code = READS_UNSEEN.partition("name =")[0] + (
        "open('out.txt', 'w').write('x')\n"
        "libc.fputs.argtypes = [ctypes.c_char_p, ctypes.c_void_p]\n"
        "libc.fclose.argtypes = [ctypes.c_void_p]\n"
        "file = libc.fopen(b'out.txt', b'w')\n"
        "libc.fputs(b'twice', file)\n"
        "libc.fclose(file);\n"
    )
    made = project(f"```{{python writes}}\n{code}```\n")
    ran = [made.build("--to", "tex").stdout.splitlines()[-1][:5] for _ in range(4)]
    assert ran == ["ran 1", "ran 1", "ran 0", "ran 0"]


def test_clean_waits_for_the_build(project):
    made = project(chunk("import matplotlib.pyplot as plt\nplt.plot([1, 2]);"))
    cleaning = []

    def clean():
        cleaning.append(
            subprocess.Popen(
                [sys.executable, "-m", "treadle", "clean"],
                cwd=made.folder,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
        )
        time.sleep(1)

    build_and_meanwhile(made, clean, "--to", "tex")
    _, errors = cleaning[0].communicate(timeout=60)
    assert "waiting for another build" in errors
    assert not (made.folder / "build/report.tex").exists()


@pytest.mark.parametrize("name", ["with space.txt", "plain.txt"])
def test_files_that_were_there_before_keep_nothing_from_being_kept(project, name):
    made = project(f"```{{python reads}}\nprint(open({name!r}).read())\n```\n")
    made.write(name, "text")
    made.build("--to", "tex")
    done = made.build("--to", "tex")
    assert done.stdout.startswith("ran 0 of 1 chunks")
    os.utime(made.folder / name)
    assert made.build("--to", "tex").stdout.startswith("ran 0 of 1 chunks")
