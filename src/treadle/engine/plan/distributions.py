"""Installed distributions, by the folders that their installers leave beside the modules."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

SUFFIXES = (".dist-info", ".egg-info")

_SEPARATORS = re.compile(r"[-_.]+")


def registered(paths: Iterable[str]) -> dict[str, str]:
    """Name, in one spelling, to folder, of all on the paths; of a name the first one counts."""
    found: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        try:
            entries = sorted(os.listdir(path or "."))  # noqa: PTH208  (pathlib is slow to import)
        except OSError:
            continue
        for entry in entries:
            if entry.endswith(SUFFIXES):
                found.setdefault(name_of(entry), f"{path}/{entry}")
    return found


def name_of(entry: str) -> str:
    """The name of a distribution, from "Markdown-3.3.7.dist-info" or alone, in one spelling."""
    return _SEPARATORS.sub("-", _stem(entry).partition("-")[0]).lower()


def version_of(entry: str) -> str:
    """The version in "Markdown-3.3.7.dist-info"; empty if there is none."""
    return _stem(entry).partition("-")[2].partition("-")[0]


def _stem(entry: str) -> str:
    return entry.rpartition(".")[0] if entry.endswith(SUFFIXES) else entry
