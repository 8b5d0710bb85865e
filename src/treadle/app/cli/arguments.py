"""What several subcommands are given alike."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_params(command: argparse.ArgumentParser) -> None:
    """`-P NAME=VALUE`, any number of times."""
    command.add_argument(
        "-P",
        dest="params",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a parameter of the front matter; may be repeated",
    )


def add_out_dir(command: argparse.ArgumentParser, what: str) -> None:
    """`-o DIR`: `what` the folder of builds is to the command."""
    _add_folder(command, "-o", "out_dir", "build", what)


def add_code_dir(command: argparse.ArgumentParser, flag: str, what: str) -> None:
    """`flag DIR`: `what` the folder of extracted code is to the command."""
    _add_folder(command, flag, "code_dir", "code", what)


def _add_folder(
    command: argparse.ArgumentParser, flag: str, name: str, default: str, what: str
) -> None:
    command.add_argument(
        flag,
        dest=name,
        metavar="DIR",
        type=Path,
        default=Path(default),
        help=f"{what} (default: {default})",
    )
