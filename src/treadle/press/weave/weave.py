"""Weave: a document and its results to LaTeX, with the `.pmd` line of each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound
from markdown_it.tree import SyntaxTreeNode
from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.model import Document, Prose
from treadle.press.latex.figures_and_tables import Copy
from treadle.press.latex.fragment import Fragment, Line, lines_at, stack, text_of
from treadle.press.latex.languages import words_of
from treadle.press.latex.templates import render, templates
from treadle.press.markdown.parser import typed
from treadle.press.markdown.render import footnotes_of, render_line, render_markdown
from treadle.press.markdown.running_text import SECTIONS, Context, Findings, Place, RenderOptions
from treadle.press.results import ChunkResult, InlineResult, Results
from treadle.press.weave.characters import Printing, main_language, printing_of
from treadle.press.weave.chunks import Look, Markdown, Source, chunk_parts, join, prose_parts
from treadle.press.weave.for_fonts import for_fonts
from treadle.press.weave.ledger import (
    DEFINED,
    MARK,
    Entry,
    entries_of,
    in_order,
    ledger_lines,
    marked,
)
from treadle.press.weave.preamble import (
    CHAPTERS,
    columns,
    front_lines,
    numbered,
    preamble_lines,
    title_lines,
    title_of,
)
from treadle.problem import Problem, Span, error, warning

# A heading at a page's foot would stand apart from its table.
ROOM = r"\par\ifdim\dimexpr\pagegoal-\pagetotal<8\baselineskip\newpage\fi"


class Woven(Struct, frozen=True):
    """The LaTeX; `lines[i]` is the `.pmd` line of its line `i + 1`.

    `doubts` are problems of which LaTeX says more if it fails there. `copies` are files to put
    beside it, for it to compile: the author's images. `printing`: the engine and the fonts.
    """

    tex: str
    lines: tuple[int, ...]
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()
    copies: tuple[Copy, ...] = ()
    printing: Printing = Printing()


def weave(document: Document, results: Results) -> Woven:
    """The LaTeX of a document, given what its blocks gave when they ran.

    `results` is parallel to `document.blocks`: a chunk's result, that of the inline code of a
    piece of prose, or None for what was not run. Nothing is written, and nothing is raised for
    what an author may get wrong: it is among the problems, and a template that fails leaves no
    LaTeX at all. The same document and results give the same LaTeX.
    """
    woven = _weave(document, results, entries_of(document, results))
    if MARK in woven.tex and DEFINED not in woven.tex:  # a template without our preamble
        return _weave(document, results, ())
    return woven


def _weave(document: Document, results: Results, checked: Sequence[Entry]) -> Woven:
    settings, _ = read_settings(document)  # its problems are the reader's to tell
    findings = Findings()
    context = Context(_options(document, settings), findings)
    parts = tuple(_parts(document, results, context))
    source = join(parts)
    entries = in_order(checked, document)
    last = document.blocks[-1].span.end_line if document.blocks else 1
    ledger = ledger_lines(entries, last, context)
    context = replace(context, options=replace(context.options, ledger=ledger))
    text = render_markdown(source.text, source.origins, context, source.places)
    body = marked((*text, *_appendix(context)), entries)
    findings.problems += _nothing_to_list(document, findings)
    findings.problems += _swallowed(source, findings, document)
    lines, printing = _whole(document, settings, context, body)
    findings.problems += printing.problems
    return Woven(
        text_of(lines) + "\n" if lines else "",
        tuple(line.origin for line in lines),
        tuple(findings.problems),
        tuple(findings.doubts),
        tuple(findings.copies),
        printing,
    )


def _options(document: Document, settings: Settings) -> RenderOptions:
    language, _ = main_language(settings, document.said("lang"))
    chapters = ("chapter",) if settings.documentclass in CHAPTERS else ()
    return RenderOptions(
        path=document.path,
        stem=document.stem,
        columns=columns(settings),
        twocolumn="twocolumn" in settings.classoption,
        sections=(*chapters, *SECTIONS),
        bibliography=_bibliography(document, settings),
        numbered=numbered(document, settings),
        words=words_of(language.tag if language else None),
    )


def _bibliography(document: Document, settings: Settings) -> tuple[str, ...]:
    if not settings.bibliography:
        return ()
    names = ",".join(f"{document.stem}/{Path(file).stem}" for file in settings.bibliography)
    style = settings.bibliographystyle or "plainnat"
    return (rf"\bibliographystyle{{{style}}}", rf"\bibliography{{{names}}}")


def _parts(document: Document, results: Results, context: Context) -> Iterator[Markdown | Place]:
    context = replace(context, footnotes=_captions_notes(document))
    caption = partial(render_line, context=context)
    look = Look(document.stem, context.options.columns, caption)
    for block, result in zip(document.blocks, results, strict=True):
        if isinstance(block, Prose):
            yield from prose_parts(block, result if isinstance(result, InlineResult) else None)
        else:
            yield from chunk_parts(block, result if isinstance(result, ChunkResult) else None, look)


def _captions_notes(document: Document) -> Mapping[str, SyntaxTreeNode]:
    """The footnotes that captions of chunks may refer to: the prose defines them."""
    if not any("[^" in (chunk.options.caption or "") for chunk in document.chunks):
        return {}
    return footnotes_of("\n\n".join(b.text for b in document.blocks if isinstance(b, Prose)))


def _appendix(context: Context) -> Fragment:
    """The ledger behind all else, where the document has no place for it."""
    options = context.options
    if context.findings.ledger or not options.ledger:
        return ()
    heading = ("", ROOM, rf"\{options.sections[0]}*{{{options.words.checks}}}", "")
    return (*(Line(text, options.ledger[0].origin) for text in heading), *options.ledger)


def _nothing_to_list(document: Document, findings: Findings) -> Iterator[Problem]:
    """A warning where a ledger was to stand, of a document in which nothing is checked."""
    runs = (chunk.options for chunk in document.chunks if not chunk.options.test)
    if findings.ledger and not any(options.checks and options.evaluate for options in runs):
        text = "`::: {.checks}` has nothing to list"
        yield warning(findings.ledger, text, "no chunk that is run has `checks=`")


def _swallowed(source: Source, findings: Findings, document: Document) -> Iterator[Problem]:
    """An error at the first chunk that the prose around it has taken for text of its own."""
    lost = (
        part.lines[0].origin
        for number, part in enumerate(source.places)
        if number not in findings.places and part.lines
    )
    for at in tuple(lost)[:1]:
        starts = (chunk.span.line for chunk in document.chunks)
        fence = max((line for line in starts if line <= at), default=at)
        span = Span.at(str(document.path), fence)
        hint = "close the code fence or other block that is open here"
        yield error(span, "this chunk is swallowed by the prose before it", hint)


def _whole(
    document: Document, settings: Settings, context: Context, body: Fragment
) -> tuple[Fragment, Printing]:
    """The document's template with all in its slots, empty where the template fails; and how its
    characters are printed."""
    at = document.front.lines
    title_line = at.get("title", 1)
    slots = {
        "abstract": _abstract(document, settings, context),
        "body": body,
        "bibliography": _references(context, body, at.get("bibliography", 1)),
    }
    title = title_of(settings, title_line, context)
    text = (*title_lines(title, document), *slots["abstract"], *body)
    printing = printing_of(document, settings, (*text, *front_lines(document, settings)))
    slots["preamble"] = preamble_lines(document, settings, text_of(text), printing)
    values = {
        "title": title,
        "toc": settings.toc,
        "blanks": bool(settings.author_file) and not settings.authors,
        "twocolumn": context.options.twocolumn,
        "words": context.options.words,
    }
    name, folders = _template(document, settings)
    try:
        lines = render(name, title_line, values, slots, folders)
        return tuple(for_fonts(lines, printing)) if printing.engine.unicode else lines, printing
    except TemplateError as failure:
        context.findings.problems.append(_template_problem(document, settings, failure))
        return (), printing


def _abstract(document: Document, settings: Settings, context: Context) -> Fragment:
    text = typed(settings.abstract or "")
    first = document.front.lines.get("abstract", 1) + 1
    origins = range(first, first + text.count("\n") + 1)
    return render_markdown(text, origins, context) if text else ()


def _references(context: Context, body: Fragment, origin: int) -> Fragment:
    """The bibliography behind all else, where the text has no place for it."""
    given = any(r"\bibliography{" in line.text for line in body)
    if context.findings.bibliography or given:
        return ()
    return stack(lines_at(text, origin) for text in context.options.bibliography)


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
    name = settings.template or "submission"
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
