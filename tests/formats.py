"""What LaTeX has read of a preamble, kept from build to build: else each test waits for it anew.

It holds for the folder in which it was made, so a folder is used again, emptied.
"""

from __future__ import annotations

import shutil
from pathlib import Path

KEPT = Path("build/.treadle/report/formats")  # of `report.pmd`, which most tests build


def emptied(folder: Path) -> Path:
    """Remove all below `folder` but the formats; it is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    spared = {folder / KEPT, *(folder / KEPT).parents}
    for place in (folder, *(folder / part for part in KEPT.parents)):
        for path in place.iterdir() if place.is_dir() else ():
            if path not in spared or path.is_symlink() or not path.is_dir():
                _remove(path)
    return folder


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
