"""`treadle tangle`: extract the document's modules and tests."""

from __future__ import annotations

import argparse
from pathlib import Path

from treadle.app.cli.arguments import add_code_dir
from treadle.app.cli.problems import add_format

Subcommands = argparse._SubParsersAction


def add_to(commands: Subcommands[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    tangle = commands.add_parser("tangle", help="extract a document's modules and tests")
    tangle.add_argument("file", metavar="FILE.pmd", type=Path)
    add_code_dir(tangle, "-o", "the folder they go to")
    tangle.add_argument("-q", dest="quiet", action="store_true", help="print nothing but problems")
    add_format(tangle)
    tangle.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Extract; 0 if all is well, 1 if the document has errors or a file was edited by hand."""
    from treadle.app.cli.main import Exit
    from treadle.app.cli.problems import Format, misuse, tell_all, teller
    from treadle.app.prepare import no_document
    from treadle.app.tangle import tangle_file
    from treadle.problem import has_errors

    if not arguments.file.is_file():
        misuse(no_document(arguments.file))
        return Exit.MISUSED
    tangled = tangle_file(arguments.file, arguments.code_dir)
    kind = Format(arguments.format)
    tell_all(tangled.diagnostics, teller(kind))
    if not arguments.quiet and kind is Format.TEXT:
        for word, paths in (("wrote", tangled.written), ("removed", tangled.removed)):
            for path in paths:
                print(f"{word} {path}")
    return Exit.DOCUMENT_ERRORS if has_errors(tangled.diagnostics) else Exit.WELL
