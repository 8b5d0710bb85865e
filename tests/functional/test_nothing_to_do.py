"""The build that is left out, or sets no pages: only where a clean one would give the same."""

from __future__ import annotations

import datetime
import shutil
import sys

import pytest

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
    b"\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


def built(made, *arguments):
    done = made.build(*arguments)
    assert done.returncode == 0, done.stderr
    return made.text()


def test_a_package_in_the_users_tex_tree(project, monkeypatch, tmp_path):
    made = project("---\npreamble: |\n  \\usepackage{mymac}\n---\n\nIt says \\mine.\n")
    monkeypatch.setenv("TEXMFHOME", str(tmp_path))
    macros = tmp_path / "tex/latex/mymac/mymac.sty"
    macros.parent.mkdir(parents=True)
    for word in ("FIRST", "SECOND"):
        macros.write_text(f"\\newcommand\\mine{{{word}}}\n")
        assert word in built(made)


LATER = """import datetime, sys
class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2031, 5, 6, 12, tzinfo=tz)
datetime.datetime = Later
from treadle.app.cli.main import main
sys.exit(main(["build", "report.pmd"]))
"""


def test_another_day(project):
    made = project("Today is \\today.\n")
    assert made.run(sys.executable, "-c", LATER).returncode == 0
    assert "May 6, 2031" in made.text()
    assert str(datetime.datetime.now(datetime.UTC).year) in built(made)


@pytest.mark.parametrize("name", ["notes.txt", "sub/x.tex"])
def test_a_file_that_latex_looked_for_in_vain(project, name):
    made = project(f"Is there one: \\IfFileExists{{{name}}}{{YES}}{{NO}}.\n")
    assert "NO" in built(made)
    made.write(name, "text")
    assert "YES" in built(made)


@pytest.mark.parametrize("name", ["data.csv", "figure.png", "sub/report.tex"])
def test_a_new_file_that_latex_does_not_look_for(project, name):
    made = project("Is there one: \\IfFileExists{notes.txt}{YES}{NO}.\n")
    built(made)
    logs = [*made.folder.glob("build/.treadle/report/*/**/*.log")]  # of dumping, and of pages
    before = [path.stat().st_mtime_ns for path in logs]
    made.write(name, "text")
    assert "NO" in built(made)
    assert len(logs) > 1
    assert [path.stat().st_mtime_ns for path in logs] == before


def test_an_image_that_latex_would_rather_take(project):
    made = project("\\includegraphics[width=2cm]{pic}\n\nText.\n")
    (made.folder / "pic.png").write_bytes(PIXEL)
    built(made)
    other = project("Something else.\n")
    built(other)
    shutil.copy(other.pdf, made.folder / "pic.pdf")
    assert "Something else" in built(made)


def test_files_that_editors_leave_are_nobodys_business(project):
    made = project("Text.\n")
    built(made)
    made.write(".report.pmd.swp", "")
    made.write("report.pmd~", "")
    before = made.pdf.stat().st_ino
    assert "Text" in built(made)
    assert made.pdf.stat().st_ino == before


@pytest.mark.parametrize("template", ["proposal", "mine.tex.j2"])
def test_make_is_told_of_a_template_and_of_no_bystander(project, template):
    made = project(f"---\ntitle: T\ntemplate: {template}\n---\n\nText.\n")
    made.write("bystander.txt", "")
    made.write("mine.tex.j2", "\\VAR{preamble}\n\\begin{document}\n\\VAR{body}\n\\end{document}\n")
    assert made.build("--to", "tex").returncode == 0
    rules = (made.folder / "build/.treadle/report.d").read_text()
    assert "bystander" not in rules
    assert ("mine.tex.j2" in rules) == (template == "mine.tex.j2")


CAUGHT = """```{{python, {limit}}}
import time
try:
    {code}
    print("WHOLE")
except {error}:
    print("CUT")
```
"""


@pytest.mark.parametrize(
    ("code", "error", "limit", "more"),
    [
        ("time.sleep(0.6)", "TimeoutError", "timeout=0.2", "timeout=60"),
        ("x = bytearray(4 * 10**8)", "MemoryError", "memory='300M'", "memory='3G'"),
    ],
)
def test_a_limit_that_the_chunk_has_noticed_is_raised(project, code, error, limit, more):
    made = project(CAUGHT.format(code=code, error=error, limit=limit))
    for given, word in ((limit, "CUT"), (more, "WHOLE")):
        made.write("report.pmd", CAUGHT.format(code=code, error=error, limit=given))
        assert made.build("--to", "tex").returncode == 0
        assert f"\n{word}\n" in made.tex


def test_what_a_timeout_has_cut_short_runs_again(project):
    made = project(CAUGHT.format(code="time.sleep(0.6)", error="TimeoutError", limit="timeout=0.2"))
    for _ in range(2):
        assert made.build("--to", "tex").stdout.splitlines()[-1].startswith("ran 1 of 1")
    why = made.treadle("why", "report.pmd").stdout
    assert why == "report.pmd:1: chunk 1 runs, because its timeout cut it short\n"


def test_a_chunk_that_keeps_to_its_timeout_is_kept_whatever_that_is(project):
    made = project("```python, timeout=30\nprint(1)\n```\n")
    assert made.build("--to", "tex").returncode == 0
    made.write("report.pmd", "```python, timeout=60\nprint(1)\n```\n")
    assert made.build("--to", "tex").stdout.splitlines()[-1].startswith("ran 0 of 1")


def test_a_chunk_that_may_fail_and_did_not_end_runs_again(project):
    made = project(
        "```python, error=True, timeout=0.2\nimport time\nwhile True:\n    try:\n"
        "        time.sleep(60)\n    except TimeoutError:\n        pass\n```\n"
    )
    for _ in range(2):
        done = made.build("--to", "tex")
        assert done.returncode == 1
        assert done.stderr.startswith("report.pmd:1: error: chunk 1 did not finish")
        assert done.stdout.splitlines()[-1].startswith("ran 1 of 1")
