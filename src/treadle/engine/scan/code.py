"""What a chunk's code needs and gives, by static analysis: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence, Set

from msgspec import Struct, field

from treadle.engine.scan.flow import ChunkScanner, Defined, FlowScanner
from treadle.engine.scan.scopes import FrozenReads, Imported, ModuleScope, frozen
from treadle.engine.scan.syntax_key import code_key, parsed, syntax_key, text_key
from treadle.engine.scan.walk import dotted
from treadle.engine.store.digest import combined

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


# Statements that look as if made for their effect on a library: `np.set_printoptions(...)`.

_BEGINNINGS = (
    *("set", "init_", "use", "config", "enable", "disable", "register", "install", "option"),
    *("patch", "basicConfig", "simplefilter", "filterwarnings", "chdir", "putenv", "unsetenv"),
)
# Changes of a container that a module holds: `sys.path.insert(0, "lib")`.
_CHANGES = frozenset(
    {"append", "insert", "extend", "update", "clear", "pop", "remove", "add", "discard", "popitem"}
)
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_OPEN = (
    ast.If,
    ast.With,
    ast.For,
    ast.While,
    ast.Try,
    ast.ExceptHandler,
    ast.Match,
    ast.match_case,
)


def effects_of(statements: Iterable[ast.AST]) -> list[str]:
    """What such statements change or call, dotted, in order; not those in functions."""
    found: list[str] = []
    for statement in statements:
        if isinstance(statement, _OPEN):
            for block in _BLOCKS:
                found += effects_of(getattr(statement, block, ()))
        else:
            found += _of_statement(statement)
    return found


def _of_statement(statement: ast.AST) -> list[str]:
    if isinstance(statement, ast.Delete | ast.Assign):
        found = [text for target in statement.targets for text in _of_target(target)]
    elif isinstance(statement, ast.AugAssign):
        found = _of_target(statement.target)
    else:
        found = []
    value = getattr(statement, "value", None)
    return found + (_of_call(value) if isinstance(value, ast.Call) else [])


def _of_target(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple | ast.List):
        return [text for item in target.elts for text in _of_target(item)]
    if not isinstance(target, ast.Attribute | ast.Subscript):
        return []
    node: ast.expr = target
    while isinstance(node, ast.Subscript):
        node = node.value
    text = dotted(node)
    return [text] if text else []


def _of_call(call: ast.Call) -> list[str]:
    text = dotted(call.func)
    name = text.rpartition(".")[2]
    if text == "setattr" and call.args:
        owner = dotted(call.args[0])
        named = call.args[1] if len(call.args) > 1 else None
        attribute = named.value if isinstance(named, ast.Constant) else "*"
        return [f"{owner}.{attribute!s}"] if owner else []
    if name.startswith(_BEGINNINGS) or (name in _CHANGES and text.count(".") > 1):
        return [text]
    return []


# The names that import statements bind where a definition stands.
#
# Python compiles `name.attribute(...)` differently where the same piece of code imports `name` at
# its top level: to get the very same function again, these names must be known.


def names_imported_in(code: str) -> tuple[str, ...]:
    """What import statements at the top level of `code` bind, sorted; code must parse."""
    from symtable import symtable  # few builds ask: those that define something anew

    symbols = symtable(code, "<code>", "exec").get_symbols()
    return tuple(sorted(symbol.get_name() for symbol in symbols if symbol.is_imported()))


# What a chunk's code needs and gives, by static analysis: nothing is run.

_UNPARSED = "it can't be parsed"


class Definition(Struct, frozen=True):
    """A top-level, unconditional `def` or `class`, whose name nothing else in its code binds."""

    name: str
    source: str  # its own lines, with decorators
    line: int  # its first line within the code, from 1
    now: FrozenReads  # names it reads when executed: decorators, defaults, bases, class body
    later: FrozenReads  # names its bodies read when called, or assign by `global`
    opaque: str | None = None  # why the names its bodies read can't be told
    imports: tuple[str, ...] = ()  # what its bodies import: "module:name", "module:*"
    reads_docs: bool = False
    reads_lines: bool = False
    is_function: bool = False  # and no class


class Code(Struct, frozen=True):
    """What running some code would read, bind and do to the session.

    In `uses`, `now` and `later` a name stands with the first attributes (or constant string
    keys) it is used by, or with None where it is used as a whole.
    """

    key: str  # digest of the syntax tree: no comments, positions, docstrings
    text_key: str  # digest of the exact source
    uses: FrozenReads = field(default_factory=dict)  # bound before, perhaps, and read
    binds: frozenset[str] = frozenset()  # names it may bind
    deletes: frozenset[str] = frozenset()  # names it may delete
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    imports: tuple[str, ...] = ()  # dotted modules that top-level statements import
    import_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by module
    imported_names: tuple[str, ...] = ()  # "a.b" for `from a import b`
    local_imports: tuple[str, ...] = ()  # of functions that may run: "module:name", "module:*"
    opaque: str | None = None  # why its names can't be told, in a user's words
    effects: tuple[str, ...] = ()  # "sympy.init_printing": looks made for its effect
    strings: frozenset[str] = frozenset()  # its short string constants
    reads_docs: bool = False  # docstrings and source text matter to it
    reads_lines: bool = False  # line numbers matter to it
    star_import: bool = False
    futures: frozenset[str] = frozenset()  # `from __future__` features it asks for


def analyse(code: str) -> Code:
    """What a chunk needs and gives. Code that does not parse is opaque."""
    session = ModuleScope()
    scanner = ChunkScanner(session)
    try:
        tree = parsed(code)
        key = code_key(tree, code)
        found = scanner.scan(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _unparsed((code,))
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n") if found else []
    definitions = {name: _definition(item, lines) for name, item in found.items()}
    return _code(scanner, session, tree.body, key, text_key(code), definitions)


def analyse_inline(pieces: Sequence[str]) -> Code:
    """What pieces of inline code, run in order, need and give together."""
    texts = [piece.strip().rstrip("; \t\n") for piece in pieces]
    session = ModuleScope()
    scanner = FlowScanner(session)
    try:
        bodies = [parsed(text).body for text in texts]
        key = combined(syntax_key(body) for body in bodies)
        statements = [statement for body in bodies for statement in body]
        scanner.run_block(statements)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _unparsed(texts)
    return _code(scanner, session, statements, key, text_key(*texts), {})


def _code(
    scanner: FlowScanner,
    session: ModuleScope,
    statements: Sequence[ast.stmt],
    key: str,
    text_key: str,
    definitions: Mapping[str, Definition],
) -> Code:
    names: dict[str, list[str]] = {}
    for item in session.imports:
        names.setdefault(item.module, []).append(item.name)
    bound = {module: tuple(dict.fromkeys(found)) for module, found in names.items()}
    return Code(
        key=key,
        text_key=text_key,
        uses=frozen(session.uses),
        binds=frozenset(session.binds),
        deletes=frozenset(session.deletes),
        definitions=definitions,
        imports=tuple(bound),
        import_names=bound,
        imported_names=tuple(
            f"{item.module}.{item.attribute}" for item in session.imports if item.attribute
        ),
        local_imports=_refs(session.inner_imports),
        opaque=session.opaque,
        effects=tuple(dict.fromkeys(effects_of(statements))),
        strings=frozenset(scanner.strings),
        reads_docs=reads_docs(scanner.words, scanner.strings),
        reads_lines=_places(scanner.words, scanner.strings),
        star_import=any(item.name == "*" for item in session.imports),
        futures=frozenset(scanner.futures),
    )


def _definition(found: Defined, lines: list[str]) -> Definition:
    node, body = found.node, found.body
    first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
    return Definition(
        name=node.name,
        source="\n".join(lines[first - 1 : node.end_lineno]),
        line=first,
        now=frozen(found.now),
        later=frozen(body.reads()),
        opaque=body.opaque,
        imports=_refs(body.imports),
        reads_docs=reads_docs(found.words, ()),
        reads_lines=_places(found.words, ()),
        is_function=not isinstance(node, ast.ClassDef),
    )


def _refs(imports: Sequence[Imported]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{item.module}:{item.attribute or '*'}" for item in imports))


def _places(words: Set[str], strings: Iterable[str]) -> bool:
    return reads_positions(words, strings) or prints_positions(words)


def _unparsed(texts: Sequence[str]) -> Code:
    key = text_key(*texts)
    return Code(key=key, text_key=key, opaque=_UNPARSED)
