"""What the last build found out about each piece of code: found out anew only where it is new.

Analysing the code of a long document takes most of the time of planning it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import ValidationError, convert

from treadle.dataflow.code import Code, analyse, analyse_inline
from treadle.dataflow.syntax_key import text_key
from treadle.store.store import Store


class Analyses:
    """What pieces of code need and give, by their exact text."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: Mapping[str, object] = {}
        self._used: dict[str, object] = {}

    def of_chunk(self, code: str) -> Code:
        """As `analyse` gives it."""
        return self._of(f"chunk {text_key(code)}", lambda: analyse(code))

    def of_inline(self, pieces: Sequence[str]) -> Code:
        """As `analyse_inline` gives it."""
        return self._of(f"inline {text_key(*pieces)}", lambda: analyse_inline(pieces))

    def _of(self, key: str, find: Callable[[], Code]) -> Code:
        code = _read(self._known.get(key)) or find()
        self._used[key] = code
        return code


class KeptAnalyses(Analyses):
    """Those that a store keeps of the last build of a document."""

    def __init__(self, store: Store, path: Path, program: str) -> None:
        """`program`: a digest of all that says what code needs and gives."""
        super().__init__()
        self._store = store
        self._name = f"analyses\0{path.resolve()}"
        self._program = program
        record: Mapping[str, object] = store.traces.load_document(self._name) or {}
        codes = record.get("codes") if record.get("program") == program else None
        self._known = codes if isinstance(codes, dict) else {}

    def save(self) -> None:
        """Keep for the next build what this one asked for. Raises OSError."""
        if self._used.keys() != self._known.keys():
            record = {"program": self._program, "codes": self._used}
            self._store.traces.save_document(self._name, record)


def _read(kept: object) -> Code | None:
    try:
        return convert(kept, Code) if kept is not None else None
    except ValidationError:
        return None
