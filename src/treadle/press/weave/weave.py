"""Weave: a document and its results to LaTeX, with the `.pmd` line of each line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.front_code import filled
from treadle.press.document.front_matter_keys import Settings
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.latex.fragment import Fragment, Line, text_of
from treadle.press.latex.images import Copy
from treadle.press.latex.languages import words_of
from treadle.press.markdown.blocks import render_blocks
from treadle.press.markdown.citations_and_references import labels_given
from treadle.press.markdown.headings import bracketed
from treadle.press.markdown.marks import own_commands, own_environments
from treadle.press.markdown.render import (
    beside,
    highest_heading,
    parse_markdown,
    render_line,
    render_parsed,
)
from treadle.press.markdown.text_context import (
    SECTIONS,
    Findings,
    ReadyLatex,
    RenderOptions,
    TextContext,
)
from treadle.press.results import ChunkResult, InlineResult, Results
from treadle.press.weave.characters import Printing, printing_of
from treadle.press.weave.chunk_warnings import chunk_warnings
from treadle.press.weave.chunks import (
    Markdown,
    WovenText,
    chunk_parts,
    join,
    prose_parts,
)
from treadle.press.weave.floats import Look, panel_labels
from treadle.press.weave.latex_classes import sections_of
from treadle.press.weave.latex_source import (
    has_class,
    latex_text,
    runs_programs,
    whole_latex,
)
from treadle.press.weave.ledger import (
    DEFINED,
    MARK,
    Checked,
    entries_of,
    in_order,
    ledger_lines,
    marked,
)
from treadle.press.weave.manuscript import Manuscript, manuscript_of
from treadle.press.weave.page import Page, page_of
from treadle.press.weave.preamble import (
    bibliography_lines,
    database_names,
    numbered,
    preamble_parts,
)
from treadle.press.weave.title_values import title_texts
from treadle.press.weave.whole import for_engine, whole_document
from treadle.problem import Problem, Span, error, warning

UNNUMBERED = -2  # above parts
QUARTOS = ("fig-", "tbl-")
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


def weave(document: Document, results: Results, page: Page | None = None) -> Woven:
    """The LaTeX of a document, given what its blocks gave when they ran.

    `results` is parallel to `document.blocks`: a chunk's result, that of the inline code of a
    piece of prose, or None for what was not run. `page`: as LaTeX has measured it. Nothing is
    written, and nothing is raised for what an author may get wrong: it is among the problems, and a
    template that fails leaves no LaTeX at all. The same document, page and results give the same.
    """
    first = results[0] if results else None
    document = filled(document, first.texts if isinstance(first, InlineResult) else ())
    manuscript = manuscript_of(document)
    woven = _weave(manuscript, results, entries_of(document, results), page)
    if MARK in woven.tex and DEFINED not in woven.tex:  # a template without our preamble
        return _weave(manuscript, results, (), page)
    return woven


def _weave(
    manuscript: Manuscript, results: Results, checked: Sequence[Checked], page: Page | None
) -> Woven:
    document, findings = manuscript.document, Findings()
    context = TextContext(_options(manuscript, page), findings, blocks=render_blocks)
    findings.problems += chunk_warnings(document, results, page or Page())
    if document.is_latex:
        return _weave_latex(manuscript, results, checked, context)
    apart = _apart(document, manuscript.settings, results, context)
    parts = tuple(_parts(document, results, apart))
    source = join(parts)
    entries = in_order(checked, document)
    last = document.blocks[-1].span.end_line if document.blocks else 1
    ledger = ledger_lines(entries, last, context)
    context = replace(context, options=replace(context.options, ledger=ledger))
    context = replace(context, env=_known(apart.env))
    parsed = parse_markdown(source.text, context)
    above = 0 if manuscript.style.frames else highest_heading(parsed, context.options) - 1
    context = replace(context, options=_below(above, context.options))
    text = render_parsed(parsed, source.origins, context, source.places)
    body = marked((*text, *_appendix(context)), entries)
    findings.problems += _nothing_to_list(document, findings)
    findings.problems += _swallowed(source, findings, document)
    return _whole(manuscript, replace(apart, options=context.options), body)


def _whole(manuscript: Manuscript, context: TextContext, body: Fragment) -> Woven:
    """The document made with its template."""
    whole = whole_document(manuscript, context, body)
    return _woven(*whole, context.findings)


def _woven(lines: Fragment, printing: Printing, findings: Findings) -> Woven:
    findings.problems += printing.problems
    return Woven(
        text_of(lines) + "\n" if lines else "",
        tuple(line.origin for line in lines),
        tuple(findings.problems),
        tuple(findings.doubts),
        tuple(findings.copies),
        printing,
    )


def _weave_latex(
    manuscript: Manuscript, results: Results, checked: Sequence[Checked], context: TextContext
) -> Woven:
    """Likewise, where the document's own text is LaTeX."""
    document = manuscript.document
    entries = in_order(checked, document)
    last = document.blocks[-1].span.end_line if document.blocks else 1
    options = replace(context.options, ledger=ledger_lines(entries, last, context))
    context = replace(context, options=options)
    context.findings.problems += runs_programs(document)
    text = marked(latex_text(document, results, _look(context), context), entries)
    ledger = _appendix(context)
    if not has_class(document):
        return _whole(manuscript, context, (*text, *ledger))
    printing = printing_of(manuscript, (*text, *ledger))
    ours = preamble_parts(manuscript, text_of((*text, *ledger)), printing)
    lines = whole_latex(text, ours, ledger)
    return _woven(for_engine(lines, printing), printing, context.findings)


def _options(manuscript: Manuscript, page: Page | None) -> RenderOptions:
    document, settings, style = manuscript.document, manuscript.settings, manuscript.style
    page = page or page_of(settings, style)
    databases = database_names(document, settings)
    language = manuscript.language
    sections = sections_of(style, settings, SECTIONS)
    return RenderOptions(
        path=document.path,
        stem=document.stem,
        columns=page.columns,
        measures=page.measures,
        twocolumn=page.twocolumn,
        measure=page.measure,
        slides=style.frames,
        turns=style.turns,
        sections=sections,
        bibliography=bibliography_lines(databases, settings, style, manuscript.author),
        references="" if language else "Bibliography" if "chapter" in sections else "References",
        depth=page.depth if numbered(document, settings) and not style.frames else UNNUMBERED,
        words=words_of(language.tag if language else None),
        commands=own_commands((settings.preamble,)),
        environments=own_environments(settings.preamble),
        aliases=_aliases(document),
        files=document.files,
    )


def _below(above: int, options: RenderOptions) -> RenderOptions:
    """The options where the highest heading has so many levels above it, which nothing has."""
    sections = options.sections
    return replace(options, sections=(*sections[:1] * above, *sections))


def _aliases(document: Document) -> Mapping[str, str]:
    """What Quarto calls the labels of chunks whose names begin as its labels do, and of figures in
    them."""
    names = {chunk.options.name or "" for chunk in document.chunks}
    found: dict[str, str] = {}
    for chunk in document.chunks:
        name = chunk.options.name or ""
        kinds = [name[:3]] if name.startswith(QUARTOS) else ["fig", "tbl"] if name else []
        for kind in kinds:
            found |= _aliases_of_panels(kind, chunk, names)
        if name.startswith(QUARTOS):
            found[name] = f"{name[:3]}:{name}"
    return found


def _aliases_of_panels(
    kind: str, chunk: Chunk, names: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Figures that have captions of their own, by their numbers as well."""
    for number, label in enumerate(panel_labels(kind, chunk), 1):
        name = f"{chunk.options.name}-{number}"
        if name in names:
            continue
        yield f"{kind}:{name}", label
        if name.startswith(QUARTOS):
            yield from ((name, label), (label.partition(":")[2], label))


def _parts(
    document: Document, results: Results, context: TextContext
) -> Iterator[Markdown | ReadyLatex]:
    look = _look(context)
    file = document.files.file_of(1)
    for block, result in zip(document.blocks, results, strict=True):
        if file != (file := document.files.file_of(block.span.line)):
            yield Markdown(
                "\n", block.span.line, still=True
            )  # no paragraph goes on in another file
        if isinstance(block, Prose):
            yield from prose_parts(block, result if isinstance(result, InlineResult) else None)
        else:
            yield from chunk_parts(block, result if isinstance(result, ChunkResult) else None, look)


def _look(context: TextContext) -> Look:
    caption = partial(render_line, context=context)
    options = context.options
    return Look(
        options.stem, options.columns, caption, options.slides, options.measure, options.room
    )


# What of another text a text may refer to: a footnote, an example, what stands in brackets.
REFERS = re.compile(r"\[(?![^\[\]]*@)|\(@")
NOTE = re.compile(r"\[\^([^\[\]\s]+)\]")


def _apart(
    document: Document, settings: Settings, results: Results, context: TextContext
) -> TextContext:
    """For the texts that stand apart from the prose, as the captions of chunks and what the title
    block shows do: they may refer to what the prose has, and it to what they have."""
    woven = [item for item in results if isinstance(item, ChunkResult)]
    captions = (text for item in woven for text in (item.caption, *item.subcaptions))
    others = "\n".join((*captions, *title_texts(settings)))
    prose = "\n\n".join(block.text for block in document.prose)
    inline = (text for item in results if isinstance(item, InlineResult) for text in item.texts)
    labels = labels_given("\n".join((prose, *inline, others)))
    context.findings.notes.update(NOTE.findall(others))
    context = replace(context, env={"labels": labels, "bracketed": bracketed(others)})
    return beside(prose, context) if REFERS.search(others) else context


def _known(env: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the prose has to know of the other texts."""
    return {key: env[key] for key in ("labels", "bracketed")}


def _appendix(context: TextContext) -> Fragment:
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


def _swallowed(source: WovenText, findings: Findings, document: Document) -> Iterator[Problem]:
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
