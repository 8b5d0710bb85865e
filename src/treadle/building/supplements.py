"""Files of the author's that LaTeX found beside the document: macros, classes, raw images.

The `.tex` must compile without the document's folder, so they are put beside it, too.
"""

from __future__ import annotations

import filecmp
from pathlib import Path

from msgspec import Struct

from treadle.building.publish import read_manifest
from treadle.building.scratch import Scratch
from treadle.diagnostics import Diagnostic, Span, error
from treadle.weaving.images import Copy


class Supplements(Struct, frozen=True):
    """What to copy into DIR, and what is in the way there."""

    copies: tuple[Copy, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def find_supplements(scratch: Scratch, folder: Path, document: str) -> Supplements:
    """What TeX's record of the last pass says it read from `folder`, the document's.

    A file of the user's in DIR is never replaced: it is an error if it differs.
    """
    ours = read_manifest(scratch)
    copies, problems = [], []
    for source in _read_from(scratch, folder):
        name = str(source.relative_to(folder))
        target = scratch.out_dir / name
        if target.exists() and target.samefile(source):
            continue
        if target.exists() and name not in ours and not _same(source, target):
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
    paths = {Path(line.removeprefix("INPUT ")) for line in lines if line.startswith("INPUT /")}
    return sorted(
        path
        for path in paths
        if folder in path.parents and scratch.root not in path.parents and path.is_file()
    )
