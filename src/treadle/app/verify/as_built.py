"""The last build of a document, as its record and its folder tell of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from treadle.app.last_build import touched_since, what_changed
from treadle.app.prepare import Prepared
from treadle.app.recorded import read_record, record_path
from treadle.app.request import Request, Target
from treadle.app.scratch import Scratch
from treadle.app.verify.elsewhere import Here
from treadle.app.verify.pieces import Made, Pieces, pieces_of
from treadle.engine.store.digest import digest
from treadle.press.tangle.extract import package_name
from treadle.problem import Problem, Span, error


class Recorded(Struct, frozen=True):
    """What is asked of `STEM.json`."""

    blake3: str
    params: dict[str, object]
    target: Target
    files: tuple[Made, ...]
    interpreter: str | None = None  # a record of an earlier version has none


class AsBuilt(Struct, frozen=True):
    """The last build, of sources that are as they were, as far as is known."""

    request: Request
    prepared: Prepared
    scratch: Scratch
    record: Recorded
    digest: str  # of the record
    pieces: Pieces  # of what lies in the build's folder
    doubt: str  # what it rests on and may have changed since
    touched: str  # what it wrote and somebody has changed since

    @property
    def folder(self) -> Path:
        """The document's."""
        return self.request.path.resolve().parent

    @property
    def is_pdf(self) -> bool:
        return self.record.target is Target.PDF

    @property
    def params(self) -> Mapping[str, object]:
        """Those that it was given."""
        own = _plain(self.prepared.settings.params)
        given = {name: value for name, value in self.record.params.items() if value != own[name]}
        return self.request.params or given

    @property
    def here(self) -> Here:
        """What is to be elsewhere for a clean build."""
        published = [self.scratch.out_dir / name for name in self.scratch.published()]
        products = (item.path for item in self.record.files if not item.existed)
        made = {self.folder / item.path for item in self.record.files}
        code = self.request.code_dir.resolve()
        written = (code, code / package_name(self.request.path.stem))
        return Here(
            self.folder,
            (
                *written,
                self.request.path.parent.resolve(),
                *{each.parent for each in (*published, *made)},
            ),
            frozenset({*published, *(self.folder / name for name in products)}),
            frozenset(made),
        )


def as_built(request: Request, prepared: Prepared, scratch: Scratch) -> AsBuilt | Problem:
    """The last build, for whoever has locked its folder; or why there is none to look at."""
    top = Span.at(str(request.path), 1)
    path = record_path(scratch.out_dir, scratch.stem)
    try:
        record, told = convert(read_record(path), Recorded), digest(path.read_bytes())
        request = replace(request, python=request.python or record.interpreter)
        certain, doubt = what_changed(request, str(path))
        if changed := _other(request, prepared, record) or certain:
            return error(top, f"the last build is out of date: {changed}", "build first")
        document = prepared.document
        record = replace(record, files=tuple(item.numbered(document) for item in record.files))
        pieces = pieces_of(prepared.document, scratch, record.target is Target.PDF)
    except (ValidationError, OSError, ValueError):
        return error(top, f"there is no build of it in {request.out_dir}", "build first")
    in_place = (
        f"a build changes `{item.path}`, which it reads" for item in record.files if item.existed
    )
    doubt = doubt or next(in_place, "")
    touched = touched_since(request)
    return AsBuilt(request, prepared, scratch, record, told, pieces, doubt, touched)


def _other(request: Request, prepared: Prepared, record: Recorded) -> str:
    """What of the document, or of what was asked, is not what was built."""
    if record.blake3 != digest(prepared.text.encode("utf-8", "surrogatepass")):
        return "the document changed"
    given = _plain(prepared.params) if request.params else {}
    for name, value in given.items():
        if value != record.params.get(name):
            return f"the parameter `{name}` was {record.params.get(name)!r}"
    return ""


def _plain(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters as the record has them."""
    plain: dict[str, object] = json.loads(json.dumps(params, default=str))
    return plain
