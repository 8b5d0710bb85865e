"""`treadle tangle`: extract the document's modules and tests."""

from __future__ import annotations

import argparse

from treadle.app import cli
from treadle.app.cli.problems import Format, Printer, add_format


def add_to(commands: cli.Subcommands) -> None:
    tangle = commands.add_parser("tangle", help="extract a document's modules and tests")
    cli.add_file(tangle)
    cli.add_folder(tangle, "-o", "code", "the folder they go to")
    cli.add_quiet(tangle)
    add_format(tangle)
    tangle.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> cli.Exit:
    """Extract; a file that was edited by hand is an error, too."""
    from treadle.app.prepare import no_document, tangle_file
    from treadle.problem import has_errors

    if not arguments.file.is_file():
        return cli.status([no_document(arguments.file)])
    printer = Printer(Format(arguments.format))
    tangled = tangle_file(arguments.file, arguments.code_dir)
    printer.print_all(tangled.problems)
    if not arguments.quiet and printer.format is Format.TEXT:
        for word, paths in (("wrote", tangled.written), ("removed", tangled.removed)):
            for path in paths:
                print(f"{word} {path}")
    return cli.status(failed=has_errors(tangled.problems))
