"""The document's fonts for matplotlib, as TrueType.

TeX brings them as Type 1, or as OpenType with PostScript outlines, which matplotlib (3.11) writes
into a PDF as if they were TrueType outlines. So the faces that figures need are converted
once, to curves that differ by less than a thousandth of an em, and kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from treadle.press.tex.engine import PDFLATEX

_RECIPE = "2"  # part of the file's name in the cache: change it with the conversion
_MAX_ERROR = 0.5  # thousandths of an em by which a converted outline may be off
_ACCENTED = range(0x20, 0x180)  # Latin-1 and Latin Extended-A
_PUNCTUATION = range(0x2010, 0x2040)
_GREEK = (*range(0x3B1, 0x3CA), 0x3D1, 0x3D5, 0x3D6, 0x3F0, 0x3F1, 0x3F5)
_OWN_GREEK = range(0x370, 0x400)  # which few fonts have
_SIGNS = (0x20AC, 0x2122, 0x2126, 0x2212, 0xFB00, 0xFB01, 0xFB02, 0xFB03, 0xFB04)


# Families as LaTeX calls them, or what their names begin with: the files of the upright, the italic
# and the bold face; of several lines for a family, the first whose files are there.
_FAMILIES = (
    ("qtm", "texgyretermes-{regular,italic,bold}.otf"),
    ("ptm", "utm{r,ri,b}8a.pfb"),
    ("ntx", "texgyretermes-{regular,italic,bold}.otf"),
    ("ntx", "utm{r,ri,b}8a.pfb"),
    ("TimesNewRoman", "utm{r,ri,b}8a.pfb"),
    ("qpl", "texgyrepagella-{regular,italic,bold}.otf"),
    ("ppl", "upl{r,ri,b}8a.pfb"),
    ("zpl", "texgyrepagella-{regular,italic,bold}.otf"),
    ("XCharter", "XCharter-{Roman,Italic,Bold}.otf"),
    ("XCharter", "bch{r,ri,b}8a.pfb"),
    ("bch", "bch{r,ri,b}8a.pfb"),
    ("mdbch", "bch{r,ri,b}8a.pfb"),
    ("put", "put{r,ri,b}8a.pfb"),
    ("futs", "put{r,ri,b}8a.pfb"),
    ("qcs", "texgyreschola-{regular,italic,bold}.otf"),
    ("pnc", "unc{r,ri,b}8a.pfb"),
    ("qbk", "texgyrebonum-{regular,italic,bold}.otf"),
    ("pbk", "ubk{l,li,d}8a.pfb"),
    ("qhv", "texgyreheros-{regular,italic,bold}.otf"),
    ("phv", "uhv{r,ro,b}8a.pfb"),
    ("qag", "texgyreadventor-{regular,italic,bold}.otf"),
    ("pag", "uag{k,ko,d}8a.pfb"),
    ("LinuxLibertine", "LinLibertine_{R,RI,RB}.otf"),
    ("TeXGyreTermes", "texgyretermes-{regular,italic,bold}.otf"),  # as fontspec calls them
    ("TeXGyrePagella", "texgyrepagella-{regular,italic,bold}.otf"),
    ("TeXGyreSchola", "texgyreschola-{regular,italic,bold}.otf"),
    ("TeXGyreHeros", "texgyreheros-{regular,italic,bold}.otf"),
    ("lmss", "lmsans10-{regular,oblique,bold}.otf"),
    ("cmss", "lmsans10-{regular,oblique,bold}.otf"),
    ("cmbr", "lmsans10-{regular,oblique,bold}.otf"),
)
# What fontconfig calls these three.
_STYLES = (("Regular", "Book", "Roman", "Normal"), ("Italic", "Oblique"), ("Bold",))
_MODERN = ("lm", "cm", "LatinModern")
ROMAN = "Treadle Roman"  # the document's own, whatever it is


def converted(family: str, size: float) -> Iterator[Path]:
    """The files to hand to matplotlib for text of about `size` points in the document's `family`;
    none where TeX has no such fonts."""
    texts = [_braced(names) for begin, names in _FAMILIES if family.startswith(begin)]
    wanted, installed = _latin_modern(size), () if texts else installed_faces(family)
    files = _find([*wanted, *(name for some in texts for name in some)])
    found = {path.name: path for path in (*files, *installed)}
    texts += [[path.name for path in installed]] * bool(installed)
    text = next((names for names in texts if names[0] in found), None)
    if text is not None:
        wanted = {name: told for name, told in wanted.items() if told != ROMAN}
        wanted |= dict.fromkeys(text, ROMAN)
    italic = text[1] if text else ""
    for name, told in wanted.items():
        if name in found:
            yield _convert_once(found[name], told, greek=name == italic)


def has_other_letters(family: str) -> bool:
    """Whether mathematics of matplotlib's own does not go with the letters of the family."""
    return not family.startswith(_MODERN) and is_known(family)


def is_known(family: str) -> bool:
    """Whether figures have the letters of the family, where TeX has its files."""
    known = family.startswith(_MODERN) or any(map(family.startswith, dict(_FAMILIES)))
    return known or bool(installed_faces(family))


@cache
def installed_faces(family: str) -> tuple[Path, ...]:
    """The upright, the italic and the bold face of a family that fontspec has taken from this
    machine, as it calls it: `DejaVuSerif(0)`. None where there is no such one in single files."""
    name, mark, _ = family.partition("(")
    faces: dict[str, Path] = {}
    for line in _installed() if mark else ():
        families, styles, file = line.split("\t")
        if file.endswith((".ttf", ".otf")) and name in families.replace(" ", "").split(","):
            faces.setdefault(styles.split(",")[0], Path(file))
    first = (next((faces[s] for s in names if s in faces), None) for names in _STYLES)
    upright, italic, bold = first
    return (upright, italic or upright, bold or upright) if upright else ()


def _installed() -> list[str]:
    command = ["fc-list", "--format", "%{family}\t%{style}\t%{file}\n"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return []
    return sorted(found.stdout.splitlines())


def _braced(names: str) -> list[str]:
    """`a{b,c}d`: abd and acd."""
    begin, _, rest = names.partition("{")
    middle, _, end = rest.partition("}")
    return [f"{begin}{part}{end}" for part in middle.split(",")]


def _latin_modern(size: float) -> dict[str, str]:
    """TeX's files, and the family that matplotlib knows each by: type is cut differently for
    small sizes."""
    roman = min((8, 9, 10, 12), key=lambda cut: abs(cut - size))
    small = 8 if size < 9 else 10
    return {
        f"lmroman{roman}-regular.otf": ROMAN,
        f"lmroman{min(roman, 10)}-italic.otf": ROMAN,
        f"lmroman{min(roman, 10)}-bold.otf": ROMAN,
        f"lmsans{small}-regular.otf": "Treadle Sans",
        f"lmmono{small}-regular.otf": "Treadle Mono",
    }


def _find(files: list[str]) -> list[Path]:
    try:
        found = subprocess.run(PDFLATEX.find(files), capture_output=True, text=True, check=False)
    except OSError:  # no TeX here
        return []
    return [Path(line) for line in found.stdout.splitlines()]


def _convert_once(source: Path, family: str, *, greek: bool) -> Path:
    """The converted file; with the `greek` letters of formulas, which TeX has in other fonts."""
    data = source.read_bytes()
    scheme = f"{_RECIPE} {family}{' and Greek' * greek}"
    digest = hashlib.sha256(scheme.encode() + data).hexdigest()[:16]
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    target = Path(cache) / "treadle" / "fonts" / f"{source.stem}-{digest}.ttf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}")
        _convert(source, family, partial)
        if greek:
            _add_greek(partial)
        partial.replace(target)
    return target


def _convert(source: Path, family: str, target: Path) -> None:
    if source.suffix == ".pfb":
        _convert_type1(source, family, target)
        return
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    font = TTFont(source, recalcTimestamp=False)  # the same bytes on every machine
    _keep_latin(font)
    if "CFF " in font:
        _to_truetype(font)
    for record in font["name"].names:
        if record.nameID in (1, 16):
            record.string = family
    font.save(target)


def _add_greek(target: Path) -> None:
    """Add the slanted letters of matplotlib's own STIX, which go with Times, to an italic font:
    what it lacks would be upright in formulas."""
    import matplotlib as mpl
    from fontTools.pens.transformPen import TransformPen  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont

    font = TTFont(target, recalcTimestamp=False)
    other = TTFont(Path(mpl.get_data_path(), "fonts", "ttf", "STIXGeneralItalic.ttf"))
    outlines, there, names = other.getGlyphSet(), font.getBestCmap(), other.getBestCmap()
    new = {char: names[char] for char in _GREEK if char in names and char not in there}
    scale = font["head"].unitsPerEm / other["head"].unitsPerEm
    for name in new.values():
        pen = TTGlyphPen(None)
        outlines[name].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
        glyph = pen.glyph()
        font["glyf"][f"greek.{name}"] = glyph
        glyph.recalcBounds(font["glyf"])
        width = round(scale * outlines[name].width)
        font["hmtx"][f"greek.{name}"] = (width, getattr(glyph, "xMin", 0))
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update({char: f"greek.{name}" for char, name in new.items()})
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
    subsetter.populate(unicodes=[*_ACCENTED, *_OWN_GREEK, *_PUNCTUATION, *_SIGNS])
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
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    outlines = font.getGlyphSet()
    glyphs = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    return glyphs


def _convert_type1(source: Path, family: str, target: Path) -> None:
    from fontTools.agl import toUnicode  # type: ignore[import-untyped]
    from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
    from fontTools.t1Lib import T1Font  # type: ignore[import-untyped]

    font = T1Font(str(source))
    outlines = font.getGlyphSet()
    wanted = {*_ACCENTED, *_PUNCTUATION, *_SIGNS}
    characters = {
        ord(text): name
        for name in sorted(outlines.keys())
        if len(text := toUnicode(name)) == 1 and ord(text) in wanted
    }
    names = [".notdef", *sorted({*characters.values()})]
    drawn = {name: _type1_glyph(name, outlines) for name in names}
    info = font["FontInfo"]
    italic, bold = bool(info.get("ItalicAngle")), "Bold" in info.get("Weight", "")
    style = " ".join(word for word, is_so in (("Bold", bold), ("Italic", italic)) if is_so)
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(characters)
    builder.setupGlyf({name: glyph for name, (glyph, _) in drawn.items()})
    bearings = {n: getattr(builder.font["glyf"][n], "xMin", 0) for n in names}
    builder.setupHorizontalMetrics({n: (width, bearings[n]) for n, (_, width) in drawn.items()})
    _, low, _, high = (round(value) for value in font["FontBBox"])
    builder.setupHorizontalHeader(ascent=high, descent=low)
    title = {"familyName": family, "styleName": style or "Regular", "psName": source.stem}
    builder.setupNameTable({**title, "fullName": f"{family} {style}".strip()})
    builder.setupOS2(usWeightClass=700 if bold else 400, fsSelection=italic | bold << 5)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].macStyle = bold | italic << 1
    builder.font["head"].created = builder.font["head"].modified = 0  # the same bytes each time
    builder.font.recalcTimestamp = False
    builder.save(target)


def _type1_glyph(name: str, outlines: Any) -> tuple[Any, int]:  # noqa: ANN401
    """The glyph with quadratic outlines, and its width."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.recordingPen import (  # type: ignore[import-untyped]
        DecomposingRecordingPen,
    )
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    recorded, pen = DecomposingRecordingPen(outlines), TTGlyphPen(None)
    outlines[name].draw(recorded)
    recorded.replay(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
    return pen.glyph(), round(outlines[name].width)


_MAXIMA = (  # fields of `maxp` that TrueType adds; fontTools fills in what it can count
    *("maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours"),
    *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"),
    *("maxStackElements", "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth"),
)
