"""Which engine prints a document's characters, and from which fonts; and what nothing prints.

pdfTeX prints Latin letters and the symbols that `press/latex/escape.py` declares. Where a text has
others, or the author's preamble asks for it, LuaTeX takes each character that the text's font lacks
from the first font that has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.engine.trace import Observed
from treadle.press.document.front_matter_keys import Settings
from treadle.press.document.model import Document
from treadle.press.latex.escape import REPLACEMENT, declaration, printable
from treadle.press.latex.fragment import Line
from treadle.press.latex.languages import Language
from treadle.press.tex.engine import AUTO, ENGINES, LUALATEX, PDFLATEX, Engine
from treadle.press.tex.fonts import (
    OWN,
    PICTURES,
    STYLES,
    Fonts,
    fonts_of,
    package_with,
    script_of,
)
from treadle.press.weave.character_places import (
    places_of,
    places_of_all,
    unknown_characters,
)
from treadle.press.weave.manuscript import Manuscript, way_to_unicode
from treadle.problem import Problem, Span, error, warning

UNSEEN = {"Cf", "Mn", "Zs"}  # what joins or parts others, and has no sign of its own
VARIANTS = range(0xFE00, 0xFE10)
FONT_COMMANDS = re.compile(
    r"\\(?:set(?:main|sans|mono|roman)font|babelfont|setCJK\w+font)\b|\{(?:xeCJK|luatexja\S*|ctex)\}"
)
# Scripts whose letters join, stack or change places: HarfBuzz lays them out, by this tag.
SHAPED: Mapping[str, str] = {
    "ARABIC": "arab", "HEBREW": "hebr", "SYRIAC": "syrc", "THAANA": "thaa", "NKO": "nko ",
    "DEVANAGARI": "dev2", "BENGALI": "bng2", "GURMUKHI": "gur2", "GUJARATI": "gjr2",
    "ORIYA": "ory2", "TAMIL": "tml2", "TELUGU": "tel2", "KANNADA": "knd2", "MALAYALAM": "mlm2",
    "SINHALA": "sinh", "THAI": "thai", "LAO": "lao ", "TIBETAN": "tibt", "MYANMAR": "mym2",
    "KHMER": "khmr", "MONGOLIAN": "mong", "JAVANESE": "java", "BALINESE": "bali",
}  # fmt: skip


class Fallback(Struct, frozen=True):
    """The fonts that a style of text falls back on, as LuaTeX names them, the first first."""

    style: str
    fonts: tuple[str, ...]


class Printing(Struct, frozen=True):
    """How a document's characters are printed.

    `because`: the line that needs this engine, and what is on it that does; None: any would do.
    `boxed`: the characters that nothing prints, and for which the preamble has to declare a box.
    `own_babel`: the author's preamble sees to languages itself.
    """

    engine: Engine = PDFLATEX
    because: tuple[Span, str] | None = None
    language: Language | None = None  # None: English
    own_babel: bool = False
    fallbacks: tuple[Fallback, ...] = ()
    boxed: tuple[str, ...] = ()
    fonted: frozenset[str] = frozenset()  # that a font of the fallbacks, or the text's own, has
    ideographs: bool = False  # lines may end between any two of them
    right_to_left: bool = False
    pictures: str = ""  # the file of the font of coloured ones
    pictured: frozenset[str] = frozenset()  # the characters that are taken from it
    unsure: bool = False  # the author has fonts of his own, of which nothing is known here
    problems: tuple[Problem, ...] = ()
    depends: Observed = field(default_factory=Observed)

    @property
    def babel(self) -> Language | None:
        """The language that babel is told; None: English, or the author sees to it."""
        return None if self.own_babel else self.language


def printing_of(manuscript: Manuscript, lines: Sequence[Line]) -> Printing:
    """How to print `lines`, all that comes from the document, and the author's preamble."""
    document, settings = manuscript.document, manuscript.settings
    language = manuscript.language
    shown = Line(language.shown if language else "", document.said("lang").line)
    own = places_of_all(lines, document, settings)
    rare = {**places_of((shown,), document), **own}
    chosen = _engine(manuscript, rare)
    with_fonts = chosen.engine.unicode
    chosen = _by_fonts(chosen, rare, settings) if with_fonts else _by_pdftex(chosen, own)
    problems = (*chosen.problems, *manuscript.problems, *unknown_characters(lines, document))
    own_babel = manuscript.own_babel
    return replace(chosen, language=language, own_babel=own_babel, problems=problems)


# The engine.


def _engine(manuscript: Manuscript, rare: Mapping[str, Span]) -> Printing:
    document, settings, asked = manuscript.document, manuscript.settings, manuscript.asked
    at = (_line_with(asked[1], document), f"`{asked[1]}`") if asked else None
    if settings.engine and settings.engine != AUTO:
        engine = ENGINES[settings.engine]
        given = document.said("engine"), f"`engine: {settings.engine}`"
        problems = (_mismatch(engine, asked[0], *at),) if asked and at else ()
        return Printing(engine, given, problems=tuple(filter(None, problems)))
    if asked:
        return Printing(asked[0], at)
    needing = [
        char for char in rare if len(char) > 1 or not (printable(char) or char == REPLACEMENT)
    ]
    if not needing:
        return Printing()
    first = min(needing, key=lambda char: (rare[char].line, char))
    if LUALATEX.works:
        return Printing(LUALATEX, (rare[first], named(first[0])))
    return Printing(PDFLATEX, depends=Observed(stats=(_program(LUALATEX),)))


def _mismatch(engine: Engine, asked: Engine, at: Span, words: str) -> Problem | None:
    """What is wrong where the front matter names an engine and the preamble asks for another."""
    if asked is engine or (asked is LUALATEX and engine.unicode):
        return None  # most of what LuaTeX knows, XeTeX knows, too
    text = f"{words} needs `{asked.program}`, and the front matter says `engine: {engine.program}`"
    hint = f"write `engine: {AUTO}`, or remove the key"
    return error(at, text, hint) if asked.unicode else warning(at, text, hint)


def _line_with(words: str, document: Document) -> Span:
    """The line of the front matter with these words."""
    lines = document.front.text.split("\n")
    first = words.split("\n", 1)[0]
    at = next((number for number, line in enumerate(lines, 1) if first in line), 0)
    return Span.at(str(document.path), at) if at else document.said("documentclass")


def _program(engine: Engine) -> tuple[str, str, str]:
    from treadle.engine.store.path_answers import standing

    return engine.program, "program", standing(engine.program, "program")


# What prints each character.


def _by_pdftex(chosen: Printing, rare: Mapping[str, Span]) -> Printing:
    lost = tuple(char for char in rare if len(char) == 1 and not printable(char))
    if chosen.because and chosen.because[1].startswith(r"`\use"):  # of the author's encodings
        return replace(chosen, boxed=lost, unsure=True)
    ways = {char: way_to_unicode(is_chosen=chosen.because is not None) for char in lost}
    told = _lost(ways, rare, chosen.engine)
    return replace(chosen, boxed=lost, problems=(*chosen.problems, *told))


def _by_fonts(chosen: Printing, rare: Mapping[str, Span], settings: Settings) -> Printing:
    fonts = fonts_of(chosen.engine)
    if not chosen.engine.falls_back:
        fonts = replace(fonts, files={OWN: fonts.files[OWN]} if OWN in fonts.files else {})
    wanted = {char for char in rare if len(char) == 1 and not _is_declared(char)}
    printers = fonts.printers(char for char in wanted if not _is_unseen(char))
    own_fonts = FONT_COMMANDS.search(settings.preamble)
    lost = tuple(char for char, stem in printers.items() if stem is None)
    other = way_to_unicode(is_chosen=chosen.because is not None)
    way = package_with if chosen.engine.falls_back else lambda _: other
    ways = {} if own_fonts else {char: way(char) for char in lost}
    told = _lost(ways, rare, chosen.engine)
    used = {char: stem for char, stem in printers.items() if stem and stem != OWN}
    stems = dict.fromkeys(used.values())
    entries = [_Entry.of(stem, used, settings.lang or "") for stem in stems]
    return replace(
        chosen,
        fallbacks=tuple(_fallbacks(entries, fonts)),
        boxed=tuple(char for char in lost if char != REPLACEMENT),
        fonted=frozenset(char for char, stem in printers.items() if stem),
        ideographs=any(unicodedata.east_asian_width(char) in "WF" for char in used if char < "🀀"),
        right_to_left=any(unicodedata.bidirectional(char) in {"R", "AL"} for char in wanted),
        pictures=next((fonts.files[stem].name for stem in stems if PICTURES.match(stem)), ""),
        pictured=frozenset(char for char, stem in used.items() if PICTURES.match(stem)),
        unsure=bool(own_fonts),
        problems=(*chosen.problems, *told),
        depends=_observed(chosen.engine, fonts),
    )


def _is_declared(char: str) -> bool:
    """Whether a command prints it better than a font would: a letter stays a letter."""
    return declaration(char) is not None and not unicodedata.name(char, "").startswith("GREEK")


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in UNSEEN or ord(char) in VARIANTS


def _lost(ways: Mapping[str, str], rare: Mapping[str, Span], engine: Engine) -> tuple[Problem, ...]:
    """A warning for the characters that nothing prints, by their lines and the ways out."""
    alike: dict[tuple[Span, str], list[str]] = {}
    for char, way in ways.items():
        alike.setdefault((rare[char], way), []).append(char)
    return tuple(
        warning(at, f"`{engine.program}` has no font with {_several(chars)}", way)
        for (at, way), chars in alike.items()
    )


def _several(chars: Sequence[str]) -> str:
    first, others = named(chars[0]), chars[1:]
    if not others:
        return f"{first}: a box with its code stands for it"
    shown = " ".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in others)
    return f"{first}, nor {shown}: boxes with their codes stand for them"


def named(char: str) -> str:
    """The character with its code and its name in Unicode."""
    name = unicodedata.name(char, "")
    shown = f"{char} " if char.isprintable() else ""
    return f"{shown}(U+{ord(char):04X}{f', {name.lower()}' if name else ''})"


def _observed(engine: Engine, fonts: Fonts) -> Observed:
    """What the choice of fonts rests on: another one may be installed one day."""
    from treadle.engine.store.path_answers import standing

    folders = ((folder, "names", standing(folder, "names")) for folder in fonts.folders)
    return Observed(stats=(_program(engine), *folders))


# The fallbacks of each style of text.


class _Entry(Struct, frozen=True):
    """A font, the characters that are taken from it, and what they ask for."""

    stem: str
    chars: tuple[str, ...]
    tag: str  # of the script that HarfBuzz lays out; empty: it need not
    is_wide: bool
    number: int  # in a collection

    @classmethod
    def of(cls, stem: str, used: Mapping[str, str], lang: str) -> _Entry:
        chars = tuple(char for char, printer in used.items() if printer == stem)
        scripts = {script_of(char) for char in chars}
        tag = next((SHAPED[script] for script in SHAPED if script in scripts), "")
        wide = any(unicodedata.east_asian_width(char) in "WF" for char in chars)
        # Collections have Japanese, Korean, simplified and traditional Chinese, in this order.
        collected = "CJK" in stem or "SourceHan" in stem
        number = {"ko": 1, "zh": 2}.get(lang[:2].lower(), 0) if collected else 0
        return cls(stem, chars, tag, wide and not PICTURES.match(stem), number)


def _fallbacks(entries: Sequence[_Entry], fonts: Fonts) -> Iterator[Fallback]:
    for style in STYLES if entries else ():
        # Pictures have a command of their own but for where there can be none: verbatim text.
        taken = (each for each in entries if style == "tt" or not PICTURES.match(each.stem))
        names = (_loaded(entry, style, fonts) for entry in taken)
        yield Fallback(style, tuple(dict.fromkeys(names)))


def _loaded(entry: _Entry, style: str, fonts: Fonts) -> str:
    """A font as LuaTeX loads it."""
    face = fonts.face(entry.stem, style, entry.chars)
    name = fonts.files[face].name
    number = f"({entry.number})" if name.lower().endswith("c") else ""
    if entry.tag or PICTURES.match(face):
        features = f"mode=harf;script={entry.tag};" if entry.tag else "mode=harf;"
    else:
        bold = style.endswith(("b", "bi")) and face == entry.stem
        features = "mode=node;" + ("embolden=2;" if bold else "")
        # Two cells of code, of 0.525 em each.
        features += "extend=1.05;" if entry.is_wide and style.startswith("tt") else ""
    return f"[{name}]{number}:{features}"
