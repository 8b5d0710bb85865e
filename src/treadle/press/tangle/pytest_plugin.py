"""For pytest: a test of extracted code that fails is told at its line of the document.

Pytest finds it by the package's entry point; where no file was extracted, it says nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.press.tangle.extract import origin_of
from treadle.problem import Problem, Span, error

if TYPE_CHECKING:
    import pytest


PLACE = re.compile(r"^(?P<file>\S[^:\n]*\.py):(?P<line>\d+):", re.MULTILINE)
NATIVE_PLACE = re.compile(r'^ *File "(?P<file>[^"\n]+\.py)", line (?P<line>\d+)', re.MULTILINE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After pytest's own words, a line for each failure: `report.pmd:12: error: test_f failed`."""
    config = terminalreporter.config
    root, here = config.rootpath, config.invocation_params.dir
    for kind in ("failed", "error"):
        for report in terminalreporter.getreports(kind):
            problem = problem_of(report, root, here)
            if problem is not None:
                terminalreporter.write_line(str(problem))


def problem_of(
    report: pytest.TestReport | pytest.CollectReport, root: Path, here: Path
) -> Problem | None:
    """The failure at the innermost line that stands in a document; None where none does.

    `here` is where pytest was called; documents are named from the project's `root`.
    """
    spans = (origin_of(here / file, line) for file, line in _places(report))
    found = [span for span in spans if span is not None]
    if not found:
        return None
    crash = getattr(report.longrepr, "reprcrash", None)
    said = crash.message if crash is not None else report.longreprtext.strip().split("\n")[-1]
    name = report.nodeid.rpartition("::")[2] or report.nodeid
    at = Span.at(_document(found[-1].file, root), found[-1].line)
    return error(at, f"{name} failed: {' '.join(said.split())}")


def _places(report: pytest.TestReport | pytest.CollectReport) -> Iterator[tuple[str, int]]:
    """Files and lines of the traceback in any of pytest's styles, the innermost last."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:  # all there is in the short styles
        yield crash.path, crash.lineno
    text = report.longreprtext
    for found in itertools.chain(NATIVE_PLACE.finditer(text), PLACE.finditer(text)):
        yield found["file"], int(found["line"])


def _document(name: str, root: Path) -> str:
    """The document as pytest's user would name it: extracted files don't tell its folder."""
    found = [path for path in (root / name, *root.glob(f"*/{name}")) if path.is_file()]
    return str(found[0].relative_to(root)) if len(found) == 1 else name
