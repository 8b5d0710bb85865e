"""What an entry asks of whoever loads it: the loader puts its own methods in these places."""

from __future__ import annotations

from typing import NoReturn


def memory(serial: int) -> NoReturn:
    """The piece of memory with this number."""
    raise NotImplementedError(serial)


def main(name: str) -> NoReturn:
    """A class or function of the session."""
    raise NotImplementedError(name)


def scope(module: str) -> NoReturn:
    """The global names of a module."""
    raise NotImplementedError(module)
