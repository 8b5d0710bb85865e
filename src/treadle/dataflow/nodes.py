"""Questions to single nodes of a syntax tree."""

from __future__ import annotations

import ast

# Decorators that call nothing, and bases whose subclasses nobody calls unasked.
_QUIET_DECORATORS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "override", "dataclass"}
    | {"cache", "lru_cache", "cached_property", "setter", "getter", "deleter", "overload"}
)
_QUIET_BASES = frozenset(
    {"object", "ABC", "Protocol", "NamedTuple", "Enum", "nn.Module", "torch.nn.Module"}
    | {"Dataset", "data.Dataset", "torch.utils.data.Dataset", "Exception", "ValueError"}
)

DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_quiet(node: DefinitionNode) -> bool:
    """Whether a definition runs none of its bodies by itself."""
    if isinstance(node, ast.ClassDef) and (
        node.keywords or any(dotted(base) not in _QUIET_BASES for base in node.bases)
    ):
        return False
    return all(_last_name(item) in _QUIET_DECORATORS for item in node.decorator_list)


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


def _last_name(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return dotted(function).rpartition(".")[2]
