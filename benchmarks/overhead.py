"""What a chunk and a figure cost, in Treadle and in stock Pweave 0.30.3, in one run.

    python benchmarks/overhead.py [--chunks 1000] [--figures 40] [--rounds 3]

Both weave the same `.pmd` files to LaTeX, one after the other, in fresh processes and without a
cache. What a chunk costs is the time of a document with many trivial chunks less that of a
document with one, divided by how many more there are; so start-up doesn't count, and is shown by
itself. Likewise for figures. The best of the rounds counts: other work on the machine only adds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timing import seconds_of

from treadle.engine.cell import Cell
from treadle.engine.messages import Step, WorkerSetup
from treadle.engine.run.workers import WorkerExecutor, run_step

TRIVIAL = "x = 1 + 1\nprint(x)"
FIGURE = """fig, ax = plt.subplots()
ax.plot([1, 2, 4], label="loss")
ax.set_xlabel("epoch")
ax.set_ylabel("test error")
ax.legend()"""
IMPORTS = "import matplotlib.pyplot as plt"


@dataclass(frozen=True)
class Costs:
    """Seconds: to weave a document of one chunk, a further chunk, a further figure."""

    start: float
    chunk: float
    figure: float


def document(path: Path, first: str, body: str, count: int) -> Path:
    """A document of `count` chunks after a first one."""
    chunks = [first, *[body] * count]
    texts = (f"Paragraph {n}.\n\n```python\n{code}\n```\n" for n, code in enumerate(chunks))
    path.write_text("\n".join(texts), "utf-8")
    return path


def treadle(source: Path) -> list[str]:
    options = ["--no-cache", "--to", "tex", "-o", "out"]
    return [sys.executable, "-m", "treadle", "build", source.name, *options]


def pweave(source: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("pweave")), "-f", "tex", source.name]


def measure(
    tool: Callable[[Path], list[str]], folder: Path, chunks: int, figures: int, rounds: int
) -> Costs:
    """The costs of a tool: best of the rounds."""

    def best(source: Path) -> float:
        return min(seconds_of(tool(source), folder) for _ in range(rounds))

    one = best(document(folder / "one.pmd", "pass", TRIVIAL, 1))
    many = best(document(folder / "many.pmd", "pass", TRIVIAL, chunks + 1))
    one_figure = best(document(folder / "figure.pmd", IMPORTS, FIGURE, 1))
    many_figures = best(document(folder / "figures.pmd", IMPORTS, FIGURE, figures + 1))
    return Costs(one, (many - one) / chunks, (many_figures - one_figure) / figures)


def worker_costs(folder: Path, chunks: int) -> tuple[float, float, float]:
    """Of the worker alone: start-up with its first chunk, a chunk, and its code by bare exec."""
    begin = time.perf_counter()
    with WorkerExecutor(WorkerSetup(str(folder), "", str(folder / "shown"))) as executor:
        step = Step(Cell(0, "it", TRIVIAL, "many.pmd", 3, 1))
        executor.submit(run_step, step).result()
        start = time.perf_counter() - begin
        begin = time.perf_counter()
        for future in [executor.submit(run_step, step) for _ in range(chunks)]:
            future.result()
        chunk = (time.perf_counter() - begin) / chunks
    code = TRIVIAL.replace("print(x)", "str(x)")
    begin = time.perf_counter()
    for _ in range(chunks):
        exec(compile(code, "many.pmd", "exec"), {})
    return start, chunk, (time.perf_counter() - begin) / chunks


def report(ours: Costs, theirs: Costs, chunks: int, figures: int) -> None:
    print(f"{'':34}{'Treadle':>10}{'Pweave':>10}{'ratio':>8}")
    rows = [
        ("a document of one chunk, ms", ours.start, theirs.start),
        (f"a further chunk (of {chunks}), ms", ours.chunk, theirs.chunk),
        (f"a further figure (of {figures}), ms", ours.figure, theirs.figure),
    ]
    for label, mine, other in rows:
        print(f"{label:34}{1e3 * mine:10.2f}{1e3 * other:10.2f}{other / mine:8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--chunks", type=int, default=1000)
    parser.add_argument("--figures", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sizes = (Path(name), options.chunks, options.figures, options.rounds)
        ours, theirs = measure(treadle, *sizes), measure(pweave, *sizes)
        start, chunk, bare = min(
            worker_costs(Path(name), options.chunks) for _ in range(options.rounds)
        )
    report(ours, theirs, options.chunks, options.figures)
    print(
        f"the worker alone: {1e3 * start:.0f} ms to its first result, "
        f"{1e3 * chunk:.2f} ms a chunk, of which bare exec {1e3 * bare:.2f} ms"
    )


if __name__ == "__main__":
    main()
