"""What documents in other scripts than Latin need to be printed; `make tex-scripts` installs it."""

from __future__ import annotations

from treadle.press.tex.engine import LUALATEX
from treadle.press.tex.fonts import fonts_of

# A font for each script that the tests print, by the names of the files.
FONTS = (
    *("cmunrm", "NotoSerifHebrew-Regular", "NotoNaskhArabic-Regular"),
    *("NotoSerifDevanagari-Regular", "NotoSerifThai-Regular", "NotoColorEmoji", "wqy-microhei"),
)


def missing() -> str:
    """What of it is not installed, in words; empty: nothing."""
    if not LUALATEX.works:
        return f"{LUALATEX.program} is not installed"
    files = fonts_of(LUALATEX).files
    lost = [name for name in FONTS if name not in files]
    return f"no {', '.join(lost)}: `make tex-scripts` installs the fonts" if lost else ""
