"""Keys are equal for equal programs, and for no others."""

import ast
import textwrap

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.unit.engine.scan.programs import programs

from treadle.engine.scan.code import analyse

SAME = [
    ("x = 1", "x = 1  # why"),
    ("x = 1\ny = 2", "x = 1\n\n\n# and\ny = 2\n"),
    ("x = 1; y = 2", "x = 1\ny = 2"),
    ("x = a + b", "x = (a +\n     b)"),
    ("x = a + b", "x = a \\\n  + b"),
    ("x = 'a' 'b'", 'x = """ab"""'),
    ("def f():\n  'Doc.'\n  return 1", "def f():\n    return 1"),
    ("class A:\n  'Doc.'\n  x = 1", "class A:\n  '''Other.\n  '''\n  x = 1"),
    ("x = [1, 2]", "x = [\n    1,\n    2,\n]"),
    ("if a:\n  b", "if a: b"),
    ("0x10", "16"),
    ("1_000", "1000"),
]

DIFFERENT = [
    *["1", "1.0", "True", "'1'", "b'1'", "1j", "-1", "-1.0", "0.0", "-0.0", "...", "None"],
    *[
        "'a'",
        "u'a'",
        "b'a'",
        "f'a'",
        "a",
        "a()",
        "a[0]",
        "a.b",
        "'a;'",
        "'a\\n'",
        "'\\ud800'",
        "'\\ud801'",
    ],
    *["f'{a}'", "f'{a!r}'", "f'{a:1}'", "f'{a}1'", "f'1{a}'", "f'{a }{b}'", "f'{a=}'", "f'{a = }'"],
    *["a + b", "a - b", "a @ b", "b + a", "a += b", "a = b", "a == b", "a is b", "a < b < c"],
    *[
        "a and b",
        "a or b",
        "not a",
        "~a",
        "(a, b)",
        "[a, b]",
        "{a, b}",
        "{a: b}",
        "{**a}",
        "{a: a}",
        "{None: a}",
    ],
    *["f(a)", "f(*a)", "f(**a)", "f(a=a)", "f(a, b)", "f((a, b))", "f(b=a)", "f(a)(b)"],
    *[
        "a[b:c]",
        "a[:b:c]",
        "a[b, c]",
        "a[b]",
        "del a",
        "a: b",
        "a: b = c",
        "a: b = None",
        "a[None:b]",
        "(a): b",
        "a = b = c",
    ],
    *["x = 1e999", "x = 0x" + "f" * 5000, "x = 0x" + "f" * 5001],
    *["[a for a in b]", "[a for a in b if c]", "(a for a in b)", "{a for a in b}", "lambda: a"],
    *["lambda a: a", "lambda *a: a", "lambda a=b: a", "lambda a, /: a", "lambda *, a: a"],
    *["for a in b: c", "while a: b", "if a: b\nc", "if a:\n  b\n  c", "if a: b\nelse: c"],
    *[
        "import a",
        "import a.b",
        "import a as b",
        "from a import b",
        "from . import b",
        "from a import *",
    ],
    *[
        "def f(): pass",
        "def f(): return",
        "def f(): return None",
        "def g(): pass",
        "def f(a): pass",
    ],
    *[
        "def f(): 'doc'",
        "async def f(): pass",
        "@a\ndef f(): pass",
        "class f: pass",
        "class f(a): pass",
    ],
    *["def f() -> a: pass", "def f(a: b): pass", "def f():\n  1\n  'no doc'", "def f():\n  1"],
    *["global a", "pass", "a;", "a;b", "b;", "try: a\nfinally: b", "try: a\nexcept: b"],
    *[
        "with a: b",
        "with a as b: b",
        "with a, b: b",
        "raise a",
        "raise a from b",
        "assert a",
        "assert a, b",
    ],
    *[
        "match a:\n  case b: c",
        "match a:\n  case _: c",
        "match a:\n  case 1: c",
        "match a:\n  case 'b': c",
    ],
    *[
        "match a:\n  case [b]: c",
        "match a:\n  case b if c: c",
        "match a:\n  case b(): c",
        "'a'\n'b'",
    ],
    *["'a'\nb", "b\n'a'"],
]


def key(code: str) -> str:
    return analyse(code).key


@pytest.mark.parametrize(("one", "other"), SAME)
def test_layout_does_not_matter(one, other):
    assert key(one) == key(other)


def test_everything_else_does():
    keys = {code: key(code) for code in DIFFERENT}
    assert len(keys) == len(DIFFERENT)
    by_key = {found: code for code, found in keys.items()}
    assert {by_key[found] for found in keys.values()} == set(keys)


@pytest.mark.parametrize(
    ("code", "silenced"),
    [("f(x);", True), ("f(x) ; # no", True), ("f(x)", False), ("f(x) # ;", False), ("é;", True)],
)
def test_a_silenced_display_is_told_apart(code, silenced):
    shown = code.replace(";", "") if silenced else code
    assert (key(code) != key(shown)) == silenced


def test_a_semicolon_after_an_assignment_means_nothing():
    assert key("x = 1;") == key("x = 1")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=programs, data=st.data())
def test_any_layout_of_a_program_has_one_key(program, data):
    tree = _parsed(program)
    commented = "\n".join(
        f"{line}  # {number}\n\n" if data.draw(st.booleans()) else line
        for number, line in enumerate(program.split("\n"))
    )
    assert key(program) == key(ast.unparse(tree)) == key(commented) == key(f"\n\n{program}\n#")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=programs, data=st.data())
def test_any_changed_name_constant_or_operator_changes_the_key(program, data):
    tree = _parsed(program)
    nodes = [node for node in ast.walk(tree) if _changed(node) is not None]
    assume(nodes)
    node = data.draw(st.sampled_from(nodes))
    for field, value in (_changed(node) or {}).items():
        setattr(node, field, value)
    assert key(program) != key(ast.unparse(tree))


def test_a_docstring_is_put_back_only_where_it_was():
    body = "x = 1\nreturn x"
    plain = f"def f():\n{textwrap.indent(body, '  ')}"
    documented = f"def f():\n  'Doc.'\n{textwrap.indent(body, '  ')}"
    late = f"def f():\n{textwrap.indent(body, '  ')}\n  'Doc.'"
    assert key(plain) == key(documented) != key(late)


def _parsed(program: str) -> ast.Module:
    try:
        return ast.parse(program)
    except SyntaxError:
        assume(False)
        raise


def _changed(node: ast.AST) -> dict[str, object] | None:
    if isinstance(node, ast.Name):
        return {"id": node.id + "_"}
    if isinstance(node, ast.Constant):
        return {"value": 2 if node.value == 1 else 1}
    if isinstance(node, ast.BinOp | ast.AugAssign):
        return {"op": ast.Sub()}
    if isinstance(node, ast.BoolOp):
        return {"op": ast.Or()}
    if isinstance(node, ast.Compare):
        return {"ops": [ast.GtE() for _ in node.ops]}
    if isinstance(node, ast.Attribute):
        return {"attr": node.attr + "_"}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {"name": node.name + "_"}
    return None
