"""The document's template with all in its slots, and what it has no place for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound
from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.model import Document
from treadle.press.latex.fragment import Fragment, Line, lines_at, stack, text_of
from treadle.press.latex.templates import render, source_of, templates
from treadle.press.markdown.parser import typed
from treadle.press.markdown.references_heading import OWN_REFERENCES, without_last_heading
from treadle.press.markdown.render import render_markdown
from treadle.press.markdown.text_context import TextContext
from treadle.press.weave.author_preamble import author_preamble
from treadle.press.weave.characters import Printing, printing_of
from treadle.press.weave.latex_classes import Style, style_of
from treadle.press.weave.manuscript import Manuscript
from treadle.press.weave.preamble import preamble_parts, whole_preamble
from treadle.press.weave.title_values import (
    Title,
    dated,
    left_out,
    resolved,
    title_lines,
    title_of,
    without_country,
)
from treadle.problem import Problem, Span, error, warning


class _Content(Struct, frozen=True):
    """What is shown, and how its characters are printed."""

    title: Title
    abstract: Fragment
    body: Fragment
    references: Fragment  # behind the text
    printing: Printing = Printing()

    @property
    def lines(self) -> Fragment:
        return (*title_lines(self.title), *self.abstract, *self.body, *self.references)


def whole_document(
    manuscript: Manuscript, context: TextContext, body: Fragment
) -> tuple[Fragment, Printing]:
    """All of the LaTeX, `body` within it, and how its characters are printed; no LaTeX where the
    template fails, which the findings of `context` tell, as they tell what of the front matter is
    shown nowhere."""
    document, settings = manuscript.document, manuscript.settings
    name, folders = _template(document, settings, manuscript.style)
    found = context.findings.problems
    content = _content(manuscript, context, body)
    title, printing = content.title, content.printing
    try:
        slots = _slots(manuscript, content, source_of(name, folders))
        values = _values(manuscript, context, title)
        line = document.front.lines.get("title", 1)
        lines, shown = resolved(render(name, line, values, slots, folders))
    except TemplateError as failure:
        found.append(_template_problem(document, settings, failure))
        return (), printing
    if any("pdftitle=" in line.text for line in lines):  # the PDF's properties have these
        shown |= {"title", "keywords"}
    if manuscript.style.dateless and "draft" not in ",".join(settings.classoption):
        shown -= {"date"}
    found += without_country(title, document) if name == "acm.tex.j2" else ()
    found += left_out(title, shown, document, name)
    found += _dropped(slots, lines, document, name)
    return for_engine(lines, printing), printing


def for_engine(lines: Fragment, printing: Printing) -> Fragment:
    """The lines as the engine takes them that prints the document."""
    if not printing.engine.unicode:
        return lines
    from treadle.press.weave.for_fonts import for_fonts  # most documents have pdfLaTeX's

    return tuple(for_fonts(lines, printing))


def _content(manuscript: Manuscript, context: TextContext, body: Fragment) -> _Content:
    document, settings = manuscript.document, manuscript.settings
    abstract = _abstract(document, settings, context)
    at = document.front.lines.get("bibliography", 1)
    references = _references(context, body, at)
    if references:
        body, named = without_last_heading(body, context.options.references)
        references = (*named, *references)
    if manuscript.style.frames:
        from treadle.press.weave.slides import framed  # few documents are slides

        body, references = framed(body), framed(references)
    if settings.nocite:
        origin = document.front.lines.get("nocite", 1)
        body = (*body, Line(rf"\nocite{{{','.join(settings.nocite)}}}", origin))
    content = _Content(title_of(document, settings, context), abstract, body, references)
    printing = printing_of(manuscript, (*content.lines, *manuscript.author.lines))
    title = dated(content.title, settings, printing.babel)
    return replace(content, title=title, printing=printing)


def _slots(manuscript: Manuscript, content: _Content, source: str) -> Mapping[str, Fragment]:
    """What stands on lines of its own in the template with the text `source`."""
    used = text_of(content.lines)
    own_date = r"\date{" in source or r"\maketitle" not in source + used
    date = None if own_date else content.title.date  # with its mark: the preamble shows it
    parts = preamble_parts(manuscript, used, content.printing, date)
    return {
        **parts,
        "preamble": whole_preamble(parts),
        "abstract": content.abstract,
        "body": content.body,
        "bibliography": content.references,
    }


def _values(manuscript: Manuscript, context: TextContext, title: Title) -> Mapping[str, object]:
    settings = manuscript.settings
    return {
        "title": title,
        "toc": settings.toc,
        "blanks": bool(settings.author_file) and not settings.authors,
        "twocolumn": context.options.twocolumn,
        "class_options": ",".join(settings.classoption),
        "koma": (settings.documentclass or "").startswith("scr"),
        "author_and": manuscript.author.author_and,
        "style": manuscript.style,
        "words": context.options.words,
    }


def _abstract(document: Document, settings: Settings, context: TextContext) -> Fragment:
    text = typed(settings.abstract or "")
    first = document.front.lines.get("abstract", 1) + 1
    origins = range(first, first + text.count("\n") + 1)
    return render_markdown(text, origins, context) if text else ()


def _references(context: TextContext, body: Fragment, origin: int) -> Fragment:
    """The bibliography behind all else, where the text has no place for it."""
    if context.findings.bibliography or OWN_REFERENCES.search(text_of(body)):
        return ()
    return stack(lines_at(text, origin) for text in context.options.bibliography)


def _dropped(
    slots: Mapping[str, Fragment], lines: Fragment, document: Document, template: str
) -> Iterator[Problem]:
    """A warning for what a template of the author's has no place for."""
    kept = {*lines}
    for name in ("abstract", "bibliography", "body"):
        said = [line for line in slots[name] if line.text.strip()]
        if said and said[0] not in kept:
            key, what = ("template", "the text") if name == "body" else (name, f"`{name}`")
            text = f"{what} is shown nowhere: the template `{template}` has no place for it"
            yield warning(document.said(key), text, rf"put `\VAR{{{name}}}` on a line of its own")


def check_template(document: Document) -> tuple[Problem, ...]:
    """What keeps the document's template from being read: told before anything has run."""
    settings, _ = read_settings(document)
    style = style_of(settings, author_preamble(document, settings))
    name, folders = _template(document, settings, style)
    try:
        templates(*folders).get_template(name)
    except TemplateError as failure:
        return (_template_problem(document, settings, failure),)
    return ()


def _template(document: Document, settings: Settings, style: Style) -> tuple[str, tuple[Path, ...]]:
    """Its name, and where it may stand but among Treadle's own."""
    name = settings.template or style.template
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
