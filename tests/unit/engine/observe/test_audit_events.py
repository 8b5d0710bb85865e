"""Files: read, written, both, removed; each under every way to open it that is not `open`.

Modules that are looked for, other programs, the network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.engine.observe.conftest import Observe, observed_in

from treadle.engine.store.digest import digest
from treadle.engine.trace import Observed

Seen = Callable[..., Observed]


def of(path: Path) -> tuple[str, str]:
    return str(path), digest(path.read_bytes())


def test_a_file_read_counts_as_it_was_before(seen: Seen, folder: Path) -> None:
    data = folder / "data.txt"
    data.write_text("old")
    before = of(data)
    observed = seen("""
        open("data.txt").read()
        open("data.txt", "w").write("new")
    """)
    assert observed.reads == (before,)
    assert observed.writes == (of(data),)
    assert before != of(data)


def test_a_path_may_be_a_text_of_a_librarys_own(seen: Seen, folder: Path) -> None:
    (folder / "font.ttc").write_text("x")
    observed = seen("""
        import os
        class FontPath(str): pass
        path = FontPath(os.path.abspath("font.ttc"))
        open(path).read()
        os.stat(path)
    """)
    assert observed.reads == (of(folder / "font.ttc"),)


def test_what_a_step_wrote_itself_is_no_input(seen: Seen, folder: Path) -> None:
    observed = seen("""
        import os
        open("out.txt", "w").write("x")
        assert open("out.txt").read() == "x" and os.path.exists("out.txt")
    """)
    assert observed.reads == ()
    assert observed.writes == (of(folder / "out.txt"),)
    assert [path for path, _, _ in observed.stats] == []


def test_the_next_step_reads_it_as_an_input(observe: Observe, folder: Path) -> None:
    first, second = observe("open('a', 'w').write('x')", "open('a').read()")
    assert first.writes == second.reads == (of(folder / "a"),)
    assert second.writes == ()


@pytest.mark.parametrize("mode", ["r+", "a", "a+"])
def test_what_is_changed_in_part_is_read_and_written(seen: Seen, folder: Path, mode: str) -> None:
    (folder / "log").write_text("one")
    before = of(folder / "log")
    observed = seen(f"open('log', {mode!r}).write('two!')")
    assert observed.reads == (before,)
    assert observed.writes == (of(folder / "log"),)


def test_a_file_that_is_not_there(seen: Seen, folder: Path) -> None:
    observed = seen("""
        try:
            open("missing")
        except FileNotFoundError:
            pass
    """)
    assert observed.reads == ((str(folder / "missing"), ""),)


def test_what_came_and_went_leaves_no_trace(seen: Seen) -> None:
    observed = seen("""
        import tempfile, pathlib
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "x"
            path.write_text("x")
            assert path.exists() and path.read_text()
            list(path.parent.iterdir())
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write("x")
        tempfile.TemporaryFile().close()
    """)
    assert observed.reads == observed.writes == observed.listings == ()
    assert all("/document/" in path for path, _, _ in observed.stats)  # the imports' places


def test_removed_and_renamed_files(seen: Seen, folder: Path) -> None:
    for name in ("gone", "old"):
        (folder / name).write_text(name)
    old = of(folder / "old")
    observed = seen("""
        import os
        os.remove("gone")
        os.replace("old", "new")
    """)
    assert observed.reads == (old,)
    assert set(observed.writes) == {
        (str(folder / "gone"), ""),
        (old[0], ""),
        (str(folder / "new"), old[1]),
    }


def test_a_renamed_folder_takes_its_files_along(seen: Seen, folder: Path) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "a").write_text("a")
    observed = seen("import os; os.rename('old', 'new')")
    assert (str(folder / "old" / "a"), digest(b"a")) in observed.reads
    assert (str(folder / "new" / "a"), digest(b"a")) in observed.writes
    assert (str(folder / "old" / "a"), "") in observed.writes


def test_a_file_written_whole_or_not_at_all(seen: Seen, folder: Path) -> None:
    observed = seen("""
        import os, tempfile
        with tempfile.NamedTemporaryFile("w", dir=".", delete=False) as file:
            file.write("x")
        os.replace(file.name, "result")
    """)
    assert observed.writes == (of(folder / "result"),)
    assert observed.reads == ()


def test_a_tree_is_removed(seen: Seen, folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "c").write_text("c")
    observed = seen("import shutil; shutil.rmtree('a')")
    assert dict(observed.writes) == {
        str(folder / "a"): "",
        str(folder / "a/b"): "",
        str(folder / "a/b/c"): "",
    }


def test_folders_that_may_be_there_already(seen: Seen, folder: Path) -> None:
    observed = seen("""
        import os, pathlib
        os.makedirs("a/b", exist_ok=True)
        pathlib.Path("c/d").mkdir(parents=True, exist_ok=True)
    """)
    names = ("a", "a/b", "c", "c/d")
    assert dict(observed.writes) == {str(folder / name): "folder" for name in names}
    places = [path for path, _, _ in observed.stats]
    assert not {str(folder / name) for name in names} & set(places)


def test_a_folder_that_must_be_new(seen: Seen, folder: Path) -> None:
    observed = seen("import os; os.mkdir('a')")
    assert (str(folder / "a"), "link", "") in observed.stats
    assert observed.writes == ((str(folder / "a"), "folder"),)


def test_relative_paths_start_where_the_step_is(seen: Seen, folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "x").write_text("x")
    observed = seen("import os; os.chdir('data'); open('x').read(); open('../data/./x').read()")
    assert observed.reads == (of(folder / "data" / "x"),)
    assert [words for words, _ in observed.effects] == ["the working directory"]


def test_bytes_paths_and_descriptors(seen: Seen, folder: Path) -> None:
    (folder / "x").write_text("x")
    observed = seen("""
        import os
        open(b"x").read()
        folder = os.open(".", os.O_RDONLY)
        file = os.open("x", os.O_RDONLY, dir_fd=folder)
        os.fdopen(file).read()
        assert os.stat("x", dir_fd=folder).st_size == 1
        os.listdir(folder)
    """)
    assert of(folder / "x") in observed.reads
    assert [path for path, _ in observed.listings] == [str(folder)]


def test_a_large_file_is_known_by_all_of_it(seen: Seen, folder: Path) -> None:
    data = folder / "large"
    data.write_bytes(bytes(range(256)) * 80_000)
    assert seen("open('large', 'rb').read(1)").reads == (of(data),)


def test_source_read_at_run_time_counts(seen: Seen, folder: Path) -> None:
    (folder / "code" / "helpers.py").write_text("def f():\n    return 1\n")
    observed = seen("import helpers, inspect; inspect.getsource(helpers.f)")
    assert of(folder / "code" / "helpers.py") in observed.reads


def test_data_read_through_a_loader_counts(seen: Seen, folder: Path) -> None:
    package = folder / "code" / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "data.txt").write_text("data")
    observed = seen("import package, pkgutil; pkgutil.get_data('package', 'data.txt')")
    assert observed.reads == (of(package / "data.txt"),)


def test_python_and_the_system_are_no_inputs(seen: Seen) -> None:
    observed = seen("""
        import os, numpy
        open(os.__file__).read()
        open(numpy.__file__).read()
        open("/proc/self/status").read()
        open("/dev/null").close()
        os.path.exists(numpy.__file__)
        os.listdir(os.path.dirname(numpy.__file__))
    """)
    assert observed.reads == observed.writes == observed.listings == ()


READERS = {
    "pathlib": ("x", "import pathlib", "pathlib.Path('x').read_bytes()"),
    "os.open": ("x", "import os", "os.read(os.open('x', os.O_RDONLY), 9)"),
    "mmap": (
        "x",
        "import mmap",
        "with open('x') as f: mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)",
    ),
    "shutil": ("x", "import shutil", "shutil.copyfile('x', '/dev/null')"),
    "np.load": ("x.npy", "import numpy as np", "np.load('x.npy')"),
    "np.loadtxt": ("x.csv", "import numpy as np", "np.loadtxt('x.csv', skiprows=1)"),
    "np.genfromtxt": ("x.csv", "import numpy as np", "np.genfromtxt('x.csv')"),
    "np.fromfile": ("x", "import numpy as np", "np.fromfile('x', np.uint8)"),
    "np.memmap": ("x", "import numpy as np", "np.memmap('x', mode='r')"),
    "torch.load": ("x.pt", "import torch", "torch.load('x.pt')"),
    "torch.load mapped": ("x.pt", "import torch", "torch.load('x.pt', mmap=True)"),
    "torch.from_file": ("x", "import torch", "torch.from_file('x', size=1, dtype=torch.uint8)"),
    "a storage": ("x", "import torch", "torch.UntypedStorage.from_file('x', False, 4)"),
    "torchvision": ("x.png", "import torchvision.io", "torchvision.io.read_file('x.png')"),
    "pd.read_csv": ("x.csv", "import pandas as pd", "pd.read_csv('x.csv')"),
    "pd.read_csv, Python": (
        "x.csv",
        "import pandas as pd",
        "pd.read_csv('x.csv', engine='python')",
    ),
    "PIL": ("x.png", "import PIL.Image", "PIL.Image.open('x.png').load()"),
    "matplotlib": ("x.png", "import matplotlib.image as image", "image.imread('x.png')"),
    "joblib": ("x.joblib", "import joblib", "joblib.load('x.joblib')"),
    "lxml": ("x.xml", "import lxml.etree", "lxml.etree.parse('x.xml')"),
}


def make_samples(folder: Path) -> None:
    """A file of each kind."""
    import joblib  # type: ignore[import-untyped]
    import numpy as np
    import PIL.Image
    import torch

    (folder / "code").mkdir()
    (folder / "x").write_bytes(b"some bytes, and some more")
    (folder / "x.csv").write_text("1\n2\n")
    (folder / "x.xml").write_text("<a/>")
    np.save(folder / "x.npy", np.ones(3))
    torch.save(torch.ones(3), folder / "x.pt")
    joblib.dump([1], folder / "x.joblib")
    PIL.Image.new("RGB", (2, 2)).save(folder / "x.png")


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Observed]]:
    """The folder of the samples, and what was observed of each reader, in one process."""
    folder = tmp_path_factory.mktemp("samples")
    make_samples(folder)
    imports = "\n".join(dict.fromkeys(imports for _, imports, _ in READERS.values()))
    codes = [code for _, _, code in READERS.values()]
    _, *observed = observed_in(folder, folder, [imports, *codes], {})
    return folder, observed


@pytest.mark.parametrize("way", READERS)
def test_every_way_to_read_is_seen(readers: tuple[Path, list[Observed]], way: str) -> None:
    folder, all_observed = readers
    observed = all_observed[list(READERS).index(way)]
    assert of(folder / READERS[way][0]) in observed.reads
    assert observed.writes == ()


WRITERS = {
    "torch.save": ("import torch", "torch.save(torch.ones(2), 'y')"),
    "np.save": ("import numpy as np", "np.save(open('y', 'wb'), np.ones(2))"),
    "np.memmap": (
        "import numpy as np",
        "m = np.memmap('y', mode='w+', shape=4); m[:] = 1; m.flush()",
    ),
    "to_csv": ("import pandas as pd", "pd.DataFrame({'a': [1]}).to_csv('y')"),
    "savefig": (
        "import matplotlib.pyplot as plt",
        "plt.plot([1]); plt.savefig('y', format='svg')",
    ),
}


MAPPED = "t = torch.from_file('x', shared=True, size=8, dtype=torch.uint8); t.fill_(7)"
HELPERS = (
    "import warnings, torch\n"
    "def seed():\n"
    "    torch.manual_seed(1)\n"
    "def warn():\n"
    "    torch.tensor(torch.ones(1))\n"
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Observed]]:
    """The folder, and what was observed of each step, in one process: it loads torch once."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "x").write_bytes(bytes(8))
    (folder / "code").mkdir()
    (folder / "code" / "helpers.py").write_text(HELPERS)
    imports = "\n".join(imports for imports, _ in WRITERS.values())
    codes = [code.replace("'y'", f"'y{n}'") for n, (_, code) in enumerate(WRITERS.values())]
    steps = [imports, *codes, MAPPED, "import helpers", "helpers.seed()", "helpers.warn()"]
    return folder, observed_in(folder, folder, steps, {})


def test_every_way_to_write_is_seen(written: tuple[Path, list[Observed]]) -> None:
    folder, (_, *all_observed) = written
    for number, observed in enumerate(all_observed[: len(WRITERS)]):
        path = folder / f"y{number}"
        assert observed.writes == (of(path),)
        assert str(path) not in dict(observed.reads)


def test_a_mapping_that_is_shared_is_written(written: tuple[Path, list[Observed]]) -> None:
    folder, all_observed = written
    observed = all_observed[1 + len(WRITERS)]
    assert observed.reads == ((str(folder / "x"), digest(bytes(8))),)
    assert observed.writes == ((str(folder / "x"), digest(b"\7" * 8)),)


def test_a_library_notes_down_who_calls_it(written: tuple[Path, list[Observed]]) -> None:
    folder, (*_, silent, shown) = written
    assert silent.reads == ()
    assert shown.reads == (of(folder / "code" / "helpers.py"),)


def test_a_database(observe: Observe, folder: Path) -> None:
    make = """
        import sqlite3
        with sqlite3.connect("d.sqlite") as base:
            base.execute("create table t (a)")
        base.close()
    """
    ask = """
        base = sqlite3.connect("file:d.sqlite?mode=ro", uri=True)
        base.execute("select * from t").fetchall()
        base.close()
    """
    made, asked = observe(make, ask)
    assert of(folder / "d.sqlite") in made.writes
    assert of(folder / "d.sqlite") in asked.reads


def test_what_the_worker_keeps_is_not_the_documents(seen: Seen, tmp_path: Path) -> None:
    for name in ("blobs", "store"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("x")
    observed = seen(f"""
        for name in ("blobs", "store"):
            open({str(tmp_path)!r} + "/" + name + "/x").read()
    """)
    assert observed.reads == ()


def test_a_module_that_could_come_first(seen: Seen, folder: Path) -> None:
    (folder / "code" / "helpers.py").write_text("")
    observed = seen("""
        import helpers
        try:
            import optional_helpers
        except ImportError:
            pass
    """)
    assert (str(folder / "optional_helpers.py"), "kind", "") in observed.stats
    assert (str(folder / "code" / "helpers"), "kind", "") in observed.stats


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("subprocess.run(['true'])", "it starts the program `true`"),
        ("subprocess.run('ls -l | wc', shell=True)", "it starts the program `ls`"),
        ("subprocess.check_output(['/bin/true', 'x'])", "it starts the program `true`"),
        ("os.system('true')", "it starts the program `true`"),
        ("os.posix_spawn('/bin/true', ['true'], {})", "it starts the program `true`"),
        ("os.popen('true').read()", "it starts the program `true`"),
    ],
)
def test_programs_can_not_be_seen_into(seen: Seen, code: str, words: str) -> None:
    observed = seen(f"import os, subprocess\n{code}")
    assert observed.unknown == (words,)
    assert observed.environment == ()


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "urllib.request.urlopen('http://127.0.0.1:9/')",
        "socket.getaddrinfo('localhost', 80)",
    ],
)
def test_the_network(seen: Seen, code: str) -> None:
    observed = seen(f"""
        import socket, urllib.request
        try:
            {code}
        except OSError:
            pass
    """)
    assert observed.unknown == ("it uses the network",)


def test_a_program_that_tells_about_the_machine_is_none(seen: Seen) -> None:
    observed = seen("import platform, ctypes.util; platform.uname(), ctypes.util.find_library('c')")
    assert observed.unknown == ()


def test_a_library_being_imported_may_ask_programs(seen: Seen, folder: Path) -> None:
    place = folder / "lib" / "site-packages"
    place.mkdir(parents=True)
    (place / "asks.py").write_text("import subprocess\nsubprocess.run(['true'])\n")
    observed = seen("import sys; sys.path.append('lib/site-packages'); import asks")
    assert observed.unknown == ()
