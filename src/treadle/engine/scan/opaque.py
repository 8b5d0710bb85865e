"""Words by which code hides from static analysis which names it uses, or asks for its own layout.

Looking too closely costs a chunk its independence of other names, no more; looking away would
cost correctness. So names that merely look like these count as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Set

_BY_NAME = "it imports a module by name, with `{}`"
_FRAMES = "it looks into the calling code, with `{}`"
_RUNS = "it uses `{}`"
_FORMULA = "it uses formulas, which look names up themselves: `{}`"
_PICKLE = "it unpickles, which looks classes up by name: `{}`"

_IMPORTERS = ("__import__", "import_module", "reload", "exec_module", "load_module")
_FRAME_NAMES = (
    *("currentframe", "_getframe", "f_globals", "f_locals", "f_back", "tb_frame", "gi_frame"),
    *("f_builtins", "__globals__", "get_objects", "get_referrers", "get_referents"),
)
_RUNNERS = ("exec", "globals", "locals", "breakpoint", "run_module", "run_path", "runctx")
_FORMULAS = ("patsy", "formulaic", "smf", "dmatrix", "dmatrices", "from_formula")
_PICKLES = ("pickle", "_pickle", "dill", "cloudpickle", "joblib", "jsonpickle")
_TESTS = ("doctest", "unittest", "cProfile", "pdb", "InteractiveConsole")

_ANYWHERE = {
    **dict.fromkeys(_IMPORTERS, _BY_NAME),
    **dict.fromkeys(_FRAME_NAMES, _FRAMES),
    **dict.fromkeys((*_RUNNERS, *_TESTS, "__main__", "__builtins__"), _RUNS),
    **dict.fromkeys(_FORMULAS, _FORMULA),
    **dict.fromkeys(("read_pickle", "Unpickler", "shelve"), _PICKLE),
}
NAMES = {**_ANYWHERE, **dict.fromkeys(("eval", "vars", "dir"), _RUNS)}
ATTRIBUTES = {**_ANYWHERE, **dict.fromkeys(("eval", "modules", "interact"), _RUNS)}
CALLS = frozenset({"eval", "query", "evaluate", "modules", "load", "loads", "stack", "main", "run"})

# "module.name", as written or imported, where the name alone says too little.
_DOTTED = {
    "inspect.stack": _FRAMES,
    "inspect.trace": _FRAMES,
    "sys.modules": _RUNS,
    "code.interact": _RUNS,
    "profile.run": _RUNS,
    "profile.Profile": _RUNS,
    **{f"{module}.{name}": _PICKLE for module in _PICKLES for name in ("load", "loads")},
}
_UNPICKLING = {"weights_only": False, "allow_pickle": True}
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


# Whether code can tell layouts of the same program apart: by its docstrings, text or lines.
_DOCS = frozenset(
    {"__doc__", "help", "inspect", "getsource", "getsourcelines", "getdoc", "doctest", "pydoc"}
    | {"__code__", "linecache", "findsource", "getcomments", "co_consts", "cleandoc"}
)
_POSITIONS = frozenset(
    {"lineno", "f_lineno", "tb_lineno", "co_firstlineno", "currentframe", "_getframe"}
    | {"extract_stack", "__traceback__", "co_lines", "co_positions", "getsourcelines"}
    | {"getframeinfo", "findCaller", "stack_info", "tracemalloc", "end_lineno"}
)
_PRINTED = frozenset(
    {"traceback", "print_exc", "format_exc", "print_stack", "exc_info", "faulthandler"}
    | {"warn", "warn_explicit", "showwarning", "exception"}
)


def reads_docs(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code that mentions these may read docstrings or source text."""
    return not words.isdisjoint(_DOCS) or any("__doc__" in text for text in strings)


def reads_positions(words: Set[str], strings: Iterable[str]) -> bool:
    """Whether code that mentions these may read line numbers."""
    return not words.isdisjoint(_POSITIONS) or any("lineno" in text for text in strings)


def prints_positions(words: Set[str]) -> bool:
    """Whether code that mentions these may print line numbers."""
    return not words.isdisjoint(_PRINTED)


def reason_in_import(module: str, attribute: str | None) -> str | None:
    """Why the names of code that imports this can't be told; None where they can."""
    for part in (*module.split("."), attribute):
        if part in _ANYWHERE:
            return _ANYWHERE[part].format(part)
    dotted = f"{module}.{attribute}"
    return _DOTTED[dotted].format(dotted) if dotted in _DOTTED else None


def reason_in_call(node: ast.Call) -> str | None:
    """The same of a call, apart from what the mere mention of its names does."""
    function = node.func
    for keyword in node.keywords:
        if keyword.arg in _UNPICKLING and _is(keyword.value, _UNPICKLING[keyword.arg]):
            return _PICKLE.format(keyword.arg)
        if keyword.arg == "formula" and not isinstance(keyword.value, ast.Constant):
            return _FORMULA.format("formula=")
    if isinstance(function, ast.Name):
        return _reason_in_plain(function.id, node)
    if isinstance(function, ast.Attribute) and function.attr in CALLS:
        return _reason_in_method(function, node)
    return None


def names_in_call(node: ast.Call) -> list[str]:
    """The names that a text given to a call may have looked up: pandas' `query`, formulas."""
    looks = isinstance(node.func, ast.Attribute) and node.func.attr in ("eval", "query", "evaluate")
    found: list[str] = []
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        text = argument.value if isinstance(argument, ast.Constant) else None
        if isinstance(text, str) and (looks or "~" in text):
            found += _IDENTIFIER.findall(text)
    return found


def _reason_in_plain(name: str, node: ast.Call) -> str | None:
    if name in ("vars", "dir"):
        return None if node.args else _RUNS.format(f"{name}()")
    if name == "getattr" and len(node.args) > 1:
        wanted = node.args[1]
        if isinstance(wanted, ast.Constant) and wanted.value in ATTRIBUTES:
            return ATTRIBUTES[wanted.value].format(wanted.value)
    return None


def _reason_in_method(function: ast.Attribute, node: ast.Call) -> str | None:
    name = function.attr
    root = function.value.id if isinstance(function.value, ast.Name) else ""
    dotted = f"{root}.{name}"
    if dotted in _DOTTED:
        return _DOTTED[dotted].format(dotted)
    if name in ("eval", "query") or (name == "evaluate" and root in ("ne", "numexpr")):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if given and not any(isinstance(argument, ast.Constant) for argument in given[:1]):
            return f"it uses `.{name}` with a text made at run time"
    return None


def _is(node: ast.expr, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
