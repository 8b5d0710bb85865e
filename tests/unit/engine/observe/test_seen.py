"""Processes, which are observed like the step itself, and threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.engine.observe.conftest import Observe

from treadle.engine.store.digest import digest, variable
from treadle.engine.trace import Observed

Seen = Callable[..., Observed]

WORK = """
import os

def work(number):
    os.makedirs("out", exist_ok=True)
    with open(f"out/{number}", "w") as file:
        file.write(open("data").read())
    return os.environ["FACTOR"], os.path.exists("missing"), open(f"out/{number}").read()

def ask(_):
    import later
    return later.VALUE
"""


@pytest.fixture
def project(folder: Path) -> Path:
    (folder / "code" / "work.py").write_text(WORK)
    (folder / "code" / "later.py").write_text("VALUE = 1\n")
    (folder / "data").write_text("data")
    return folder


def check(observed: Observed, project: Path, outputs: int) -> None:
    assert (str(project / "data"), digest(b"data")) in observed.reads
    assert ("FACTOR", variable({"FACTOR": "3"}, "FACTOR")) in observed.environment
    assert (str(project / "missing"), "kind", "") in observed.stats
    written = {str(project / "out" / str(number)): digest(b"data") for number in range(outputs)}
    assert dict(observed.writes) == written | {str(project / "out"): "folder"}
    assert observed.unknown == ()
    assert not [path for path, _ in observed.reads if "/out/" in path]


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_pool_of_processes(observe: Observe, project: Path, method: str) -> None:
    code = f"""
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context
        import work
        with ProcessPoolExecutor(2, get_context({method!r})) as pool:
            values = list(pool.map(work.work, range(4)))
        assert values == [("3", False, "data")] * 4
    """
    first, second = observe(code, "x = 1", FACTOR="3")
    check(first, project, 4)
    assert second == Observed()


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_process_and_what_it_imports(seen: Seen, project: Path, method: str) -> None:
    observed = seen(f"""
        import multiprocessing, work
        with multiprocessing.get_context({method!r}).Pool(1) as pool:
            assert pool.map(work.ask, [0]) == [1]
            pool.close()
            pool.join()
    """)
    assert ("later", str(project / "code" / "later.py")) in observed.imported
    assert observed.unknown == ()


def test_a_bare_fork(seen: Seen, project: Path) -> None:
    observed = seen(
        """
        import os, work
        child = os.fork()
        if not child:
            work.work(0)
            os._exit(0)
        os.waitpid(child, 0)
        """,
        FACTOR="3",
    )
    check(observed, project, 1)


def test_distributions_of_a_process(seen: Seen, folder: Path) -> None:
    (folder / "code" / "work.py").write_text("def ask():\n    import numpy\n")
    observed = seen("""
        import multiprocessing, work
        child = multiprocessing.get_context("spawn").Process(target=work.ask)
        child.start()
        child.join()
    """)
    assert [name.partition("-")[0] for name in observed.distributions] == ["numpy"]


def test_what_the_step_wrote_is_no_input_of_its_processes(seen: Seen, project: Path) -> None:
    observed = seen("""
        import multiprocessing, tempfile, pathlib
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "shared"
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                path.write_text("shared")
                assert pool.map(pathlib.Path.read_text, [path]) == ["shared"]
                pool.close()
                pool.join()
    """)
    assert observed.reads == observed.writes == ()
    assert observed.unknown == ()


def test_a_process_of_a_process(seen: Seen, project: Path) -> None:
    (project / "code" / "nested.py").write_text(
        "import multiprocessing, work\n"
        "def outer(n):\n"
        "    child = multiprocessing.get_context('spawn').Process(target=work.work, args=(n,))\n"
        "    child.start()\n"
        "    child.join()\n"
    )
    observed = seen(
        """
        import multiprocessing, nested
        child = multiprocessing.get_context("spawn").Process(target=nested.outer, args=(0,))
        child.start()
        child.join()
        assert child.exitcode == 0
        """,
        FACTOR="3",
    )
    check(observed, project, 1)


def test_a_process_left_behind(observe: Observe) -> None:
    first, second = observe(
        """
        import multiprocessing, time
        child = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(5,))
        child.start()
        """,
        "child.terminate(); child.join()",
    )
    assert first.unknown == ("it leaves a process running",)
    assert second.unknown == ()


def test_a_server_of_forks_is_out_of_sight(seen: Seen) -> None:
    observed = seen("""
        import math, multiprocessing
        with multiprocessing.get_context("forkserver").Pool(1) as pool:
            assert pool.map(math.sqrt, [4]) == [2]
    """)
    assert "it starts processes from a fork server" in observed.unknown


def test_threads(observe: Observe) -> None:
    joined, left = observe(
        """
        import threading
        thread = threading.Thread(target=lambda: open("missing_in_a_thread", "a").close())
        thread.start()
        thread.join()
        """,
        """
        event = threading.Event()
        thread = threading.Thread(target=event.wait, daemon=True)
        thread.start()
        """,
    )
    assert joined.unknown == ()
    assert [path.rpartition("/")[2] for path, _ in joined.writes] == ["missing_in_a_thread"]
    assert left.unknown == ("it leaves a thread running",)


def test_joblibs_pool(observe: Observe, project: Path) -> None:
    code = """
        import joblib, work
        values = joblib.Parallel(n_jobs=2)(joblib.delayed(work.work)(n) for n in range(2))
        assert values == [("3", False, "data")] * 2
    """
    first, second = observe(code, code, FACTOR="3")
    for observed in (first, second):
        assert (str(project / "data"), digest(b"data")) in observed.reads
        assert ("FACTOR", variable({"FACTOR": "3"}, "FACTOR")) in observed.environment
        assert (str(project / "out" / "1"), digest(b"data")) in observed.writes
        assert observed.unknown == ()


def test_a_pool_that_is_kept(observe: Observe, project: Path) -> None:
    first, second, third = observe(
        """
        import multiprocessing, work
        pool = multiprocessing.get_context("spawn").Pool(1)
        pool.map(work.work, [0])
        """,
        "pool.map(work.work, [1])",
        "pool.close(); pool.join()",
        FACTOR="3",
    )
    assert "it leaves a process running" in first.unknown
    assert second.unknown == third.unknown == ()
    for observed in (first, second):
        assert (str(project / "data"), digest(b"data")) in observed.reads
        assert ("FACTOR", variable({"FACTOR": "3"}, "FACTOR")) in observed.environment
    assert (str(project / "out" / "1"), digest(b"data")) in second.writes
    assert third.reads == third.writes == ()


def test_loaders_of_torch(observe: Observe, folder: Path) -> None:
    (folder / "data").write_text("12")
    (folder / "code" / "texts.py").write_text(
        "class Texts:\n"
        "    def __len__(self):\n"
        "        return 2\n"
        "    def __getitem__(self, n):\n"
        "        return int(open('data').read()[n])\n"
    )
    _, observed = observe(
        "from torch.utils.data import DataLoader; import texts",
        "assert len(list(DataLoader(texts.Texts(), batch_size=1, num_workers=1))) == 2",
    )
    assert observed.reads == ((str(folder / "data"), digest(b"12")),)
    assert observed.effects == observed.writes == ()
    assert observed.unknown == ()
