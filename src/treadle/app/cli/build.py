"""`treadle build`: the document's `.tex` and PDF."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.app.cli.arguments import add_code_dir, add_out_dir, add_params
from treadle.app.cli.problems import add_format

if TYPE_CHECKING:
    from treadle.app.cli.problems import Teller
    from treadle.app.report import Built, Request
    from treadle.press.document.model import Chunk
    from treadle.problem import Problem


Subcommands = argparse._SubParsersAction  # argparse gives it no public name


def add_to(commands: Subcommands[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    build = commands.add_parser("build", help="run, weave and typeset a document")
    build.add_argument("file", metavar="FILE.pmd", type=Path)
    add_out_dir(build, "where STEM.tex, STEM.pdf and the figures go")
    build.add_argument(
        "--to",
        choices=("tex", "pdf"),
        default="pdf",
        help="stop at the LaTeX, or go on to the PDF (default)",
    )
    add_params(build)
    add_code_dir(build, "--code", "where module chunks are extracted to")
    build.add_argument(
        "--jobs",
        metavar="N",
        type=_one,
        default=1,
        help="chunks run one after the other: only 1 is possible as yet",
    )
    build.add_argument(
        "--no-cache",
        action="store_true",
        help="run every chunk, and keep nothing for later builds",
    )
    build.add_argument("-q", dest="quiet", action="store_true", help="print nothing but problems")
    add_format(build)
    build.set_defaults(run=run)


def _one(text: str) -> int:
    if text != "1":
        raise argparse.ArgumentTypeError(f"{text}: chunks can't run in parallel yet, use 1")
    return 1


def run(arguments: argparse.Namespace) -> int:
    """Build the document; 0 if all is well, 1 if it has errors, 2 on a misuse."""
    from treadle.app.cli.main import Exit
    from treadle.app.cli.problems import Format, misuse, tell_all, teller
    from treadle.app.report import Request, Target
    from treadle.app.unchanged import unchanged

    request = Request(
        path=arguments.file,
        out_dir=arguments.out_dir,
        target=Target(arguments.to),
        code_dir=arguments.code_dir,
        params=tuple(arguments.params),
        cache=not arguments.no_cache,
    )
    kind = Format(arguments.format)
    quiet = arguments.quiet or kind is not Format.TEXT
    told: list[Problem] = []
    tell = teller(kind)
    built = unchanged(request) or _build(request, told, tell, quiet=quiet)
    for message in built.misuses:
        misuse(message)
    tell_all((problem for problem in built.diagnostics if problem not in told), tell)
    _print_details(built, request)
    if not quiet and not built.misuses:
        print(f"ran {built.ran} of {built.chunks} chunks in {built.seconds:.1f} s", flush=True)
    if built.misuses:
        return Exit.MISUSED
    return Exit.DOCUMENT_ERRORS if built.failed else Exit.WELL


def _build(request: Request, told: list[Problem], tell: Teller, *, quiet: bool) -> Built:
    """Build; `told` gets the problems that are printed by now."""
    from treadle.app.build import build
    from treadle.app.cli.progress import shown

    running: Chunk | None = None
    try:
        with shown(tell, quiet=quiet) as listener:
            try:
                return build(request, listener)
            finally:
                told += listener.told
                running = listener.running
    except BaseException:
        if running is not None:
            print(f"treadle: {running.span}: {running.label} was running", file=sys.stderr)
        raise


def _print_details(built: Built, request: Request) -> None:
    if built.traceback:
        print(f"\n{built.traceback.rstrip()}", file=sys.stderr)
    if built.log:
        print(f"LaTeX's log: {built.log}", file=sys.stderr)
    pdf = request.out_dir / f"{request.path.stem}.pdf"
    if built.failed and not built.misuses and pdf.is_file():
        print(f"{pdf} is left as it was before this build", file=sys.stderr)
