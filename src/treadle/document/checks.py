"""Which chunks check what: `checks="eq:kl, eq:general"` names two labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.document.model import Chunk, Document

NAMED = re.compile(r"assert")  # a function's name, such as `numpy.testing.assert_allclose`


def asserts(chunk: Chunk) -> bool:
    """Whether the chunk's code holds an assertion, as far as its text tells."""
    if not re.search(r"assert|raise", chunk.code):
        return False
    import ast  # most chunks don't need it

    try:
        nodes = ast.walk(ast.parse(chunk.code))
    except (SyntaxError, ValueError, RecursionError):
        return False
    return any(
        isinstance(node, ast.Raise)
        # A tuple always holds: `assert (x == y, "words")`.
        or (isinstance(node, ast.Assert) and not isinstance(node.test, ast.Tuple))
        or (isinstance(node, ast.Call) and NAMED.search(ast.unparse(node.func)))
        for node in nodes
    )


def targets(document: Document) -> Iterator[tuple[Chunk, str]]:
    """Each chunk that checks something, with each label that it checks."""
    for chunk in document.chunks:
        for name in labels_checked(chunk):
            yield chunk, name


def labels_checked(chunk: Chunk) -> tuple[str, ...]:
    """The labels that a chunk checks."""
    return tuple(dict.fromkeys(re.findall(r"[^,\s]+", chunk.options.checks or "")))
