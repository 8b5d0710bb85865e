"""Classes of text that have a place elsewhere: what they hold is shown where it stands."""

from __future__ import annotations

from types import MappingProxyType

_BESIDE = r"it is shown here; `\marginpar{...}` sets words beside the text, if the margin has room"
_WIDTH = "what it holds is as wide as the text; `figure*` is as wide as both columns"
# What Quarto has, and what is to be written on paper.
ELSEWHERE = MappingProxyType(
    dict.fromkeys(("column-margin", "aside", "margin", "marginnote"), _BESIDE)
    | dict.fromkeys(("column-page", "column-screen", "column-body", "column-body-outset"), _WIDTH)
    | dict.fromkeys(("column-page-left", "column-page-right", "column-page-inset"), _WIDTH)
    | {"landscape": r"it stands upright; `\begin{landscape}` of the package pdflscape turns pages"}
    | {"notes": r"what it holds is shown; in slides, `\note{...}` says it to the speaker alone"}
    | {"fragment": r"what it holds is shown at once; in slides, `\pause` waits"}
)
