"""What subcommands share: arguments, `-P` among them, and exit statuses."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TypeAlias

Parser = argparse.ArgumentParser
Subcommands: TypeAlias = "argparse._SubParsersAction[Parser]"  # argparse gives it no public name


class Exit(IntEnum):
    """The exit statuses of the command."""

    WELL = 0
    DOCUMENT_ERRORS = 1
    MISUSED = 2
    INTERRUPTED = 130
    TERMINATED = 143


def status(misuses: Sequence[str] = (), *, failed: bool = False) -> Exit:
    """The exit status; it is said what is wrong with how the command was called."""
    for message in misuses:
        print(f"treadle: error: {message}", file=sys.stderr)
    if misuses:
        return Exit.MISUSED
    return Exit.DOCUMENT_ERRORS if failed else Exit.WELL


def say_waiting() -> None:
    """Say why nothing happens."""
    print("treadle: waiting for another build of the document to end", file=sys.stderr)


def add_file(command: Parser) -> None:
    command.add_argument("file", metavar="FILE.pmd", type=Path)


def add_folder(command: Parser, flag: str, default: str, what: str) -> None:
    """`flag DIR`: `what` the folder is to the command; it becomes `build_dir` or `code_dir`."""
    command.add_argument(
        flag,
        dest=f"{default}_dir",
        metavar="DIR",
        type=Path,
        default=Path(default),
        help=f"{what} (default: {default})",
    )


def add_quiet(command: Parser, what: str = "nothing but problems") -> None:
    command.add_argument("-q", dest="quiet", action="store_true", help=f"print {what}")


def add_params(command: Parser) -> None:
    """`-P NAME=VALUE`, any number of times; `given_params` reads them."""
    command.add_argument(
        "-P",
        dest="params",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a parameter of the front matter; may be repeated",
    )


def add_python(command: Parser) -> None:
    """`--python PATH`."""
    command.add_argument(
        "--python",
        metavar="PATH",
        help="the Python that runs the code, or its environment (default: as the front matter "
        "says, that of the active environment, or treadle's own)",
    )


def given_params(arguments: argparse.Namespace) -> tuple[Mapping[str, object], tuple[str, ...]]:
    """The parameters by name, and what is wrong with how they are written."""
    if not arguments.params:
        return {}, ()
    from treadle.press.document.parameters import read_assignments  # it imports YAML

    return read_assignments(arguments.params)
