"""Processes that chunks start find what the session has defined, however they are started."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .conftest import Project
from .environments import environment, treadle_as_a_tool

DEFINED = """\
```{python, echo=False}
import functools, math, multiprocessing
from collections import namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
print("this chunk runs")
context = multiprocessing.get_context("METHOD")
SCALE = 3
table = {"a": 1}
shift = lambda x: x + SCALE
def inner(x): return x * SCALE
def work(x): return inner(x) + math.sqrt(4) + shift(x) + table["a"]
Point = namedtuple("Point", "x y")
def swap(p): return Point(p.y, p.x)
class Colour(Enum):
    RED = 1
@dataclass
class Item:
    n: int = SCALE
    tags: list = field(default_factory=list)
class Base:
    total = 0
    def go(self): return type(self).__name__, self.total, Colour.RED.name
class Derived(Base):
    scale = SCALE
    def go(self): return super().go() + (self.scale,)
Derived.total = 17
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def adding(n):
    def add(x): return x + n
    return add
add_five = adding(5)
def five_more(x): return add_five(x)
def decorated_by(f):
    @functools.wraps(f)
    def wrapped(*a): return ["decorated", f(*a)]
    return wrapped
@decorated_by
def decorated(x): return x
@contextmanager
def entered(x): yield x + 1
def enters(x):
    with entered(x) as found: return found
def made(n): return Point(n, n), Colour.RED, Item(), Derived()
```
"""
POOLS = """\
```{python, echo=False}
with context.Pool(2) as pool:
    print("A", pool.map(work, range(3)), pool.map(fib, range(8)))
    print("B", pool.map(five_more, [1]), pool.map(decorated, [1]), pool.map(enters, [1]))
    print("C", pool.map(swap, [Point(1, 2)]), pool.apply(Derived().go))
    point, colour, item, derived = pool.apply(made, (3,))
    print("D", point, colour is Colour.RED, item, isinstance(derived, Derived))
    def later(x): return ["later", x]
    print("E", list(pool.imap(later, [1])))
    def later(x): return ["anew", x]
    print("F", list(pool.imap_unordered(later, [1])))
```

```{python, echo=False}
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(1, mp_context=context) as executor:
    print("G", list(executor.map(work, range(2))), executor.submit(Derived().go).result())
def put(queue, n):
    queue.put(work(n))
    print("H", __name__, n, flush=True)
class Own(context.Process):
    def run(self): print("I", work(1), flush=True)
if __name__ == "__main__":
    queue = context.Queue()
    for process in context.Process(target=put, args=(queue, 1)), Own():
        process.start()
        process.join()
    print("J", queue.get())
def keep(values):
    global kept
    kept = values
def kept_at(place): return kept[place]
with context.Pool(1, initializer=keep, initargs=([5, 6],)) as pool:
    print("K", pool.map(kept_at, range(2)))
```
"""
SHOWN = """\
A [6.0, 10.0, 14.0] [0, 1, 1, 2, 3, 5, 8, 13]
B [6] [['decorated', 1]] [2]
C [Point(x=2, y=1)] ('Derived', 17, 'RED', 3)
D Point(x=3, y=3) True Item(n=3, tags=[]) True
E [['later', 1]]
F [['anew', 1]]
G [6.0, 10.0] ('Derived', 17, 'RED', 3)
H __main__ 1
I 10.0
J 10.0
K [5, 6]
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
@pytest.mark.parametrize("cache", [(), ("--no-cache",)], ids=["kept", "not kept"])
def test_all_that_a_script_could_send(
    project: Callable[[str], Project], method: str, cache: tuple[str, ...]
) -> None:
    if method == "fork":  # what is defined after the pool has begun, a forked process never learns
        pools = re.sub(r"    (def later|print\(\"[EF]).*\n", "", POOLS)
        shown = re.sub(r"[EF] .*\n", "", SHOWN)
    else:
        pools, shown = POOLS, SHOWN
    made = project(DEFINED.replace("METHOD", method) + "\n" + pools)
    done = made.build("--to", "tex", *cache)
    assert done.returncode == 0, done.stderr
    assert made.tex.count("this chunk runs") == 1
    lines = [line for line in made.tex.splitlines() if re.match("[A-K] ", line)]
    assert "".join(f"{line}\n" for line in lines) == shown


def test_processes_that_chunks_start_find_what_was_lent(
    project: Callable[[str], Project], tmp_path_factory: pytest.TempPathFactory
) -> None:
    chunk = """\
```python
import multiprocessing
from treadle.engine.store.digest import combined
for method in "spawn", "forkserver":
    with multiprocessing.get_context(method).Pool(1) as pool:
        print(method, pool.map(combined, ["a"]) == [combined("a")])
```
"""
    tool = treadle_as_a_tool(tmp_path_factory.mktemp("tool") / "treadle")
    made = project(chunk)
    environment(made.folder / ".venv")
    build = ("-m", "treadle", "build", "report.pmd", "--to", "tex", "--python", ".venv")
    done = made.run(str(tool), *build)
    assert done.returncode == 0, done.stderr
    assert "spawn True\nforkserver True" in made.tex


START = """\
```{python, timeout=60}
import multiprocessing, os, threading
context = multiprocessing.get_context("METHOD")
lock = threading.Lock()
class Mine(Exception): pass
def well(x): return x
def wrong(x): raise Mine(f"no {x}")
def gone(x): os._exit(3)
def left(x): raise SystemExit(0)
def locked(x):
    with lock: return x
```

```{python, timeout=60}
with context.Pool(2) as pool:
    CALL
```
"""
LOST = "RuntimeError: a process of the pool has ended"


@pytest.mark.parametrize("method", ["spawn", "fork"])
@pytest.mark.parametrize(
    ("call", "line", "words"),
    [
        ("pool.map(wrong, [1])", 7, "Mine: no 1"),
        ("pool.map(gone, range(3))", 16, f"{LOST} (exit status 3)"),
        ("list(pool.imap(gone, range(3)))", 16, f"{LOST} (exit status 3)"),
        ("list(pool.imap_unordered(gone, range(3)))", 16, f"{LOST} (exit status 3)"),
        ("pool.apply(left, (1,))", 16, f"{LOST} (exit status 0)"),
        ("pool.map_async(gone, range(3)).get()", 16, f"{LOST} (exit status 3)"),
        ("pool.map(lambda x: x, [1])", 16, "PicklingError: Can't pickle <function <lambda>"),
    ],
)
def test_what_goes_wrong_there_ends(
    project: Callable[[str], Project], method: str, call: str, line: int, words: str
) -> None:
    made = project(START.replace("METHOD", method).replace("CALL", call))
    done = made.build("--to", "tex")
    assert re.search(rf"^report\.pmd:{line}: error: .*{re.escape(words)}", done.stderr, re.M), (
        done.stderr
    )
    assert "did not finish" not in done.stderr


def test_a_process_that_fails_at_its_start_says_why(project: Callable[[str], Project]) -> None:
    source = START.replace("METHOD", "spawn").replace("CALL", "pool.map(well, [1])")
    made = project(source.replace("Pool(2)", "Pool(1, wrong, (7,))"))
    done = made.build("--to", "tex")
    assert f"report.pmd:7: error: chunk 2 failed: {LOST} (exit status 1)" in done.stderr
    assert "what it was to do is lost: Mine: no 7\n" in done.stderr
    assert 'File "report.pmd", line 7, in wrong' in done.stderr
    assert "/treadle/" not in done.stderr


def test_what_can_not_be_sent_is_named(project: Callable[[str], Project]) -> None:
    made = project(START.replace("METHOD", "spawn").replace("CALL", "pool.map(locked, [1])"))
    done = made.build("--to", "tex")
    assert "report.pmd:11: error: chunk 2 failed: NameError: name 'lock'" in done.stderr
    assert "(in a process of its own, where `lock` can't be sent: TypeError" in done.stderr


def test_a_pool_may_renew_its_processes(project: Callable[[str], Project]) -> None:
    call = "print(pool.map(well, range(5), chunksize=1))"
    source = START.replace("METHOD", "spawn").replace("CALL", call)
    made = project(source.replace("Pool(2)", "Pool(2, maxtasksperchild=1)"))
    done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    assert "[0, 1, 2, 3, 4]" in made.tex


def test_joblib(project: Callable[[str], Project]) -> None:
    pytest.importorskip("joblib")
    made = project(
        """\
```python
from joblib import Parallel, delayed
SHIFT = 4
def shifted(x): return x * x + SHIFT
for backend in "loky", "multiprocessing":
    print(Parallel(n_jobs=2, backend=backend)(delayed(shifted)(i) for i in range(3)))
```
"""
    )
    done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    assert made.tex.count("[4, 5, 8]") == 2


def test_loaders_of_torch(project: Callable[[str], Project]) -> None:
    pytest.importorskip("torch")
    made = project(
        """\
```python
import torch
from torch.utils.data import DataLoader, Dataset
COUNT = 4
class Squares(Dataset):
    def __len__(self): return COUNT
    def __getitem__(self, i):
        if i == COUNT - 1: raise ValueError("the last one")
        return i * i
found = []
for batch in DataLoader(Squares(), num_workers=1, multiprocessing_context="spawn"):
    found.append(int(batch))
```
"""
    )
    done = made.build("--to", "tex")
    assert "report.pmd:8: error: chunk 1 failed: ValueError: Caught ValueError in" in done.stderr
    assert "the last one" in done.stderr


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_processes_that_start_processes(project: Callable[[str], Project], method: str) -> None:
    made = project(
        """\
```{python, timeout=60}
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
SCALE = 5
class Mine:
    shift = 3
def leaf(x): return x * SCALE + Mine.shift
def branch(x):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(leaf, [x, x + 1]), Mine()
context = multiprocessing.get_context("METHOD")
with ProcessPoolExecutor(1, mp_context=context) as executor:
    found, mine = executor.submit(branch, 2).result()
with multiprocessing.get_context("spawn").Pool(1) as pool:
    print(found, isinstance(mine, Mine), pool.map(leaf, [1]))
```
""".replace("METHOD", method)
    )
    done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    assert "[13, 18] True [8]" in made.tex
