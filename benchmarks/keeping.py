"""What keeping large values costs: the table of docs/keeping.md, as Markdown.

    python benchmarks/keeping.py [--rounds 3] [--cpu] [NAME ...]

A document for each row: a chunk that makes the value, and one that reads it. It is built without
a cache, with one, and again after an edit of the last chunk; the least time of all rounds counts.
What LaTeX says of the preamble is known before: that takes as long whatever the values. `--cpu`
is for a machine that is busy: it takes the processor time of the command and of all that it
started, and chunks are timed so, too. Figures beyond the goals are bold. Rows whose library is
missing are left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timing import UNUSUAL

CLOCK = """import sys, time
if "treadle.engine.worker" in sys.orig_argv:
    time.perf_counter = time.thread_time
"""
# What a build may take: so many times what one without a cache takes, and half a second.
FIRST = 1.25
EDITED = 1.0
SECONDS = 0.5


@dataclass(frozen=True)
class Row:
    """A value, the code that makes it, and the expression that is printed of it."""

    name: str
    words: str
    code: str
    printed: str = "len(x)"
    between: tuple[str, ...] = ()  # further chunks

    def text(self, number: int) -> str:
        """The document; another one for each number."""
        chunks = (self.code, *self.between, f"print({self.printed}, {number})")
        return "---\ntitle: T\n---\n\n" + "\n".join(
            f"```{{python c{index}}}\n{code}\n```\n" for index, code in enumerate(chunks)
        )

    @property
    def can_run(self) -> bool:
        """Whether the libraries are there that it imports."""
        lines = (line.split() for line in self.code.splitlines())
        names = {
            words[1].partition(".")[0] for words in lines if words[:1] in (["import"], ["from"])
        }
        return all(find_spec(name) for name in names)


_READ_BY_TEN = tuple(f"print(len(x), {number})" for number in range(10))
_ADAM = """import torch
from torch import nn
m = nn.ModuleList([nn.Linear(8, 8) for _ in range({layers})])
opt = torch.optim.Adam(m.parameters())
sum(l(torch.ones(1, 8)).sum() for l in m).backward(); opt.step()"""
_SMALL_ARRAYS = """import numpy as np
rng = np.random.default_rng(0)
x = {{i: rng.random(8) for i in range({count})}}"""
_SUM = "sum(p.sum() for p in m.parameters()).item()"

ROWS = (
    Row(
        "dicts", "2 million dictionaries", "x = [{'id': i, 'v': str(i)} for i in range(2_000_000)]"
    ),
    Row(
        "dataclass",
        "2 million objects of a dataclass",
        """from dataclasses import dataclass
@dataclass
class R:
    id: int
    v: str
x = [R(i, str(i)) for i in range(2_000_000)]""",
    ),
    Row(
        "numbers-strings",
        "2 million numbers, 2 million strings",
        "x = list(range(2_000_000)); y = [str(i) for i in x]",
        "len(x), len(y)",
    ),
    Row("tuples", "6 million tuples", "x = [(i, i+1) for i in range(6_000_000)]"),
    Row("lists", "6 million lists", "x = [[i, i+1] for i in range(6_000_000)]"),
    Row("words", "a dictionary of 3 million words", "x = {f'w{i}': i for i in range(3_000_000)}"),
    Row("set", "a set of 2 million strings", "x = {f'w{i}' for i in range(2_000_000)}"),
    Row(
        "counter",
        "a counter of 1.5 million tuples",
        """from collections import Counter
x = Counter((i % 1500000, i % 7) for i in range(2_000_000))""",
    ),
    Row(
        "tokens",
        "100,000 lists of 60 numbers",
        """import random
random.seed(1)
x = [[random.randrange(50000) for _ in range(60)] for _ in range(100_000)]""",
    ),
    Row(
        "nested",
        "dictionaries, nested six deep, 300,000 numbers",
        """import random
random.seed(0)
def mk(d): return {f'k{i}': (mk(d - 1) if d else random.random()) for i in range(8)}
x = mk(5)""",
    ),
    Row(
        "array-strings",
        "an array of 2 million strings",
        """import numpy as np
x = np.array([f's{i}' for i in range(2_000_000)], dtype=object)""",
    ),
    Row(
        "frame-tuples",
        "a frame of 5 million rows, with tuples",
        """import pandas as pd, numpy as np
n = 5_000_000
x = pd.DataFrame({
    'i': np.arange(n),
    's': pd.Series([f'u{k % 50000}' for k in range(n)], dtype=object),
    'o': pd.Series([(k % 7,) for k in range(n)], dtype=object),
})""",
    ),
    Row(
        "frame-strings",
        "a frame of 5 million rows, with strings",
        """import pandas as pd, numpy as np
n = 5_000_000
x = pd.DataFrame({'i': np.arange(n), 's': [f'u{k}' for k in range(n)]})""",
        "len(x), x.s.dtype",
    ),
    Row(
        "polars",
        "a polars frame of 20 million rows",
        """import polars as pl
x = pl.DataFrame({'i': range(20_000_000)}).with_columns(s=pl.col('i').cast(pl.String))""",
        "x.shape",
    ),
    Row("text", "a text of 500 MB", "x = 'abcdefghij' * 50_000_000"),
    Row("arrays-20k", "20,000 small arrays", _SMALL_ARRAYS.format(count="20_000")),
    Row("arrays-100k", "100,000 small arrays", _SMALL_ARRAYS.format(count="100_000")),
    Row(
        "dicts-read",
        "500,000 dictionaries, read by ten chunks",
        "x = [{'id': i, 'v': str(i)} for i in range(500_000)]",
        between=_READ_BY_TEN,
    ),
    Row(
        "graph",
        "a graph of 1 million edges",
        "import networkx as nx\nG = nx.gnm_random_graph(200_000, 1_000_000, seed=1)",
        "G.number_of_edges()",
    ),
    Row(
        "forest",
        "a forest of 300 trees, fitted",
        """import numpy as np
from sklearn.ensemble import RandomForestClassifier
r = np.random.default_rng(0); X = r.random((20000, 8))
y = (X[:, 0] + r.random(20000) > 1).astype(int)
rf = RandomForestClassifier(300, random_state=0).fit(X, y)""",
        "rf.score(X[:500], y[:500])",
    ),
    Row(
        "tensors-1GB",
        "two tensors of 1 GB",
        "import torch\nx = torch.ones(250_000_000); y = torch.full((250_000_000,), 2.)",
        "x[:3].sum() + y[0]",
    ),
    Row(
        "tensor-in-place",
        "a tensor of 2 GB, changed in place twice",
        "import torch\nx = torch.ones(500_000_000)",
        "x[:3]",
        ("x.add_(1);", "x.mul_(2);"),
    ),
    Row(
        "tensor-read",
        "a tensor of 2 GB, read by ten chunks",
        "import torch\nx = torch.ones(500_000_000)",
        "x[:3]",
        tuple(f"print(x[{number}])" for number in range(10)),
    ),
    Row(
        "tensors-200k",
        "200,000 small tensors",
        "import torch\nx = [torch.ones(8) for i in range(200_000)]",
    ),
    Row(
        "samples",
        "3,000 samples of three tensors",
        """import torch
torch.manual_seed(0)
data = [
    (torch.randn(20, 8), torch.randint(0, 20, (2, 60)), torch.tensor(i % 2)) for i in range(3000)
]""",
        "len(train)",
        ("train, test = data[:2400], data[2400:]",),
    ),
    Row("adam-1000", "1,000 layers with Adam", _ADAM.format(layers=1000), _SUM),
    Row("adam-5000", "5,000 layers with Adam", _ADAM.format(layers=5000), _SUM),
)


@dataclass(frozen=True)
class Figures:
    """Seconds of the three builds."""

    without: float
    first: float
    edited: float

    def cells(self) -> list[str]:
        """As columns of a table; bold what is beyond the goals."""
        limits = (self.without, FIRST * self.without + SECONDS, EDITED * self.without + SECONDS)
        figures = (self.without, self.first, self.edited)
        return [
            f"{figure:.1f}" if figure <= limit else f"**{figure:.1f}**"
            for figure, limit in zip(figures, limits, strict=True)
        ]


def measured(row: Row, rounds: int, *, processor: bool) -> Figures:
    """The least of each of the three over some rounds."""
    each = [_round(row, processor=processor) for _ in range(rounds)]
    return Figures(*(min(column) for column in zip(*each, strict=True)))


def _round(row: Row, *, processor: bool) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "document"
        folder.mkdir()

        def seconds(text: str, *options: str) -> float:
            (folder / "report.pmd").write_text(text, "utf-8")
            return _seconds(folder, options, processor=processor)

        seconds(Row("", "", "x = ()").text(0), "--no-cache")
        without = seconds(row.text(0), "--no-cache")
        return without, seconds(row.text(0)), seconds(row.text(1))


def _seconds(folder: Path, options: Sequence[str], *, processor: bool) -> float:
    """What a build takes, which must succeed."""
    command = (sys.executable, "-m", "treadle", "build", "report.pmd", "--to", "tex", *options)
    environment = {key: value for key, value in os.environ.items() if key not in UNUSUAL}
    if processor:
        environment["PYTHONPATH"] = _clock(folder)
    start = time.perf_counter()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
    spent = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if status != 0:
        sys.exit((folder / "log").read_text("utf-8"))
    return used.ru_utime + used.ru_stime if processor else spent


def _clock(folder: Path) -> str:
    """A path on which workers find a clock that stands while others have the processor."""
    path = folder.with_name("clock")
    path.mkdir(exist_ok=True)
    (path / "sitecustomize.py").write_text(CLOCK, "utf-8")
    return str(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(r.name for r in ROWS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu", action="store_true", help="processor time")
    given = parser.parse_args()
    print("| value | without | first | edited |\n|---|---:|---:|---:|", flush=True)
    for row in ROWS:
        if (not given.names or row.name in given.names) and row.can_run:
            figures = measured(row, given.rounds, processor=given.cpu)
            print(f"| {' | '.join([row.words, *figures.cells()])} |", flush=True)


if __name__ == "__main__":
    main()
