"""The quick way to highlight Python gives what Pygments gives, or leaves it to Pygments."""

import ast
import inspect
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.press.latex import escape, listings
from treadle.press.latex.highlight_pygments import pygments_runs
from treadle.press.latex.highlight_python import KEYWORDS, python_runs
from treadle.press.weave import chunks

PIECES = (
    *sorted(KEYWORDS),
    *("def", "class", "from", "match", "case", "lazy", "None", "True", "self", "print", "_"),
    *(
        "x",
        "f",
        "r",
        "b",
        "__init__",
        "name1",
        "é",
        "1",
        "1.5",
        ".5",
        "1e-3",
        "0x1f",
        "1_000",
        "2j",
    ),
    *"+-*/%=<>!&|^~@.,:;()[]{}#'\"\\$?`",
    *("!=", "->", ":=", "**", '"""', "'''", "\n", "\n    ", " ", "  ", "\t", "\\\n", "\f"),
    *('"a b"', "'%s'", '"{x}"', '"{a["', "f'{x.y:.2f} m'", 'f"{x!r}"', "rb'\\n'", '"\\N{DASH}"'),
)


def lines(runs):
    """What is shown: how a run is cut into tokens does not count."""
    split: list[list[tuple[str, str]]] = [[]]
    for style, text in runs:
        first, *others = text.split("\n")
        split[-1].append((style, first))
        split.extend([(style, part)] for part in others)
    return [tuple(listings._merged(line)) for line in split]


def agree(code):
    quick = python_runs(code)
    return quick is None or lines(quick) == lines(pygments_runs(code, "python"))


@pytest.mark.parametrize(
    "code",
    [
        "x = 1\nprint(x + 1.5e-3, None)\n",
        "def f(a, *, b=True) -> int:\n    # why\n    return a if not b else -a\n",
        "@cache\nclass A(B):\n    '''Doc.'''\n",
        "from a.b import c as d\nimport numpy as np, os.path\n",
        "raise E('a\\'b') from failure\n",
        "y = f'{x.y:.2f} and {z!r}' + r'\\d' + b'x'\n",
        "for i in range(3): x[i] @= {'a': 1}; lambda: 0\n",
        '"""One\n\n  two\n"""\n',
        "t = '''\n 100% sure'''\n",
        "async def f():\n    await g(\\\n    1)\n",
        "x = 5_000 + 1_0.2_5e1_0 - 3.\n",
    ],
)
def test_plain_code_is_done_quickly_and_alike(code):
    quick = python_runs(code)
    assert quick is not None
    assert "".join(text for _, text in quick) == code
    assert lines(quick) == lines(pygments_runs(code, "python"))


@pytest.mark.parametrize(
    "code",
    [
        "match x:\n    case 1: pass\n",
        "yield from x\n",
        "x.__init__\n",
        "f'{x + 1}'\n",
        "f'{{x}}'\n",
        "'{a[' + ']}'\n",
        "0x1f\n",
        "br'x'\n",
        "é = 1\n",
        "'open\n",
        "from . import x\n",
        "$\n",
    ],
)
def test_rare_code_is_left_to_pygments(code):
    assert python_runs(code) is None


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_pieces_are_highlighted_alike(code):
    assert agree(code + "\n")


@given(st.text(alphabet="ab 'rf\"{}%[]:.\\\n#1", max_size=30))
def test_any_strings_are_highlighted_alike(code):
    assert agree(code + "\n")


@pytest.mark.parametrize("module", [ast, inspect, textwrap, chunks, escape, listings])
def test_real_code_is_highlighted_alike(module):
    source = inspect.getsource(module)
    parts = [f"{ast.get_source_segment(source, node)}\n" for node in ast.parse(source).body]
    assert all(agree(part) for part in parts)
    assert any(python_runs(part) for part in parts)
