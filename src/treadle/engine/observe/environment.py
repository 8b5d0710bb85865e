"""Which environment variables are read: `os.environ` raises no event, so its class is changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from treadle.engine.observe import scope as frames
from treadle.engine.observe.imports import Imports
from treadle.engine.observe.log import Log
from treadle.engine.store.outside import ALL

# What libraries look at in passing. It counts where the project's own code asks for it.
_NOISE = frozenset(
    {"PATH", "HOME", "USER", "USERNAME", "LOGNAME", "SHELL", "PWD", "TMPDIR", "TEMP", "TMP"}
    | {"LANG", "LANGUAGE", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR"}
    | {"DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "JPY_PARENT_PID", "CI"}
    | {"TTY_COMPATIBLE", "TTY_INTERACTIVE"}
)
_NOISY = ("LC_", "PYTHON", "XDG_")
# On their way through these it is never the variable that the code is after.
_SILENT = frozenset(
    {"subprocess", "tempfile", "locale", "gettext", "joblib.externals.loky.backend.fork_exec"}
)
_FIXED = frozenset({"COLUMNS", "LINES"})  # the worker gets the same ones in every build

Values = dict[bytes, bytes]


class Environment:
    """Tells a log which variables are read that the process itself has not set."""

    def __init__(self, log: Log, imports: Imports) -> None:
        """Tell `log`; what is in the environment now is what the process was given."""
        self._log = log
        self._imports = imports
        self.given = current().copy()
        self._swept: object = None  # the last name given to who goes through all

    def install(self) -> None:
        """Change the class of `os.environ` and `os.environb`."""
        kind = type(os.environ)
        kind.__getitem__ = self._watched_item(kind.__getitem__)  # type: ignore[method-assign]
        kind.__iter__ = self._watched_names(kind.__iter__)  # type: ignore[method-assign]
        for name in ("__len__", "__repr__"):
            setattr(kind, name, self._watched(getattr(kind, name)))

    def is_given(self, name: str, values: Values) -> bool:
        """Whether a variable is, among `values`, what it was when the process started."""
        key = os.fsencode(name)
        return values.get(key) == self.given.get(key)

    def _watched_item(self, original: Callable[..., Any]) -> Callable[..., Any]:
        log = self._log

        def __getitem__(self_: Any, key: Any) -> Any:  # noqa: ANN401, N807
            if log.active and key is not self._swept:
                log.note(self._read, key)
            return original(self_, key)

        return __getitem__

    def _watched_names(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """All names, and the value of each is likely to be asked for in between."""
        log = self._log

        def __iter__(self_: Any) -> Iterator[Any]:  # noqa: ANN401, N807
            if log.active:
                log.note(self._all_read)
            for name in original(self_):
                self._swept = name
                yield name
            self._swept = None

        return __iter__

    def _watched(self, original: Callable[..., Any]) -> Callable[..., Any]:
        log = self._log

        def watched(self_: Any) -> Any:  # noqa: ANN401
            if log.active:
                log.note(self._all_read)
            return original(self_)

        watched.__name__ = original.__name__
        return watched

    def _read(self, key: object) -> None:
        name = os.fsdecode(key)  # type: ignore[arg-type]
        if name in self._log.variables or not self.is_given(name, current()):
            return
        if name in _FIXED or frames.passes(0, _SILENT):
            return
        noisy = name in _NOISE or name.startswith(_NOISY)
        if noisy and (self._imports.in_library() or not frames.asked_by_user(0)):
            return
        self._log.tell("variable", name)

    def _all_read(self) -> None:
        silent = ALL in self._log.variables or frames.passes(0, _SILENT)
        if not silent and not self._imports.in_library():
            self._log.tell("variable", ALL)


def current() -> Values:
    """The environment as Python keeps it, read without being noticed."""
    values: Values = os.environ._data  # type: ignore[attr-defined]
    return values


def as_text(values: Values) -> dict[str, str]:
    """The environment as `os.environ` would show it."""
    return {os.fsdecode(name): os.fsdecode(value) for name, value in values.items()}


def names_read(names: Iterator[str]) -> list[str]:
    """The names, or `ALL` alone where it is among them."""
    found = list(names)
    return [ALL] if ALL in found else found
