"""For make: which files the PDF was made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def dependency_rules(target: Path, files: Iterable[str]) -> str:
    """Rules that make `target` anew when one of `files` changes; a file that is gone is no error.

    Names that make can't express (with a newline) are left out.
    """
    names = [_escaped(name) for name in sorted(set(files)) if "\n" not in name]
    lines = [f"{_escaped(str(target))}: \\\n  " + " \\\n  ".join(names)] if names else []
    lines += [f"{name}:" for name in names]
    return "\n".join(lines) + "\n"


def _escaped(name: str) -> str:
    name = name.replace("$", "$$")
    return re.sub(r"([\s#%:\\])", r"\\\1", name)
