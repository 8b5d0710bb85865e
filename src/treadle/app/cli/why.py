"""`treadle why`: which chunks a build would run, and why; nothing is run."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from treadle.app import cli
from treadle.app.cli.problems import Format, Printer

if TYPE_CHECKING:
    from treadle.app.why import Verdict

WORTH = 0.1  # seconds of a chunk that are worth a word
MOST = 3  # reasons shown of each chunk where all chunks are; asked for one, all


def add_to(commands: cli.Subcommands) -> None:
    why = commands.add_parser("why", help="say why each chunk would run, or not")
    cli.add_file(why)
    why.add_argument("chunk", metavar="CHUNK", nargs="?", help="only this one, by its name")
    cli.add_folder(why, "-o", "build", "the folder builds go to")
    cli.add_params(why)
    cli.add_folder(why, "--code", "code", "where module chunks are extracted to")
    why.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> cli.Exit:
    from treadle.app.report import Request
    from treadle.app.why import explain
    from treadle.problem import has_errors

    params, misuses = cli.given_params(arguments)
    if misuses:
        return cli.status(misuses)
    folders = {"out_dir": arguments.build_dir, "code_dir": arguments.code_dir}
    explained = explain(Request(arguments.file, params=params, **folders), cli.say_waiting)
    shown = [item for item in explained.verdicts if arguments.chunk in (None, item.label)]
    misuses = explained.misuses
    if explained.verdicts and not shown:
        misuses = (f"{arguments.file} has no chunk `{arguments.chunk}`",)
    status = cli.status(misuses, failed=has_errors(explained.problems))
    Printer(Format.TEXT).print_all(explained.problems)
    most = sys.maxsize if arguments.chunk else MOST
    for verdict in shown:
        if verdict.is_chunk or not verdict.kept:
            print(line_of(verdict, most))
    return status


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
