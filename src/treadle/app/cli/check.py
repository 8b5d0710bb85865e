"""`treadle check`: what is wrong with documents, as far as reading it tells; nothing is run."""

from __future__ import annotations

import argparse
from pathlib import Path

from treadle.app.cli.arguments import add_params
from treadle.app.cli.problems import add_format

Subcommands = argparse._SubParsersAction


def add_to(commands: Subcommands[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    check = commands.add_parser("check", help="say what is wrong with documents; nothing is run")
    check.add_argument("files", metavar="FILE.pmd", type=Path, nargs="+")
    check.add_argument("--strict", action="store_true", help="fail on warnings, too")
    add_params(check)
    add_format(check)
    check.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell the problems; 0 if there are no errors, 1 if there are, 2 on a misuse.

    With `--strict` warnings count as errors do. Of several documents all are checked.
    """
    return max(_check(path, arguments) for path in arguments.files)


def _check(path: Path, arguments: argparse.Namespace) -> int:
    from treadle.app.check import check
    from treadle.app.cli.main import Exit
    from treadle.app.cli.problems import Format, misuse, tell_all, teller
    from treadle.app.report import Request

    checked = check(Request(path, params=tuple(arguments.params)))
    for message in checked.misuses:
        misuse(message if len(arguments.files) == 1 else f"{path}: {message}")
    tell_all(checked.diagnostics, teller(Format(arguments.format)))
    if checked.misuses:
        return Exit.MISUSED
    failed = checked.failed or (arguments.strict and checked.diagnostics)
    return Exit.DOCUMENT_ERRORS if failed else Exit.WELL
