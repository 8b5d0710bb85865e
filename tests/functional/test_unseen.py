"""What is read out of Python's sight: over several builds; and where that is not told."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

SAID = "some files that C libraries or other programs read may not be noticed"


@pytest.fixture
def everybodys(project):
    """A project in a folder as /tmp is."""
    made = project("```{python}\nprint(1)\n```\n")
    made.folder.chmod(0o1777)
    yield made
    made.folder.chmod(0o755)  # others get it


def test_it_is_said_once(everybodys):
    first = everybodys.build("--to", "tex")
    assert first.returncode == 0
    assert f"report.pmd:1: warning: {SAID}: the document lies in a folder of" in first.stderr
    everybodys.write("report.pmd", "```{python}\nprint(2)\n```\n")
    second = everybodys.build("--to", "tex")
    assert second.stdout.splitlines()[-1].startswith("ran 1 of 1")
    assert second.stderr == ""


def test_it_is_not_said_where_all_is_seen(project):
    assert project("```{python}\nprint(1)\n```\n").build("--to", "tex").stderr == ""


IN_C = """
import ctypes

def read(path):
    libc = ctypes.CDLL(None)
    descriptor = libc.open(path.encode(), 0)
    held = ctypes.create_string_buffer(100)
    libc.read(descriptor, held, 100)
    libc.close(descriptor)
    return held.value.decode()
"""


def test_what_lies_beside_a_file_that_a_kept_chunk_has_read(project, tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(f"{name} is old")
    made = project(
        f"```{{python sees}}\nfolder = {str(tmp_path)!r}\n"
        "print(open(folder + '/a').read())\n```\n\n"
        "```{python reads}\nfrom inc import read\nprint('first', read(folder + '/b'))\n```\n"
    )
    made.write("inc.py", IN_C)
    made.build("--to", "tex")
    made.write(
        "report.pmd", made.folder.joinpath("report.pmd").read_text().replace("first", "then")
    )
    assert "ran 1 of 2" in made.build("--to", "tex").stdout
    (tmp_path / "b").write_text("b is new")
    assert "ran 1 of 2" in made.build("--to", "tex").stdout
    assert "then b is new" in made.tex


def test_what_a_chunk_keeps_in_everybodys_folder(project):
    """A file alone is watched there: others come and go."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        made = project(
            f"```{{python writes}}\npath = {folder!r} + '/out.txt'\n"
            "open(path, 'w').write('old');\n```\n\n"
            "```{python reads}\nfrom inc import read\nprint('it is', read(path))\n```\n"
        )
        made.write("inc.py", IN_C)
        made.build("--to", "tex")
        text = (made.folder / "report.pmd").read_text()
        made.write("report.pmd", text.replace("'old'", "'new'"))
        assert "ran 2 of 2" in made.build("--to", "tex").stdout
        assert "it is new" in made.tex
