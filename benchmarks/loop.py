"""How long the loop of editing and building takes: medians, each beside a floor of the same run.

    python benchmarks/loop.py [--rounds 7] [--only small expensive many values report] [--full]
    python benchmarks/loop.py --against OTHER/.venv/bin/treadle

Every round makes a real edit: another word, another number. The floors are a bare `python -c pass`
and a bare pass of pdflatex over the same `.tex`, as it is and with its preamble in a format.
Pweave, where it can do the same, has no cache that holds and goes to LaTeX only. `report` works on
a copy of the project, with small parameters unless `--full`, built once before anything is timed.
It wants a machine that does nothing else. With `--against`, this version and another one
are measured side by side instead.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bare_latex import Floor, bare_passes
from benchmarks.loop_against import side_by_side
from benchmarks.loop_documents import (
    COSTLY,
    EXPENSIVE_SECONDS,
    MANY,
    bare_exec_of_many,
    expensive,
    many,
    small,
)
from benchmarks.timing import Row, bare_python, heading, median, seconds_of, timed, times
from benchmarks.value_speed import value_rows

ROOT = Path(__file__).resolve().parents[1]
PWEAVE = (str(Path(sys.executable).with_name("pweave")), "-f", "tex")
SMALL_PARAMS = {
    "train_size": 2000,
    "test_size": 500,
    "epochs_dense": 1,
    "epochs_cnn": 1,
    "seeds_dense": 1,
    "seeds_cnn": 1,
    "epochs_rnn": 1,
    "seeds_naive": 1,
    "epochs_textcnn": 1,
    "seeds_text": 1,
    "texts": 500,
}
PROSE_OF_REPORT = "`make pdf` sets up the pinned packages"


Command = tuple[str, ...]


def build(name: str, *arguments: str) -> Command:
    return (sys.executable, "-m", "treadle", "build", name, *arguments)


def edited(
    path: Path, text: Callable[[int], str], command: tuple[str, ...]
) -> Callable[[int], float]:
    """A round: write the text of this round, then time the command."""

    def measure(number: int) -> float:
        path.write_text(text(number), "utf-8")
        return seconds_of(command, path.parent)

    return measure


def beside(value: float, python: float, floor: Floor) -> str:
    """The floors of a build that ends in a PDF."""
    return (
        f"{times(value, python)} python, {times(value, floor.plain)} pdflatex, "
        f"{times(value, floor.dumped)} pdflatex with its format"
    )


def floor_rows(floor: Floor) -> Iterator[Row]:
    yield Row("  a bare pdflatex pass of it", floor.plain)
    yield Row("  a bare pdflatex pass with its preamble in a format", floor.dumped)


def small_rows(folder: Path, python: float, rounds: int) -> Iterator[Row]:
    """A document of two chunks."""
    path = folder / "small.pmd"
    command = build(path.name)
    path.write_text(small("first"), "utf-8")
    yield Row("small document: first build", seconds_of(command, folder))
    seconds_of(command, folder)
    floor = bare_passes(folder / "build", "small", rounds)
    pweave = median(lambda _: seconds_of((*PWEAVE, path.name), folder), rounds)
    nothing = median(lambda _: seconds_of(command, folder), rounds)
    yield Row(
        "small document: nothing changed",
        nothing,
        goal=0.15,
        beside=f"{times(nothing, python)} python; Pweave {times(pweave, nothing)}",
    )
    prose = median(edited(path, lambda n: small(f"number {n}"), command), rounds)
    yield Row(
        "small document: a word edited, to the PDF",
        prose,
        goal=0.6,
        beside=f"{beside(prose, python, floor)}; Pweave to .tex {times(pweave, prose)}",
    )
    yield from floor_rows(floor)
    yield Row("  Pweave, to .tex", pweave)


def expensive_rows(folder: Path, python: float, rounds: int) -> Iterator[Row]:
    """A cheap chunk that is edited after one that took long."""
    numpy = median(lambda _: seconds_of((sys.executable, "-c", "import numpy"), folder), rounds)
    yield Row("bare python -c 'import numpy'", numpy)
    for kind in COSTLY:
        yield from _edited_after(kind, folder, python, rounds)


def _edited_after(kind: str, folder: Path, python: float, rounds: int) -> Iterator[Row]:
    path = folder / "expensive.pmd"
    path.write_text(expensive(kind, -1), "utf-8")
    first = seconds_of(build(path.name), folder)
    yield Row(f"a chunk of {EXPENSIVE_SECONDS:g} s giving {kind}, first build", first)
    pweave = seconds_of((*PWEAVE, path.name), folder)
    floor = bare_passes(folder / "build", "expensive", rounds)
    for label, target, start in (("to the .tex", "tex", 0), ("to the PDF", "pdf", rounds)):
        command = build(path.name, "--to", target)
        value = median(_over_its_own(kind, path, command, start), rounds)
        floors = f"{times(value, python)} python"
        if target == "pdf":
            floors = beside(value, python, floor)
        yield Row(
            f"  a cheap one after it edited, {label}: over its own time",
            value,
            goal=0.3,
            beside=f"{floors}; Pweave to .tex {times(pweave, value)}",
        )
    yield from floor_rows(floor)
    yield Row("  Pweave, to .tex", pweave)


def _over_its_own(kind: str, path: Path, command: Command, start: int) -> Callable[[int], float]:
    """A round: edit the cheap chunk, build, and take off the time the chunk itself took."""

    def measure(number: int) -> float:
        path.write_text(expensive(kind, start + number), "utf-8")
        spent, output = timed(command, path.parent)
        lines = [line.split() for line in output.splitlines()[:-1]]
        if [line[1] for line in lines] != ["look"]:
            sys.exit(f"more ran than the cheap chunk, or less:\n{output}")
        return spent - float(lines[0][-2])

    return measure


def cold_rows(folder: Path, python: float, rounds: int) -> Iterator[Row]:
    """Documents that were never built.

    Each round is in a folder of its own, and none is removed before all is measured: for some
    time after a thousand files are removed, ext4 takes ten times as long to make new ones.
    """

    def cold(count: int) -> Callable[[int], float]:
        def measure(number: int) -> float:
            path = folder / f"{count}-{number}" / "many.pmd"
            path.parent.mkdir()
            text = many(number, count=count)
            return edited(path, lambda _: text, build(path.name, "--to", "tex"))(number)

        return measure

    bare = median(lambda _: seconds_of(bare_exec_of_many(), folder), rounds)
    one, all_ = median(cold(1), rounds), median(cold(MANY), rounds)
    pweave = seconds_of((*PWEAVE, "many.pmd"), folder / f"{MANY}-0")
    yield Row(
        f"{MANY} trivial chunks, cold, to the .tex",
        all_,
        beside=f"one chunk {one:.2f} s; bare exec {bare:.2f} s; Pweave {times(pweave, all_)}",
    )
    yield Row(
        "  a chunk more, over bare exec",
        1e3 * (all_ - one - (bare - python)) / (MANY - 1),
        "ms",
        goal=1.0,
        beside=f"with start and LaTeX's page shared out {1e3 * (all_ - bare) / MANY:.2f} ms",
    )


def many_rows(folder: Path, python: float, rounds: int) -> Iterator[Row]:
    """A thousand trivial chunks."""
    yield from cold_rows(folder, python, rounds)
    path = folder / "many.pmd"
    command = build(path.name, "--to", "tex")
    path.write_text(many(0), "utf-8")
    seconds_of(command, folder)
    nothing = median(lambda _: seconds_of(command, folder), rounds)
    yield Row(
        f"{MANY} chunks, nothing changed, to the .tex", nothing, beside=times(nothing, python)
    )
    one = median(edited(path, lambda n: many(0, middle=n + 1), command), rounds)
    yield Row(
        f"{MANY} chunks, one edited, to the .tex",
        one,
        goal=0.5,
        beside=times(one, python),
    )
    whole = build(path.name)
    seconds_of(whole, folder)
    floor = bare_passes(folder / "build", "many", rounds)
    one = median(edited(path, lambda n: many(0, middle=-n - 1), whole), rounds)
    yield Row(f"{MANY} chunks, one edited, to the PDF", one, beside=beside(one, python, floor))
    yield from floor_rows(floor)


def copy_of_project(folder: Path) -> Path:
    """What `make pdf` needs, with the environment of this project."""
    project = folder / "project"
    for name in ("report", "code", "templates", "src", "scripts"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy2(ROOT / name, project / name)
    environment = Path(sys.executable).parents[1]
    (project / ".venv").mkdir()
    for entry in environment.iterdir():
        if not entry.name.endswith("ready"):
            (project / ".venv" / entry.name).symlink_to(entry)
    for name in ("ready", "tex-ready", "data-ready"):
        (project / ".venv" / name).touch()
    return project


def report_rows(folder: Path, python: float, rounds: int, full: bool) -> Iterator[Row]:
    """The real report: it is trained once, and never again."""
    project = copy_of_project(folder)
    source = project / "report" / "assignment9.pmd"
    text = source.read_text("utf-8")
    for name, value in () if full else SMALL_PARAMS.items():
        text = re.sub(rf"(?m)^( +{name}:) +\d+", rf"\1 {value}", text, count=1)
    source.write_text(text, "utf-8")
    make = ("make", "--no-print-directory", "pdf")
    yield Row("the report: first build, with training", seconds_of(make, project))
    command = build("report/assignment9.pmd")
    seconds_of(command, project)
    floor = bare_passes(project / "build", "assignment9", rounds)
    if PROSE_OF_REPORT not in text:
        sys.exit(f"the report has no longer the words `{PROSE_OF_REPORT}`")

    def with_word(number: int) -> float:
        words = f"In draft {number}, {PROSE_OF_REPORT}"
        source.write_text(text.replace(PROSE_OF_REPORT, words), "utf-8")
        spent, output = timed(command, project)
        if not output.splitlines()[-1].startswith("ran 0 of "):
            sys.exit(f"a word of prose made chunks run:\n{output}")
        return spent

    prose = median(with_word, rounds)
    yield Row(
        "the report: a word edited, to the PDF",
        prose,
        goal=1.0,
        beside=beside(prose, python, floor),
    )
    yield from floor_rows(floor)
    for label, again, goal in (("treadle build", command, 0.15), ("make pdf", make, 0.1)):
        seconds_of(again, project)
        nothing = median(lambda _, again=again: seconds_of(again, project), rounds)  # type: ignore[misc]
        floors = f"{times(nothing, python)} python"
        yield Row(f"the report: nothing changed, `{label}`", nothing, goal=goal, beside=floors)


def main() -> None:
    parts = ("small", "expensive", "many", "values", "report")
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    parser.add_argument("--full", action="store_true", help="the report with its own parameters")
    parser.add_argument("--against", metavar="COMMAND", type=Path, help="another `treadle`")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    if busy > 0.5:
        print(f"the load is {busy:.1f}: other work on this machine makes figures worse")
    with tempfile.TemporaryDirectory() as name:
        folder, rounds = Path(name), options.rounds
        if options.against:
            commands = (sys.executable, "-m", "treadle"), (str(options.against.absolute()),)
            for line in side_by_side(folder, *commands, rounds):
                print(line, flush=True)
            return
        print(heading())
        python = bare_python(folder, max(rounds, 5))
        print(Row("bare python -c pass", python))
        rows = {
            "small": lambda: small_rows(folder, python, rounds),
            "expensive": lambda: expensive_rows(folder, python, rounds),
            "many": lambda: many_rows(folder, python, rounds),
            "values": lambda: value_rows(folder, rounds),
            "report": lambda: report_rows(folder, python, rounds, options.full),
        }
        for part in options.only:
            for row in rows[part]():
                print(row, flush=True)


if __name__ == "__main__":
    main()
