"""The project's own modules: what of them a name rests on."""

import pytest

from treadle.engine.scan.module_symbols import analyse_module, project_refs
from treadle.engine.scan.project_modules import Modules

FILES = {
    "data.py": "import csv\nPATH = 'a.csv'\n\ndef load():\n    return csv.reader(open(PATH))\n",
    "helpers.py": (
        "'''Doc.'''\nfrom data import load\nimport data as d, third\nSCALE = 2\n\n"
        "def f(x):\n    '''Doc.'''\n    return g(x) * SCALE\n\n"
        "def g(x):\n    return x\n\ndef all_of_it():\n    return load(), third.x\n\n"
        "def path():\n    return d.PATH\n\ndef whole():\n    return vars(d)\n\n"
        "def late():\n    import data\n    return data.PATH\n\n"
        "def later():\n    from data import PATH as p\n    return p\n"
    ),
    "pack/__init__.py": "from .core import run\nVERSION = 1\nprint('hello')\n",
    "pack/core.py": "from . import tools\nfrom ..pack.tools import tool as t\n"
    "from .tools import *\n"
    "def run(): return tools.tool()\ndef walk(): return t()\ndef fly(): return wing()\n",
    "pack/tools.py": "def tool(): return 1\ndef wing(): return 2\n",
    "space/inner.py": "import pack.core\ndef f(): return pack.core.walk()\n",
    "registry.py": (
        "TABLE = {}\nNAMES = ('a',)\n\ndef register(f):\n    TABLE[f.__name__] = f\n"
        "    return f\n\n"
        "@register\ndef one(): return 1\n\ndef plain(): return 2\n\nMORE = register(plain)\n"
        "def total(): return len(TABLE)\n"
    ),
    "loose.py": "X = []\nX.append(1)\nif X:\n    Y = 2\ndef f(): return 3\nfor Z in X: pass\n",
    "one.py": "import other\ndef f(): return other.g()\n",
    "other.py": "import one\ndef g(): return one.f()\nBOOL = 1\n",
}


@pytest.fixture
def modules(tmp_path):
    return _modules(tmp_path, FILES)


def _modules(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)

    def read(path):
        try:
            with open(path) as file:  # noqa: PTH123 - as the program does it
                return file.read()
        except OSError:
            return None

    return Modules([str(folder)], read, lambda path: f"digest of {path}")


CLOSURES = {
    "helpers:g": "helpers:g",
    "helpers:f": "helpers:f helpers:g helpers:SCALE",
    "helpers:all_of_it": "helpers:all_of_it helpers:load helpers:third data:load data:PATH"
    " data:csv",
    "helpers:path": "helpers:path helpers:d data:PATH",
    "helpers:whole": "helpers:whole helpers:d data:load data:PATH data:csv",
    "helpers:load": "helpers:load data:load data:PATH data:csv",
    "helpers:late": "helpers:late data:PATH",
    "helpers:later": "helpers:later data:PATH",
    "helpers:": "",
    "data:missing": "data:load data:PATH data:csv",
    "data:*": "data:load data:PATH data:csv",
    "third:f": "",
    "pack:run": "pack:run pack.core:run pack.core:tools pack.tools:tool",
    "pack:core": "pack.core:run pack.core:walk pack.core:fly pack.core:tools pack.core:t"
    " pack.tools:tool pack.tools:wing",
    "pack.core:walk": "pack.core:walk pack.core:t pack.tools:tool",
    "pack.core:fly": "pack.core:fly pack.tools:wing",
    "pack:VERSION": "pack:VERSION",
    "space.inner:f": "space.inner:f space.inner:pack pack.core:walk pack.core:t pack.core:run"
    " pack.core:fly pack.core:tools pack.tools:tool pack.tools:wing",
    "registry:total": "registry:total registry:TABLE registry:one registry:register"
    " registry:MORE registry:plain",
    "registry:NAMES": "registry:NAMES",
    "registry:plain": "registry:plain",
    "loose:f": "loose:f loose:X",
    "loose:Y": "loose:X",
    "one:f": "one:f one:other other:g other:one",
}


@pytest.mark.parametrize("ref", CLOSURES)
def test_closure(modules, ref):
    found = {text for text in modules.closure([ref]) if not text.endswith(":")}
    assert found == set(CLOSURES[ref].split())


def test_what_an_import_runs_counts(modules):
    assert {"pack:", "pack.core:", "pack.tools:"} <= set(modules.closure(["pack.tools:tool"]))
    assert {"helpers:", "data:"} <= set(modules.closure(["helpers:"]))
    assert "loose:" in modules.closure(["loose:f"])


CHANGES = [
    # file, old, new, which of these change: helpers f, g, all_of_it; pack:VERSION; loose:f
    ("helpers.py", "return x\n", "return x + 1\n", "helpers:f helpers:g"),
    ("helpers.py", "SCALE = 2", "SCALE = 3", "helpers:f"),
    ("helpers.py", "SCALE = 2", "SCALE = 2\nSCALE = SCALE", "helpers:f"),
    ("helpers.py", "SCALE = 2", "SCALE = 2\nSCALE += 1", "helpers:f helpers:g helpers:all_of_it"),
    ("helpers.py", "'''Doc.'''", "'''Other.'''\n# and\n\n", ""),
    ("helpers.py", "import third", "import fourth as third", "helpers:all_of_it"),
    ("data.py", "a.csv", "b.csv", "helpers:all_of_it"),
    ("data.py", "import csv", "import tsv as csv", "helpers:all_of_it"),
    ("data.py", "import csv\n", "import csv\nprint(1)\n", "helpers:f helpers:g helpers:all_of_it"),
    ("pack/__init__.py", "hello", "good day", "pack:VERSION"),
    ("pack/__init__.py", "VERSION", "from __future__ import annotations\nVERSION", "pack:VERSION"),
    ("loose.py", "append(1)", "append(2)", "loose:f"),
    ("loose.py", "X = []", "X = [0]", "loose:f"),
    ("loose.py", "for Z", "if __name__ == '__main__':\n    f()\nfor Z", ""),
    ("loose.py", "for Z", "if TYPE_CHECKING:\n    import a\nfor Z", ""),
]


@pytest.mark.parametrize(("file", "old", "new", "changed"), CHANGES)
def test_a_change_reaches_those_who_rest_on_it(tmp_path, file, old, new, changed):
    refs = ["helpers:f", "helpers:g", "helpers:all_of_it", "pack:VERSION", "loose:f"]
    before = _modules(tmp_path, {**FILES, "helpers.py": _split(FILES["helpers.py"])})
    keys = {ref: before.closure([ref]) for ref in refs}
    text = _split(FILES[file]) if file == "helpers.py" else FILES[file]
    assert old in text
    after = _modules(tmp_path, {file: text.replace(old, new)})
    found = {ref for ref in refs if after.closure([ref]) != keys[ref]}
    assert found == set(changed.split())


def _split(text: str) -> str:
    return text.replace("import data as d, third", "import data as d\nimport third")


def test_modules_are_found(modules, tmp_path):
    assert modules.find("data") == (f"{tmp_path}/data.py", False)
    assert modules.find("pack") == (f"{tmp_path}/pack/__init__.py", True)
    assert modules.find("space") == (f"{tmp_path}/space", True)
    assert modules.find("space.inner") == (f"{tmp_path}/space/inner.py", False)
    for name in ("numpy", "data.no", "", "..data", ".data"):
        assert modules.find(name) is None
        assert modules.code(name) is None


RELATIVE = {
    ("a.b", False, "from . import c"): "a",
    ("a.b", True, "from . import c"): "a.b",
    ("a.b", False, "from .d import c"): "a.d",
    ("a.b.e", False, "from ..d import c"): "a.d",
    ("a.b.e", False, "from .. import c"): "a",
    ("a", False, "from d import c"): "d",
    ("a", False, "def f():\n  from d import c"): "d",
}


@pytest.mark.parametrize(("dotted", "is_package", "source"), RELATIVE)
def test_relative_imports(dotted, is_package, source):
    code = analyse_module(source, dotted, is_package)
    assert [item.module for item in code.imports["c"]] == [RELATIVE[dotted, is_package, source]]


@pytest.mark.parametrize("words", ["f.__doc__", "inspect.getsource(f)", "e.tb_lineno"])
def test_layout_counts_for_modules_that_read_it(words):
    one = analyse_module(f"def f(): return {words}\nX = 1", "m", False)
    other = analyse_module(f"def f(): return {words}\n\nX = 1", "m", False)
    assert one.symbols["X"].key != other.symbols["X"].key


def test_modules_that_hide_names_are_taken_as_a_whole(tmp_path):
    text = "def f(): return eval('X')\nX = 1\n"
    assert "m:X" in _modules(tmp_path, {"m.py": text}).closure(["m:f"])
    assert analyse_module(text, "m", False).opaque
    assert analyse_module("def f(", "m", False).opaque


def test_conditional_imports_are_followed(tmp_path):
    files = {
        "m.py": "try:\n    from fast import g\nexcept ImportError:\n    from slow import g\n"
        "def f(): return g()\n",
        "slow.py": "def g(): return 1\ndef no(): return 2\n",
    }
    assert "slow:g" in _modules(tmp_path, files).closure(["m:f"])


REFS = {
    "import helpers\nhelpers.f()": "helpers: helpers:f",
    "import helpers as h\ng(h)": "helpers: helpers:*",
    "import pack.core\npack.core.run()": "pack.core: pack.core:*",
    "from pack import core\ncore.run()": "pack.core: pack.core:run",
    "from helpers import f, g as h": "helpers:f helpers:g",
    "from helpers import *": "helpers:*",
    "def f(h):\n  def g():\n    import helpers as h\n    return h.f": "helpers: helpers:f",
    "class A:\n  import helpers": "helpers: helpers:*",
    "import numpy as np\nnp.x": "",
    "f(": "",
}


@pytest.mark.parametrize("source", REFS)
def test_what_code_takes_from_project_modules(modules, source):
    assert project_refs(source, modules.find) == set(REFS[source].split())


@pytest.mark.parametrize(
    "body",
    [
        "class A:\n  if c:\n    X = 1\n  y = X\n",
        "def f(a=X): pass\nA = f\n",
        "A = [X for _ in 'ab']\n",
        "def A():\n  def inner(): return X\n  return inner\n",
        "A = lambda: X\n",
        "A, B = X, 1\n",
    ],
)
def test_uses_are_found_wherever_they_are(tmp_path, body):
    assert "m:X" in _modules(tmp_path, {"m.py": f"X = 1\n{body}"}).closure(["m:A"])
