"""The document's template with all in its slots, and what it has no place for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound

from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.model import Document
from treadle.press.latex.fragment import Fragment, lines_at, stack, text_of
from treadle.press.latex.templates import render, source_of, templates
from treadle.press.markdown.parser import typed
from treadle.press.markdown.render import render_markdown
from treadle.press.markdown.running_text import Context
from treadle.press.weave.author_preamble import AuthorPreamble, author_preamble
from treadle.press.weave.classes import style_of
from treadle.press.weave.preamble import preamble_parts, whole_preamble
from treadle.press.weave.title import (
    Title,
    bare,
    left_out,
    resolved,
    title_of,
    without_country,
    words_of,
)
from treadle.problem import Problem, Span, error, warning

PRINTED = re.compile(r"\\(?:bibliography\{|printbibliography\b)")


def whole_document(
    document: Document, settings: Settings, context: Context, body: Fragment
) -> Fragment:
    """All of the LaTeX, `body` within it; empty where the template fails, which the findings of
    `context` tell, as they tell what of the front matter is shown nowhere."""
    name, folders = _template(document, settings)
    found = context.findings.problems
    title = title_of(document, settings, context)
    try:
        source = source_of(name, folders)
        slots = _slots(document, settings, context, body, (title, source))
        values = _values(settings, context, title, author_preamble(document, settings))
        line = document.front.lines.get("title", 1)
        lines, shown = resolved(render(name, line, values, slots, folders))
    except TemplateError as failure:
        found.append(_template_problem(document, settings, failure))
        return ()
    if any("pdftitle=" in line.text for line in lines):  # the PDF's properties have these
        shown |= {"title", "keywords"}
    found += without_country(title, document) if name == "acm.tex.j2" else ()
    found += left_out(title, shown, document, name)
    found += _dropped(slots, lines, document, name)
    return lines


def _slots(
    document: Document,
    settings: Settings,
    context: Context,
    body: Fragment,
    shown: tuple[Title, str],
) -> Mapping[str, Fragment]:
    """What stands on lines of its own in the template, whose title and text are `shown`."""
    title, source = shown
    abstract = _abstract(document, settings, context)
    used = text_of((*abstract, *body)) + words_of(title)
    dated = r"\date{" not in source and r"\maketitle" in source + used
    parts = preamble_parts(document, settings, used, bare(title.date) if dated else None)
    return {
        **parts,
        "preamble": whole_preamble(parts),
        "abstract": abstract,
        "body": body,
        "bibliography": _references(context, body, document.front.lines.get("bibliography", 1)),
    }


def _values(
    settings: Settings, context: Context, title: Title, author: AuthorPreamble
) -> Mapping[str, object]:
    return {
        "title": title,
        "toc": settings.toc,
        "blanks": bool(settings.author_file) and not settings.authors,
        "twocolumn": context.options.twocolumn,
        "class_options": ",".join(settings.classoption),
        "koma": (settings.documentclass or "").startswith("scr"),
        "author_and": author.author_and,
        "style": style_of(settings, author),
    }


def _abstract(document: Document, settings: Settings, context: Context) -> Fragment:
    text = typed(settings.abstract or "")
    first = document.front.lines.get("abstract", 1) + 1
    origins = range(first, first + text.count("\n") + 1)
    return render_markdown(text, origins, context) if text else ()


def _references(context: Context, body: Fragment, origin: int) -> Fragment:
    """The bibliography behind all else, where the text has no place for it."""
    given = any(PRINTED.search(line.text) for line in body)
    if context.findings.bibliography or given:
        return ()
    return stack(lines_at(text, origin) for text in context.options.bibliography)


def _dropped(
    slots: Mapping[str, Fragment], lines: Fragment, document: Document, template: str
) -> Iterator[Problem]:
    """A warning for what a template of the author's has no place for."""
    for name in ("abstract", "bibliography"):
        if slots[name] and slots[name][0] not in lines:
            what = f"`{name}` is shown nowhere: the template `{template}` has no place for it"
            yield warning(document.said(name), what, rf"put `\VAR{{{name}}}` on a line of its own")


def check_template(document: Document) -> tuple[Problem, ...]:
    """What keeps the document's template from being read: told before anything has run."""
    settings, _ = read_settings(document)
    name, folders = _template(document, settings)
    try:
        templates(*folders).get_template(name)
    except TemplateError as failure:
        return (_template_problem(document, settings, failure),)
    return ()


def _template(document: Document, settings: Settings) -> tuple[str, tuple[Path, ...]]:
    """Its name, and where it may stand but among Treadle's own."""
    name = settings.template or style_of(settings, author_preamble(document, settings)).template
    if Path(name).suffix:
        return name, (document.path.parent.resolve(),)
    return f"{name}.tex.j2", ()


def _template_problem(document: Document, settings: Settings, failure: TemplateError) -> Problem:
    span = Span.at(str(document.path), document.front.lines.get("template", 1))
    name = settings.template or "submission"
    if isinstance(failure, TemplateNotFound):
        hint = "a template of your own is a file beside the document, such as `mine.tex.j2`"
        return error(span, f"there is no template `{name}`", hint)
    return error(span, f"the template `{name}` fails: {failure.message}")
