"""`treadle build`: the document's `.tex` and PDF."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from treadle.app import cli
from treadle.app.cli.problems import Format, Printer, add_format

if TYPE_CHECKING:
    from treadle.app.report import Report, Request


def add_to(commands: cli.Subcommands) -> None:
    build = commands.add_parser("build", help="run, weave and typeset a document")
    cli.add_file(build)
    cli.add_folder(build, "-o", "build", "where STEM.tex, STEM.pdf and the figures go")
    build.add_argument(
        "--to",
        choices=("tex", "pdf"),
        default="pdf",
        help="stop at the LaTeX, or go on to the PDF (default)",
    )
    cli.add_params(build)
    cli.add_folder(build, "--code", "code", "where module chunks are extracted to")
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
    cli.add_quiet(build)
    add_format(build)
    build.set_defaults(run=run)


def _one(text: str) -> int:
    if text != "1":
        raise argparse.ArgumentTypeError(f"{text}: chunks can't run in parallel yet, use 1")
    return 1


def run(arguments: argparse.Namespace) -> cli.Exit:
    from treadle.app.nothing_to_do import nothing_to_do
    from treadle.app.report import Request, Target

    params, misuses = cli.given_params(arguments)
    if misuses:
        return cli.status(misuses)
    request = Request(
        path=arguments.file,
        out_dir=arguments.build_dir,
        target=Target(arguments.to),
        code_dir=arguments.code_dir,
        params=params,
        cache=not arguments.no_cache,
    )
    printer = Printer(Format(arguments.format))
    quiet = arguments.quiet or printer.format is not Format.TEXT
    built = nothing_to_do(request) or _build(request, printer, quiet=quiet)
    status = cli.status(built.misuses, failed=built.failed)
    printer.print_all(built.problems)
    _print_details(built, request)
    if not quiet and not built.misuses:
        print(f"ran {built.ran} of {built.chunks} chunks in {built.seconds:.1f} s", flush=True)
    return status


def _build(request: Request, printer: Printer, *, quiet: bool) -> Report:
    from treadle.app.build import build
    from treadle.app.cli.progress import shown

    with shown(printer, quiet=quiet) as listener:
        return build(request, listener)


def _print_details(built: Report, request: Request) -> None:
    if built.traceback:
        print(f"\n{built.traceback.rstrip()}", file=sys.stderr)
    if built.log:
        print(f"LaTeX's log: {built.log}", file=sys.stderr)
    pdf = request.out_dir / f"{request.path.stem}.pdf"
    if built.failed and not built.misuses and pdf.is_file():
        print(f"{pdf} is left as it was before this build", file=sys.stderr)
