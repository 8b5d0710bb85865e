r"""The preamble: all that stands before `\begin{document}`."""

from __future__ import annotations

import re

from treadle.press.document.model import Document
from treadle.press.document.settings import Settings, read_settings
from treadle.press.markdown.plain import plain_text, running_line
from treadle.press.weave.characters import declared, needs_drawing
from treadle.press.weave.fragment import Fragment, Line, lines_from, text_of
from treadle.press.weave.latex import escape
from treadle.press.weave.page import font_size, geometry, paper, text_width
from treadle.press.weave.tabulars import NOTES
from treadle.press.weave.templates import environment, render_with_slots

CHAPTERS = ("book", "report", "memoir", "scrbook", "scrreprt")
OWN_HEADINGS = ("scr", "ams")  # classes of these names don't go with titlesec
TITLE_LENGTH = 70  # characters a running title may have
WIDE_CHARACTER = 0.12  # inches; so many of them fit into the running head without measuring it


def preamble(document: Document) -> str:
    """The preamble of a document whose results hold no rare characters."""
    settings, _ = read_settings(document)
    return text_of(preamble_lines(document, settings, _texts(document)))


def preamble_lines(document: Document, settings: Settings, used: str) -> Fragment:
    """The preamble with its line map; it declares the rare characters of the text `used`."""
    slots = {
        "author_preamble": _author_preamble(document, settings),
        "class": (Line(_class(settings), _line(document, "documentclass", "classoption")),),
        "page": (Line(_page(settings), _line(document, "geometry")),),
    }
    template = environment().get_template("preamble.tex.j2")
    pdf_title, pdf_subject = (
        escape(plain_text(text or "")) for text in (settings.title, settings.course)
    )
    title = running_line(settings.title or "", TITLE_LENGTH)
    authors = escape(_shortened(", ".join(author.name for author in settings.authors)))
    values = {
        "class_options": ",".join(_class_options(settings)),
        "has_checks": any(chunk.options.checks for chunk in document.chunks),
        "has_chapters": (settings.documentclass or "article") in CHAPTERS,
        "plain_headings": not (settings.documentclass or "").startswith(OWN_HEADINGS),
        "numbered": numbered(document, settings),
        "lang": settings.lang or "en",
        "pdf_title": pdf_title,
        "pdf_author": escape(", ".join(author.name for author in settings.authors)),
        "pdf_subject": pdf_subject,
        "pdf_keywords": escape(", ".join(settings.keywords)),
        "running_title": title,
        "running_author": authors,
        "head_fits": "\\" not in title
        and len(title + authors) * WIDE_CHARACTER < text_width(settings),
        "drawing": needs_drawing(used),
        "named_sections": r"\namedlabel{" in used,
        "long_tables": r"\begin{longtable}" in used,
        "table_notes": NOTES in used,
        "declarations": tuple(declared(used + pdf_title + pdf_subject)),
    }
    return render_with_slots(template, 1, slots, values)


def numbered(document: Document, settings: Settings) -> bool:
    """Whether sections are numbered: yes, unless the document says `numbersections: false`."""
    return settings.numbersections or "numbersections" not in document.front.values


def _line(document: Document, *keys: str) -> int:
    """The line of the first of these keys that the front matter has."""
    return next((document.front.lines[key] for key in keys if key in document.front.lines), 1)


def _class(settings: Settings) -> str:
    name = settings.documentclass or "article"
    return f"\\documentclass[{','.join(_class_options(settings))}]{{{name}}}"


def _page(settings: Settings) -> str:
    return f"\\usepackage[{','.join(geometry(settings))}]{{geometry}}"


def _author_preamble(document: Document, settings: Settings) -> Fragment:
    line = _line(document, "preamble", "header-includes")
    text = settings.preamble.strip("\n")
    # The text begins on the line after `preamble: |`, and on that line where there is no bar.
    key = document.front.text.splitlines()[line - 1 : line]
    below = any(re.search(r"[|>][-+\d]*\s*$", given) for given in key)
    return lines_from(text, line + below) if text else ()


def _class_options(settings: Settings) -> tuple[str, ...]:
    given = settings.classoption
    ours = [] if any(option.endswith("pt") for option in given) else [f"{font_size(settings)}pt"]
    ours += [] if any(option.endswith("paper") for option in given) else [paper(settings)]
    return (*ours, *given)


def _texts(document: Document) -> str:
    return document.front.text + "".join(
        getattr(block, "text", "") or getattr(block, "code", "") for block in document.blocks
    )


def _shortened(text: str) -> str:
    return text if len(text) <= TITLE_LENGTH else text[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + " …"
