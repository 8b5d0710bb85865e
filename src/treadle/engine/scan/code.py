"""What a chunk's code needs and gives, by static analysis: nothing is run."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from symtable import symtable

from msgspec import Struct, field

from treadle.engine.scan.effect_names import CHANGES, looks_made_for_effect
from treadle.engine.scan.expressions import dotted
from treadle.engine.scan.scopes import FrozenReads, ImportedName, SessionScope, frozen
from treadle.engine.scan.sql import is_command
from treadle.engine.scan.statements import DefinitionNode, Scanner, is_side_effect_free
from treadle.engine.scan.syntax_key import (
    UNPARSABLE,
    code_key,
    parsed,
    reads_docs,
    reads_lines,
    syntax_key,
    text_key,
)
from treadle.engine.store.digest import combined


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
    scanner = Scanner(SessionScope())
    try:
        tree = parsed(code)
        definitions = _scan(scanner, tree.body, code)
        return _code(scanner, tree.body, code_key(tree, code), (code,), definitions)
    except UNPARSABLE:
        return _unparsed((code,))


def analyse_inline(pieces: Sequence[str]) -> Code:
    """What pieces of inline code, run in order, need and give together."""
    texts = [piece.strip().rstrip("; \t\n") for piece in pieces]
    scanner = Scanner(SessionScope())
    try:
        bodies = [parsed(text).body for text in texts]
        key = combined(syntax_key(body) for body in bodies)
        statements = [statement for body in bodies for statement in body]
        scanner.run_block(statements)
        return _code(scanner, statements, key, texts, {})
    except UNPARSABLE:
        return _unparsed(texts)


def names_imported_in(code: str) -> tuple[str, ...]:
    """What import statements at the top level of `code` bind, sorted; code must parse.

    Python compiles `name.attribute(...)` differently where the same piece of code imports `name`:
    to get the very same function again from its own lines, these names must be known.
    """
    symbols = symtable(code, "<code>", "exec").get_symbols()
    return tuple(sorted(symbol.get_name() for symbol in symbols if symbol.is_imported()))


def imported_before(code: str, line: int) -> frozenset[str]:
    """What import statements at the top level, above this line of `code`, bind and nothing else in
    it does; code must parse."""
    tree = ast.parse(code)
    imports = Counter(
        item.asname or item.name.partition(".")[0]
        for statement in tree.body
        if isinstance(statement, ast.Import | ast.ImportFrom) and statement.lineno < line
        for item in statement.names
    )
    others = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and _stores(node)}
    others |= {node.name for node in ast.walk(tree) if isinstance(node, DefinitionNode)}
    return frozenset(name for name, times in imports.items() if times == 1) - others


def _stores(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _scan(scanner: Scanner, statements: Sequence[ast.stmt], code: str) -> dict[str, Definition]:
    """Scan a chunk's statements; its definitions that are all that their names are bound to."""
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found: dict[str, Definition] = {}
    for statement in statements:
        if isinstance(statement, DefinitionNode):
            found[statement.name] = _define(scanner, statement, lines)
        else:
            scanner.run_block((statement,))
    only_defined = scanner.scope.session.finish()
    return {name: item for name, item in found.items() if name in only_defined}


def _define(scanner: Scanner, node: DefinitionNode, lines: list[str]) -> Definition:
    """Scan a top-level definition: its bodies wait until somebody mentions it."""
    session = scanner.scope.session
    words, scanner.words = scanner.words, set()
    now = session.now = {}
    body = scanner.visit_definition(node)
    session.now = None
    session.define_at_top(node.name, body, waits=is_side_effect_free(node))
    session.commit()
    mentioned, scanner.words = scanner.words, words | scanner.words
    first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
    return Definition(
        name=node.name,
        source="\n".join(lines[first - 1 : node.end_lineno]),
        line=first,
        now=frozen(now),
        later=frozen(body.reads()),
        opaque=body.opaque,
        imports=_refs(body.imports),
        reads_docs=reads_docs(mentioned, ()),
        reads_lines=reads_lines(mentioned, ()),
        is_function=not isinstance(node, ast.ClassDef),
    )


def _code(
    scanner: Scanner,
    statements: Sequence[ast.stmt],
    key: str,
    texts: Sequence[str],
    definitions: Mapping[str, Definition],
) -> Code:
    words, strings, session = scanner.words, scanner.strings, scanner.scope.session
    names: dict[str, dict[str, None]] = {}
    for item in session.imports:
        names.setdefault(item.module, {})[item.name] = None
    return Code(
        key=key,
        text_key=text_key(*texts),
        uses=frozen(session.uses),
        binds=frozenset(session.binds),
        deletes=frozenset(session.deletes),
        definitions=definitions,
        imports=tuple(names),
        import_names={module: tuple(found) for module, found in names.items()},
        imported_names=tuple(
            f"{item.module}.{item.attribute}" for item in session.imports if item.attribute
        ),
        local_imports=_refs(session.body.imports),
        opaque=session.body.opaque,
        effects=tuple(dict.fromkeys(_effects(statements))),
        strings=frozenset(strings),
        reads_docs=reads_docs(words, strings),
        reads_lines=reads_lines(words, strings),
        star_import=any(item.name == "*" for item in session.imports),
        futures=frozenset(scanner.futures),
    )


def _refs(imports: Sequence[ImportedName]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{item.module}:{item.attribute or '*'}" for item in imports))


def _unparsed(texts: Sequence[str]) -> Code:
    key = text_key(*texts)
    return Code(key=key, text_key=key, opaque="it can't be parsed")


# Statements that look as if made for their effect on a library: `np.set_printoptions(...)`.

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


def _effects(statements: Iterable[ast.AST]) -> list[str]:
    """What such statements change or call, dotted, in order; not those in functions."""
    found: list[str] = []
    for statement in statements:
        if not isinstance(statement, DefinitionNode):
            for block in _BLOCKS:
                found += _effects(getattr(statement, block, ()))
            found += _effects_of(statement)
    return found


def _effects_of(statement: ast.AST) -> list[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Delete | ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign):
        targets = [statement.target]
    value = getattr(statement, "value", None)
    called = _called(value) if isinstance(value, ast.Call) else ""
    return [*_changed(targets), *([called] if called else [])]


def _changed(targets: Iterable[ast.expr]) -> Iterable[str]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _changed(target.elts)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            owner: ast.expr = target
            while isinstance(owner, ast.Subscript):
                owner = owner.value
            if text := dotted(owner):
                yield text


def _called(call: ast.Call) -> str:
    text = dotted(call.func)
    name = text.rpartition(".")[2]
    if text == "setattr" and call.args:
        owner = dotted(call.args[0])
        named = call.args[1] if len(call.args) > 1 else None
        attribute = named.value if isinstance(named, ast.Constant) else "*"
        return f"{owner}.{attribute!s}" if owner else ""
    looks_so = looks_made_for_effect(name) or (name in CHANGES and text.count(".") > 1)
    told = call.args[0] if call.args else None
    commands = isinstance(told, ast.Constant) and is_command(told.value)
    return text if looks_so or commands else ""
