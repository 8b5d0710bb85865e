"""What a chunk's code needs and gives, by static analysis: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence, Set

from msgspec import Struct, field

from treadle.dataflow.chunk_scan import ChunkScanner, Defined
from treadle.dataflow.effects import effects_of
from treadle.dataflow.flow import FlowScanner
from treadle.dataflow.module_scope import ModuleScope
from treadle.dataflow.positions import prints_positions, reads_docs, reads_positions
from treadle.dataflow.reads import FrozenReads, Imported, frozen
from treadle.dataflow.syntax_key import code_key, parsed, syntax_key, text_key
from treadle.store.digest import combined

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
