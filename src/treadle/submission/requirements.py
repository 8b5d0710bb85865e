"""Which packages code needs, at the versions that are installed: a `requirements.txt`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, version

ALWAYS = "pytest"  # for the tests


def requirements(code: Mapping[str, bytes]) -> str:
    """A line for each distribution that these files import; `code` is by file name."""
    own = {name.partition("/")[0].removesuffix(".py") for name in code}
    modules = {module for text in code.values() for module in _imported(text)}
    wanted = {ALWAYS, *modules} - own - sys.stdlib_module_names - {"treadle"}
    providers = packages_distributions()
    names = {name for module in wanted for name in providers.get(module, ())}
    return "".join(
        f"{name}=={found}\n" for name in sorted(names, key=str.lower) if (found := _version(name))
    )


def _imported(text: bytes) -> Iterator[str]:
    """The top-level names of the modules that it imports, anywhere in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def _version(name: str) -> str:
    """Without the part that says how it was built, as in `2.1+cpu`: no registry has that."""
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return ""
