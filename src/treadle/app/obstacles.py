"""What lies where a build is to put its files, and must not be replaced or written through.

A link to a file is no obstacle: the build puts a file of its own in its place, and what the link
led to stays as it is. A link to a folder would lead the build's files out of DIR, onto files of
the user's, so it is one; DIR itself may be a link, that says plainly where to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

AWAY = "move it out of the way"


def obstacles(out_dir: Path, names: Iterable[str]) -> Iterator[str]:
    """What is in the way of these files of `out_dir`, each once, in words."""
    folders: dict[Path, None] = {}
    for name in names:
        path = out_dir / name
        if path.is_dir() and not path.is_symlink():
            yield f"{path} is a folder, and a file is to be put there: {AWAY}"
        folders.update((folder, None) for folder in path.parents if out_dir in folder.parents)
    for folder in folders:
        if folder.is_symlink():
            yield f"{folder} is a link, and files would be written through it: {AWAY}"
        elif folder.exists() and not folder.is_dir():
            yield f"{folder} is a file, and a folder is to be put there: {AWAY}"
