"""Definitions that are compiled anew, apart from the chunk they stand in."""

from __future__ import annotations

import pytest

from treadle.engine.values.bytecode import Codes
from treadle.engine.worker.run_code import Compiler

_FUNCTION = "def root(x):\n    return math.sqrt(x)\n"
_CLASS = "class Root:\n    def of(self, x):\n        return math.sqrt(x) + cmath.sqrt(x).real\n"


@pytest.mark.parametrize("definition", [_FUNCTION, _CLASS])
def test_a_definition_beside_imports_is_compiled_as_it_was_there(definition):
    whole = Compiler()
    tree = whole.parse(f"import math\n{definition}", "report.pmd", 3)
    wanted = _definition_in(whole.compile(tree, "report.pmd"))
    found = _definition_in(Compiler().compile_apart(definition, "report.pmd", 4, ("math",)))
    assert Codes().of(found).canonical == Codes().of(wanted).canonical
    assert found.co_firstlineno == wanted.co_firstlineno


def test_the_imports_are_not_repeated():
    namespace: dict[str, object] = {}
    exec(Compiler().compile_apart("def f(): ...", "report.pmd", 3, ("nowhere",)), namespace)
    assert "nowhere" not in namespace


def _definition_in(code):
    (found,) = (item for item in code.co_consts if hasattr(item, "co_code"))
    return found
