"""What to do about a reference or a citation that leads nowhere."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from treadle.typesetting.places import Places

_LABEL = re.compile(r"\\label(?:\[[^\]]*\])?\{([^}]+)\}")
_BIBLIOGRAPHY = re.compile(r"\\bibliography\{|\\addbibresource|\\begin\{thebibliography\}")
_ENTRY = re.compile(r"^\s*@\w+\s*[{(]\s*([^\s,]+)\s*,", re.MULTILINE)
_SIMILAR = 0.7  # of difflib's ratio: the kind or a few letters of a short label are different


def citation_hint(key: str, places: Places) -> str:
    """The way out where nothing defines the citation `key`."""
    if near := difflib.get_close_matches(key, _entries(places), n=1, cutoff=_SIMILAR):
        return f"did you mean `{near[0]}`?"
    if _BIBLIOGRAPHY.search(places.tex):
        return "is it in the bibliography file?"
    return "the document has no bibliography: give its file by `bibliography:` in the front matter"


def _entries(places: Places) -> list[str]:
    """The keys of the bibliographies."""
    found = []
    for path in map(Path, places.originals.values()):
        if path.suffix == ".bib" and path.is_file():
            found += _ENTRY.findall(path.read_text("utf-8", "replace"))
    return found


def reference_hint(key: str, places: Places) -> str:
    """The way out where nothing has the label `key`."""
    kind, _, name = key.partition(":")
    if kind in {"fig", "tbl"} and name in places.uncaptioned:
        return f"chunk `{name}` (line {places.uncaptioned[name]}) has no caption"
    labels = dict.fromkeys(_LABEL.findall(places.tex))
    if near := difflib.get_close_matches(key, labels, n=1, cutoff=_SIMILAR):
        return f"did you mean `{near[0]}`?"
    return "nothing in the document has this label"
