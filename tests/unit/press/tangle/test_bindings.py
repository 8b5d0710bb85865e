import pytest

from treadle.press.tangle.module_names import bound_names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = 1", "x"),
        ("a, (b, *c) = f()", "a b c"),
        ("a = b = 1", "a b"),
        ("x: int = 1\ny: int", "x"),
        ("x += 1", "x"),
        ("obj.x = 1\nlst[0] = 1", ""),
        ("import a.b, c as d", "a d"),
        ("from a import b, c as d\nfrom e import *", "b d"),
        ("from __future__ import annotations", ""),
        ("def f(p=(d := 1)):\n    x = 1", "d f"),
        ("async def f(): pass", "f"),
        ("@(deco := g)\nclass A(Base):\n    y = 1\n    def m(self): pass", "deco A"),
        ("for i, j in z:\n    k = 1\nelse:\n    m = 1", "i j k m"),
        ("while (n := f()):\n    pass", "n"),
        ("with open(x) as f, g() as (a, b):\n    c = 1", "f a b c"),
        (
            "try:\n    a = 1\nexcept E as e:\n    b = 1\nelse:\n    c = 1\nfinally:\n    d = 1",
            "a b c d",
        ),
        ("if x:\n    a = 1\nelif y:\n    b = 1", "a b"),
        ("[i for i in z]\n{k: v for k, v in z}\nlist(q for q in z)", ""),
        ("[(last := i) for i in z]", "last"),
        ("f = lambda x: (y := x)", "f"),
        (
            "match v:\n case [a, *b]: 1\n case {'k': c, **d}: 1\n case P(e) as g: 1",
            "a b c d e g",
        ),
        ("a = 1\nb = 2\ndel a", "b"),
        ("a = 1\ndel a\na = 2", "a"),
        ("b = 1\na = 1\nb = 2", "b a"),
        ("1 +", ""),
        ("", ""),
    ],
)
def test_bound_names(code: str, names: str) -> None:
    assert bound_names(code) == tuple(names.split())


STRAIGHT = [
    "import os.path, sys as system\nfrom math import pi as p, e",
    "a, *b = range(3)\nfor i in b:\n    c = i\nd: int = 2\nd += 1",
    "def f(x=(w := 1)):\n    y = 2\nclass A:\n    z = 3\ng = lambda q: q",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    seen = True",
    "x = [(last := i) for i in range(3)]\ny = 1\ndel y",
    "match [1, {'k': 2}]:\n    case [a, {'k': b, **rest}] as whole:\n        pass",
    "with open('/dev/null') as f:\n    text = f.read()",
]


@pytest.mark.parametrize("code", STRAIGHT)
def test_running_the_code_binds_the_same_names(code: str) -> None:
    namespace: dict[str, object] = {}
    exec(code, namespace)
    assert set(bound_names(code)) == set(namespace) - {"__builtins__", "__annotations__"}
