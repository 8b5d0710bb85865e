"""Which names code uses, binds and deletes, rule by rule."""

import pytest

from treadle.engine.scan.code import analyse, analyse_inline

WHOLE = None

USES = {
    # straight lines
    "y = x": {"x"},
    "x = 1\ny = x + z": {"z"},
    "x += 1": {"x"},
    "x: int = 1": {"int"},
    "x: int": {"int"},
    "del x": {"x"},
    "x = 1\ndel x": set(),
    "fig, ax = plt.subplots()\nax.plot()": {"plt"},
    "a = b = c\nb": {"c"},
    "i = x[i] = 2": {"x"},
    "x[i] = 2": {"x", "i"},
    "a, *b = c\nb": {"c"},
    "import a.b\na.c": set(),
    "import a.b as c\na": {"a"},
    "from m import f as g\ng(f)": {"f"},
    "from m import *\ng()": {"g"},
    "assert x, y": {"x", "y"},
    "f'{x!r:{y}}'": {"x", "y"},
    "x[a:b, ::c]": {"x", "a", "b", "c"},
    "g(*a, **b)": {"g", "a", "b"},
    # branches
    "if c:\n  a = 1\nelse:\n  a = 2\na": {"c"},
    "if c:\n  a = 1\na": {"c", "a"},
    "if c:\n  a = 1\nelif d:\n  a = 2\na": {"a", "c", "d"},
    "if c:\n  a = 1\nelse:\n  raise E\na": {"c", "E"},
    "if c:\n  del a\nelse:\n  a = 1\na": {"c", "a"},  # for the `del`
    # loops
    "for i in r:\n  i": {"r"},
    "for i in r:\n  b = i\nb": {"r", "b"},
    "for i in r:\n  c\n  c = 1": {"r", "c"},
    "for i in r: pass\ni": {"r", "i"},
    "for i in i: pass": {"i"},
    "for x in r:\n  if x:\n    continue\n  else:\n    a = 1\n  a": {"r"},
    "for x in r:\n  break\nelse:\n  b = 1\nb": {"r", "b"},
    "while a:\n  b = 1\nb": {"a", "b"},
    "while (n := f()):\n  n\nn": {"f"},
    # with
    "with open(p) as f:\n  a = 1\nf, a": {"open", "p"},
    "with torch.no_grad():\n  a = 1\na": {"torch"},
    "with suppress(E):\n  a = 1\na": {"suppress", "E", "a"},
    "with open(p) as f, guard():\n  a = 1\nf, a": {"open", "p", "guard", "a"},
    "with a as b[0]: pass": {"a", "b"},
    # try
    "try:\n  import a\nexcept E:\n  a = None\na": {"E"},
    "try:\n  a = 1\nexcept E:\n  a": {"E", "a"},
    "try:\n  a = 1\nexcept E:\n  raise\na": {"E"},
    "try:\n  a = 1\nfinally:\n  a": {"a"},
    "try:\n  f()\nfinally:\n  a = 1\na": {"f"},
    "try:\n  f()\nexcept E:\n  b = 1\nelse:\n  b = 2\nb": {"f", "E"},
    "try:\n  f()\nexcept E as e:\n  e": {"f", "E"},
    "try:\n  f()\nexcept E as e:\n  pass\ne": {"f", "E", "e"},
    "try:\n  f()\nexcept* E as e:\n  e": {"f", "E"},
    # match
    "match v:\n  case [p, *q]: p, q": {"v"},
    "match v:\n  case {'k': k, **r}: k, r": {"v"},
    "match v:\n  case C(x=n) as m: n, m": {"v", "C"},
    "match v:\n  case m.A | m.B: pass": {"v", "m"},
    "match v:\n  case p if g(p): a = 1\na": {"v", "g", "a"},
    "match v:\n  case 1: a = 1\n  case _: a = 2\na": {"v"},
    "match v:\n  case 1: a = 1\n  case 2: a = 2\na": {"v", "a"},
    # := and short circuits
    "(n := f())\nn": {"f"},
    "c and (n := f())\nn": {"c", "f", "n"},
    "(n := 1) if c else 2\nn": {"c", "n"},
    "a < b < (n := c)\nn": {"a", "b", "c", "n"},
    "[y for x in z if (y := x)]\ny": {"z", "y"},
    # comprehensions
    "[x for x in y]": {"y"},
    "x = [x for x in x]": {"x"},
    "{k: v for k, v in d.items() if k in s}": {"d", "s"},
    "[x + y for x in a for y in b(x)]": {"a", "b"},
    "sum(i for i in n)": {"sum", "n"},
    "[(lambda: z)() for _ in r]": {"z", "r"},
    # functions
    "def f(): return z": set(),
    "def f(a=x, *, b=y): return z": {"x", "y"},
    "def f(a: T) -> U: return z": {"T", "U"},
    "from __future__ import annotations\ndef f(a: T) -> U: return z": set(),
    "@d\ndef f(): return z": {"d", "z"},
    "@property\ndef f(): return z": {"property"},
    "def f(): return z\nf()": {"z"},
    "def f(): return z\nz = 1\nf()": set(),
    "def f(): return z\nf()\nz = 1": {"z"},
    "def f(): return g()\ndef g(): return z\nf()": {"z"},
    "def f(): return g()\nf()\ndef g(): return z": {"g", "z"},
    "def f(): return f()\nf": set(),
    "def f(): return z\nh(k=f)": {"h", "z"},
    "def f(): return z\nf.x = 1": {"z"},
    "def f(): return z\nf = 1": {"z"},
    "def f(): return z\ndef f(): return y": {"z"},
    "f\ndef f(): return z": {"f", "z"},
    "if c:\n  def f(): return z": {"c", "z"},
    "f = lambda a, b=c: a + z": {"c", "z"},
    "def f():\n  x = 1\n  return x": set(),
    "def f(a, /, b, *c, d, **e): return a, b, c, d, e\nf": set(),
    "def f():\n  for i in r: i\n  with m as k: k\nf": {"r", "m"},
    "def f():\n  import os as o\n  return o\nf": set(),
    "def f():\n  return x\n  x = 1\nf": set(),
    "def f():\n  global n\n  n += 1\nf": {"n"},
    "def f():\n  x = 1\n  def g():\n    global x\n    return x\n  return g\nf": {"x"},
    "def f():\n  def g():\n    nonlocal a\n    a = b\n  a = 1\nf": {"b"},
    "def f():\n  def g(): return a, z\n  a = 1\n  return g\nf": {"z"},
    "def f(a=1):\n  return [b for b in c if (a := b)]\nf": {"c"},
    "async def f():\n  async with a as b: await b\n  async for c in d: c\nf": {"a", "d"},
    "def f(): 'doc'\nf": set(),
    # classes
    "class A(B, metaclass=M): x = y": {"B", "M", "y"},
    "class A: x = x": {"x"},
    "class A:\n  x = 1\n  y = x": set(),
    "class A:\n  if c: x = 1\n  y = x": {"c", "x"},
    "class A:\n  x = 1\n  def f(self): return x": set(),
    "class A:\n  x = 1\n  def f(self): return x\nA": {"x"},
    "class A:\n  def f(self): return A\nA": set(),
    "class A:\n  y = 1\n  z = [y for _ in r]": {"y", "r"},
    "class A:\n  y = 1\n  z = [u for u in y]": set(),
    "class A:\n  x = 1\n  class B: y = x": {"x"},
    "class A:\n  class B:\n    def f(self): return z\nA": {"z"},
    "class A:\n  x = 1\n  del x\n  x": {"x"},
    "class A:\n  @d\n  def f(self): return z": {"d", "z"},
    "class A:\n  @property\n  def f(self): return z": {"property"},
    "class A:\n  def f(self): return __p\nA": {"_A__p"},
    "class __:\n  def f(self): return __p\n__": {"__p"},
    "class A:\n  global g\n  g = 1": set(),
    "class A(nn.Module):\n  def f(self): return z": {"nn"},
    "class A(Base):\n  def f(self): return z": {"Base", "z"},  # __init_subclass__ may call it
    "def f():\n  x = 1\n  class A:\n    y = x\n    x = 2\nf": {"x"},
    "def f(x):\n  class A:\n    x: int\n    y = x\nf": {"int", "x"},
}

ATTRIBUTES: dict[str, dict[str, set[str] | None]] = {
    "helpers.f(x)": {"helpers": {"f"}, "x": WHOLE},
    "a.b.c; a.d": {"a": {"b", "d"}},
    "params['epochs'], params.lr": {"params": {"epochs", "lr"}},
    "params[k]": {"params": WHOLE, "k": WHOLE},
    "params[0]": {"params": WHOLE},
    "a.b\nf(a)": {"a": WHOLE, "f": WHOLE},
    "a.b = 1": {"a": WHOLE},
    "a.b.c[0].d = 1": {"a": WHOLE},
    "a.b += 1": {"a": WHOLE},
    "del a['k']": {"a": WHOLE},
    "getattr(a, 'b')": {"getattr": WHOLE, "a": WHOLE},
    "def f(): return m.g\nf()": {"m": {"g"}},
    "lambda: m.g": {"m": {"g"}},
    "[m.g for _ in n.h]": {"m": {"g"}, "n": {"h"}},
    "class A: x = m.g": {"m": {"g"}},
}

BINDS = {
    "x = 1\ny += 1\n(a, [b, *c]), d = e": "xyabcd",
    "import a, b.c, d.e as f\nfrom g import h as i, j": "abfij",
    "for i in x: j = 1\nelse: k = 1": "ijk",
    "with a as b, c as (d, e): pass": "bde",
    "try: pass\nexcept E as e: f = 1\nfinally: g = 1": "efg",
    "match v:\n  case [a, *b] | {'k': c, **d} as e: pass": "abcde",
    "def f(): x = 1": "f",
    "def f():\n  global x, y\n  x = 1\n  def y(): pass": "fxy",
    "class A:\n  x = 1\n  global y\n  y = 1": "Ay",
    "class A:\n  global y\n  f(y := 1)": "Ay",
    "[(a := b) for b in c]": "a",
    "f(a := 1)": "a",
    "x: int": "",
    "x: int = 1": "x",
    "lambda x: x": "",
}

DELETES = {
    "del a, (b, c)": "abc",
    "del a.b, c[0]": "",
    "if x: del a": "a",
    "try: pass\nexcept E as e: pass": "e",
    "def f():\n  global a\n  del a": "a",
    "def f():\n  a = 1\n  del a": "",
    "class A:\n  a = 1\n  del a": "",
}


@pytest.mark.parametrize("code", USES)
def test_uses_what_may_be_bound_before(code):
    assert set(analyse(code).uses) == USES[code]


@pytest.mark.parametrize("code", ATTRIBUTES)
def test_uses_tell_first_attributes(code):
    expected = {
        name: found if found is None else frozenset(found)
        for name, found in ATTRIBUTES[code].items()
    }
    assert analyse(code).uses == expected


@pytest.mark.parametrize("code", BINDS)
def test_binds(code):
    assert "".join(sorted(analyse(code).binds)) == "".join(sorted(BINDS[code]))


@pytest.mark.parametrize("code", DELETES)
def test_deletes(code):
    assert "".join(sorted(analyse(code).deletes)) == DELETES[code]


def test_inline_pieces_run_in_order():
    code = analyse_inline([" x = a ", "x + b;", " y "])
    assert set(code.uses) == {"a", "b", "y"}
    assert code.binds == {"x"}


def test_functions_of_inline_code_count_at_once():
    code = analyse_inline(["def f(): return z"])
    assert set(code.uses) == {"z"}
    assert not code.definitions


def test_inline_keys_tell_borders():
    assert analyse_inline(["x", "y"]).key != analyse_inline(["x\ny"]).key
    assert analyse_inline(["x;"]).key == analyse_inline([" x"]).key
    assert analyse_inline(["x", "y"]).key != analyse_inline(["y", "x"]).key


@pytest.mark.parametrize("code", ["f(", "\0", "(" * 500, "+".join("1" * 9000)])
def test_code_that_cannot_be_parsed_is_opaque(code):
    assert analyse(code).opaque
    assert analyse(code).key != analyse(code + " ").key


@pytest.mark.parametrize("code", ["", "# nothing", "x = '\\d'", "1 if x else'a'", "'\\ud800'"])
def test_nothing_is_printed_or_raised(code, recwarn):
    assert analyse(code).opaque is None
    assert not recwarn.list
