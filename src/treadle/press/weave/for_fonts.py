"""LaTeX as fonts of the system need it: pictures, and words that run leftwards in code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from treadle.press.latex.escape import REPLACEMENT
from treadle.press.latex.fragment import Line
from treadle.press.weave.characters import Printing

JOINER, SELECTOR = "\u200d", "\ufe0f"
SKIN = "\U0001f3fb-\U0001f3ff"
FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
RAW = re.compile(
    r"\\(?P<what>begin|end)\{(?:[vV]erbatim\*?|lstlisting|filecontents\*?|comment|minted)\}"
)
# In code, what stands between two words that run leftwards does not: a mark of direction says so.
LETTERS = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
LEFTWARDS = re.compile(f"{LETTERS}+(?: +{LETTERS}+)*")
# Braces keep no two signs apart there.
APART = re.compile(r"(?<=[-<>,?!])\{\}(?=[-<>,`])|(?<=[`'])\{\}(?=[`'])")


def for_fonts(lines: Sequence[Line], printing: Printing) -> Iterator[Line]:
    """The lines as an engine with fonts of the system takes them: each picture, be it a family, a
    flag or a hand of some colour, is the argument of a command."""
    signs = "".join(sorted(printing.pictured))
    one = f"[{signs}]{SELECTOR}?[{SKIN}]?"
    pictures = re.compile(f"{FLAG}|{one}(?:{JOINER}.{SELECTOR}?[{SKIN}]?)*" if signs else r"(?!)")
    raw = False
    for line in lines:
        for found in RAW.finditer(line.text):
            raw = found["what"] == "begin"
        text = line.text if raw else APART.sub(r"{\\kern0pt}", line.text)
        if not raw and not text.isascii():
            text = pictures.sub(r"\\emojitext{\g<0>}", text)
        if line.fixed and not raw:
            text = LEFTWARDS.sub("\\g<0>\u200e", text)
        text = text.replace(REPLACEMENT, r"\missingchar{FFFD}")
        yield line._replace(text=text)
