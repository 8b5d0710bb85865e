"""Code at a line of a document gives what it gives in a file with that line."""

import ast
import warnings

import pytest

from treadle.engine.worker.run_code import Compiler

CODES = [
    *("x = 1", "'doc'\nx = 1", "# only", "", "from __future__ import annotations\nx: y = 1"),
    *(
        "x = ",
        "  x = 1",
        "\tx",
        "x=1\n  y=2",
        "if True:\nx=1",
        "x = (1,\n2",
        "f(",
        "def f(:\n pass",
    ),
    *("'abc", "'''abc\n d", '"""', "'a\nb'", "x\\ y", "x = \\", "{1:2", "# c\n\n)", "a b"),
    *("f'{a b}'", "f'''\n{a b}'''", "return 1", "break", "from __future__ import nonsense"),
    *("x = '\\d'", "\n1 is 1", "assert (1, 2)", "def f():\n    'doc'\n    nonlocal z"),
]


def of_file(code, line):
    tree = ast.parse("\n" * (line - 1) + code, "doc.pmd")
    return tree, compile(tree, "doc.pmd", "exec", dont_inherit=True)


def of_document(code, line):
    compiler = Compiler()
    tree = compiler.parse(code, "doc.pmd", line)
    return tree, compiler.compile(tree, "doc.pmd")


def outcome(make, code, line):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree, compiled = make(code, line)
            dumped = ast.dump(tree, include_attributes=True)
            found: tuple[object, ...] = (dumped, list(compiled.co_positions()))
        except SyntaxError as error:
            found = (type(error), error.args)
    return found, [(str(each.message), each.lineno, each.filename) for each in caught]


@pytest.mark.parametrize("line", [1, 2, 3, 50])
@pytest.mark.parametrize("code", CODES)
def test_places_errors_and_warnings_are_those_of_a_file(code, line):
    assert outcome(of_document, code, line) == outcome(of_file, code, line)
