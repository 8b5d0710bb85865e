"""Modules of Python whose first import a document hardly notices.

It prints nothing and changes no settings: what code computes that imports them is the same
whether they were loaded before or not, unless it asks just that, by `sys.modules` or the like.
"""

from __future__ import annotations

QUIET = frozenset(
    (
        *("abc", "array", "ast", "bisect", "builtins", "calendar", "cmath", "collections"),
        *("collections.abc", "colorsys", "contextlib", "copy", "csv", "dataclasses", "datetime"),
        *("difflib", "enum", "fractions", "functools", "heapq", "html", "io", "itertools", "json"),
        *("keyword", "math", "numbers", "operator", "os", "os.path", "pathlib", "pprint"),
        *("queue", "random", "re", "reprlib", "statistics", "string", "struct", "sys"),
        *("textwrap", "time", "types", "typing", "unicodedata", "zlib"),
    )
)
