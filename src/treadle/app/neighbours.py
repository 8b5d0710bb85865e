"""Documents that are built into the same folder: none puts its files in the place of another's.

What a build makes is called by its document's name, so two documents of one name need a folder
each. What LaTeX has read beside a document lies in DIR under its own name: documents of one folder
read the same file there, and whoever is built puts it there as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from treadle.app.recorded import is_record, record_path
from treadle.app.scratch import FOLDER, Scratch
from treadle.press.document.source_text import is_file

RESULTS = (".tex", ".pdf", ".json", ".synctex.gz")


def neighbours(scratch: Scratch) -> Iterator[Scratch]:
    """Those of the other documents that were built into the folder."""
    for path in sorted((scratch.out_dir / FOLDER).glob("*")):
        if path.is_dir() and path.name != scratch.stem:
            yield Scratch(scratch.out_dir, path.name)


def rival(scratch: Scratch, document: Path) -> Path | None:
    """Another document of this name, still there, of which the folder's files were made."""
    other = scratch.owner()
    if other is None or other == document.resolve() or not is_file(other):
        return None
    return other


def is_anothers(scratch: Scratch, name: str, source: Path) -> bool:
    """Whether other builds have put that very file of the author's there, as it was then."""
    for other in neighbours(scratch):
        document = other.owner()
        is_result = _is_result(other, name)
        if document and not is_result and name in other.published():
            return document.parent / name == source
    return False


def taken(scratch: Scratch, names: Iterable[str]) -> Iterator[str]:
    """What other documents' builds have put where these files are to be put, in words."""
    own = {name for name in names if _is_result(scratch, name)} - scratch.published()
    for other in neighbours(scratch) if own else ():
        for name in sorted(own & other.published()):
            of = other.owner() or f"{other.stem}.pmd"
            yield f"{scratch.out_dir / name} is there for {of}: build into another folder by -o"


def by_hand(scratch: Scratch) -> str:
    """What to say of a `.tex` of the document's name that no build has made; empty: there is none.

    A record beside it tells that one has, where the list of what builds have made is lost.
    """
    name = f"{scratch.stem}.tex"
    known = name in scratch.published() or is_record(record_path(scratch.out_dir, scratch.stem))
    path = scratch.out_dir / name
    if known or not is_file(path) or path.is_symlink():  # a link goes, what it leads to stays
        return ""
    what = f"{path} is no build's, and would be replaced"
    return f"{what}: move it, or build into another folder by -o"


def _is_result(scratch: Scratch, name: str) -> bool:
    results = {f"{scratch.stem}{suffix}" for suffix in RESULTS}
    return name in results or name.startswith(f"{scratch.stem}/")
