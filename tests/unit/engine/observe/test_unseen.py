"""What Python does not see: files opened by C libraries and by programs."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.engine.observe.conftest import Observe

from treadle.engine.store.digest import digest
from treadle.engine.trace import DOUBTFUL, Observed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="others have no inotify")

Seen = Callable[..., Observed]

# What any library written in C does.
IN_C = """
import ctypes, os
libc = ctypes.CDLL(None)
libc.opendir.restype = ctypes.c_void_p
def read_in_c(path):
    descriptor = libc.open(path.encode(), 0)
    held = ctypes.create_string_buffer(100)
    libc.read(descriptor, held, 100)
    libc.close(descriptor)
    return held.value.decode()
def write_in_c(path, text, flags=os.O_CREAT | os.O_WRONLY | os.O_TRUNC):
    os.path.exists(path)
    descriptor = libc.open(path.encode(), flags, 0o644)
    libc.write(descriptor, text.encode(), len(text))
    libc.close(descriptor)
"""


def of(path: Path) -> tuple[str, str]:
    return str(path), digest(path.read_bytes())


def test_a_file_opened_in_c_is_read(observe: Observe, folder: Path) -> None:
    (folder / "data").mkdir()
    for name in ("one.txt", "data/two.txt"):
        (folder / name).write_text(name)
    _, first, second = observe(
        IN_C, "read_in_c('one.' + 'txt')", "assert read_in_c('data/tw' + 'o.txt') == 'data/two.txt'"
    )
    assert first.reads == (of(folder / "one.txt"),)
    assert second.reads == (of(folder / "data" / "two.txt"),)
    assert first.writes == second.writes == second.listings == ()


def test_a_file_that_a_program_opens_is_read(seen: Seen, folder: Path) -> None:
    (folder / "data.txt").write_text("1")
    observed = seen("import subprocess; subprocess.run(['cat', 'data.txt'])")
    assert of(folder / "data.txt") in observed.reads


def test_nothing_else_is(observe: Observe, folder: Path) -> None:
    (folder / "data.txt").write_text("1")
    (folder / "helper.py").write_text("X = 1\n")
    for observed in observe(IN_C, "import helper", "import os; os.path.exists('data.txt')"):
        assert observed.reads == observed.listings == observed.writes == ()


def test_what_c_writes_is_written(observe: Observe, folder: Path) -> None:
    (folder / "old.txt").write_text("old")
    _, observed = observe(
        IN_C, "write_in_c('new.txt', 'x'); read_in_c('new.txt'); write_in_c('old.txt', 'y')"
    )
    assert observed.reads == ()
    assert observed.writes == (of(folder / "new.txt"), of(folder / "old.txt"))


def test_what_is_read_and_changed_in_c_never_holds(observe: Observe, folder: Path) -> None:
    (folder / "data.txt").write_text("old")
    _, observed = observe(
        IN_C,
        """
        os.path.exists("data.txt")
        descriptor = libc.open(b"data.txt", os.O_RDWR)
        libc.read(descriptor, ctypes.create_string_buffer(3), 3)
        libc.write(descriptor, b"new", 3)
        libc.close(descriptor)
        """,
    )
    ((path, found),) = observed.reads
    assert path == str(folder / "data.txt")
    assert found not in (digest(b"old"), digest(b"new"))
    assert observed.writes == (of(folder / "data.txt"),)


def test_what_is_read_in_c_before_python_writes_it_is_an_input(
    observe: Observe, folder: Path
) -> None:
    (folder / "data.txt").write_text("old")
    before = of(folder / "data.txt")
    _, observed = observe(IN_C, "read_in_c('data.txt'); open('data.txt', 'w').write('new')")
    assert observed.reads == (before,)
    assert observed.writes == (of(folder / "data.txt"),)


def test_what_a_step_writes_in_python_and_reads_in_c_is_its_own(
    observe: Observe, folder: Path
) -> None:
    _, observed = observe(IN_C, "open('out.txt', 'w').write('x'); read_in_c('out.txt')")
    assert observed.reads == ()
    assert observed.writes == (of(folder / "out.txt"),)


def test_a_file_that_an_earlier_step_made_is_an_input(observe: Observe, folder: Path) -> None:
    _, first, second, third = observe(
        IN_C,
        "write_in_c('log.txt', '1')",
        "write_in_c('log.txt', '2', os.O_WRONLY | os.O_APPEND)",
        "read_in_c('log.txt')",
    )
    assert second.reads == first.writes
    assert third.reads == second.writes == (of(folder / "log.txt"),)


def test_a_folder_that_is_new_is_watched(observe: Observe, folder: Path) -> None:
    _, first, second = observe(
        IN_C,
        "os.makedirs('out/deep'); write_in_c('out/deep/a.txt', 'x')",
        "read_in_c('out/deep/a.txt')",
    )
    assert of(folder / "out" / "deep" / "a.txt") in first.writes
    assert second.reads == (of(folder / "out" / "deep" / "a.txt"),)


def test_a_folder_that_was_renamed_is_watched(observe: Observe, folder: Path) -> None:
    (folder / "old" / "deep").mkdir(parents=True)
    (folder / "old" / "deep" / "a.txt").write_text("x")
    *_, observed = observe(IN_C, "os.rename('old', 'new')", "read_in_c('new/deep/a.txt')")
    assert observed.reads == (of(folder / "new" / "deep" / "a.txt"),)


def test_links_are_followed(observe: Observe, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "far" / "deep" / "a.txt").write_text("a")
    (tmp_path / "far" / "b.txt").write_text("b")
    (folder / "data").symlink_to(tmp_path / "far" / "deep")
    (folder / "b.txt").symlink_to(tmp_path / "far" / "b.txt")
    (folder / "loop").symlink_to(folder)
    _, observed = observe(IN_C, "read_in_c('data/a.txt'); read_in_c('b.txt')")
    assert set(observed.reads) == {of(folder / "data" / "a.txt"), of(folder / "b.txt")}


def test_what_lies_beside_a_file_seen_elsewhere_is_watched(
    observe: Observe, tmp_path: Path
) -> None:
    far = tmp_path / "far"
    far.mkdir()
    for name in "ab":
        (far / name).write_text(name)
    *_, unseen, first, second = observe(
        IN_C,
        f"far = {str(far)!r}",
        "read_in_c(far + '/b')",
        "open(far + '/a').read()",
        "read_in_c(far + '/b')",
    )
    assert unseen.reads == ()
    assert first.reads == (of(far / "a"),)
    assert second.reads == (of(far / "b"),)


@pytest.mark.parametrize("name", ["notes.md", ".hidden"])
def test_texts_that_are_edited_meanwhile_count_for_programs_alone(
    observe: Observe, folder: Path, name: str
) -> None:
    (folder / name).write_text("x")
    _, in_c, by_a_program = observe(
        IN_C, f"read_in_c({name!r})", f"import subprocess; subprocess.run(['cat', {name!r}])"
    )
    assert in_c.reads == ()
    assert of(folder / name) in by_a_program.reads


def test_folders_count_with_files_in_them_or_for_programs(observe: Observe, folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "a.txt").write_text("a")
    look = "libc.closedir(ctypes.c_void_p(libc.opendir(b'data')))"
    _, looked, opened, listed = observe(
        IN_C,
        look,
        f"{look}; read_in_c('data/a.txt')",
        "import subprocess; subprocess.run(['ls', 'data'])",
    )
    assert looked.listings == ()
    for observed in (opened, listed):
        assert [path for path, _ in observed.listings] == [str(folder / "data")]


def test_a_tree_that_is_looked_through_counts_as_a_whole(observe: Observe, folder: Path) -> None:
    (folder / "data" / "deep").mkdir(parents=True)
    (folder / "data" / "deep" / "a.txt").write_text("a")
    _, observed = observe(
        IN_C,
        """
        for name in (b"data", b"data/deep"):
            libc.closedir(ctypes.c_void_p(libc.opendir(name)))
        read_in_c("data/deep/a.txt")
        """,
    )
    found = [path for path, _ in observed.listings]
    assert found == [str(folder / "data" / "deep"), str(folder / "data")]


@pytest.mark.parametrize("place", [".git", "build", "venv"])
def test_some_folders_are_left_out(observe: Observe, folder: Path, place: str) -> None:
    (folder / place / ".treadle").mkdir(parents=True)
    (folder / place / "pyvenv.cfg").touch()
    (folder / place / "a.txt").write_text("a")
    _, observed = observe(IN_C, f"read_in_c('{place}/a.txt')")
    assert observed.reads == ()


def test_the_document_s_folder_is_not(observe: Observe, folder: Path) -> None:
    (folder / ".treadle").mkdir()
    (folder / "a.txt").write_text("a")
    _, observed = observe(IN_C, "read_in_c('a.txt')")
    assert observed.reads == (of(folder / "a.txt"),)


def test_children_import_unseen(observe: Observe, folder: Path) -> None:
    (folder / "jobs.py").write_text("import os\ndef job(n): return open('data.txt').read() * n\n")
    (folder / "data.txt").write_text("1")
    (observed,) = observe("""
        import multiprocessing, jobs
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert pool.map(jobs.job, [1, 2]) == ["1", "11"]
    """)
    assert observed.reads == (of(folder / "data.txt"),)
    assert observed.listings == observed.writes == ()


def test_an_output_that_somebody_edits_meanwhile_is_doubtful(
    observe: Observe, folder: Path
) -> None:
    def edit() -> None:
        while not (folder / "ready").exists():
            time.sleep(0.01)
        (folder / "out.txt").write_text("edited")

    editor = threading.Thread(target=edit)
    editor.start()
    (observed,) = observe("""
        import time
        from pathlib import Path
        for name in ("out.txt", "other.txt"):
            Path(name).write_text("1")
            Path(name).write_text("2")
        Path("ready").touch()
        while Path("out.txt").read_text() != "edited":
            time.sleep(0.01)
    """)
    editor.join()
    found = dict(observed.writes)
    assert found[str(folder / "out.txt")] == DOUBTFUL + digest(b"edited")
    assert found[str(folder / "other.txt")] == digest(b"2")


def test_files_in_memory_count_and_devices_do_not(seen: Seen) -> None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.write(b"1")
        file.flush()
        observed = seen(f"open({file.name!r}).read(); open('/dev/null').read()")
        assert observed.reads == (of(Path(file.name)),)


@pytest.mark.parametrize("place", [".git", "build"])
def test_of_some_folders_only_what_was_read_is_watched(
    observe: Observe, folder: Path, place: str
) -> None:
    (folder / place).mkdir()
    (folder / "build" / ".treadle").mkdir(parents=True)
    for name in "ab":
        (folder / place / name).write_text(name)
    *_, observed = observe(
        IN_C, f"open('{place}/a').read()", f"read_in_c('{place}/a'); read_in_c('{place}/b')"
    )
    assert observed.reads == (of(folder / place / "a"),)


def test_a_module_that_a_program_runs_as_well_is_read(seen: Seen, folder: Path) -> None:
    (folder / "helper.py").write_text("X = 1\n")
    observed = seen("""
        import helper, subprocess, sys
        subprocess.run([sys.executable, "helper.py"])
    """)
    assert of(folder / "helper.py") in observed.reads


def test_who_looks_at_a_log_meanwhile_has_not_written_it(observe: Observe, folder: Path) -> None:
    _, observed = observe(
        IN_C,
        """
        with open("log.txt", "w") as file:
            for line in "123":
                file.write(line)
                file.flush()
                read_in_c("log.txt")
        """,
    )
    assert observed.writes == (of(folder / "log.txt"),)


def test_a_file_opened_for_writing_and_not_changed_is_read(observe: Observe, folder: Path) -> None:
    (folder / "data.db").write_text("x")
    _, observed = observe(IN_C, "libc.close(libc.open(b'data.db', os.O_RDWR))")
    assert observed.reads == (of(folder / "data.db"),)
    assert observed.writes == ()


def test_what_another_build_writes_meanwhile_is_not_written(observe: Observe, folder: Path) -> None:
    (folder / "old.txt").write_text("old")
    _, observed = observe(
        IN_C,
        """
        for name in (b"old.txt", b"new.txt"):
            libc.close(libc.creat(name, 0o644))
        libc.mkdir(b"made", 0o755)
        libc.close(libc.creat(b"made/new.txt", 0o644))
        """,
    )
    assert observed.writes == observed.reads == ()
