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
    command.add_argument(
        "-o",
        dest="out_dir",
        metavar="DIR",
        type=Path,
        default=Path("build"),
        help=f"{what} (default: build)",
    )


def add_code_dir(command: argparse.ArgumentParser) -> None:
    """`--code DIR`."""
    command.add_argument(
        "--code",
        dest="code_dir",
        metavar="DIR",
        type=Path,
        default=Path("code"),
        help="where module chunks are extracted to (default: code)",
    )
