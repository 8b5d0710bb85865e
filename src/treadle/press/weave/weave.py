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
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.document.options import HIDDEN
from treadle.press.latex.escape import printable
from treadle.press.latex.figures_and_tables import Copy
from treadle.press.latex.fragment import Fragment, Line, lines_at, stack, text_of
from treadle.press.latex.templates import render, templates
from treadle.press.markdown.blocks import render_blocks
from treadle.press.markdown.marks import is_markdown, own_commands, own_environments
from treadle.press.markdown.parser import place, typed
from treadle.press.markdown.render import footnotes_of, render_line, render_markdown
from treadle.press.markdown.running_text import SECTIONS, Context, Findings, Place, RenderOptions
from treadle.press.results import ChunkResult, InlineResult, Results
from treadle.press.weave.chunks import (
    AS_MARKDOWN,
    Look,
    Markdown,
    Source,
    chunk_parts,
    join,
    prose_parts,
)
from treadle.press.weave.latex_source import has_class, latex_text, runs_programs, whole
from treadle.press.weave.ledger import (
    DEFINED,
    MARK,
    Entry,
    entries_of,
    in_order,
    ledger_lines,
    marked,
)
from treadle.press.weave.outputs import shown, text_of_outputs
from treadle.press.weave.preamble import CHAPTERS, columns, numbered, preamble_lines, title_of
from treadle.problem import Problem, Span, error, warning

# A heading at a page's foot would stand apart from its table.
ROOM = r"\par\ifdim\dimexpr\pagegoal-\pagetotal<8\baselineskip\newpage\fi"


class Woven(Struct, frozen=True):
    """The LaTeX; `lines[i]` is the `.pmd` line of its line `i + 1`.

    `doubts` are problems of which LaTeX says more if it fails there. `copies` are files to put
    beside it, for it to compile: the author's images.
    """

    tex: str
    lines: tuple[int, ...]
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()
    copies: tuple[Copy, ...] = ()


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
    context = Context(_options(document, settings), findings, blocks=render_blocks)
    if document.is_latex:
        return _weave_latex(document, results, checked, context)
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
    findings.problems += _unprintable(source, document)
    findings.problems += _taken_for_latex(document, results)
    return _woven(_whole(document, settings, context, body), findings)


def _woven(lines: Fragment, findings: Findings) -> Woven:
    return Woven(
        text_of(lines) + "\n" if lines else "",
        tuple(line.origin for line in lines),
        tuple(findings.problems),
        tuple(findings.doubts),
        tuple(findings.copies),
    )


def _weave_latex(
    document: Document, results: Results, checked: Sequence[Entry], context: Context
) -> Woven:
    """Likewise, where the document's own text is LaTeX."""
    settings, _ = read_settings(document)
    entries = in_order(checked, document)
    last = document.blocks[-1].span.end_line if document.blocks else 1
    options = replace(context.options, ledger=ledger_lines(entries, last, context))
    context = replace(context, options=options)
    context.findings.problems += runs_programs(document)
    text = marked(latex_text(document, results, _look(context), context), entries)
    if not has_class(document):
        body = (*text, *_appendix(context))
        return _woven(_whole(document, settings, context, body), context.findings)
    ours = preamble_lines(document, settings, text_of(text))
    return _woven(whole(text, ours, _appendix(context)), context.findings)


def _options(document: Document, settings: Settings) -> RenderOptions:
    chapters = ("chapter",) if settings.documentclass in CHAPTERS else ()
    return RenderOptions(
        path=document.path,
        stem=document.stem,
        columns=columns(settings),
        twocolumn="twocolumn" in settings.classoption,
        sections=(*chapters, *SECTIONS),
        bibliography=_bibliography(document, settings),
        numbered=numbered(document, settings),
        commands=own_commands((settings.preamble,)),
        environments=own_environments(settings.preamble),
        aliases=_aliases(document),
    )


def _aliases(document: Document) -> Mapping[str, str]:
    """What Quarto calls the labels of chunks whose names begin as its labels do."""
    names = (chunk.options.name or "" for chunk in document.chunks)
    return {name: f"{name[:3]}:{name}" for name in names if name.startswith(("fig-", "tbl-"))}


def _bibliography(document: Document, settings: Settings) -> tuple[str, ...]:
    if not settings.bibliography:
        return ()
    names = ",".join(f"{document.stem}/{Path(file).stem}" for file in settings.bibliography)
    style = settings.bibliographystyle or "plainnat"
    return (rf"\bibliographystyle{{{style}}}", rf"\bibliography{{{names}}}")


def _parts(document: Document, results: Results, context: Context) -> Iterator[Markdown | Place]:
    look = _look(replace(context, footnotes=_captions_notes(document)))
    for block, result in zip(document.blocks, results, strict=True):
        if isinstance(block, Prose):
            yield from prose_parts(block, result if isinstance(result, InlineResult) else None)
        else:
            yield from chunk_parts(block, result if isinstance(result, ChunkResult) else None, look)


def _look(context: Context) -> Look:
    caption = partial(render_line, context=context)
    return Look(context.options.stem, context.options.columns, caption)


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
    heading = ("", ROOM, rf"\{options.sections[0]}*{{Checks}}", "")
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


def _taken_for_latex(document: Document, results: Results) -> Iterator[Problem]:
    """A warning for each chunk that prints Markdown where it says that it prints LaTeX."""
    for chunk, result in zip(document.blocks, results, strict=True):
        if not isinstance(chunk, Chunk) or not isinstance(result, ChunkResult):
            continue
        kind = chunk.options.results
        raw = kind not in {"verbatim", *HIDDEN, *AS_MARKDOWN} and not chunk.options.term
        text = text_of_outputs(item for item in shown(result.outputs) if item.kind == "text")
        if raw and is_markdown(text):
            what = f"what {chunk.label} prints looks like Markdown, and is set as LaTeX"
            yield warning(chunk.fence, what, "results='markdown' has it read as Markdown")


def _unprintable(source: Source, document: Document) -> Iterator[Problem]:
    """A warning for each character of the prose that LaTeX has no sign for, once."""
    lost = {char for char in set(source.text) if not printable(char)}
    for char in sorted(lost - {*place(0), *"\n\t\f"}):
        line = source.origins[source.text.count("\n", 0, source.text.index(char))]
        shown = f"{char} (U+{ord(char):04X})" if char.isprintable() else f"U+{ord(char):04X}"
        message = f"there is no {shown} in the fonts: a box or its code stands for it"
        yield warning(Span.at(str(document.path), line), message, "write it in another way")


def _whole(document: Document, settings: Settings, context: Context, body: Fragment) -> Fragment:
    """The document's template with all in its slots; empty where the template fails."""
    at = document.front.lines
    title_line = at.get("title", 1)
    slots = {
        "abstract": _abstract(document, settings, context),
        "body": body,
        "bibliography": _references(context, body, at.get("bibliography", 1)),
    }
    title = title_of(settings, title_line, context)
    used = text_of((*slots["abstract"], *body)) + str(title)
    slots["preamble"] = preamble_lines(document, settings, used)
    values = {
        "title": title,
        "toc": settings.toc,
        "blanks": bool(settings.author_file) and not settings.authors,
        "twocolumn": context.options.twocolumn,
    }
    name, folders = _template(document, settings)
    try:
        return render(name, title_line, values, slots, folders)
    except TemplateError as failure:
        context.findings.problems.append(_template_problem(document, settings, failure))
        return ()


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
