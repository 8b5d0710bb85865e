"""The subcommands: for each, what it takes (`add_...`) and what it does (`_...`).

What they do is imported when they do it: so the command starts at once.
"""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from treadle.app.cli import arguments as cli
from treadle.app.cli.problems import Printer, ProblemFormat, add_format

if TYPE_CHECKING:
    from treadle.app.report import Report
    from treadle.app.request import Request
    from treadle.app.why import Verdict


def add_build(commands: cli.Subcommands) -> None:
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
    cli.add_python(build)
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
    build.set_defaults(run=_build)


def _one(text: str) -> int:
    if text != "1":
        raise argparse.ArgumentTypeError(f"{text}: chunks can't run in parallel yet, use 1")
    return 1


def _build(arguments: argparse.Namespace) -> cli.Exit:
    """The document's `.tex` and PDF."""
    from treadle.app.last_build import nothing_to_do
    from treadle.app.request import Request, Target

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
        python=arguments.python,
    )
    printer = Printer(ProblemFormat(arguments.format))
    quiet = arguments.quiet or printer.format is not ProblemFormat.TEXT
    built = nothing_to_do(request) or _built(request, printer, quiet=quiet)
    status = cli.status(built.misuses, failed=built.failed)
    printer.print_all(built.problems)
    _print_details(built, request)
    if not quiet and not built.misuses:
        print(f"ran {built.ran} of {built.chunks} chunks in {built.seconds:.1f} s", flush=True)
    return status


def _built(request: Request, printer: Printer, *, quiet: bool) -> Report:
    from treadle.app.build import build
    from treadle.app.cli.progress import of_build, shown

    with shown(of_build(printer, quiet=quiet)) as listener:
        return build(request, listener)


def _print_details(built: Report, request: Request) -> None:
    if built.traceback:
        print(f"\n{built.traceback.rstrip()}", file=sys.stderr)
    if built.log:
        print(f"LaTeX's log: {built.log}", file=sys.stderr)
    pdf = request.out_dir / f"{request.path.stem}.pdf"
    if built.failed and not built.misuses and pdf.is_file():
        print(f"{pdf} is left as it was before this build", file=sys.stderr)


def add_check(commands: cli.Subcommands) -> None:
    check = commands.add_parser("check", help="say what is wrong with documents; nothing is run")
    check.add_argument("files", metavar="FILE.pmd", type=Path, nargs="+")
    check.add_argument("--strict", action="store_true", help="fail on warnings, too")
    cli.add_params(check)
    cli.add_python(check)
    add_format(check)
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> cli.Exit:
    """Tell the problems of all documents; with `--strict` warnings count as errors do."""
    params, misuses = cli.given_params(arguments)
    if misuses:
        return cli.status(misuses)
    return max(_check_one(path, params, arguments) for path in arguments.files)


def _check_one(path: Path, params: Mapping[str, object], arguments: argparse.Namespace) -> cli.Exit:
    from treadle.app.check import check
    from treadle.app.request import Request

    checked = check(Request(path, params=params, python=arguments.python))
    prefix = f"{path}: " if len(arguments.files) > 1 else ""
    failed = checked.failed or bool(arguments.strict and checked.problems)
    status = cli.status([f"{prefix}{text}" for text in checked.misuses], failed=failed)
    Printer(ProblemFormat(arguments.format)).print_all(checked.problems)
    return status


def add_tangle(commands: cli.Subcommands) -> None:
    tangle = commands.add_parser("tangle", help="extract a document's modules and tests")
    cli.add_file(tangle)
    cli.add_folder(tangle, "-o", "code", "the folder they go to")
    cli.add_quiet(tangle)
    add_format(tangle)
    tangle.set_defaults(run=_tangle)


def _tangle(arguments: argparse.Namespace) -> cli.Exit:
    """Extract; a file that was edited by hand is an error, too."""
    from treadle.app.prepare import no_document, tangle_file
    from treadle.problem import has_errors

    if not arguments.file.is_file():
        return cli.status([no_document(arguments.file)])
    printer = Printer(ProblemFormat(arguments.format))
    tangled = tangle_file(arguments.file, arguments.code_dir)
    printer.print_all(tangled.problems)
    if not arguments.quiet and printer.format is ProblemFormat.TEXT:
        for word, paths in (("wrote", tangled.written), ("removed", tangled.removed)):
            for path in paths:
                print(f"{word} {path}")
    return cli.status(failed=has_errors(tangled.problems))


WORTH = 0.1  # seconds of a chunk that are worth a word
MOST = 3  # reasons shown of each chunk where all chunks are; asked for one, all


def add_why(commands: cli.Subcommands) -> None:
    why = commands.add_parser("why", help="say why each chunk would run, or not")
    cli.add_file(why)
    why.add_argument("chunk", metavar="CHUNK", nargs="?", help="only this one, by its name")
    cli.add_folder(why, "-o", "build", "the folder builds go to")
    cli.add_params(why)
    cli.add_python(why)
    cli.add_folder(why, "--code", "code", "where module chunks are extracted to")
    why.set_defaults(run=_why)


def _why(arguments: argparse.Namespace) -> cli.Exit:
    """Which chunks a build would run, and why; nothing is run."""
    from treadle.app.request import Request
    from treadle.app.why import explain
    from treadle.problem import has_errors

    params, misuses = cli.given_params(arguments)
    if misuses:
        return cli.status(misuses)
    asked = {"out_dir": arguments.build_dir, "code_dir": arguments.code_dir}
    asked["python"] = arguments.python
    explained = explain(Request(arguments.file, params=params, **asked), cli.say_waiting)
    shown = [item for item in explained.verdicts if arguments.chunk in (None, item.label)]
    misuses = explained.misuses
    if explained.verdicts and not shown:
        misuses = (f"{arguments.file} has no chunk `{arguments.chunk}`",)
    status = cli.status(misuses, failed=has_errors(explained.problems))
    Printer(ProblemFormat.TEXT).print_all(explained.problems)
    most = sys.maxsize if arguments.chunk else MOST
    for verdict in shown:
        if verdict.is_chunk or not verdict.kept:
            print(_line_of(verdict, most))
    return status


def _line_of(verdict: Verdict, most: int) -> str:
    """`report.pmd:12: fit runs, because its code changed`; so many reasons at most."""
    place = f"{verdict.span}: {verdict.label}"
    if verdict.kept:
        facts = [f"without `{name}`, which would take too long" for name in verdict.unkept]
        if verdict.seconds >= WORTH:
            held = f"{verdict.peak_memory / 1e6:,.0f} MB held by then"
            facts = [f"took {verdict.seconds:.1f} s", held, *facts]
        return f"{place} kept ({', '.join(facts)})" if facts else f"{place} kept"
    word = "runs, because" if verdict.certain else "runs if that changes something:"
    reasons = verdict.reasons[:most]
    left = len(verdict.reasons) - len(reasons)
    more = f"; and {left} more" if left else ""
    return f"{place} {word} {'; '.join(reasons)}{more}"


def add_verify(commands: cli.Subcommands) -> None:
    verify = commands.add_parser(
        "verify",
        help="compare the last build with a clean one",
        description="Build a copy of the document's folder clean, elsewhere, with other hashes of "
        "strings, and compare the last build with that, byte by byte.",
    )
    cli.add_file(verify)
    cli.add_folder(verify, "-o", "build", "the folder that the last build went to")
    cli.add_params(verify)
    cli.add_python(verify)
    cli.add_folder(verify, "--code", "code", "where its module chunks were extracted to")
    cli.add_quiet(verify)
    add_format(verify)
    verify.set_defaults(run=_verify)


def _verify(arguments: argparse.Namespace) -> cli.Exit:
    """Say that they are the same, or the first chunk that differs."""
    from treadle.app.cli.progress import of_verifying, shown
    from treadle.app.request import Request
    from treadle.app.verify.verify import verify

    params, misuses = cli.given_params(arguments)
    if misuses:
        return cli.status(misuses)
    asked = {"out_dir": arguments.build_dir, "code_dir": arguments.code_dir}
    asked["python"] = arguments.python
    printer = Printer(ProblemFormat(arguments.format))
    quiet = arguments.quiet or printer.format is not ProblemFormat.TEXT
    with shown(of_verifying(printer, quiet=quiet)) as listener:
        verified = verify(Request(arguments.file, params=params, **asked), listener)
    status = cli.status(verified.misuses, failed=verified.failed)
    printer.print_all(verified.problems)
    if not quiet and not verified.failed:
        but = ", but for what is volatile" if verified.problems else ""
        ran = f"{verified.chunks} chunks, {verified.seconds:.1f} s"
        print(f"{arguments.file}: the last build is what a clean build gives{but} ({ran})")
    return status


SECONDS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


def add_clean(commands: cli.Subcommands) -> None:
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
        type=_age,
        help="only what the cache holds and no build has used for that long: 12h, 30d, 2w",
    )
    cli.add_folder(clean, "-o", "build", "the folder builds went to")
    cli.add_quiet(clean, "nothing")
    clean.set_defaults(run=_clean)


def _age(text: str) -> float:
    """The seconds that `30d` or the like means."""
    found = re.fullmatch(r"(\d+)([hdw])", text)
    if found is None:
        message = f"{text!r} is not an age: write hours, days or weeks, as in 12h, 30d or 2w"
        raise argparse.ArgumentTypeError(message)
    return float(found[1]) * SECONDS[found[2]]


def _clean(arguments: argparse.Namespace) -> cli.Exit:
    """Remove; nothing that a build has not made, and nothing at all where a name is mistyped."""
    from treadle.app.clean import unknown
    from treadle.app.neighbours import rival
    from treadle.app.scratch import Scratch

    if strange := unknown(arguments.build_dir, arguments.files):
        nothing = f"there is no file {strange}, and nothing in {arguments.build_dir} was made of it"
        return cli.status((nothing,))
    scratches = ((Scratch(arguments.build_dir, path.stem), path) for path in arguments.files)
    for other, path in ((rival(scratch, path), path) for scratch, path in scratches):
        if other is not None:
            made = f"what is called {path.stem} in {arguments.build_dir} was made of {other}"
            return cli.status((f"{made}, not of {path}",))
    for line in _removed(arguments):
        if not arguments.quiet:
            print(line)
    return cli.Exit.WELL


def _removed(arguments: argparse.Namespace) -> Iterator[str]:
    """Do it, and say what was done."""
    from treadle.app.clean import clean, clean_cache, clean_old
    from treadle.engine.store.eviction import in_words

    out_dir = arguments.build_dir
    if arguments.older is not None:
        gone = clean_old(out_dir, arguments.older)
        yield f"removed {gone.entries} files ({in_words(gone.size)}) from the cache"
        return
    files = clean(out_dir, tuple(path.stem for path in arguments.files), cli.say_waiting)
    first = f"removed {len(files)} files from {out_dir}"
    if not arguments.everything:
        yield first
        yield from () if arguments.files else _kept(out_dir)
        return
    gone = clean_cache(out_dir)
    yield f"{first}, and the cache ({in_words(gone.size)})" if gone.entries else first


def _kept(out_dir: Path) -> Iterator[str]:
    from treadle.engine.store.eviction import in_words, size
    from treadle.engine.store.store import store_folder

    if kept := size(store_folder(out_dir)):
        where = "" if out_dir == Path("build") else f" -o {shlex.quote(str(out_dir))}"
        command = f"treadle clean --all{where}"
        yield f"kept the cache, {in_words(kept)} in {store_folder(out_dir)}: `{command}` removes it"
