"""Which caches show something stale: Treadle's, Pweave's and marimo's, over the same changes.

    python benchmarks/staleness.py [--quick | --all] [--jobs 2]

Each case of tests/functional/staleness that applies is put to each of them: build, change, build
again with what the first build kept, and compare with a clean build of the changed sources in
another folder. What is compared is what the chunks printed, and whether the build failed.

    right   the second build shows what the clean one shows
    STALE   it shows something else, and does not say so
    fails   it fails, and the clean one does not
    n/a     the tool's own clean build can't do what the case asks

Pweave keeps results with `-c` and takes them with `-d` (documentation mode). marimo keeps what
`mo.persistent_cache` wraps: each chunk becomes a cell, whose statements are wrapped but for its
imports, functions and classes, and whose prints are values that are wrapped, too. It is installed
into a virtual environment of this script's own, which is thrown away.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.staleness_rivals import MARIMO, Marimo, Pweave, Rival, Shown  # noqa: E402
from tests.functional.programs import link_programs  # noqa: E402
from tests.functional.staleness.case import Case, all_cases  # noqa: E402
from tests.functional.staleness.changes import Place, apply_change, lay_out  # noqa: E402
from tests.functional.staleness.procedure import try_case  # noqa: E402

# One or two of each kind of change.
CHOSEN = [
    "needless:comment",
    "values:chunk-code",
    "values:upstream-value",
    "values:equal-but-another-type",
    "values:order-of-a-set",
    "values:restored-value",
    "values:rebinding-in-one-name",
    "structure:inserted-before",
    "structure:random-numbers-and-an-insertion",
    "structure:document-seed",
    "structure:chunk-renamed",
    "structure:reordered",
    "structure:deleted-in-between",
    "structure:deleted-in-place-change",
    "structure:deleted-binding",
    "in_place:list-append-restored",
    "in_place:dict-in-a-dict",
    "in_place:object-attribute",
    "in_place:class-attribute",
    "in_place:mutable-default",
    "aliasing:two-names",
    "aliasing:list-and-element",
    "aliasing:alias-or-copy",
    "aliasing:closure-over-a-global-list",
    "functions:helper-two-calls-away",
    "functions:global-of-a-function",
    "functions:closure",
    "functions:decorator",
    "functions:registering-decorator",
    "classes:base-class-two-chunks-up",
    "classes:enum",
    "classes:dataclass",
    "names:del",
    "names:shadowed-builtin",
    "names:global-in-a-function",
    "names:star-import",
    "unstorable:generator-over-two-chunks",
    "unstorable:open-file-over-two-chunks",
    "modules:helper-module",
    "modules:helper-of-the-helper",
    "modules:constant-of-a-module",
    "modules:class-in-a-module",
    "modules:module-counter",
    "files:read-with-open",
    "files:same-size-and-time",
    "files:read-in-a-helper",
    "files:exists",
    "files:listed-directory",
    "files:pandas-read-csv",
    "files:numpy-loadtxt",
    "written:written-and-read",
    "written:append-edited",
    "written:written-removed-and-reader-edited",
    "world:environment-get",
    "world:package-version",
    "world:program-without-depends",
    "state:print-options",
    "state:print-options-edited",
    "state:environment-set-by-a-chunk",
    "state:working-directory",
    "state:attribute-of-a-library",
    "inline:inline-value",
    "inline:inline-changes-a-value-restored",
    "arrays:array-changed-in-place",
    "arrays:view",
    "arrays:pandas-column",
]


def main() -> None:
    arguments = _parser().parse_args()
    cases = _chosen(quick=arguments.quick, everything=arguments.all)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        rivals: list[Rival] = [Pweave.installed(), Marimo.installed(folder / "marimo")]
        judges: list[Callable[[Case, Path], str]] = [
            _treadles(folder),
            *(_rivals(rival) for rival in rivals),
        ]
        heads = [f"Treadle {version('treadle')}", f"Pweave {version('pweave')}", f"marimo {MARIMO}"]
        with ThreadPoolExecutor(arguments.jobs) as pool:
            rows = list(pool.map(lambda case: _row(case, judges, folder), cases))
    _print(cases, heads, rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="every fifth case")
    parser.add_argument("--all", action="store_true", help="every case that applies (long)")
    parser.add_argument("--jobs", type=int, default=2, help="cases at a time")
    return parser


def _chosen(*, quick: bool, everything: bool) -> list[Case]:
    known = {f"{case.theme}:{case.name}": case for case in all_cases()}
    if everything:
        shown = (case for case in known.values() if case.now or case.status)
        return [case for case in shown if not case.header("rivals") and not case.header("kill")]
    return [known[name] for name in CHOSEN][:: 5 if quick else 1]


def _row(case: Case, judges: Sequence[Callable[[Case, Path], str]], folder: Path) -> list[str]:
    verdicts = []
    for number, judge in enumerate(judges):
        scratch = folder / f"{case.theme}-{case.name}-{number}"
        verdicts.append(judge(case, scratch))
        shutil.rmtree(scratch, ignore_errors=True)
    return verdicts


def _treadles(folder: Path) -> Callable[[Case, Path], str]:
    """Treadle's judge: here the whole `.tex` and the figures must be equal."""
    programs = folder / "programs"
    programs.mkdir()
    link_programs(programs)

    def judge(case: Case, scratch: Path) -> str:
        trial = try_case(case, scratch, programs)
        if trial.clean.status != case.status:
            return "n/a"
        if trial.second.status != trial.clean.status:
            return "fails" if trial.second.status else "STALE"
        return "right" if case.status or trial.second.files == trial.clean.files else "STALE"

    return judge


def _rivals(rival: Rival) -> Callable[[Case, Path], str]:
    def judge(case: Case, scratch: Path) -> str:
        if case.header("rivals"):
            return "n/a"
        here, there = Place(scratch / "a/work"), Place(scratch / "b/work")
        try:
            lay_out(case, here)
            first = rival.build(here)
            apply_change(case, here, built=True)
            second = rival.build_again(here)
            lay_out(case, there)
            apply_change(case, there, built=False)
            clean = rival.build(there)
        except (FileNotFoundError, SyntaxError):
            return "n/a"
        except subprocess.TimeoutExpired:
            return "fails"
        return _verdict(case, first, second, clean)

    return judge


def _verdict(case: Case, first: Shown, second: Shown, clean: Shown) -> str:
    if first.failed or clean.failed != bool(case.status):
        return "n/a"
    if not clean.failed and not all(now in clean.text for now in case.now if now != "*"):
        return "n/a"
    if clean.failed or second.failed:
        return "right" if second.failed and clean.failed else "fails" if second.failed else "STALE"
    return "right" if second.text == clean.text else "STALE"


def _print(cases: Sequence[Case], heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The table, in Markdown, and how often each verdict was given."""
    print(f"| change | {' | '.join(heads)} |")
    print(f"|---|{'---|' * len(heads)}")
    for case, row in zip(cases, rows, strict=True):
        print(
            f"| {case.theme.replace('_', ' ')}: {case.name.replace('-', ' ')} | {' | '.join(row)} |"
        )
    for verdict in ("right", "STALE", "fails", "n/a"):
        counts = [Counter(column)[verdict] for column in zip(*rows, strict=True)]
        print(f"| **{verdict}** | {' | '.join(f'**{count}**' for count in counts)} |")


if __name__ == "__main__":
    main()
