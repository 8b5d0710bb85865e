"""Packages of this program for a Python that has not installed them: each is found in its folder,
and nothing else that lies there. Nothing of ours can be imported before that.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec, PathFinder


class Lender:
    """Finds what is lent, before anything of that name that is installed."""

    def __init__(self, lent: Mapping[str, str]) -> None:
        self._lent = lent

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> ModuleSpec | None:
        folder = self._lent.get(name)
        return PathFinder.find_spec(name, [folder]) if folder else None


def lend(lent: Mapping[str, str]) -> None:
    """Let each package be found in its folder."""
    sys.meta_path.insert(0, Lender(lent))


def lending_code(lent: Mapping[str, str]) -> str:
    """Code that does so in another process, whatever that can import."""
    if not lent:
        return ""
    load = "import importlib.util as u; s = u.spec_from_file_location('lend', {!r}); "
    run = "m = u.module_from_spec(s); s.loader.exec_module(m); m.lend({!r}); "
    return load.format(__file__) + run.format(dict(lent))
