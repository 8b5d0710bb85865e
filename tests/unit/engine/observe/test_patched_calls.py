"""What a step asks without opening anything: existence, sizes, listings, variables."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.engine.observe.conftest import Observe

from treadle.engine.store.digest import variable
from treadle.engine.store.file_digests import FileDigests
from treadle.engine.store.path_answers import standing
from treadle.engine.trace import Observed

Seen = Callable[..., Observed]

KINDS = (
    "import os; os.path.exists('{}')",
    "import os; os.path.isfile('{}')",
    "import os; os.path.isdir('{}')",
    "import os; os.access('{}', os.F_OK)",
    "import pathlib; pathlib.Path('{}').exists()",
    "import pathlib; pathlib.Path('{}').is_file()",
    "import pathlib; pathlib.Path('{}').is_dir()",
)


@pytest.mark.parametrize("code", KINDS)
def test_existence(observe: Observe, folder: Path, code: str) -> None:
    (folder / "there").write_text("x")
    one, two = observe(code.format("there"), code.format("missing"))
    assert (str(folder / "there"), "kind", "file") in one.stats
    assert (str(folder / "missing"), "kind", "") in two.stats


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("os.path.getsize('x')", "size"),
        ("os.path.getmtime('x')", "all"),
        ("os.stat('x')", "all"),
        ("os.stat(path='x', follow_symlinks=True)", "all"),
        ("pathlib.Path('x').stat()", "all"),
        ("os.lstat('x')", "link"),
        ("os.path.islink('x')", "link"),
        ("pathlib.Path('x').is_symlink()", "link"),
        ("os.access('x', os.R_OK)", "access 4"),
    ],
)
def test_what_is_asked_about_a_file(seen: Seen, folder: Path, code: str, how: str) -> None:
    path = str(folder / "x")
    Path(path).write_text("x")
    observed = seen(f"import os, pathlib\n{code}")
    assert (path, how, standing(path, how)) in observed.stats


def test_a_link_is_followed_or_not(seen: Seen, folder: Path) -> None:
    (folder / "x").write_text("x")
    (folder / "link").symlink_to("x")
    (folder / "broken").symlink_to("nowhere")
    observed = seen("""
        import os
        os.readlink("link"), os.path.exists("broken"), os.path.realpath("link")
    """)
    assert (str(folder / "link"), "link", "link to x") in observed.stats
    assert (str(folder / "broken"), "kind", "") in observed.stats


@pytest.mark.parametrize(
    "spelled",
    ["{}/x", "/{}/x", "//{}/x", "{}//x", "{}/./x", "/.{}/x", "{}/code/../x", "{}/../document/x"],
)
def test_what_a_library_asks_about_while_it_is_imported_however_it_is_spelled(
    seen: Seen, folder: Path, spelled: str
) -> None:
    (folder / "x").write_text("x")
    place = folder / "lib" / "site-packages"
    place.mkdir(parents=True)
    (place / "asks.py").write_text(f"import os; os.path.exists({spelled.format(folder)!r})")
    observed = seen("import sys; sys.path.append('lib/site-packages'); import asks")
    assert (str(folder / "x"), "kind", "file") in observed.stats


def test_the_functions_go_on_as_they_were(seen: Seen, folder: Path) -> None:
    (folder / "x").write_text("x")
    seen("""
        import os, pickle, shutil
        assert os.stat in os.supports_follow_symlinks and os.stat in os.supports_fd
        assert {os.open, os.stat, os.unlink, os.rmdir} <= os.supports_dir_fd
        assert os.access in os.supports_effective_ids and os.readlink in os.supports_dir_fd
        assert shutil.rmtree.avoids_symlink_attacks
        assert pickle.loads(pickle.dumps(os.stat)) is os.stat
        assert os.stat.__name__ == "stat" and "stat system call" in os.stat.__doc__
        with open("x") as file:
            assert os.stat(file.fileno()).st_size == 1
        for wrong in (lambda: os.stat(), lambda: os.stat("x", 1), lambda: os.stat(1.5)):
            try:
                wrong()
            except TypeError:
                continue
            raise AssertionError
        try:
            os.stat("missing")
        except FileNotFoundError as error:
            assert error.filename == "missing"
    """)


@pytest.mark.parametrize(
    "code",
    [
        "os.listdir('data')",
        "[each.name for each in os.scandir('data')]",
        "glob.glob('data/*')",
        "list(os.walk('data'))",
        "list(pathlib.Path('data').iterdir())",
        "list(pathlib.Path('data').glob('*'))",
        "os.chdir('data'); os.listdir()",
    ],
)
def test_listings(seen: Seen, folder: Path, code: str) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "a").write_text("a")
    observed = seen(f"import os, glob, pathlib\n{code}")
    path = str(folder / "data")
    assert (path, FileDigests().listing(path)) in observed.listings


def test_a_missing_folder_is_listed_too(seen: Seen, folder: Path) -> None:
    observed = seen("import glob; glob.glob('missing/*.txt')")
    says = [*observed.listings, *(stat[::2] for stat in observed.stats)]
    assert (str(folder / "missing"), "") in says


def test_an_entry_of_a_folder_tells_more_than_its_name(seen: Seen, folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "a").write_text("a")
    observed = seen("import os; [each.stat().st_size for each in os.scandir('data')]")
    path = str(folder / "data" / "a")
    assert (path, "all", standing(path, "all")) in observed.stats


@pytest.mark.parametrize(
    "code",
    [
        "os.environ['SEEN']",
        "os.environ.get('SEEN')",
        "os.getenv('SEEN', 'other')",
        "'SEEN' in os.environ",
        "os.environb[b'SEEN']",
    ],
)
def test_variables(seen: Seen, code: str) -> None:
    observed = seen(f"import os\n{code}", SEEN="value")
    assert observed.environment == (("SEEN", variable({"SEEN": "value"}, "SEEN")),)


def test_a_variable_that_is_not_set(seen: Seen) -> None:
    assert seen("import os; os.getenv('NOT_SET')").environment == (("NOT_SET", ""),)


@pytest.mark.parametrize(
    "code", ["dict(os.environ)", "os.environ.copy()", "sorted(os.environ)", "len(os.environ)"]
)
def test_the_whole_environment(seen: Seen, code: str) -> None:
    observed = seen(f"import os\n{code}", SEEN="value")
    given = os.environ | {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg", "SEEN": "value"}
    assert observed.environment == (("*", variable(given, "*")),)


def test_what_a_step_set_itself_is_an_effect(observe: Observe) -> None:
    first, second = observe("import os; os.environ['SET'] = '1'", "os.getenv('SET')")
    assert [words for words, _ in first.effects] == ["the environment variable `SET`"]
    assert first.environment == second.environment == second.effects == ()


def test_a_variable_read_and_then_set(seen: Seen) -> None:
    observed = seen("import os; os.environ['SET'] = os.environ['SET'] + '1'", SET="x")
    assert observed.environment == (("SET", variable({"SET": "x"}, "SET")),)


def test_what_libraries_look_at_in_passing_is_no_dependence(seen: Seen) -> None:
    observed = seen("""
        import argparse, shutil, tempfile
        tempfile.gettempdir()
        shutil.get_terminal_size()
        argparse.ArgumentParser().format_help()
    """)
    assert observed.environment == ()


def test_the_users_own_look_at_them_is_one(seen: Seen) -> None:
    observed = seen("import os, pathlib; pathlib.Path.home(); os.environ['PATH']")
    assert {name for name, _ in observed.environment} == {"HOME", "PATH"}


def test_nothing_is_seen_of_nothing(observe: Observe) -> None:
    assert observe("x = 1", "x += 1") == [Observed(), Observed()]
