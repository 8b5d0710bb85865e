"""Which folders are watched: the project's, and those of what was seen to be read elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from treadle.engine.observe.inotify import Events, Notifier, UnwatchedError
from treadle.engine.observe.ownership import PathScope

_ENTRIES = 50_000  # files and folders; to look at them takes a fifth of a second
_SKIPPED = frozenset({"__pycache__", "node_modules"})
_BUILT = ".treadle"  # in what builds make, which viewers look at
_NOT_OURS = frozenset({"pyvenv.cfg", _BUILT})  # an environment's folder has the one


class Folders:
    """Watches folders as long as the process lives; `trouble` says why some are not watched."""

    def __init__(self, scope: PathScope, root: str) -> None:
        """Watch `root` and all below it, unless it is everybody's."""
        self.trouble = ""
        self._scope = scope
        self.root = root
        self._watched: set[str] = set()
        self._apart: set[str] = set()  # files
        self._left = _ENTRIES
        self._notifier: Notifier | None = None
        try:
            self._notifier = Notifier()
        except UnwatchedError as failure:
            self.trouble = str(failure)
        if _is_shared(root):
            self.trouble = "the document lies in a folder of everybody's"
        else:
            for _ in self.add(root):
                pass
            if not self.trouble and not self.events():  # of having looked into it
                self.trouble = "the document's file system does not tell"

    def add(self, root: str) -> Iterator[str]:
        """Watch a folder and all below it; the paths of what is in them, as it is found.

        Hidden folders, environments and what builds make are left out.
        """
        waiting = [root]
        for folder in waiting:
            for entry in self._entered(folder):
                yield entry.path
                is_link = entry.is_symlink()
                if entry.is_dir():
                    hidden = entry.name.startswith(".") or entry.name in _SKIPPED
                    if not hidden and not (is_link and _is_shared(entry.path)):
                        waiting.append(entry.path)
                elif is_link:  # what it leads to is in another folder
                    self._watch(entry.path, self._apart)

    def follow(self, path: str) -> None:
        """Watch the folder of a file that was read; the file alone where others come and go."""
        folder = os.path.dirname(path)  # noqa: PTH120
        if folder in self._watched or path in self._apart:
            return
        hidden = "/." in folder or os.path.lexists(f"{folder}/{_BUILT}")
        if hidden or _is_shared(folder):
            self._watch(path, self._apart)
        else:
            self._watch(folder, self._watched)

    def enter(self, folder: str) -> None:
        """Watch a folder that the code works in."""
        if folder not in self._watched and not _is_shared(folder):
            self._watch(folder, self._watched)

    def moved(self, folder: str) -> None:
        """The folder has another name now, or is gone."""
        self._watched -= {each for each in self._watched if f"{each}/".startswith(f"{folder}/")}
        if self._notifier is not None:
            self._notifier.moved(folder)

    def events(self) -> Events:
        """What has happened since the last time."""
        if self._notifier is None:
            return {}
        found = self._notifier.events()
        if self._notifier.has_lost:
            self.trouble = "too much happened at once"
        return found

    def _entered(self, folder: str) -> list[os.DirEntry[str]]:
        """What is in a folder, which is watched from now on; nothing where it is left out."""
        if self._left <= 0:
            self.trouble = f"the document's folder holds more than {_ENTRIES:,} files"
            return []
        watch = self._watch(folder, self._watched) if self._scope.path_of(folder) else 0
        if not watch:
            return []
        try:
            with os.scandir(folder) as found:
                entries = list(found)
        except OSError:
            return []
        self._left -= len(entries)
        if folder != self.root and not _NOT_OURS.isdisjoint(entry.name for entry in entries):
            self._leave(folder, watch)
            return []
        return entries

    def _watch(self, path: str, known: set[str]) -> int:
        """The new watch; 0: none."""
        known.add(path)
        try:
            return self._notifier.watch(path) if self._notifier else 0
        except UnwatchedError as failure:
            self.trouble = str(failure)
            return 0

    def _leave(self, folder: str, watch: int) -> None:
        assert self._notifier is not None
        self._watched.discard(folder)
        self._notifier.leave(watch)


def _is_shared(folder: str) -> bool:
    """Whether others than the document's author come and go there: `/tmp`, `/run`, the home."""
    real = os.path.realpath(folder)
    if real.count("/") < 2 or real == os.path.realpath(os.path.expanduser("~")):  # noqa: PTH111
        return True
    try:
        return bool(os.stat(real).st_mode & stat.S_ISVTX)  # noqa: PTH116
    except OSError:
        return True
