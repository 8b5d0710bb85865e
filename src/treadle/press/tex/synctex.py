"""SyncTeX for the `.pmd`: LaTeX's own file says where on a page each line of the `.tex` is.

Its inputs are numbered by tags; records such as `h1,143:x,y:...` hold a tag and a line. Those of
the `.tex`, and of what LaTeX wrote beside it, are put at the lines of the `.pmd` they come from
(`man 5 synctex` describes the format).
"""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

from treadle.press.tex.places import READ_BY, Places

SYNCTEX = ".synctex.gz"
TAGGED = re.compile(rb"^Input:(\d+):(.*)\n", re.MULTILINE)
RECORD = re.compile(rb"^([\[(hvkgrx$f])(\d+),(\d+)(?=[:,])", re.MULTILINE)


def synctex_for(compressed: bytes, places: Places, folder: Path, document: Path) -> bytes:
    """LaTeX's file, such that viewers and editors are led to `document`, an absolute path, and to
    the files of its parts. LaTeX ran in `folder`."""
    data = gzip.decompress(compressed)
    parts = {*places.files.parts}
    files = {int(tag): Path(os.fsdecode(name)) for tag, name in TAGGED.findall(data)}
    here = os.path.realpath(folder)
    ours = {tag: path.name for tag, path in files.items() if _is_ours(path, here, places)}
    if not ours:
        return compressed
    target = min(ours)  # the tag under which the document is known from now on
    tags: dict[str, int] = {}  # those of its parts
    known: dict[tuple[bytes, bytes], bytes] = {}

    def moved(found: re.Match[bytes]) -> bytes:
        key = found[2], found[3]
        if key not in known:
            known[key] = b"%b,%b" % key
            if name := ours.get(int(found[2])):
                at = places.files.own(places.of_file(name, int(found[3])))
                is_part = at.file in parts
                tag = tags.setdefault(at.file, max(files) + 1 + len(tags)) if is_part else target
                known[key] = b"%d,%d" % (tag, at.line)
        return found[1] + known[key]

    def renamed(found: re.Match[bytes]) -> bytes:
        tag = int(found[1])
        if tag == target:
            named = {target: document, **{tag: _whole(file) for file, tag in tags.items()}}
            inputs = (b"Input:%d:%b\n" % (tag, os.fsencode(name)) for tag, name in named.items())
            return b"".join(inputs)
        return b"" if tag in ours else found[0]

    mapped = TAGGED.sub(renamed, RECORD.sub(moved, data))
    return gzip.compress(mapped, compresslevel=1, mtime=0)


def _whole(file: str) -> Path:
    """Not where a link leads: editors ask by the name they have opened."""
    return Path(file).parent.resolve() / Path(file).name


def _is_ours(path: Path, folder: str, places: Places) -> bool:
    if os.path.realpath(path.parent) != folder:
        return False
    written = path.stem == Path(places.tex_name).stem and path.suffix in READ_BY
    return written or path.name == places.tex_name
