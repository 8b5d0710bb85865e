"""`treadle why`: which chunks a build would run, and why; nothing is run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.app.cli.arguments import add_code_dir, add_out_dir, add_params

if TYPE_CHECKING:
    from treadle.app.why import Verdict


WORTH = 0.1  # seconds of a chunk that are worth a word
MOST = 3  # reasons shown of each chunk where all chunks are; asked for one, all

Subcommands = argparse._SubParsersAction


def add_to(commands: Subcommands[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    why = commands.add_parser("why", help="say why each chunk would run, or not")
    why.add_argument("file", metavar="FILE.pmd", type=Path)
    why.add_argument("chunk", metavar="CHUNK", nargs="?", help="only this one, by its name")
    add_out_dir(why, "the folder builds go to")
    add_params(why)
    add_code_dir(why, "--code", "where module chunks are extracted to")
    why.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line a chunk; 0 if all is well, 1 if the document has errors, 2 on a misuse."""
    from treadle.app.cli.main import Exit
    from treadle.app.cli.problems import Format, misuse, say_waiting, tell_all, teller
    from treadle.app.report import Request
    from treadle.app.why import explain
    from treadle.problem import has_errors

    request = Request(
        path=arguments.file,
        out_dir=arguments.out_dir,
        code_dir=arguments.code_dir,
        params=tuple(arguments.params),
    )
    explained = explain(request, say_waiting)
    misuses = list(explained.misuses)
    shown = [item for item in explained.verdicts if arguments.chunk in (None, item.label)]
    if arguments.chunk is not None and explained.verdicts and not shown:
        misuses.append(f"{arguments.file} has no chunk `{arguments.chunk}`")
    for message in misuses:
        misuse(message)
    tell_all(explained.diagnostics, teller(Format.TEXT))
    most = sys.maxsize if arguments.chunk else MOST
    for verdict in shown:
        if verdict.is_chunk or not verdict.kept:
            print(line_of(verdict, most))
    if misuses:
        return Exit.MISUSED
    return Exit.DOCUMENT_ERRORS if has_errors(explained.diagnostics) else Exit.WELL


def line_of(verdict: Verdict, most: int) -> str:
    """`report.pmd:12: fit runs, because its code changed`; so many reasons at most."""
    place = f"{verdict.span}: {verdict.label}"
    if verdict.kept:
        took = f"took {verdict.seconds:.1f} s, {verdict.peak_memory / 1e6:,.0f} MB held by then"
        return f"{place} kept ({took})" if verdict.seconds >= WORTH else f"{place} kept"
    word = "runs, because" if verdict.certain else "runs if that changes something:"
    reasons = verdict.reasons[:most]
    left = len(verdict.reasons) - len(reasons)
    more = f"; and {left} more" if left else ""
    return f"{place} {word} {'; '.join(reasons)}{more}"
