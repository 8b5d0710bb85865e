"""`treadle check`: what is wrong with documents, as far as reading it tells; nothing is run."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from treadle.app import cli
from treadle.app.cli.problems import Format, Printer, add_format


def add_to(commands: cli.Subcommands) -> None:
    check = commands.add_parser("check", help="say what is wrong with documents; nothing is run")
    check.add_argument("files", metavar="FILE.pmd", type=Path, nargs="+")
    check.add_argument("--strict", action="store_true", help="fail on warnings, too")
    cli.add_params(check)
    add_format(check)
    check.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> cli.Exit:
    """Tell the problems of all documents; with `--strict` warnings count as errors do."""
    params, misuses = cli.given_params(arguments)
    if misuses:
        return cli.status(misuses)
    return max(_check(path, params, arguments) for path in arguments.files)


def _check(path: Path, params: Mapping[str, object], arguments: argparse.Namespace) -> cli.Exit:
    from treadle.app.check import check
    from treadle.app.report import Request

    checked = check(Request(path, params=params))
    prefix = f"{path}: " if len(arguments.files) > 1 else ""
    failed = checked.failed or bool(arguments.strict and checked.problems)
    status = cli.status([f"{prefix}{text}" for text in checked.misuses], failed=failed)
    Printer(Format(arguments.format)).print_all(checked.problems)
    return status
