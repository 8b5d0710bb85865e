"""Files that an author names by `depends=`: themselves, a folder, a pattern."""

from __future__ import annotations

import os

from treadle.engine.store.digest import combined
from treadle.engine.store.file_digests import FileDigests


def files_declared(declared: str) -> tuple[str, ...]:
    """The files that a name stands for: itself, all in and below a folder but
    hidden ones, those of a pattern."""
    if os.path.isdir(declared):
        found = []
        for place, folders, names in os.walk(declared):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [f"{place}/{name}" for name in names if not name.startswith(".")]
    elif any(sign in declared for sign in "*?[") and not os.path.lexists(declared):
        import glob  # few need it

        found = [path for path in glob.glob(declared, recursive=True) if os.path.isfile(path)]
    else:
        return (declared,)
    return tuple(sorted(found))


def digest_declared(declared: str, files: FileDigests) -> str:
    """The digest of what they hold and of which there are."""
    paths = files_declared(declared)
    if paths == (declared,):
        return files.of(declared)
    return combined(part for path in paths for part in (path, files.of(path)))
