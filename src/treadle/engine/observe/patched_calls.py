"""What raises no audit event: functions of Python's library are replaced by ones that tell."""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from msgspec import Struct

from treadle.engine.observe import ownership
from treadle.engine.observe.loaded_modules import Imports
from treadle.engine.observe.process_state import Variables, environment
from treadle.engine.observe.seen import Seen
from treadle.engine.store.digest import ALL

Path = Any  # whatever the functions of `os` take
Found = os.stat_result | None

# Functions of Python's library that tell no more than this of what a status says. Whoever else
# asks may use all of it.
_QUESTIONS = {
    **dict.fromkeys(("exists", "isfile", "isdir", "is_file", "is_dir"), "kind"),
    **dict.fromkeys(("lexists", "islink", "is_symlink", "realpath", "_joinrealpath"), "link"),
    "getsize": "size",
}
_ASKERS = frozenset({"genericpath", "posixpath", "pathlib", "pathlib._local", "pathlib._abc"})
# They look whether a source, or a folder of modules, that they know has changed; what they then
# read or list is seen.
_SILENT = frozenset({"linecache", "inspect", "importlib.metadata", "pkgutil"})


class Questions(Struct, frozen=True):
    """Tells what was asked about paths, as far as it can matter to who asked.

    Its methods are told what the function of their name gave for a path that counts; None: nothing
    was found.
    """

    seen: Seen
    imports: Imports
    settings: tuple[str, ...]  # how the files end that libraries look for while they are imported

    def install(self) -> None:
        for tell in (self.stat, self.lstat, self.access, self.readlink):
            name = tell.__name__
            original = getattr(os, name)
            watched = self._telling(original, tell)
            for what in ("dir_fd", "fd", "follow_symlinks", "effective_ids"):
                supported = getattr(os, f"supports_{what}")
                if original in supported:
                    supported.add(watched)
            setattr(os, name, watched)
        for name in ("getcwd", "getcwdb"):
            setattr(os, name, self._telling_folder(getattr(os, name)))

    def _telling_folder(self, original: Callable[[], Any]) -> Callable[[], Any]:
        """The function, which tells of the folder that it gave: also a path that is made absolute
        by it can be seen in a result."""
        seen = self.seen

        def watched() -> Any:  # noqa: ANN401
            found = original()
            if seen.active and ownership.asked_through(_ASKERS):
                seen.note(seen.asked, os.fsdecode(found), "link")
            return found

        watched.__name__ = watched.__qualname__ = original.__name__
        watched.__module__, watched.__doc__ = "os", original.__doc__
        return watched

    def stat(self, found: Found, name: str, *, follow_symlinks: bool = True) -> None:
        if not follow_symlinks:
            self.lstat(found, name)
        elif how := _how():
            self._tell(name, how if found else "kind", found)
            if found is None and os.path.islink(name):  # noqa: PTH114  (it leads nowhere)
                self._tell(name, "link")

    def lstat(self, found: Found, name: str) -> None:
        if found and self.imports.in_library():  # which resolves thousands of paths
            return
        how = _how()
        if not how:
            return
        if found is None:
            self._tell(name, "kind")
        elif how in ("all", "size"):
            self._tell(name, how)
        self._tell(name, "link", found)

    def access(self, _found: object, name: str, mode: int, **_how: object) -> None:
        self._tell(name, "kind" if mode == os.F_OK else f"access {mode}")

    def readlink(self, _found: object, name: str) -> None:
        self._tell(name, "link")

    def _tell(self, name: str, how: str, found: Found = None) -> None:
        if how == "link" and not ownership.asked_by_user():
            return  # a library that resolves a path, in passing
        if self.imports.in_library():
            if self._is_a_librarys(name):
                return
            how, found = "kind", None
        self.seen.asked(name, how, found)

    def _is_a_librarys(self, name: str) -> bool:
        """Whether a library keeps there what it can make anew, as far as it matters while it is
        imported."""
        return not name.startswith(self.seen.scope.documents) and not name.endswith(self.settings)

    def _is_idle(self, path: object) -> bool:
        """Whether a look is enough to tell that a question is nobody's business: importing torch
        puts 25,000 of them."""
        if self.seen.scope.ignores(path):
            return True
        if not isinstance(path, str) or not ownership.is_plain(path):
            return False
        return self._is_a_librarys(path) and self.imports.in_library()

    def _telling(self, original: Any, tell: Callable[..., None]) -> Callable[..., Any]:  # noqa: ANN401
        """The function, which calls `tell` with what it gave, None where it failed."""
        seen, is_idle = self.seen, self._is_idle

        def note(found: object, path: Path, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
            name = seen.scope.path_of(path, named.pop("dir_fd", None))
            if name is not None:
                tell(found, name, *arguments, **named)

        def watched(path: Path, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            try:
                found = original(path, *arguments, **named)
            except (OSError, ValueError):
                if seen.active and not is_idle(path):
                    seen.note(note, None, path, *arguments, **named)
                raise
            if seen.active and not isinstance(path, int) and not is_idle(path):
                seen.note(note, found, path, *arguments, **named)
            return found

        watched.__name__ = watched.__qualname__ = original.__name__
        watched.__module__, watched.__doc__ = "os", original.__doc__
        return watched


def _how() -> str:
    """What the caller of a stat wants to know; empty: nothing that can be seen in a result.

    Were it all of every status, the times of folders that libraries make and look through would
    run chunks again for nothing: `needless:plot-then-print` among the cases of staleness.
    """
    frames = (frame for frame in ownership.outward() if not _is_pathlibs_own(frame))
    frame = next(frames)
    module = ownership.module_of(frame)
    if module in _SILENT or ownership.imports(frame):
        return ""
    if module not in _ASKERS:
        return "kind" if module == "shutil" else "all"
    behind = next(frames, frame)
    asker = ownership.module_of(behind)
    # To make folders, what is there already is welcome.
    if asker in _SILENT or (asker == "os" and behind.f_code.co_name == "makedirs"):
        return ""
    return "kind" if asker == "shutil" else _QUESTIONS.get(frame.f_code.co_name, "all")


def _is_pathlibs_own(frame: FrameType) -> bool:
    """Whether it is `Path.stat` or `lstat`, which pathlib's questions are put with."""
    named = frame.f_code.co_name in ("stat", "lstat")
    return named and ownership.module_of(frame).startswith("pathlib")


# Source text that is shown at run time: by tracebacks, warnings and `inspect`.
#
# Python keeps the files it has read for that, so not the reading is what counts but the use.

_SHOWING = frozenset({"warnings", "treadle.engine.worker.failures"})


class SourceLookups(Struct, frozen=True):
    seen: Seen
    imports: Imports

    def install(self) -> None:
        seen, original = self.seen, linecache.getlines

        def getlines(filename: str, module_globals: Any = None) -> list[str]:  # noqa: ANN401
            if seen.active:
                seen.note(self._looked_up, filename)
            return original(filename, module_globals)

        getlines.__doc__ = original.__doc__
        linecache.getlines = getlines

    def _looked_up(self, file: str) -> None:
        known = linecache.cache.get(file)
        if file.startswith("<") or (known is not None and len(known) == 4 and known[1] is None):
            return  # no file: code of the document, say
        path = self.seen.scope.path_of(file)
        # Libraries note down who calls them, as torch does for each `manual_seed`: that is not to
        # be seen in a result. What they warn of is shown with its line, and so is what raises.
        shown = not self.imports.in_library() and (
            ownership.asked_by_user() or ownership.passes(_SHOWING)
        )
        if path is not None and shown and os.path.exists(path):  # noqa: PTH110
            self.seen.read(path)


# Variables of the environment.
#
# What libraries look at in passing. It counts where the project's own code asks for it.
_NOISE = frozenset(
    {"PATH", "HOME", "USER", "USERNAME", "LOGNAME", "SHELL", "PWD", "TMPDIR", "TEMP", "TMP"}
    | {"LANG", "LANGUAGE", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR"}
    | {"DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "JPY_PARENT_PID", "CI"}
    | {"TTY_COMPATIBLE", "TTY_INTERACTIVE"}
)
_NOISY = ("LC_", "PYTHON", "XDG_")
# On their way through these it is never the variable that the code is after.
_PASSING = frozenset(
    {"subprocess", "tempfile", "locale", "gettext", "joblib.externals.loky.backend.fork_exec"}
)
_FIXED = frozenset({"COLUMNS", "LINES"})  # the worker gets the same ones in every build


class Environment:
    """Tells which variables are read that the process itself has not set.

    `os.environ` raises no event, so its class is changed.
    """

    def __init__(self, seen: Seen, imports: Imports) -> None:
        """What is in the environment now is what the process was given."""
        self._seen = seen
        self._imports = imports
        self.given = environment().copy()
        self._swept: object = None  # the last name given to who goes through all

    def install(self) -> None:
        kind = type(os.environ)
        kind.__iter__ = self._sweeping(kind.__iter__)  # type: ignore[method-assign]
        for name in ("__getitem__", "__len__", "__repr__"):
            tell = self._read if name == "__getitem__" else self._all_read
            setattr(kind, name, self._telling(getattr(kind, name), tell))

    def is_given(self, name: str, values: Variables) -> bool:
        """Whether a variable is, among `values`, what it was when the process started."""
        key = os.fsencode(name)
        return values.get(key) == self.given.get(key)

    def _telling(
        self, original: Callable[..., Any], tell: Callable[..., None]
    ) -> Callable[..., Any]:
        seen = self._seen

        def watched(self_: Any, *key: Any) -> Any:  # noqa: ANN401
            if seen.active and not (key and key[0] is self._swept):
                seen.note(tell, *key)
            return original(self_, *key)

        watched.__name__ = original.__name__
        return watched

    def _sweeping(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """All names, and the value of each is likely to be asked for in between."""
        seen = self._seen

        def __iter__(self_: Any) -> Iterator[Any]:  # noqa: ANN401, N807
            if seen.active:
                seen.note(self._all_read)
            for name in original(self_):
                self._swept = name
                yield name
            self._swept = None

        return __iter__

    def _read(self, key: object) -> None:
        name = os.fsdecode(key)  # type: ignore[arg-type]
        if name in self._seen.variables or not self.is_given(name, environment()):
            return
        if name in _FIXED or ownership.passes(_PASSING):
            return
        noisy = name in _NOISE or name.startswith(_NOISY)
        if noisy and (self._imports.in_library() or not ownership.asked_by_user()):
            return
        self._seen.tell("variable", name)

    def _all_read(self) -> None:
        silent = ALL in self._seen.variables or ownership.passes(_PASSING)
        if not silent and not self._imports.in_library():
            self._seen.tell("variable", ALL)
