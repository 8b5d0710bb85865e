"""Weave: a document and its results to LaTeX, with the `.pmd` line of each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Template, TemplateError, TemplateNotFound
from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.messages import ChunkResult, InlineResult
from treadle.press.document.model import Document, Prose
from treadle.press.document.settings import Settings, read_settings
from treadle.press.markdown.context import SECTIONS, Findings, Place, Setting
from treadle.press.markdown.divs import place, typed
from treadle.press.markdown.render import render_line, render_markdown
from treadle.press.weave.characters import printable
from treadle.press.weave.chunks import Look, chunk_parts
from treadle.press.weave.fragment import Fragment, Line, lines_at, stack, text_of
from treadle.press.weave.graphics import Copy
from treadle.press.weave.ledger import (
    DEFINED,
    MARK,
    Entry,
    entries_of,
    in_order,
    ledger_lines,
    marked,
)
from treadle.press.weave.markdown_source import Markdown, Source, join, prose_parts
from treadle.press.weave.page import columns, title_of
from treadle.press.weave.preamble import CHAPTERS, numbered, preamble_lines
from treadle.press.weave.templates import environment, render_with_slots
from treadle.problem import Problem, Span, error, warning

# A heading at a page's foot would stand apart from its table.
ROOM = r"\par\ifdim\dimexpr\pagegoal-\pagetotal<8\baselineskip\newpage\fi"
Results = Sequence[ChunkResult | InlineResult | None]


class Woven(Struct, frozen=True):
    """The LaTeX; `lines[i]` is the `.pmd` line of its line `i + 1`.

    `doubts` are problems of which LaTeX says more if it fails there. `copies` are files to put
    beside it, for it to compile: the author's images.
    """

    tex: str
    lines: tuple[int, ...]
    diagnostics: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()
    copies: tuple[Copy, ...] = ()


def weave(document: Document, results: Results) -> Woven:
    """The LaTeX of a document. `results` is parallel to `document.blocks`; None: not evaluated."""
    woven = _weave(document, results, entries_of(document, results))
    if MARK in woven.tex and DEFINED not in woven.tex:  # a template without our preamble
        return _weave(document, results, ())
    return woven


def _weave(document: Document, results: Results, checked: Sequence[Entry]) -> Woven:
    settings, _ = read_settings(document)  # its problems are the reader's to report
    setting, findings = _setting(document, settings), Findings()
    parts = tuple(_parts(document, results, setting, findings, columns(settings)))
    source = join(parts)
    entries = in_order(checked, document)
    twocolumn = "twocolumn" in settings.classoption
    ledger = _ledger(entries, document, setting, findings, twocolumn=twocolumn)
    setting = replace(setting, ledger=ledger)
    body = render_markdown(source.text, source.origins, setting, findings, source.places)
    body = marked((*body, *_appendix(setting, findings)), entries)
    findings.diagnostics.extend(_in_vain(document, findings))
    findings.diagnostics.extend(_lost(parts, findings, document))
    findings.diagnostics.extend(_unprintable(source, document))
    lines = _whole(document, settings, setting, findings, body)
    return Woven(
        text_of(lines) + "\n" if lines else "",
        tuple(line.origin for line in lines),
        tuple(findings.diagnostics),
        tuple(findings.doubts),
        tuple(findings.copies),
    )


def _ledger(
    entries: Sequence[Entry],
    document: Document,
    setting: Setting,
    findings: Findings,
    *,
    twocolumn: bool,
) -> Fragment:
    def words(text: str, line: int) -> str:
        return render_line(text, line, setting, findings)

    last = document.blocks[-1].span.end_line if document.blocks else 1
    return ledger_lines(entries, words, last, twocolumn=twocolumn)


def _appendix(setting: Setting, findings: Findings) -> Fragment:
    """The ledger behind all else, where the document has no place for it."""
    if findings.ledger or not setting.ledger:
        return ()
    origin = setting.ledger[0].origin
    heading = rf"\{setting.sections[0]}*{{Checks}}"
    return (
        Line("", origin),
        Line(ROOM, origin),
        Line(heading, origin),
        Line("", origin),
        *setting.ledger,
    )


def _in_vain(document: Document, findings: Findings) -> Iterator[Problem]:
    """A warning where a ledger was to stand, of a document in which nothing is checked."""
    runs = (chunk.options for chunk in document.chunks if not chunk.options.test)
    if findings.ledger and not any(options.checks and options.evaluate for options in runs):
        text = "`::: {.checks}` has nothing to list"
        yield warning(findings.ledger, text, "no chunk that is run has `checks=`")


def _setting(document: Document, settings: Settings) -> Setting:
    chapters = ("chapter",) if settings.documentclass in CHAPTERS else ()
    return Setting(
        document.path,
        document.stem,
        columns(settings),
        (*chapters, *SECTIONS),
        _bibliography(document, settings),
        numbered(document, settings),
    )


def _parts(
    document: Document, results: Results, setting: Setting, findings: Findings, width: int
) -> Iterator[Markdown | Place]:
    def caption(text: str, line: int) -> str:
        return render_line(text, line, setting, findings)

    look = Look(document.stem, width, caption)
    for block, result in zip(document.blocks, results, strict=True):
        if isinstance(block, Prose):
            yield from prose_parts(block, result if isinstance(result, InlineResult) else None)
        else:
            yield from chunk_parts(block, result if isinstance(result, ChunkResult) else None, look)


def _lost(
    parts: Sequence[Markdown | Place], findings: Findings, document: Document
) -> Iterator[Problem]:
    places = [part for part in parts if isinstance(part, Place)]
    for number, lost in enumerate(places):
        if number not in findings.places and lost.lines:
            at = lost.lines[0].origin
            of_chunks = (chunk.span.line for chunk in document.chunks)
            fence = max((line for line in of_chunks if line <= at), default=at)
            span = Span.at(str(document.path), fence)
            hint = "close the code fence or other block that is open here"
            yield error(span, "this chunk is swallowed by the prose before it", hint)
            return


def _unprintable(source: Source, document: Document) -> Iterator[Problem]:
    """A warning for each character of the prose that LaTeX has no sign for, once."""
    lost = {char for char in set(source.text) if not printable(char)}
    for char in sorted(lost - {*place(0), *"\n\t\f"}):
        line = source.origins[source.text.count("\n", 0, source.text.index(char))]
        shown = f"{char} (U+{ord(char):04X})" if char.isprintable() else f"U+{ord(char):04X}"
        message = f"there is no {shown} in the fonts: a box or its code stands for it"
        yield warning(Span.at(str(document.path), line), message, "write it in another way")


def _whole(
    document: Document, settings: Settings, setting: Setting, findings: Findings, body: Fragment
) -> Fragment:
    at = document.front.lines
    abstract = typed(settings.abstract or "")
    origins = tuple(at.get("abstract", 1) + 1 + i for i in range(abstract.count("\n") + 1))
    bibliography = setting.bibliography if _wanted(findings, body) else ()
    slots = {
        "abstract": render_markdown(abstract, origins, setting, findings) if abstract else (),
        "body": body,
        "bibliography": stack(lines_at(text, at.get("bibliography", 1)) for text in bibliography),
    }
    title_line = at.get("title", 1)
    title = title_of(settings, lambda text: render_line(text, title_line, setting, findings))
    used = text_of((*slots["abstract"], *body)) + str(title)
    slots["preamble"] = preamble_lines(document, settings, used)
    values = {
        "title": title,
        "toc": settings.toc,
        "blanks": bool(settings.author_file) and not settings.authors,
        "twocolumn": "twocolumn" in settings.classoption,
    }
    try:
        return render_with_slots(_template(document, settings), title_line, slots, values)
    except TemplateError as failure:
        findings.diagnostics.append(_template_problem(document, settings, failure))
        return ()


def check_template(document: Document) -> tuple[Problem, ...]:
    """What keeps the document's template from being read: told before anything has run."""
    settings, _ = read_settings(document)
    try:
        _template(document, settings)
    except TemplateError as failure:
        return (_template_problem(document, settings, failure),)
    return ()


def _template_problem(document: Document, settings: Settings, failure: TemplateError) -> Problem:
    span = Span.at(str(document.path), document.front.lines.get("template", 1))
    name = settings.template or "submission"
    if isinstance(failure, TemplateNotFound):
        hint = "a template of your own is a file beside the document, such as `mine.tex.j2`"
        return error(span, f"there is no template `{name}`", hint)
    return error(span, f"the template `{name}` fails: {failure.message}")


def _template(document: Document, settings: Settings) -> Template:
    name = settings.template or "submission"
    folder = document.path.parent.resolve()
    if Path(name).suffix:
        return environment(folder).get_template(name)
    return environment().get_template(f"{name}.tex.j2")


def _bibliography(document: Document, settings: Settings) -> tuple[str, ...]:
    if not settings.bibliography:
        return ()
    names = ",".join(f"{document.stem}/{Path(file).stem}" for file in settings.bibliography)
    style = settings.bibliographystyle or "plainnat"
    return (rf"\bibliographystyle{{{style}}}", rf"\bibliography{{{names}}}")


def _wanted(findings: Findings, body: Fragment) -> bool:
    return not findings.bibliography and not any(r"\bibliography{" in line.text for line in body)
