"""What earlier builds keep of units, and whether it still holds."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from treadle.app.run import may_fail
from treadle.app.units import Runnable
from treadle.engine.messages import ChunkResult, ChunkTask, Figure, Result, Stepped
from treadle.engine.plan.snapshot import State
from treadle.engine.plan.validity import Present, outdated
from treadle.engine.store.blobs import CorruptEntryError
from treadle.engine.store.digest import combined
from treadle.engine.store.files import changed_since
from treadle.engine.store.store import Store
from treadle.engine.trace import Observed


class Looks(Struct, frozen=True):
    """What a unit can depend on besides values: how figures look, where lines stand."""

    style: Callable[[], str]  # it waits until that is known
    is_known: Callable[[], bool]
    lines: Callable[[int], str]  # a digest of the text up to the end of a block


class Cache:
    """The store, asked for one document in one build."""

    def __init__(self, store: Store, present: Present, looks: Looks, figures: Path) -> None:
        """`present`: files and so on as they are now; kept figures are put into `figures`."""
        self._begun = time.time_ns()
        self._store = store
        self._present = present
        self._looks = looks
        self._figures = figures
        self.reasons: dict[int, str] = {}  # by unit: why what is kept does not hold
        self._presumed: dict[int, str] = {}  # by unit: the style that its figures were drawn in

    def file_digest(self, path: str) -> str:
        """The digest of what a file holds now."""
        return self._store.files.of(path)

    def forget_files(self, written: Iterable[tuple[str, str]]) -> None:
        """These files have been written."""
        for path, _ in written:
            self._store.files.forget(path)

    def damaged(self, names: Iterable[str]) -> None:
        """A worker has found these entries damaged."""
        self._store.blobs.damaged.extend(names)

    def misjudged(self) -> set[int]:
        """The units that were found though their figures would look different now."""
        presumed, self._presumed = self._presumed, {}
        return {number for number, style in presumed.items() if style != self._looks.style()}

    def knows(self, key: str) -> bool:
        """Whether something is kept under the key, be it outdated."""
        return self._store.traces.has(key)

    def find(self, runnable: Runnable, key: str, state: State) -> Stepped | None:
        """What the unit left when it last ran so, with its figures in place; None: it must run."""
        number = runnable.unit.number
        self.reasons.pop(number, None)
        self._presumed.pop(number, None)
        if runnable.unit.volatile:
            self.reasons[number] = "it is volatile"
            return None
        # Nobody waits to know how figures look: `misjudged` tells when everything else is done.
        style = self._looks.style() if self._looks.is_known() else None
        for record in self._store.traces.find(key):
            try:
                stepped = convert(record["stepped"], Stepped)
            except ValidationError:  # another version of this program wrote it
                continue
            reason = self._outdated(runnable, record, stepped, state, style)
            if reason is None:
                try:
                    placed = self._placed(runnable, str(record["stem"]), stepped)
                except CorruptEntryError as corrupt:
                    reason = str(corrupt)
                else:
                    self._store.traces.touch(record)
                    self.reasons.pop(number, None)
                    if stepped.observed.styled and style is None:
                        self._presumed[number] = str(record["style"])
                    return placed
            self.reasons.setdefault(number, reason)
        return None

    def named_files(self, runnable: Runnable) -> dict[str, str]:
        """The digests of the files that the unit's code names: asked for before it runs."""
        paths = filter(_is_data, self._named(runnable))
        return {path: self.file_digest(path) for path in paths}

    def completed(
        self, runnable: Runnable, symbols: Mapping[str, str], stepped: Stepped, state: State
    ) -> Stepped:
        """What came of a unit, with the files that its code names.

        `symbols` are what it was known to reach of the project's modules.
        """
        observed = self._with_writes(stepped.observed, state)
        observed = self._with_files(runnable, observed, symbols, state)
        nonce = os.urandom(16).hex() if _differs_each_time(runnable, observed) else ""
        if observed is stepped.observed and not nonce:
            return stepped
        return replace(stepped, observed=observed, nonce=nonce)

    def is_sound(
        self, named: Mapping[str, str], seen: Observed, completed: Observed, state: State
    ) -> bool:
        """Whether the unit ran with what its key and `completed` say, as far as can be told.

        `named` are its files as they were before, `seen` is what was observed of it. Somebody may
        have edited a module that was planned with, or a file that was read unseen.
        """
        modules = {*state.modules.values(), *(file for _, file in completed.imported)}
        added = completed.reads[len(seen.reads) :]
        return not changed_since(self._begun, modules) and all(
            named.get(path, digest) == digest for path, digest in added
        )

    def record(self, runnable: Runnable, stepped: Stepped, state: State) -> dict[str, object]:
        """What to keep of a unit that has run; `save` writes it."""
        observed = stepped.observed
        return {
            "stepped": stepped,
            "stem": _stem(runnable),
            "style": self._looks.style() if observed.styled else "",
            "lines": self._lines(runnable, observed, state) if observed.placed else "",
            "blobs": stepped.blobs,
        }

    def save(self, key: str, record: Mapping[str, object]) -> None:
        """Keep such a record under a unit's key. Raises OSError."""
        self._store.traces.save(key, record)

    def _outdated(
        self,
        runnable: Runnable,
        record: Mapping[str, object],
        stepped: Stepped,
        state: State,
        style: str | None,
    ) -> str | None:
        observed = stepped.observed
        if stepped.result.failure is not None and not may_fail(runnable):
            return "it failed"
        if _differs_each_time(runnable, observed):
            return f"{observed.unknown[0]}, and what that depends on can't be seen"
        if observed.styled and style is not None and record["style"] != style:
            return "the look of figures changed"
        if observed.placed and record["lines"] != self._lines(runnable, observed, state):
            return "it shows lines of the document, and they moved"
        return outdated(observed, self._present, {path: of[0] for path, of in state.files.items()})

    def _lines(self, runnable: Runnable, observed: Observed, state: State) -> str:
        """Where lines stand that the unit's output may name: in the document, in its modules."""
        files = {*state.modules.values(), *(file for _, file in observed.imported)}
        digests = (self.file_digest(file) for file in sorted(files))
        return combined([self._looks.lines(runnable.unit.block), *digests])

    def _with_writes(self, observed: Observed, state: State) -> Observed:
        """With files that earlier units made and this one changed unseen, through what is open."""
        known = {path for path, _ in observed.writes}
        writes = [
            (path, now)
            for path, (digest, _) in state.files.items()
            if path not in known and (now := self.file_digest(path)) not in (digest, "")
        ]
        return replace(observed, writes=(*observed.writes, *writes)) if writes else observed

    def _with_files(
        self, runnable: Runnable, observed: Observed, symbols: Mapping[str, str], state: State
    ) -> Observed:
        """What it was seen to do, with files that count as read.

        Those that the code names in a string: a library may read them unseen. And those of
        modules that it imports in a way that no analysis shows.
        """
        known = {path for path, *_ in (*observed.reads, *observed.writes)} | state.files.keys()
        files = self._named(runnable)
        analysed = {symbol.partition(":")[0] for symbol in symbols}
        files |= {file for name, file in observed.imported if name not in analysed}
        reads = [(path, self.file_digest(path)) for path in sorted(files - known) if _is_data(path)]
        return replace(observed, reads=(*observed.reads, *reads)) if reads else observed

    def _named(self, runnable: Runnable) -> set[str]:
        folder = self._present.folder
        return {os.path.join(folder, text) for text in runnable.unit.code.strings}  # noqa: PTH118

    def _placed(self, runnable: Runnable, stem: str, stepped: Stepped) -> Stepped:
        """The result with its figures in this build's folder, named as this build names them."""
        if not stepped.figures or not isinstance(stepped.result, ChunkResult):
            return stepped
        names = {path: _stem(runnable) + path[len(stem) :] for path, _ in stepped.figures}
        for path, digest in stepped.figures:
            self._store.blobs.copy_to(digest, self._figures / names[path])
        outputs = tuple(
            replace(output, path=names[output.path]) if isinstance(output, Figure) else output
            for output in stepped.result.outputs
        )
        result: Result = replace(stepped.result, outputs=outputs)
        return replace(stepped, result=result)


def _stem(runnable: Runnable) -> str:
    return runnable.task.figure_stem if isinstance(runnable.task, ChunkTask) else ""


def _differs_each_time(runnable: Runnable, observed: Observed) -> bool:
    """Whether what it depends on can't be compared."""
    return runnable.unit.volatile or bool(observed.unknown and not runnable.unit.depends)


def _is_data(path: str) -> bool:
    """Whether it is a file that somebody wrote: what the system makes up is new each time."""
    return os.path.isfile(path) and not path.startswith(("/proc/", "/sys/", "/dev/"))  # noqa: PTH113
