"""`treadle clean`: remove what builds have made."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

from treadle.app import cli

SECONDS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


def add_to(commands: cli.Subcommands) -> None:
    clean = commands.add_parser(
        "clean",
        help="remove what `treadle build` has made",
        description="Remove what `treadle build` has made; the cache stays, unless asked for.",
    )
    what = clean.add_mutually_exclusive_group()
    what.add_argument(
        "files",
        metavar="FILE.pmd",
        nargs="*",
        type=Path,
        default=[],
        help="only what was made from these (default: all that was made)",
    )
    what.add_argument("--all", dest="everything", action="store_true", help="the cache, too")
    what.add_argument(
        "--older",
        metavar="AGE",
        type=age,
        help="only what the cache holds and no build has used for that long: 12h, 30d, 2w",
    )
    cli.add_folder(clean, "-o", "build", "the folder builds went to")
    cli.add_quiet(clean, "nothing")
    clean.set_defaults(run=run)


def age(text: str) -> float:
    """The seconds that `30d` or the like means."""
    found = re.fullmatch(r"(\d+)([hdw])", text)
    if found is None:
        message = f"{text!r} is not an age: write hours, days or weeks, as in 12h, 30d or 2w"
        raise argparse.ArgumentTypeError(message)
    return float(found[1]) * SECONDS[found[2]]


def run(arguments: argparse.Namespace) -> cli.Exit:
    """Remove; nothing that a build has not made."""
    for line in _removed(arguments):
        if not arguments.quiet:
            print(line)
    return cli.Exit.WELL


def _removed(arguments: argparse.Namespace) -> tuple[str, ...]:
    """What was done, in words."""
    from treadle.app.clean import clean, clean_cache, clean_old
    from treadle.engine.store.eviction import in_words

    out_dir = arguments.build_dir
    if arguments.older is not None:
        gone = clean_old(out_dir, arguments.older)
        return (f"removed {gone.entries} files ({in_words(gone.size)}) from the cache",)
    files = clean(out_dir, tuple(path.stem for path in arguments.files), cli.say_waiting)
    first = f"removed {len(files)} files from {out_dir}"
    if not arguments.everything:
        return (first, *_kept(out_dir, arguments.files))
    gone = clean_cache(out_dir)
    return (f"{first}, and the cache ({in_words(gone.size)})",) if gone.entries else (first,)


def _kept(out_dir: Path, files: list[Path]) -> tuple[str, ...]:
    from treadle.engine.store.eviction import in_words, size
    from treadle.engine.store.store import store_folder

    kept = 0 if files else size(store_folder(out_dir))
    if not kept:
        return ()
    where = "" if out_dir == Path("build") else f" -o {shlex.quote(str(out_dir))}"
    command = f"treadle clean --all{where}"
    return (f"kept the cache, {in_words(kept)} in {store_folder(out_dir)}: `{command}` removes it",)
