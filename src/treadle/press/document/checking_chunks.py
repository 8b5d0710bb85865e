"""Which chunks check what, and what they assert."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from treadle.press.document.code_syntax import parsed
from treadle.press.document.model import Chunk, Document

COMPARISONS = {"agree", "at_most", "equal", "identical"}
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def targets(document: Document) -> Iterator[tuple[Chunk, str]]:
    """Each chunk that checks something, with each label that it checks."""
    for chunk in document.chunks:
        for name in labels_checked(chunk):
            yield chunk, name


def labels_checked(chunk: Chunk) -> tuple[str, ...]:
    """The labels that a chunk checks: `checks="eq:kl, eq:general"` names two."""
    return tuple(dict.fromkeys(re.findall(r"[^,\s]+", chunk.options.checks or "")))


def asserts(chunk: Chunk, document: Document) -> bool:
    """Whether the chunk runs an assertion, by itself or by the document's functions that it calls,
    as far as its text tells."""
    return any(map(_is_assertion, _reached(chunk, document)))


def compares(chunk: Chunk, document: Document) -> bool:
    """Whether it calls what `treadle.checks` compares by, likewise."""
    return any(map(_is_comparison, _reached(chunk, document)))


def _reached(chunk: Chunk, document: Document) -> Iterator[ast.AST]:
    code = parsed(chunk.code)
    return chain(_run(code), _called(code, chunk, document))


def _functions(chunk: Chunk, document: Document) -> Mapping[str, Function]:
    """What the document defines by name, the chunk's own before that of others."""
    blocks = (*(other for other in document.chunks if other is not chunk), chunk)
    trees = [parsed(block.code) for block in blocks if "def " in block.code]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.name: node for node in nodes if isinstance(node, Function)}


def _called(code: ast.AST, chunk: Chunk, document: Document) -> Iterator[ast.AST]:
    """All that stands in the functions that the code names, and in those that they name."""
    functions = _functions(chunk, document)
    seen: set[str] = set()
    waiting = _names(_run(code))
    while waiting:
        name = waiting.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        inside = [part for line in functions[name].body for part in (line, *_run(line))]
        if isinstance(functions[name], ast.ClassDef):  # its methods are called by other names
            inside = [*ast.walk(functions[name])]
        yield from inside
        waiting |= _names(inside)


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """What runs with the code: not the bodies of functions, nor what stands under `if False`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If | ast.While) and _is_false(child.test):
            continue
        yield child
        yield from _run(child)


def _is_false(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and not test.value


def _is_assertion(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Tuple)  # `assert (x == y, "words")` always holds
    named = isinstance(node, ast.Call) and "assert" in ast.unparse(node.func)
    return named or isinstance(node, ast.Raise)


def _is_comparison(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return ast.unparse(node.func).rpartition(".")[2] in COMPARISONS
