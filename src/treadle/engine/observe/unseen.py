"""What a step does to files out of Python's sight: by C libraries, and by programs it starts.

The system tells what happens to files in the folders that are watched, but not whose doing it is.
So what is opened while a step runs counts as opened by it, but for what Python was seen to open.
That others open files meanwhile costs a run, once, when such a file changes. To have it seldom,
hidden files and texts that are edited while cells run count only for a step that has started
programs; that a folder was looked into, only if something in it was as well, and of
the document's own, where imports look, never; and what is written,
only where Python has asked about that path, or made its folder.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable

from treadle.engine.observe import inotify
from treadle.engine.observe.folders import Folders
from treadle.engine.observe.inotify import Events
from treadle.engine.observe.seen import Seen
from treadle.engine.store.file_digests import unsettled

_MAGIC = re.compile(r"[*?]|\[(?!\[\]|[*?]\])")  # what is no escape
_APPEARS = inotify.CREATE | inotify.MOVED_TO
_IS_WRITTEN = inotify.WRITTEN | inotify.MOVED_TO
_HOWS = ("kind", "link", "size", "all")  # of `seen.stats`
_GOES = inotify.DELETE | inotify.MOVED_FROM


class Unseen:
    """Adds to what is `seen` of a step what was not seen in Python."""

    def __init__(self, seen: Seen, folders: Folders, edited: tuple[str, ...]) -> None:
        """`edited`: how the names of texts end that are edited while cells run."""
        self._seen = seen
        self._folders = folders
        self._edited = (*edited, "~")
        self._declared: tuple[str, ...] = ()
        self._left: dict[str, str] = {}  # files that earlier steps wrote, with their digests
        self.begin()

    def begin(self) -> None:
        """A step begins: what has happened before is not its doing."""
        self._folders.events()
        self._entered: set[str] = set()  # the folders in which it has opened something
        self._listed: dict[str, str] = {}  # those it has looked into, with what they listed
        self._changed: set[str] = set()  # files that changed while it ran, by whomever
        self._writers: Counter[str] = Counter()  # how often a file was written that it writes

    def events(self) -> Events:
        """What has happened since the last time."""
        return self._folders.events()

    def follow(self, path: str) -> None:
        """Tell of a file, and of others in its folder, from now on."""
        self._folders.follow(path)

    def enter(self, folder: str) -> None:
        """Tell of the files in a folder that the code works in from now on."""
        self._folders.enter(folder)

    def declare(self, patterns: Iterable[str]) -> None:
        """The next step rests on the files of these patterns: on which these are, of all that are
        in their folders."""
        magic = (each for each in patterns if _MAGIC.search(each) and not os.path.lexists(each))
        starts = (_MAGIC.split(each)[0] for each in magic)
        self._declared = tuple(f"{os.path.dirname(start)}/" for start in starts)  # noqa: PTH120

    def take(self, events: Events) -> None:
        """Tell what of this is the step's doing, and not known as yet."""
        reads = self._seen.reads
        for path, happened in events.items():
            if path in reads and max(happened) <= inotify.OPEN and inotify.MODIFY not in happened:
                continue  # most of them
            if self._seen.scope.path_of(path) is None:
                continue
            if any(mask & inotify.FOLDER for mask in happened):
                self._take_folder(path, happened)
            elif path in self._seen.written:
                self._writers[path] += sum(bool(mask & _IS_WRITTEN) for mask in happened)
            elif path not in self._changed:
                self._take_file(path, happened)

    def finish(self) -> None:
        """The step has ended, and all that has happened was taken."""
        for folder in sorted(self._listed, reverse=True):  # what is in a folder comes first
            if folder in self._entered:
                self._seen.tell("listing", folder, self._listed[folder])
                self._entered.add(os.path.dirname(folder))  # noqa: PTH120

    def leave(self, writes: Iterable[tuple[str, str]]) -> None:
        """The step has written these files, with these digests."""
        self._left.update(writes)

    def is_doubtful(self, path: str) -> bool:
        """Whether somebody else may have written a file that the step writes in Python."""
        known = self._seen.expected.get(path, 0)
        return not self._seen.unknown and 0 < known < self._writers[path]

    def _counts(self, path: str) -> bool:
        name = os.path.basename(path)  # noqa: PTH119
        return bool(self._seen.unknown) or not (
            name.startswith((".", "#")) or name.endswith(self._edited)
        )

    def _take_file(self, path: str, happened: list[int]) -> None:
        """What happened first decides: a file that is new or was written over is no input."""
        seen = self._seen
        opened = read = False
        for mask in happened:
            if mask & inotify.OPEN:
                opened |= path not in seen.reads and not seen.was_expected(path)
            elif mask & inotify.ACCESS:
                read |= opened
            elif mask != inotify.WRITTEN and self._counts(path):
                if opened and (read or path in self._left):  # else it was written over
                    seen.tell("read", path, unsettled() if read else self._left[path])
                self._take_writing(path, "" if mask & _APPEARS else "there")
                return
        if opened and self._counts(path):
            self._entered.add(os.path.dirname(path))  # noqa: PTH120
            seen.read(path)

    def _take_writing(self, path: str, there: str) -> None:
        """Somebody makes, changes or removes it: another build of this folder's, perhaps."""
        seen = self._seen
        asked = any((path, how) in seen.stats for how in _HOWS)
        if asked or seen.unknown or path in self._left or seen.is_own(path):
            seen.tell("written", path, there)
        self._changed.add(path)

    def _take_folder(self, path: str, happened: list[int]) -> None:
        for mask in happened:
            if mask & inotify.OPEN:
                self._look_into(path)
            elif mask & _GOES:
                self._folders.moved(path)
                self._take_writing(path, "there")
            elif mask & _APPEARS and self._counts(path):
                self._take_writing(path, "")
                for inner in self._folders.add(path):
                    self._take_writing(inner, "")

    def _look_into(self, folder: str) -> None:
        seen = self._seen
        if f"{folder}/".startswith(self._declared):
            return
        if folder in seen.listings or folder in self._listed or seen.was_expected(folder):
            return
        if seen.unknown:
            seen.listed(folder)
        elif folder != self._folders.root and not seen.is_own(folder):
            self._listed[folder] = seen.digests.listing(folder)
