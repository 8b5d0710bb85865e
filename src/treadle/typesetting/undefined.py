"""What to do about a reference or a citation that leads nowhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from treadle.typesetting.places import Places

_LABEL = re.compile(r"\\label(?:\[[^\]]*\])?\{([^}]+)\}")
_BIBLIOGRAPHY = re.compile(r"\\bibliography\{|\\addbibresource|\\begin\{thebibliography\}")
_USE = re.compile(
    r"\\(?=[A-Za-z]*(?:ref(?![A-Za-z])|[Cc]ite))[A-Za-z]++\*?(?:\[[^\]]*\])*\{[^{}]*\}|\\hyperref\[[^\]]*\]"
)
_SIMILAR = 0.7  # of difflib's ratio: the kind or a few letters of a short label are different


def citation_hint(key: str, places: Places) -> str:
    """The way out where nothing defines the citation `key`."""
    if near := difflib.get_close_matches(key, places.entries, n=1, cutoff=_SIMILAR):
        return f"did you mean `{near[0]}`?"
    if _BIBLIOGRAPHY.search(places.tex):
        return "is it in the bibliography file?"
    return "the document has no bibliography: give its file by `bibliography:` in the front matter"


def nowhere(keys: Iterable[str], places: Places) -> frozenset[str]:
    """Those that stand only where they are referred to or cited, in all that the document reads."""
    texts = (places.tex, *(other.text for other in places.inputs))
    rest = "\n".join(_USE.sub("", text) for text in texts)
    known = {*places.entries, *places.labels}
    return frozenset(key for key in keys if key not in known and not _named(key).search(rest))


def _named(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w:.-]){re.escape(key)}(?![\w:.-])")


def reference_hint(key: str, places: Places) -> str:
    """The way out where nothing has the label `key`."""
    kind, _, name = key.partition(":")
    if kind in {"fig", "tbl"} and name in places.uncaptioned:
        return f"chunk `{name}` (line {places.uncaptioned[name]}) has no caption"
    labels = dict.fromkeys(_LABEL.findall(places.tex))
    if near := difflib.get_close_matches(key, labels, n=1, cutoff=_SIMILAR):
        return f"did you mean `{near[0]}`?"
    return "nothing in the document has this label"
