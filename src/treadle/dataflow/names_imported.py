"""The names that import statements bind where a definition stands.

Python compiles `name.attribute(...)` differently where the same piece of code imports `name` at
its top level: to get the very same function again, these names must be known.
"""

from __future__ import annotations


def names_imported_in(code: str) -> tuple[str, ...]:
    """What import statements at the top level of `code` bind, sorted; code must parse."""
    from symtable import symtable  # few builds ask: those that define something anew

    symbols = symtable(code, "<code>", "exec").get_symbols()
    return tuple(sorted(symbol.get_name() for symbol in symbols if symbol.is_imported()))
