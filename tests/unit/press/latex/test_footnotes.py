"""Footnotes of what LaTeX moves."""

from __future__ import annotations

import pytest

from treadle.press.latex.footnotes import Noted, caption_of, noted, texts_of


def test_each_note_has_a_mark() -> None:
    found = noted(r"A\footnote{one {of} \} two} and \footnote {three}.")
    assert found == Noted(
        "A and .",
        r"A\protect\notemark{1} and \protect\notemark{2}.",
        (r"one {of} \} two", "three"),
    )
    assert caption_of(found) == rf"\caption[{{A and .}}]{{{found.marked}}}"
    assert texts_of(found.notes)[1] == r"\notetext{three}"


def test_marks_go_on_from_those_before() -> None:
    assert noted(r"A\footnote{b}", before=3).marked == r"A\protect\notemark{4}"


@pytest.mark.parametrize("text", ["plain", r"\footnotemark", r"open \footnote{for ever", ""])
def test_what_is_no_note_stays(text: str) -> None:
    assert noted(text) == Noted(text, text, ())
    assert caption_of(noted(text)) == rf"\caption{{{text}}}"


def test_a_note_in_a_note_stays_in_it() -> None:
    found = noted(r"A\footnote{b\footnote{c} d}.")
    assert (found.bare, found.notes) == ("A.", (r"b\footnote{c} d",))
