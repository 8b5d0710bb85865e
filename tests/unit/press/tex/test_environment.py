import datetime
import os
from pathlib import Path

import pytest

from treadle.press.tex.engine import PDFLATEX
from treadle.press.tex.environment import (
    document_epoch,
    holds,
    observed_inputs,
    parse_date,
    tex_environment,
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (datetime.date(2025, 3, 1), (2025, 3, 1)),
        ("2025-03-01", (2025, 3, 1)),
        ("1 March 2025", (2025, 3, 1)),
        ("March 1st, 2025", (2025, 3, 1)),
        ("March 2025", (2025, 3, 1)),
    ],
)
def test_dates(given, expected):
    assert parse_date(given) == datetime.date(*expected)


@pytest.mark.parametrize("given", [None, "", "soon", r"\today"])
def test_no_dates(given):
    assert parse_date(given) is None


def test_the_epoch_is_that_of_the_date(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert document_epoch("1970-01-02", "") == 86400


def test_without_a_date_a_fixed_day_unless_the_document_prints_the_current_one(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert document_epoch(None, "text") == document_epoch("2000-01-01", "")
    assert document_epoch(None, r"\date{\today}") > document_epoch("2025-01-01", "")


def test_the_users_own_epoch_wins(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12345")
    assert document_epoch("2025-03-01", "") == 12345


def test_folders_are_searched_after_the_current_one(tmp_path):
    environment = tex_environment((tmp_path,), 0)
    assert environment["TEXINPUTS"].split(":") == [".", str(tmp_path), ""]
    assert environment["openout_any"] == "p"


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
    return observed_inputs(tmp_path / "stage", "report", environment, PDFLATEX), tmp_path


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
