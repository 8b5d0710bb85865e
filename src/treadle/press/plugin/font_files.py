"""The document's fonts for matplotlib: Latin Modern, as TrueType.

TeX brings Latin Modern as OpenType with PostScript outlines, which matplotlib (3.11) writes
into a PDF as if they were TrueType outlines. So the faces that figures need are converted
once, to curves that differ by less than a thousandth of an em, and kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from treadle.press.tex.engine import PDFLATEX

_RECIPE = "1"  # part of the file's name in the cache: change it with the conversion
_MAX_ERROR = 0.5  # thousandths of an em by which a converted outline may be off
_ACCENTED = range(0x20, 0x180)  # Latin-1 and Latin Extended-A
_PUNCTUATION = range(0x2010, 0x2040)
_SIGNS = (0x20AC, 0x2122, 0x2126, 0x2212, 0xFB00, 0xFB01, 0xFB02, 0xFB03, 0xFB04)


def converted(size: float) -> Iterator[Path]:
    """The files to hand to matplotlib for text of about `size` points; none where TeX has no
    Latin Modern."""
    wanted = _faces(size)
    for source in _find([*wanted]):
        if source.name in wanted:
            yield _convert_once(source, wanted[source.name])


def _faces(size: float) -> dict[str, str]:
    """TeX's files, and the family that matplotlib knows each by: type is cut differently for
    small sizes."""
    roman = min((8, 9, 10, 12), key=lambda cut: abs(cut - size))
    small = 8 if size < 9 else 10
    return {
        f"lmroman{roman}-regular.otf": "Treadle Roman",
        f"lmroman{min(roman, 10)}-italic.otf": "Treadle Roman",
        f"lmroman{min(roman, 10)}-bold.otf": "Treadle Roman",
        f"lmsans{small}-regular.otf": "Treadle Sans",
        f"lmmono{small}-regular.otf": "Treadle Mono",
    }


def _find(files: list[str]) -> list[Path]:
    try:
        found = subprocess.run(PDFLATEX.find(files), capture_output=True, text=True, check=False)
    except OSError:  # no TeX here
        return []
    return [Path(line) for line in found.stdout.splitlines()]


def _convert_once(source: Path, family: str) -> Path:
    data = source.read_bytes()
    digest = hashlib.sha256(f"{_RECIPE} {family}".encode() + data).hexdigest()[:16]
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    target = Path(cache) / "treadle" / "fonts" / f"{source.stem}-{digest}.ttf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}")
        _convert(source, family, partial)
        partial.replace(target)
    return target


def _convert(source: Path, family: str, target: Path) -> None:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    font = TTFont(source, recalcTimestamp=False)  # the same bytes on every machine
    _keep_latin(font)
    _to_truetype(font)
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = family
    font.save(target)


def _keep_latin(font: Any) -> None:  # noqa: ANN401  (fontTools has no types)
    """Fewer glyphs; kerning and ligatures stay, other features go."""
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options()
    options.drop_tables = ["FFTM"]
    options.layout_features = ["kern", "liga"]
    options.name_IDs = [1, 2, 4, 6]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*_ACCENTED, *_PUNCTUATION, *_SIGNS])
    subsetter.subset(font)


def _to_truetype(font: Any) -> None:  # noqa: ANN401
    """Replace cubic outlines by quadratic ones, and the tables that depend on them."""
    from fontTools.ttLib import newTable

    glyphs = _quadratic_glyphs(font)
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder = font.getGlyphOrder()
    table.glyphs = glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(table)
        width, _ = font["hmtx"].metrics[name]
        font["hmtx"].metrics[name] = (width, getattr(glyph, "xMin", 0))
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    for field in _MAXIMA:
        setattr(font["maxp"], field, 0)
    font["maxp"].maxZones = 1
    font["post"].formatType = 3.0
    font.sfntVersion = "\0\1\0\0"


def _quadratic_glyphs(font: Any) -> dict[str, Any]:  # noqa: ANN401
    from fontTools.pens.cu2quPen import Cu2QuPen  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]

    outlines = font.getGlyphSet()
    glyphs = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    return glyphs


_MAXIMA = (  # fields of `maxp` that TrueType adds; fontTools fills in what it can count
    *("maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours"),
    *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"),
    *("maxStackElements", "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth"),
)
