"""What a run of TeX read, and whether that is as it was."""

import os
from pathlib import Path

import pytest

from treadle.press.tex.engine import tex_environment
from treadle.press.tex.passes import Job, asked_for, holds, observed_inputs


@pytest.fixture
def run(tmp_path, monkeypatch):
    """What a run depended on that read a file of the author's and one of TeX's; their folder."""
    for name in ("author", "stage", "tree/tex", "home", "bin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "author/mine.tex").write_text("one")
    (tmp_path / "tree/tex/a.sty").write_text("one")
    (tmp_path / "tree/ls-R").write_text("a.sty")
    (tmp_path / "bin/pdflatex").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("TEXMFHOME", str(tmp_path / "home"))
    read = ("author/mine.tex", "tree/tex/a.sty", "stage/report.aux")
    lines = [f"INPUT {tmp_path / name}\n" for name in read]
    (tmp_path / "stage/report.fls").write_text("".join(lines))
    (tmp_path / "stage/report.tex").write_text(r"\input{sub/other}")
    environment = tex_environment((tmp_path / "author",), 0)
    return observed_inputs(Job(tmp_path / "stage", "report", environment)), tmp_path


def test_what_a_run_depended_on_holds_until_it_changes(run):
    observed, _ = run
    assert [Path(path).name for path, _ in observed.reads] == ["mine.tex"]
    assert holds(observed)


@pytest.mark.parametrize(
    "changed",
    [
        "author/mine.tex",
        "author/new.tex",
        "author/sub/other.tex",
        "tree/tex/a.sty",
        "tree/ls-R",
        "home/tex/new.sty",
        "bin/pdflatex",
        "bin/bibtex",
    ],
)
def test_a_change_is_noticed(run, changed):
    observed, folder = run
    (folder / changed).parent.mkdir(exist_ok=True)
    (folder / changed).write_text("two")
    (folder / changed).chmod(0o755)
    assert not holds(observed)


@pytest.mark.parametrize("name", [".mine.tex.swp", "mine.tex~", "#mine.tex#", "sub.part"])
def test_what_an_editor_leaves_changes_nothing(run, name):
    observed, folder = run
    (folder / "author" / name).write_text("two")
    assert holds(observed)


def test_a_file_of_the_installation_that_was_replaced_is_noticed_whatever_its_times(run):
    observed, folder = run
    path = folder / "tree/tex/a.sty"
    other = path.with_suffix(".new")
    other.write_text("two")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    assert not holds(observed)


SAID = """\
kdebug:start search(xname=texmf.cnf, must_exist=1, find_all=1, path=/etc).
kdebug:kpse_find_file: searching for new.cfg of type tex (from TEXINPUTS)
kdebug:start generic search(files=[new.cfg.tex new.cfg], must_exist=0, find_all=0, path=.:/a).
kdebug:start generic search(files=[sub/my figure.png], must_exist=0, find_all=0, path=.:/a).
"""


def test_the_names_that_were_looked_for() -> None:
    names = asked_for(SAID.encode()).splitlines()
    assert {"texmf.cnf", "new.cfg", "new.cfg.tex", "sub/my figure.png"} <= set(names)
    assert asked_for(b"This is TeX") == ""


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("new.cfg", True),
        ("New.CFG", True),  # where a name is not found, its case does not matter
        ("sub/my figure.png", True),
        ("data.csv", False),
        ("sub/other.png", False),
    ],
)
def test_a_new_file_counts_if_its_name_was_looked_for(tmp_path, name, counts):
    (tmp_path / "author").mkdir()
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage/report.asked").write_text(asked_for(SAID.encode()))
    environment = tex_environment((tmp_path / "author",), 0)
    observed = observed_inputs(Job(tmp_path / "stage", "report", environment))
    path = tmp_path / "author" / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert holds(observed) is not counts
