"""Remove what builds have put into a folder, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from treadle.building.publish import read_manifest, remove_empty, remove_files
from treadle.building.scratch import FOLDER, Scratch

# What running LaTeX on STEM.tex by hand leaves beside it.
BY_HAND = (".aux", ".log", ".out", ".toc", ".lof", ".lot", ".loa", ".bbl", ".blg", ".synctex.gz")


def clean(out_dir: Path, stems: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Remove what was built in `out_dir` (of these documents; of all if none): the files."""
    found = sorted(path.name for path in (out_dir / FOLDER).glob("*") if path.is_dir())
    removed: list[Path] = []
    for stem in found:
        if not stems or stem in stems:
            removed += _clean_one(Scratch(out_dir, stem))
    remove_empty(out_dir / FOLDER, out_dir.parent)
    return tuple(removed)


def _clean_one(scratch: Scratch) -> tuple[Path, ...]:
    names = read_manifest(scratch)
    if f"{scratch.stem}.tex" in names:
        names |= {f"{scratch.stem}{suffix}" for suffix in BY_HAND}
    removed = remove_files(scratch.out_dir, names)
    scratch_files = [path for path in scratch.root.rglob("*") if path.is_file()]
    shutil.rmtree(scratch.root)
    return (*removed, *scratch_files)
