"""`treadle clean`: remove what builds have made."""

from __future__ import annotations

import argparse
from pathlib import Path

Subcommands = argparse._SubParsersAction


def add_to(commands: Subcommands[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    clean = commands.add_parser("clean", help="remove what `treadle build` has made")
    clean.add_argument(
        "files",
        metavar="FILE.pmd",
        nargs="*",
        type=Path,
        help="only what was made from these (default: all that was made)",
    )
    clean.add_argument(
        "-o",
        dest="out_dir",
        metavar="DIR",
        type=Path,
        default=Path("build"),
        help="the folder builds went to (default: build)",
    )
    clean.add_argument("-q", dest="quiet", action="store_true", help="print nothing")
    clean.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Remove; nothing that a build has not made."""
    from treadle.building.clean import clean
    from treadle.cli.main import Exit

    stems = tuple(path.stem for path in arguments.files)
    removed = clean(arguments.out_dir, stems)
    if not arguments.quiet:
        print(f"removed {len(removed)} files from {arguments.out_dir}")
    return Exit.WELL
