"""The distributions that are installed: packages with a version, as installers note them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

SUFFIXES = (".dist-info", ".egg-info")  # of the folders that installers leave
_SEPARATORS = re.compile(r"[-_.]+")


def installed(paths: Iterable[str]) -> frozenset[str]:
    """The distributions found on the paths, as "numpy-2.0.1.dist-info"."""
    return frozenset(path.rpartition("/")[2] for path in registered(paths).values())


def registered(paths: Iterable[str]) -> dict[str, str]:
    """The distributions on the paths: name, in one spelling, to folder; the first one counts."""
    found: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        try:
            entries = sorted(os.listdir(path or "."))
        except OSError:
            continue
        for entry in entries:
            if entry.endswith(SUFFIXES):
                found.setdefault(name_of(entry), f"{path}/{entry}")
    return found


def name_of(entry: str) -> str:
    """The name of a distribution, from "PyYAML-6.0.2.dist-info" or alone, in one spelling."""
    return _SEPARATORS.sub("-", _stem(entry).partition("-")[0]).lower()


def version_of(entry: str) -> str:
    """The version in "PyYAML-6.0.2.dist-info"; empty if there is none."""
    return _stem(entry).partition("-")[2].partition("-")[0]


def _stem(entry: str) -> str:
    return entry.rpartition(".")[0] if entry.endswith(SUFFIXES) else entry
