"""Lay out in scratch what DIR will hold, and move it there: whole files, or nothing.

The `.tex` must compile without the document's folder: beside it lie, under `STEM/`, all files that
it names, and files of the author's that LaTeX found beside the document: macros, classes, images.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from treadle.app.clean import remove_files
from treadle.app.neighbours import is_anothers
from treadle.app.scratch import Scratch
from treadle.engine.store.digest import combined
from treadle.press.document.front_matter_keys import Settings, database_files, no_database
from treadle.press.document.model import Document
from treadle.press.document.source_text import is_file
from treadle.press.latex.conversions import NotConvertedError, converted, is_moving
from treadle.press.latex.images import Copy, not_included
from treadle.press.weave.weave import Woven
from treadle.problem import Problem, Span, error, warning


def stage(
    document: Document, settings: Settings, woven: Woven, scratch: Scratch
) -> tuple[Problem, ...]:
    """Write the `.tex` and copy figures, images and bibliographies; what could not be found."""
    scratch.stage.mkdir(parents=True, exist_ok=True)
    (scratch.stage / f"{document.stem}.tex").write_text(woven.tex, "utf-8", newline="\n")
    shutil.rmtree(scratch.assets, ignore_errors=True)
    copies = [copy for copy in _figures(document, scratch) if copy.target in woven.tex]
    copies += woven.copies
    files = database_files(document, settings).items()
    copies += [Copy(path, f"{document.stem}/{name}") for path, name in files]
    return tuple(_copy_all(document, copies, scratch))


def _figures(document: Document, scratch: Scratch) -> Iterator[Copy]:
    for path in sorted(scratch.figures.rglob("*")):
        if path.is_file():
            yield Copy(path, f"{document.stem}/{path.relative_to(scratch.figures)}")


def _copy_all(document: Document, copies: Sequence[Copy], scratch: Scratch) -> Iterator[Problem]:
    taken: dict[str, Path] = {}
    for copy in copies:
        other = taken.setdefault(copy.target, copy.source)
        if other != copy.source:
            text = f"{copy.source} and {other} would both become {copy.target}"
            yield error(Span.at(str(document.path), 1), text, "rename one of them")
        elif not is_file(copy.source):
            yield no_database(document, copy.source)
        else:
            yield from _copy(copy, scratch)


def _copy(copy: Copy, scratch: Scratch) -> Iterator[Problem]:
    """Put it beside the LaTeX, converted if need be, or say why that can't be done."""
    source = copy.source
    if copy.converter and copy.span:
        try:
            data = source.read_bytes()
            source = converted(data, copy.converter, scratch.converted)
            if is_moving(data):
                what = f"of the moving picture `{copy.source.name}` the first one is shown"
                yield warning(copy.span, what, "save the one that counts as a PNG")
        except NotConvertedError as failure:
            why = "" if copy.converter.package == "PIL" else str(failure)
            yield not_included(copy.source.name, copy.span, why)
            return
    target = scratch.stage / copy.target
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


class Supplements(Struct, frozen=True):
    """What to copy into DIR, and what is in the way there."""

    copies: tuple[Copy, ...] = ()
    problems: tuple[Problem, ...] = ()


def find_supplements(scratch: Scratch, folder: Path, document: str) -> Supplements:
    """What TeX's record of the last pass says it read from `folder`, the document's.

    A file of the user's in DIR is never replaced: it is an error if it differs.
    """
    ours = scratch.published()
    copies, problems = [], []
    for source in _read_from(scratch, folder):
        name = str(source.relative_to(folder))
        target = scratch.out_dir / name
        if target.exists() and target.samefile(source):
            continue
        is_ours = name in ours or is_anothers(scratch, name, source)
        if target.exists() and not is_ours and not _same(source, target):
            text = f"LaTeX reads {name}, and a different file {target} is in its way"
            problems.append(error(Span.at(document, 1), text, "remove or rename one of them"))
        else:
            copies.append(Copy(source, name))
    return Supplements(tuple(copies), tuple(problems))


def _same(source: Path, target: Path) -> bool:
    return target.is_file() and filecmp.cmp(source, target, shallow=False)


def _read_from(scratch: Scratch, folder: Path) -> list[Path]:
    record = scratch.stage / f"{scratch.stem}.fls"
    lines = record.read_text("utf-8", "replace").splitlines() if record.exists() else []
    inside = f"INPUT {str(folder).rstrip('/')}/"
    near = {line.removeprefix("INPUT ") for line in lines if line.startswith(inside)}
    paths = (Path(name) for name in near)
    return sorted(path for path in paths if scratch.root not in path.parents and path.is_file())


def publish(
    scratch: Scratch, suffixes: Iterable[str], supplements: Iterable[Copy] = ()
) -> tuple[Path, ...]:
    """Put into DIR the staged `STEM/`, the supplements, and `STEM` with each suffix: their paths.

    Each file is replaced in one step, figures before the `.tex` that names them. What an earlier
    build had put into `STEM/` and this one has not is removed; other files are left alone.
    """
    results = [f"{scratch.stem}{suffix}" for suffix in suffixes]
    copies = to_publish(scratch, suffixes, supplements)
    names = {copy.target for copy in copies}
    earlier = scratch.published()
    # Before the files themselves: a killed build must not leave files that nobody knows.
    _write_manifest(scratch, earlier | names)
    document = combined([scratch.stem])[:16]
    for copy in copies:
        _replace(copy.source, scratch.out_dir / copy.target, document)
    stale = {name for name in earlier - names if name.startswith(f"{scratch.stem}/")}
    remove_files(scratch.out_dir, stale)
    _write_manifest(scratch, (earlier | names) - stale)
    paths = tuple(scratch.out_dir / name for name in results)
    for path in paths:
        os.utime(path)  # for make they are newer than their sources, even if nothing changed
    return paths


def to_publish(
    scratch: Scratch, suffixes: Iterable[str], supplements: Iterable[Copy] = ()
) -> tuple[Copy, ...]:
    """What `publish` copies into DIR, in this order."""
    staged = (path for path in sorted(scratch.assets.rglob("*")) if path.is_file())
    assets = (Copy(path, str(path.relative_to(scratch.stage))) for path in staged)
    results = (f"{scratch.stem}{suffix}" for suffix in suffixes)
    return (*assets, *supplements, *(Copy(scratch.stage / name, name) for name in results))


def _write_manifest(scratch: Scratch, names: Iterable[str]) -> None:
    with _part(scratch.manifest, "manifest") as part:
        part.write_bytes(json.dumps(sorted(names), indent=0).encode())


def _replace(source: Path, target: Path, document: str) -> None:
    if _same(source, target) and not target.is_symlink():
        return
    with _part(target, document) as part:
        shutil.copyfile(source, part)


@contextmanager
def _part(target: Path, document: str) -> Iterator[Path]:
    """A file to be written beside `target`, which takes its place then, or goes.

    No other build of the `document` runs; but one of another may put the same file there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{document}.part")
    part.unlink(missing_ok=True)  # a killed build's, or a link that leads elsewhere
    try:
        yield part
        part.replace(target)
    except OSError as failure:
        raise OSError(failure.errno, failure.strerror, str(target)) from failure
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
