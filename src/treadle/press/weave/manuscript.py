"""A document with what is found out of it once, before it is woven: what the front matter says, the
author's preamble apart, the style of the class, the engine that is asked for, the language."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.model import Document
from treadle.press.latex.escape import printable
from treadle.press.latex.languages import Language, language_of
from treadle.press.tex.engine import AUTO, ENGINES, LUALATEX, SEVERAL, Engine, asked_for
from treadle.press.weave.author_preamble import COMMENT, LOADS, AuthorPreamble, author_preamble
from treadle.press.weave.latex_classes import Style, style_of
from treadle.press.weave.latex_source import has_class, own_settings
from treadle.problem import Problem, warning

# The packages and classes that see to languages.
LANGUAGES = re.compile(r"babel|polyglossia|ctex\w*|xeCJK|luatexja[\w-]*|ltj\w+|bxjs\w+")


class Manuscript(Struct, frozen=True):
    """`asked`: the engine that the preamble, the class or a file beside the document asks for, and
    by which words. `own_babel`: the author's preamble, or the class, sees to languages. `language`:
    that of what is written besides the text, if it is known and can be printed; None: English."""

    document: Document
    settings: Settings
    author: AuthorPreamble
    style: Style
    asked: tuple[Engine, str] | None = None
    own_babel: bool = False
    language: Language | None = None
    problems: tuple[Problem, ...] = ()  # of the language


def manuscript_of(document: Document) -> Manuscript:
    """The document as it is woven; what is wrong with its front matter is the reader's to tell."""
    settings = own_settings(document, read_settings(document)[0])
    author = author_preamble(document, settings)
    asked = _asked(settings, author)
    own_babel = _sees_to_languages(document, settings, author)
    language, problems = _main_language(document, settings, asked, own_babel=own_babel)
    style = style_of(settings, author)
    return Manuscript(document, settings, author, style, asked, own_babel, language, problems)


def _sees_to_languages(document: Document, settings: Settings, author: AuthorPreamble) -> bool:
    """A preamble that is all the author's own does, in any case."""
    if has_class(document):
        return True
    return any(map(LANGUAGES.fullmatch, (*author.loads, settings.documentclass or "")))


def _main_language(
    document: Document,
    settings: Settings,
    asked: tuple[Engine, str] | None,
    *,
    own_babel: bool,
) -> tuple[Language | None, tuple[Problem, ...]]:
    at = document.said("lang")
    language, problems = language_of(settings.lang, at)
    if own_babel:
        return language, ()
    if language is None or all(map(printable, language.shown)):
        return language, problems
    named = ENGINES.get(settings.engine or "") or (asked or (None,))[0]
    if named.unicode if named else LUALATEX.works:
        return language, problems
    text = f"`lang: {settings.lang}` needs another engine: what LaTeX writes stays English"
    return None, (warning(at, text, way_to_unicode(is_chosen=named is not None)),)


def way_to_unicode(*, is_chosen: bool) -> str:
    """The way to an engine that prints all characters, where one is chosen that does not."""
    if not is_chosen:
        return f"`{LUALATEX.program}` is not installed as a whole: {LUALATEX.install}"
    return f"let `engine: {AUTO}` choose, or write it in another way"


def _asked(settings: Settings, author: AuthorPreamble) -> tuple[Engine, str] | None:
    class_ = rf"\documentclass{{{settings.documentclass or 'article'}}}"
    texts = (settings.preamble, class_, *map(_loading, author.files))
    return next(filter(None, map(asked_for, texts)), None)


def _loading(file: Path) -> str:
    """The statements of a file that load packages; none where it asks which engine reads it."""
    text = COMMENT.sub("", file.read_text("utf-8", "replace"))
    return "" if SEVERAL.search(text) else "\n".join(found[0] for found in LOADS.finditer(text))
