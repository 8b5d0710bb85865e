import os

import pytest

from treadle.app.cli.main import main
from treadle.app.publish import publish
from treadle.app.scratch import Scratch
from treadle.engine.store.store import Store, store_folder

KEY = bytes(range(32))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with what a build of a document has made, and a cache."""
    monkeypatch.chdir(tmp_path)
    scratch = Scratch(tmp_path / "build", "report")
    scratch.stage.mkdir(parents=True)
    (scratch.stage / "report.tex").write_text("tex")
    publish(scratch, (".tex",))
    store = Store.with_key(store_folder(tmp_path / "build"), KEY)
    store.traces.save("unit", {"blobs": [store.blobs.put([b"x" * 12_000])]})
    return tmp_path


def holds_cache(project):
    return bool(Store.with_key(store_folder(project / "build"), KEY).traces.find("unit"))


def test_clean_keeps_the_cache_and_says_so(project, capsys):
    assert main(["clean"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == (
        "kept the cache, 12.1 kB in build/.treadle/store: `treadle clean --all` removes it"
    )
    assert holds_cache(project)
    assert not (project / "build" / "report.tex").exists()


def test_what_it_says_removes_it_from_another_folder_too(project, capsys):
    (project / "build").rename(project / "my out")
    main(["clean", "-o", "my out"])
    assert "`treadle clean --all -o 'my out'`" in capsys.readouterr().out
    main(["clean", "--all", "-o", "my out"])
    assert not (project / "my out").exists()


def test_all_removes_outputs_and_cache(project, capsys):
    assert main(["clean", "--all"]) == 0
    assert capsys.readouterr().out.endswith("files from build, and the cache (12.1 kB)\n")
    assert not (project / "build").exists()


def test_older_removes_old_entries_and_nothing_else(project, capsys):
    assert main(["clean", "--older", "2w"]) == 0
    assert holds_cache(project)
    for path in store_folder(project / "build").rglob("*"):
        os.utime(path, (1, 1))
    assert main(["clean", "--older", "2w"]) == 0
    assert capsys.readouterr().out.endswith("removed 2 files (12.1 kB) from the cache\n")
    assert not holds_cache(project)
    assert (project / "build" / "report.tex").exists()


def test_one_document_says_nothing_of_the_cache(project, capsys):
    assert main(["clean", "report.pmd"]) == 0
    assert "cache" not in capsys.readouterr().out
    assert holds_cache(project)


def test_a_name_that_nothing_was_made_of_is_misuse(project, capsys):
    assert main(["clean", "report.pmd", "reprot.pmd"]) == 2
    assert "no file reprot.pmd, and nothing in build was made of it" in capsys.readouterr().err
    assert (project / "build" / "report.tex").exists()


def test_quiet_is_quiet(project, capsys):
    for more in ([], ["--older", "1h"], ["--all"]):
        assert main(["clean", "-q", *more]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["30", "d", "3x", "-1d", "1.5d", "", "30 d"])
def test_an_age_is_hours_days_or_weeks(project, capsys, text):
    with pytest.raises(SystemExit) as ended:
        main(["clean", f"--older={text}"])
    assert ended.value.code == 2
    assert "write hours, days or weeks, as in 12h, 30d or 2w" in capsys.readouterr().err
    assert holds_cache(project)


@pytest.mark.parametrize(
    "more", [["--all", "--older", "1d"], ["report.pmd", "--all"], ["--older", "1d", "report.pmd"]]
)
def test_what_contradicts_itself_is_misuse(project, capsys, more):
    with pytest.raises(SystemExit) as ended:
        main(["clean", *more])
    assert ended.value.code == 2
    assert holds_cache(project)
    assert (project / "build" / "report.tex").exists()
