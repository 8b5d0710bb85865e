"""The packages of Debian that bring the fonts of a script, as the way out where there is none."""

from __future__ import annotations

import unicodedata

CORE, WIDE, EMOJI = "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"
LIGHT = "fonts-wqy-microhei"  # Chinese, Japanese and Korean in 5 MB
PLANE = 0x1F000  # pictures begin here
UNKNOWN = {"Cn", "Co", "Cs"}  # no font is known to have what Unicode does not


def package_with(char: str) -> str:
    """The way out where no font prints `char`."""
    if unicodedata.category(char) in UNKNOWN:
        return "Unicode has no such character: write it in another way"
    return f"install a font with it: `apt-get install {_package(char)}`"


def _package(char: str) -> str:
    if ord(char) >= PLANE and ord(char) < 0x20000:
        return EMOJI
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return f"{LIGHT}`, or the larger `{WIDE}"
    return CORE
