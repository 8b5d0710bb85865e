"""The fonts that TeX finds, and which of them prints a character: the one that goes best with the
document's own comes first.
"""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from treadle.press.tex.engine import Engine
from treadle.press.tex.font_coverage import coverage

# A character is taken from the first of these that has it. `{script}` is the first word of its
# Unicode name: LETTERs of the HEBREW script are in NotoSerifHebrew.
OWN = "lmroman10-regular"
ORDER = (
    OWN,  # the document's own, where the author chooses no other
    r"cmunrm",  # Computer Modern, as is the document's own: Cyrillic, Greek
    r"Noto(?:Serif|Naskh){script}-Regular",
    r"NotoSans{script}-Regular",
    r"DejaVuSerif",
    r"DejaVuSans",
    r"(?:NotoSerifCJK|NotoSerif.{2}|SourceHanSerif).*-Regular",
    r"(?:NotoSansCJK|NotoSans.{2}|SourceHanSans).*-Regular",
    r"ipaexm|uming|wqy-.*",
    r"DroidSansFallback.*",
    r"FreeSerif|FreeSans|FreeMono",
    r"NotoSansMath-Regular|NotoSansSymbols2?-Regular|Symbola.*|latinmodern-math",
    r"NotoColorEmoji|AppleColorEmoji",
    r"Noto.*-Regular",
    r"(?!unifont).*",
    r"unifont.*",  # all characters, as a coarse pattern of dots
)
PICTURES = re.compile(r"NotoColorEmoji|Apple ?Color ?Emoji", re.IGNORECASE)  # colours, no outlines
EMOJI = 0x1F000  # from here on a picture is meant
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
# The faces of a family that has one word for several; `-Regular` to `-Bold` is the rule for others.
STYLES = ("rm", "rmb", "rmi", "rmbi", "sf", "sfb", "sfi", "sfbi", "tt", "ttb", "tti", "ttbi")
FACES: Mapping[str, tuple[str, ...]] = {
    "cmunrm": (
        *("cmunrm", "cmunbx", "cmunti", "cmunbi", "cmunss", "cmunsx", "cmunsi", "cmunso"),
        *("cmuntt", "cmuntb", "cmunit", "cmuntx"),
    ),
}
LEANING = {"": "", "b": "Bold", "i": "Italic", "bi": "BoldItalic"}
OTHERS = {"i": "Oblique", "bi": "BoldOblique"}


class Fonts(Struct, frozen=True):
    """Those that an engine finds, by their names without suffix; and the folders it looks in."""

    files: Mapping[str, Path]
    folders: tuple[str, ...]

    def printers(self, chars: Iterable[str]) -> dict[str, str | None]:
        """The name of the font that prints each; None: none does."""
        found: dict[str, str | None] = {}
        orders: dict[tuple[str, bool], list[str]] = {}
        for char in sorted(chars):
            kind = script_of(char), ord(char) >= EMOJI
            if kind not in orders:
                orders[kind] = sorted(self.files, key=lambda stem: (_rank(stem, *kind), stem))
            having = (stem for stem in orders[kind] if ord(char) in coverage(self.files[stem]))
            stem = next(having, None)
            coarse = bool(stem) and re.fullmatch(ORDER[-1], stem or "") is not None
            # Of what Unicode does not know, it shows the code: so do we.
            found[char] = None if coarse and unicodedata.category(char) == "Cn" else stem
        return found

    def face(self, stem: str, style: str, chars: Iterable[str]) -> str:
        """The font that prints `chars`, which `stem` has, in a style, one of STYLES: that of its
        family if there is one, else itself."""
        if stem in FACES:
            names = iter((FACES[stem][STYLES.index(style)],))
        else:
            names = _siblings(stem, style[:2], style[2:])
        codes = [ord(char) for char in chars]
        for name in names:
            if name in self.files:
                known = coverage(self.files[name])
                if all(code in known for code in codes):
                    return name
        return stem


def script_of(char: str) -> str:
    """The first word of its name; empty for what is no letter, as pictures and signs are."""
    name = unicodedata.name(char, "")
    return name.split(" ")[0].split("-")[0] if unicodedata.category(char)[0] in "LMN" else ""


def fonts_of(engine: Engine) -> Fonts:
    """The fonts that `engine` finds; none where it is not installed."""
    try:
        said = subprocess.run(engine.font_folders(), capture_output=True, text=True, check=False)
    except OSError:
        return Fonts({}, ())
    names = dict.fromkeys(said.stdout.strip().split(":"))
    folders = tuple(name for name in names if name not in {"", "."} and Path(name).is_dir())
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(Path(folder).iterdir()):
            if path.suffix.lower() in SUFFIXES:
                found.setdefault(path.stem, path)
    return Fonts(found, folders)


def _rank(stem: str, script: str, picture: bool) -> int:
    if picture and PICTURES.match(stem):
        return -1
    for number, pattern in enumerate(ORDER):
        named = pattern.replace("{script}", script.title()) if script else pattern
        if "{" not in named and re.fullmatch(named, stem):
            return number
    return len(ORDER)


def _siblings(stem: str, family: str, lean: str) -> Iterator[str]:
    """The names that the faces of a family have by custom."""
    base = stem.removesuffix("-Regular")
    sans = base.replace("Serif", "Sans")
    mono = sans.replace("Sans", "Mono" if base.startswith("Free") else "SansMono", 1)
    bases = {"rm": (base,), "sf": (sans, base), "tt": (mono, sans, base)}[family]
    for name in bases:
        for word in filter(None, (LEANING[lean], OTHERS.get(lean, ""))):
            yield f"{name}-{word}"
            yield f"{name}{word}"
        yield name if name == stem else f"{name}-Regular"
        yield name


# The packages of Debian that bring the fonts of a script, as the way out where there is none.

CORE, WIDE, COLOUR = "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"
LIGHT = "fonts-wqy-microhei"  # Chinese, Japanese and Korean in 5 MB
UNKNOWN = {"Cn", "Co", "Cs"}  # no font is known to have what Unicode does not


def package_with(char: str) -> str:
    """The way out where no font prints `char`."""
    if unicodedata.category(char) in UNKNOWN:
        return "Unicode has no such character: write it in another way"
    return f"install a font with it: `apt-get install {_package(char)}`"


def _package(char: str) -> str:
    if EMOJI <= ord(char) < 0x20000:
        return COLOUR
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return f"{LIGHT}`, or the larger `{WIDE}"
    return CORE
