"""What else is known of a chunk: its definitions, imports, texts, and what hides its names."""

import pytest

from treadle.engine.scan.code import analyse, names_imported_in

OPAQUE = {
    "exec('x = 1')": "`exec`",
    "e = eval": "`eval`",
    "globals()['x']": "`globals`",
    "f(**locals())": "`locals`",
    "vars()": "`vars()`",
    "dir()": "`dir()`",
    "map(vars, y)": "`vars`",
    "__import__('__main__')": "`__import__`",
    "import __main__": "`__main__`",
    "from __main__ import x": "`__main__`",
    "sys.modules['__main__']": "`modules`",
    "from sys import modules": "`sys.modules`",
    "gc.get_objects()": "`get_objects`",
    "inspect.stack()": "`inspect.stack`",
    "inspect.currentframe()": "`currentframe`",
    "sys._getframe(1)": "`_getframe`",
    "f.f_globals": "`f_globals`",
    "f.__globals__['x']": "`__globals__`",
    "getattr(builtins, 'exec')": "`exec`",
    "df.query(text)": "`.query`",
    "df.query(f'a > {b}')": "`.query`",
    "pd.eval(expr=text)": "`.eval`",
    "numexpr.evaluate(text)": "`.evaluate`",
    "ols(formula=text, data=df)": "`formula=`",
    "import patsy": "`patsy`",
    "import statsmodels.formula.api as smf\nsmf.ols(t)": "`smf`",
    "breakpoint()": "`breakpoint`",
    "code.interact()": "`interact`",
    "importlib.import_module(name)": "by name",
    "from importlib import reload": "by name",
    "pickle.load(file)": "`pickle.load`",
    "from joblib import load": "`joblib.load`",
    "torch.load(f, weights_only=False)": "`weights_only`",
    "np.load(f, allow_pickle=True)": "`allow_pickle`",
    "doctest.testmod()": "`doctest`",
    "timeit.timeit(setup='from __main__ import f')": "`__main__`",
    "def f(): return eval('x')\nf()": "`eval`",
    "@d\ndef f(): return eval('x')": "`eval`",
    "class A:\n  x = eval('1')": "`eval`",
    "f(": "parsed",
}

CLEAR = [
    "model.eval()",
    "model.modules()",
    "vars(x), dir(y)",
    "re.compile('x')",
    "df.query('a > 1')",
    "df.eval('c = a + b')",
    "json.load(f); torch.load(f); np.load(f)",
    "torch.stack(xs); df.stack()",
    "model.evaluate(x)",
    "if __name__ == '__main__': f()",
    "def f(): return eval('x')",
    "import inspect",
]

EFFECTS = {
    "sympy.init_printing()": "sympy.init_printing",
    "np.set_printoptions(precision=3)": "np.set_printoptions",
    "old = np.seterr(all='ignore')": "np.seterr",
    "with x:\n  if y:\n    for z in w:\n      plt.style.use('ggplot')": "plt.style.use",
    "torch.backends.cudnn.deterministic = True": "torch.backends.cudnn.deterministic",
    "plt.rcParams['x']['y'] = 1": "plt.rcParams",
    "os.environ['A'] = '1'": "os.environ",
    "del os.environ['A']": "os.environ",
    "os.environ.update(A='1')": "os.environ.update",
    "sys.path.insert(0, 'lib')": "sys.path.insert",
    "m.n += 1": "m.n",
    "a, m.n = 1, 2": "m.n",
    "setattr(m, 'n', 1)": "m.n",
    "setattr(m, n, 1)": "m.*",
    "from sympy import init_printing\ninit_printing()": "init_printing",
    "try: warnings.simplefilter('ignore')\nfinally: pass": "warnings.simplefilter",
    "duckdb.sql('CREATE TABLE t AS SELECT 1')": "duckdb.sql",
    "duckdb.sql('SELECT 1')": "",
    "x.append(1)": "",
    "y = f(x)": "",
    "def f(): np.set_printoptions()": "",
    "x = 1": "",
}


@pytest.mark.parametrize("code", OPAQUE)
def test_what_hides_names(code):
    assert OPAQUE[code] in (analyse(code).opaque or "")


@pytest.mark.parametrize("code", CLEAR)
def test_what_only_looks_so(code):
    assert analyse(code).opaque is None


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("df.query('a > @limit')", {"df", "a", "limit"}),
        ("pd.eval('left + right')", {"pd", "left", "right"}),
        ("ols('y ~ scale(x)', df)", {"ols", "y", "scale", "x", "df"}),
        ("f('plain text')", {"f"}),
        ("f('select x from df')", {"f", "select", "x", "from", "df"}),
        ("q = 'a select b'", set()),
        ("def g(limit): return df.query('a > @limit')\ng", {"df", "a"}),
    ],
)
def test_texts_that_look_names_up(code, names):
    assert set(analyse(code).uses) == names


@pytest.mark.parametrize("code", EFFECTS)
def test_effects(code):
    assert " ".join(analyse(code).effects) == EFFECTS[code]


def test_definitions():
    code = analyse(
        "import m\n@m.d(k)\ndef f(a: T = x):\n    '''Doc.'''\n    global n\n    n = m.g(y)\n\n\n"
        "class A(B):\n  z = w\n  def h(self): return v\nf, u = 1, 2\n"
    )
    assert set(code.definitions) == {"A"}
    definition = code.definitions["A"]
    assert definition.line == 9
    assert definition.source == "class A(B):\n  z = w\n  def h(self): return v"
    assert definition.now == {"B": None, "w": None}
    assert definition.later == {"v": None}


def test_a_decorated_definition():
    code = analyse("import m\r\n@m.d(k)\r\ndef f(a: T = x):\r\n  global n\r\n  n = m.g(y)\r\n")
    definition = code.definitions["f"]
    assert definition.line == 2
    assert definition.source == "@m.d(k)\ndef f(a: T = x):\n  global n\n  n = m.g(y)"
    assert definition.now == {"m": {"d"}, "k": None, "T": None, "x": None}
    assert definition.later == {"m": {"g"}, "y": None, "n": None}


@pytest.mark.parametrize(
    "code",
    [
        "def f(): pass\nf = g(f)",
        "def f(): pass\ndel f",
        "if x:\n  def f(): pass",
        "def f(): pass\nfor f in x: pass",
        "def f(): pass\nimport f",
        "def f(): pass\n(f := 1)",
        "def f(): pass\ndef g():\n  global f\n  f = 1\ng()",
    ],
)
def test_names_bound_otherwise_are_no_definitions(code):
    assert "f" not in analyse(code).definitions


def test_the_last_of_two_definitions_counts():
    code = analyse("def f(): return a\ndef f(): return b\n")
    assert code.definitions["f"].later == {"b": None}


def test_definitions_tell_what_they_hide_and_import():
    code = analyse(
        "def f():\n  import helpers, a.b\n  from m import g\n  return eval('x'), f.__doc__\n"
        "def h(): return 1\n"
    )
    assert code.definitions["f"].opaque
    assert code.definitions["f"].reads_docs
    assert code.definitions["f"].imports == ("helpers:*", "a.b:*", "m:g")
    assert code.definitions["h"].opaque is None
    assert not code.definitions["h"].reads_docs
    assert code.local_imports == ()
    assert analyse("def f():\n  import helpers\nf()").local_imports == ("helpers:*",)


def test_imports():
    code = analyse(
        "import a.b, c as d\nfrom e.f import g, h as i\ntry:\n  import j\nexcept E:\n  import k\n"
        "def f():\n  import no\nfrom a.b import x\nfrom m import *"
    )
    assert code.imports == ("a.b", "c", "e.f", "j", "k", "m")
    assert code.import_names["a.b"] == ("a", "x")
    assert code.import_names["e.f"] == ("g", "i")
    assert code.star_import
    assert not analyse("import m").star_import


def test_futures():
    assert analyse("from __future__ import annotations").futures == {"annotations"}


def test_strings():
    code = analyse(f"open('data.csv'); f'{{x}}/a.txt'; x = 'a\\nb'; y = '{'z' * 301}'; b'no'")
    assert code.strings == {"data.csv", "/a.txt"}


@pytest.mark.parametrize(
    ("code", "docs", "lines"),
    [
        ("f.__doc__", True, False),
        ("help(f)", True, False),
        ("getattr(f, '__doc__')", True, False),
        ("from inspect import getsource", True, False),
        ("def g(): return f.__code__", True, False),
        ("e.__traceback__.tb_lineno", False, True),
        ("import traceback", False, True),
        ("logging.basicConfig(format='%(lineno)d')", False, True),
        ("f(x).doc, x.line", False, False),
    ],
)
def test_what_reads_layout(code, docs, lines):
    found = analyse(code)
    assert (found.reads_docs, found.reads_lines) == (docs, lines)


def test_all_forms_of_imports_at_the_top_level_count():
    code = (
        "import a.b, c as d\n"
        "if x:\n    from e import f as g, h\n"
        "def inner():\n    import i\n    return a.b(y)\n"
        "z = 1\n"
    )
    assert names_imported_in(code) == ("a", "d", "g", "h")


def test_an_expression_as_deep_as_programs_write_is_told() -> None:
    """Deeper ones are opaque: Python itself gives up somewhere above a thousand."""
    code = analyse("x = " + " + ".join(["y"] * 800))
    assert (code.opaque, set(code.uses)) == (None, {"y"})
