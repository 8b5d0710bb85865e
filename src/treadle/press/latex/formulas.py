"""Characters in formulas: a symbol is a command, any other character beyond ASCII is text."""

from __future__ import annotations

import re

from treadle.press.latex.escape import composed, declaration

# Arguments that are text already, or names; and runs of what a formula has no signs for.
TEXT = (
    r"\\(?:text\w*|mbox|hbox|fbox|label|ref|eqref|cref|tag\*?|intertext|shortintertext|begin|end"
    r"|operatorname\*?)\s*\{[^{}]*\}"
)
OTHER = r"[^\x00-\x7f\ue0f0-\ue0f3]"  # the last stand for what chunks gave
PARTS = re.compile(rf"{TEXT}|(?P<other>{OTHER}+(?: +{OTHER}+)*)")


def with_text(formula: str) -> str:
    r"""The formula with `\text{}` around what TeX would not set as mathematics."""
    if formula.isascii():
        return formula
    return PARTS.sub(lambda found: _run(found["other"]) or found[0], composed(formula))


def _run(run: str | None) -> str:
    pieces, text = "", ""
    for char in run or "":
        if _is_mathematics(char):
            pieces, text = pieces + _text(text) + char, ""
        else:
            text += char
    return pieces + _text(text)


def _text(text: str) -> str:
    return rf"\text{{{text}}}" if text.strip() else text


def _is_mathematics(char: str) -> bool:
    """Whether its declaration has a meaning in a formula."""
    how = declaration(char) or ""
    return r"\declaresymbol" in how or r"\ifmmode" in how or (bool(how) and char.isspace())
