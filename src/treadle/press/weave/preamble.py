r"""All before the text: the preamble, the measures of the page, and what the title block shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.latex.escape import declared, declared_beside, escape
from treadle.press.latex.fragment import Fragment, Line, text_of
from treadle.press.latex.languages import words_of
from treadle.press.latex.templates import render
from treadle.press.markdown.render import plain_text, render_line, running_line
from treadle.press.markdown.running_text import Context
from treadle.press.weave.characters import Printing, main_language, printing_of
from treadle.problem import Span

CHAPTERS = ("book", "report", "memoir", "scrbook", "scrreprt")
OWN_HEADINGS = ("scr", "ams")  # classes of these names don't go with titlesec
TITLE_LENGTH = 70  # characters a running title may have
WIDE_CHARACTER = 0.12  # inches; so many of them fit into the running head without measuring it
INCHES = {"in": 1.0, "mm": 1 / 25.4, "cm": 1 / 2.54, "pt": 1 / 72.27, "bp": 1 / 72}
PAPER_WIDTHS = {"a4paper": 210 / 25.4, "a5paper": 148 / 25.4, "letterpaper": 8.5}
GEOMETRY = ("margin=25mm", "headheight=14pt")
LANGUAGES = re.compile(r"\{[^{}]*\b(?:babel|polyglossia|ctex|xeCJK|luatexja\w*)\b[^{}]*\}")
LENGTH = re.compile(r"([\d.]+)\s*(in|mm|cm|pt|bp)")
# What \footnotesize is in a class of that size, and how wide its typewriter's characters are.
FOOTNOTE_SIZES = {10: 8.0, 11: 9.0, 12: 10.0}
TYPEWRITER = 0.525


class Title(Struct, frozen=True):
    """Each as LaTeX; empty where the document says nothing."""

    title: str
    subtitle: str
    authors: tuple[str, ...]
    details: tuple[str, ...]  # the course, the group
    date: str


def title_of(settings: Settings, line: int, context: Context) -> Title:
    """The title block. The date is the document's, never today's."""
    alone = settings.id if len(settings.authors) == 1 else None
    numbers = [author.id or alone for author in settings.authors]
    authors = (
        author.name + (f" ({number})" if number else "")
        for author, number in zip(settings.authors, numbers, strict=True)
    )
    details = (text for text in (settings.course, settings.group) if text)
    given = settings.date
    day = f"{given.day} {given:%B %Y}" if isinstance(given, date) else given or ""
    return Title(
        title=render_line(settings.title or "", line, context),
        subtitle=render_line(settings.subtitle or "", line, context),
        authors=tuple(render_line(author, line, context) for author in authors),
        details=tuple(render_line(text, line, context) for text in details),
        date=_local_date(settings) or render_line(day, line, context),
    )


def _local_date(settings: Settings) -> str:
    """The date as it is written in the document's language; empty: as in English."""
    given = settings.date
    if not isinstance(given, date) or own_babel(settings):
        return ""
    language, _ = main_language(settings, Span.at("", 1))
    return rf"\localedate{{{given.year}}}{{{given.month}}}{{{given.day}}}" if language else ""


def own_babel(settings: Settings) -> bool:
    """Whether the author's preamble sees to languages itself."""
    return bool(LANGUAGES.search(settings.preamble))


def title_lines(title: Title, document: Document) -> Fragment:
    """What the title block shows, at the lines of the front matter."""
    shown = {
        "title": title.title,
        "subtitle": title.subtitle,
        "author": ", ".join(title.authors),
        "course": ", ".join(title.details),
        "date": title.date,
    }
    at = document.front.lines
    return tuple(Line(text, at.get(key, 1)) for key, text in shown.items())


def front_lines(document: Document, settings: Settings) -> Fragment:
    """What else comes from the front matter: the author's LaTeX, and what the PDF's fields show."""
    fields = Line(", ".join(settings.keywords), _line(document, "keywords"))
    return (*_author_preamble(document, settings), fields)


def preamble(document: Document) -> tuple[str, Printing]:
    """The preamble of a document whose results hold no rare characters, and how it is printed."""
    settings, _ = read_settings(document)
    lines = tuple(
        Line(text, number)
        for block in document.blocks
        for number, text in enumerate(_text(block).split("\n"), _first_line(block))
    )
    front = document.front.text.split("\n")
    lines += tuple(Line(text, number) for number, text in enumerate(front, 1))
    printing = printing_of(document, settings, lines)
    texts = (_text(block) for block in document.blocks)
    used = document.front.text + "".join(texts)
    return text_of(preamble_lines(document, settings, used, printing)), printing


def _first_line(block: Chunk | Prose) -> int:
    return block.span.line if isinstance(block, Prose) else block.code_line


def _text(block: Chunk | Prose) -> str:
    return block.text if isinstance(block, Prose) else block.code


def preamble_lines(
    document: Document, settings: Settings, used: str, printing: Printing
) -> Fragment:
    """The preamble with its line map; it declares the rare characters of the text `used`."""
    options = _class_options(settings)
    documentclass = f"\\documentclass[{','.join(options)}]{{{settings.documentclass or 'article'}}}"
    page = f"\\usepackage[{','.join(settings.geometry or GEOMETRY)}]{{geometry}}"
    slots = {
        "author_preamble": _author_preamble(document, settings),
        "class": (Line(documentclass, _line(document, "documentclass", "classoption")),),
        "page": (Line(page, _line(document, "geometry")),),
    }
    fields = {
        "pdf_title": escape(plain_text(settings.title or "", words_of(settings.lang).quotes)),
        "pdf_author": escape(", ".join(author.name for author in settings.authors)),
        "pdf_subject": escape(plain_text(settings.course or "")),
        "pdf_keywords": escape(", ".join(settings.keywords)),
    }
    declarations = declared(used + fields["pdf_title"] + fields["pdf_subject"])
    if printing.engine.unicode:
        declarations = declared_beside(printing.fonted, declarations)
    values = {
        **fields,
        **_running_head(settings),
        "class_options": ",".join(options),
        "has_checks": any(chunk.options.checks for chunk in document.chunks),
        "has_chapters": (settings.documentclass or "article") in CHAPTERS,
        "plain_headings": not (settings.documentclass or "").startswith(OWN_HEADINGS),
        "numbered": numbered(document, settings),
        "lang": settings.lang or "en",
        "drawing": any(r"\declaredrawing" in declaration for declaration in declarations),
        "named_sections": r"\namedlabel{" in used,
        "long_tables": r"\begin{longtable}" in used,
        "moved_notes": r"\notetext{" in used,
        "declarations": declarations,
        "language": printing.language,
        "babel": None if own_babel(settings) else printing.language,
        "words": words_of(printing.language.tag if printing.language else None),
        "ideographs": printing.ideographs and not own_babel(settings),
        "bidi": printing.right_to_left and not own_babel(settings),
        "boxed": [(char, f"{ord(char):04X}") for char in printing.boxed],
        "printing": printing,
    }
    return render("preamble.tex.j2", 1, values, slots)


def numbered(document: Document, settings: Settings) -> bool:
    """Whether sections are numbered: yes, unless the document says `numbersections: false`."""
    return settings.numbersections or "numbersections" not in document.front.values


def columns(settings: Settings) -> int:
    """How many characters of code fit into a line."""
    size = FOOTNOTE_SIZES.get(_font_size(settings), 9.0)
    twocolumn = "twocolumn" in settings.classoption
    width = _text_width(settings) * 72.27 * (0.47 if twocolumn else 1.0)
    return max(int((width - 8) / (TYPEWRITER * size)), 20)


def _running_head(settings: Settings) -> Mapping[str, object]:
    title = running_line(settings.title or "", TITLE_LENGTH, words_of(settings.lang).quotes)
    names = ", ".join(author.name for author in settings.authors)
    if len(names) > TITLE_LENGTH:
        names = names[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + " …"
    authors = escape(names)
    width = len(title + authors) * WIDE_CHARACTER
    fits = "\\" not in title and width < _text_width(settings)
    return {"running_title": title, "running_author": authors, "head_fits": fits}


def _author_preamble(document: Document, settings: Settings) -> Fragment:
    line = _line(document, "preamble", "header-includes")
    text = settings.preamble.strip("\n")
    # The text begins on the line after `preamble: |`, and on that line where there is no bar.
    key = document.front.text.splitlines()[line - 1 : line]
    below = any(re.search(r"[|>][-+\d]*\s*$", given) for given in key)
    lines = enumerate(text.split("\n") if text else (), start=line + below)
    return tuple(Line(part, number) for number, part in lines)


def _line(document: Document, *keys: str) -> int:
    """The line of the first of these keys that the front matter has."""
    return next((document.front.lines[key] for key in keys if key in document.front.lines), 1)


def _class_options(settings: Settings) -> tuple[str, ...]:
    given = settings.classoption
    ours = [] if any(option.endswith("pt") for option in given) else [f"{_font_size(settings)}pt"]
    ours += [] if any(option.endswith("paper") for option in given) else [_paper(settings)]
    return (*ours, *given)


def _font_size(settings: Settings) -> int:
    sizes = [option for option in settings.classoption if re.fullmatch(r"\d+pt", option)]
    found = re.match(r"\d+", settings.fontsize or (sizes[0] if sizes else "11pt"))
    return int(found.group()) if found else 11


def _paper(settings: Settings) -> str:
    """LaTeX's name of the paper, `a4paper` unless the document says otherwise."""
    options = [option for option in settings.classoption if option.endswith("paper")]
    name = settings.papersize or (options[0] if options else "a4paper")
    return name if name.endswith("paper") else f"{name}paper"


def _text_width(settings: Settings) -> float:
    """In inches, as far as geometry's options tell."""
    lengths = {}
    for option in ",".join(settings.geometry or GEOMETRY).split(","):
        key, _, value = option.partition("=")
        if size := LENGTH.search(value):
            lengths[key.strip()] = float(size[1]) * INCHES[size[2]]
    for key in ("textwidth", "width", "text"):
        if key in lengths:
            return lengths[key]
    margin = lengths.get("hmargin", lengths.get("margin", 1.0))
    left = lengths.get("left", lengths.get("lmargin", lengths.get("inner", margin)))
    right = lengths.get("right", lengths.get("rmargin", lengths.get("outer", margin)))
    return PAPER_WIDTHS.get(_paper(settings), PAPER_WIDTHS["a4paper"]) - left - right
