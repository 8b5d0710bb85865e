"""Names that expressions read, bind and delete: one walk, which tells its scopes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from treadle.engine.scan.scopes import Body, ComprehensionScope, FunctionScope, Scope
from treadle.engine.scan.sql import names_in_query

_LEAVES = frozenset(
    {"ctx", "op", "ops", "kind", "type_comment", "conversion", "is_async", "simple", "level"}
)
_CHILDREN: dict[type, tuple[str, ...]] = {
    kind: tuple(field for field in kind._fields if field not in _LEAVES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
_LONGEST_TEXT = 300

# What is done for a kind of node; False comes back where control surely does not go on.
Visitors = dict[type, Callable[[Any, Any], object]]


def is_main_test(node: ast.expr) -> bool:
    """Whether this is `__name__ == "__main__"`, which looks nothing up."""
    if not (isinstance(node, ast.Compare) and isinstance(node.left, ast.Name)):
        return False
    other = node.comparators[0]
    is_main = isinstance(other, ast.Constant) and other.value == "__main__"
    return is_main and node.left.id == "__name__"


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


class ExpressionScanner:
    """Names that expressions read, bind and delete; expressions that call, choose, or nest."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.words: set[str] = set()  # names, attributes and modules mentioned anywhere
        self.strings: set[str] = set()
        self.class_name = ""  # of the class around, for private names
        self._unsure = 0  # inside an expression that may not be evaluated

    def visit(self, node: ast.AST) -> object:
        visitor = self.visitors.get(node.__class__, ExpressionScanner.visit_children)
        return visitor(self, node)

    def visit_all(self, nodes: Sequence[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_children(self, node: ast.AST) -> None:
        """A node that means nothing by itself. One frame a level, as expressions may be deep."""
        for field in _CHILDREN[node.__class__]:
            child = getattr(node, field, None)
            if isinstance(child, ast.AST):
                visitor = self.visitors.get(child.__class__)
                if visitor is None:
                    self.visit_children(child)
                else:
                    visitor(self, child)
            elif child.__class__ is list:
                for item in child:
                    if isinstance(item, ast.AST):
                        self.visit(item)

    def visit_inside(self, scope: FunctionScope, nodes: Sequence[ast.AST | None]) -> Body:
        """Nodes in a scope of their own: what they do to the one around it."""
        outer, self.scope = self.scope, scope
        self.visit_all(nodes)
        self.scope = outer
        return scope.close()

    def read(self, name: str, attribute: str | None) -> None:
        """A name is read, by an attribute or (None) as a whole."""
        self.words.add(name)
        if name in _OPAQUE_NAMES:
            self.scope.mark_opaque(_OPAQUE_NAMES[name].format(name))
        self.scope.read(self.mangled(name), attribute)

    def mangled(self, name: str) -> str:
        """A name as Python knows it: private ones belong to the class around."""
        if not (name.startswith("__") and self.class_name) or name.endswith("__"):
            return name
        owner = self.class_name.lstrip("_")
        return f"_{owner}{name}" if owner else name

    def _name(self, node: ast.Name) -> None:
        if node.ctx.__class__ is ast.Load:
            self.read(node.id, None)
        elif node.ctx.__class__ is ast.Store:
            self.scope.bind(self.mangled(node.id))
        else:
            self.read(node.id, None)
            self.scope.delete(self.mangled(node.id))

    def _attribute(self, node: ast.Attribute) -> None:
        if node.attr in _OPAQUE_ATTRIBUTES:
            self.scope.mark_opaque(_OPAQUE_ATTRIBUTES[node.attr].format(node.attr))
        self._plain_attribute(node)

    def _plain_attribute(self, node: ast.Attribute) -> None:
        self.words.add(node.attr)
        self._part(node, node.attr)

    def _subscript(self, node: ast.Subscript) -> None:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        self._part(node, key if isinstance(key, str) else None)
        self.visit(node.slice)

    def _part(self, node: ast.Attribute | ast.Subscript, attribute: str | None) -> None:
        """An attribute or item. Assigning to it changes, perhaps, all that lies at its root."""
        value = node.value
        loads = node.ctx.__class__ is ast.Load
        if loads and isinstance(value, ast.Name):
            self.read(value.id, attribute)
        else:
            self.visit(value)
        while not loads and isinstance(value, ast.Attribute | ast.Subscript):
            value = value.value
        if not loads and isinstance(value, ast.Name):
            self.read(value.id, None)

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if value.__class__ is not str:
            return
        for name in names_in_query(value):
            self.read(name, None)
        if len(value) <= _LONGEST_TEXT and "\n" not in value:
            self.strings.add(value)
            if "__main__" in value:
                self.scope.mark_opaque("it uses `__main__`")

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _UNSURE_CALLS:
            self._plain_attribute(function)
        elif isinstance(function, ast.Name) and function.id in ("vars", "dir"):
            self.scope.read(function.id, None)
        else:
            self.visit(function)
        reason = _reason_in_call(node)
        if reason:
            self.scope.mark_opaque(reason)
        for name in _names_in_call(node):
            self.scope.read(name, None)
        self.visit_all(node.args)
        for keyword in node.keywords:
            self.visit(keyword.value)

    def _compare(self, node: ast.Compare) -> None:
        self.visit(node.left)
        if not is_main_test(node):
            self.visit(node.comparators[0])
        if len(node.comparators) > 1:
            self._perhaps(node.comparators[1:])

    def _boolean(self, node: ast.BoolOp) -> None:
        self.visit(node.values[0])
        self._perhaps(node.values[1:])

    def _choice(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        self._perhaps([node.body, node.orelse])

    def _assert(self, node: ast.Assert) -> None:
        self._perhaps([node.test, node.msg])

    def _perhaps(self, nodes: Sequence[ast.AST | None]) -> None:
        """Expressions that may not be evaluated."""
        self._unsure += 1
        self.visit_all(nodes)
        self._unsure -= 1

    def _walrus(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        name = self.mangled(node.target.id)
        self.scope.bind_perhaps(name)
        if not self._unsure:
            self.scope.waiting.append(name)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> None:
        first, *others = node.generators
        self.visit(first.iter)  # belongs to the scope around
        parts: list[ast.AST | None] = [first.target, *first.ifs]
        for generator in others:
            parts += (generator.target, generator.iter, *generator.ifs)
        parts += (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self._unsure += 1
        self.scope.run(self.visit_inside(ComprehensionScope(self.scope), parts))
        self._unsure -= 1

    def _lambda(self, node: ast.Lambda) -> None:
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        self.scope.run(self.visit_function(node.args, [node.body]))

    def visit_function(self, arguments: ast.arguments, statements: Sequence[ast.AST]) -> Body:
        """A function's body: what it does when called."""
        names = [self.mangled(argument.arg) for argument in parameters(arguments)]
        return self.visit_inside(FunctionScope(self.scope.session, names), statements)

    visitors: ClassVar[Visitors] = {
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Constant: _constant,
        ast.Call: _call,
        ast.Compare: _compare,
        ast.BoolOp: _boolean,
        ast.IfExp: _choice,
        ast.Assert: _assert,
        ast.NamedExpr: _walrus,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.Lambda: _lambda,
    }


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [item for item in (arguments.vararg, arguments.kwarg) if item is not None]


# --- words by which code hides which names it uses ---
#
# Looking too closely costs a chunk its independence of other names, no more; looking away would
# cost correctness. So names that merely look like these count as well.

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
    **dict.fromkeys((*_RUNNERS, *_TESTS, "__main__", "__builtins__", "__subclasses__"), _RUNS),
    **dict.fromkeys(_FORMULAS, _FORMULA),
    **dict.fromkeys(("read_pickle", "Unpickler", "shelve"), _PICKLE),
}
_OPAQUE_NAMES = {**_ANYWHERE, **dict.fromkeys(("eval", "vars", "dir"), _RUNS)}
_OPAQUE_ATTRIBUTES = {**_ANYWHERE, **dict.fromkeys(("eval", "modules", "interact"), _RUNS)}
_UNSURE_CALLS = frozenset(
    {"eval", "query", "evaluate", "modules", "load", "loads", "stack", "main", "run"}
)

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


def reason_in_import(module: str, attribute: str | None) -> str | None:
    """Why the names of code that imports this can't be told; None where they can."""
    for part in (*module.split("."), attribute):
        if part in _ANYWHERE:
            return _ANYWHERE[part].format(part)
    dotted = f"{module}.{attribute}"
    return _DOTTED[dotted].format(dotted) if dotted in _DOTTED else None


def _reason_in_call(node: ast.Call) -> str | None:
    """The same of a call, apart from what the mere mention of its names does."""
    function = node.func
    for keyword in node.keywords:
        if keyword.arg in _UNPICKLING and _is(keyword.value, _UNPICKLING[keyword.arg]):
            return _PICKLE.format(keyword.arg)
        if keyword.arg == "formula" and not isinstance(keyword.value, ast.Constant):
            return _FORMULA.format("formula=")
    if isinstance(function, ast.Name):
        return _reason_in_plain(function.id, node)
    if isinstance(function, ast.Attribute) and function.attr in _UNSURE_CALLS:
        return _reason_in_method(function, node)
    return None


def _names_in_call(node: ast.Call) -> list[str]:
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
        if isinstance(wanted, ast.Constant) and wanted.value in _OPAQUE_ATTRIBUTES:
            return _OPAQUE_ATTRIBUTES[wanted.value].format(wanted.value)
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
