r"""A document whose text is LaTeX (`.texw`): it stays as it is, with what chunks show in it.

If it has a `\documentclass`, its preamble is its own, and has what chunks need added at its end;
else it is the body of a document as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from msgspec.structs import replace

from treadle.press.document.front_matter_keys import Settings
from treadle.press.document.model import Document, Prose
from treadle.press.latex.escape import declared
from treadle.press.latex.fragment import Fragment, Line, glue, stack, text_of
from treadle.press.latex.templates import render
from treadle.press.markdown.render import render_markdown
from treadle.press.markdown.text_context import ReadyLatex, TextContext
from treadle.press.results import ChunkResult, InlineResult, Results
from treadle.press.weave.chunks import Markdown, chunk_parts, prose_parts
from treadle.press.weave.floats import Look
from treadle.problem import Problem, warning

BEGIN = r"\begin{document}"
END = r"\end{document}"
MINTED = re.compile(r"\s*\\usepackage(?:\[[^\]]*\])?\{[^}]*\bminted\b")
DRAFT = r"\PassOptionsToPackage{draft}{minted}"
CLASS = re.compile(
    r"^\s*\\documentclass\s*(?:\[(?P<options>[^\]]*)\])?\s*\{(?P<name>[^{}]*)\}", re.MULTILINE
)
DATED = re.compile(r"\\date\b")
FIRST = "% Code, what it printed"  # from here on, our macros are what chunks need


def has_class(document: Document) -> bool:
    """Whether it is a whole document of LaTeX's."""
    return document.is_latex and any(CLASS.search(block.text) for block in document.prose)


def latex_text(document: Document, results: Results, look: Look, context: TextContext) -> Fragment:
    """The document's own lines, and those that chunks and inline code put between them."""
    parts: list[Fragment] = []
    for block, result in zip(document.blocks, results, strict=True):
        if isinstance(block, Prose):
            parts.append(_prose(block, result if isinstance(result, InlineResult) else None))
            continue
        given = result if isinstance(result, ChunkResult) else None
        parts += (_shown(part, context) for part in chunk_parts(block, given, look))
    return stack(parts)


def _prose(block: Prose, result: InlineResult | None) -> Fragment:
    """The lines of a piece of prose, with what its inline code shows in them."""
    fragments = []
    for part in prose_parts(block, result):
        step = 0 if part.still else 1
        texts = enumerate(part.text.split("\n"))
        fragments.append(tuple(Line(text, part.line + step * number) for number, text in texts))
    lines = glue(fragments)
    return lines[:-1] if lines and not lines[-1].text else lines


def _shown(part: Markdown | ReadyLatex, context: TextContext) -> Fragment:
    if isinstance(part, ReadyLatex):
        context.tell(part)
        return part.lines
    origins = [part.line] * (part.text.count("\n") + 1)
    return render_markdown(part.text.strip("\n"), origins, context)


def own_settings(document: Document, settings: Settings) -> Settings:
    """The settings of a document; where it has a class, that and its own preamble."""
    if not has_class(document):
        return settings
    head = text_of(_author_lines(document))
    found = CLASS.search(head)
    if found is None:
        return settings
    options = tuple(filter(None, map(str.strip, (found["options"] or "").split(","))))
    return replace(
        settings,
        documentclass=found["name"].strip(),
        classoption=options,
        preamble=head[found.end() :],
    )


def _author_lines(document: Document) -> Fragment:
    r"""What stands before `\begin{document}`."""
    lines = stack(_prose(block, None) for block in document.prose)
    return tuple(takewhile(lambda line: BEGIN not in line.text, lines))


def head_lines(document: Document, ours: Mapping[str, Fragment], used: str) -> Fragment:
    r"""All before `\begin{document}`, of a text that uses the characters of `used`."""
    return _with_ours(_author_lines(document), ours, used, 1)


def whole_latex(text: Fragment, ours: Mapping[str, Fragment], ledger: Fragment) -> Fragment:
    r"""The document with our lines before its `\begin{document}`, and the ledger at its end."""
    at = next((number for number, line in enumerate(text) if BEGIN in line.text), len(text))
    end = next((number for number, line in enumerate(text) if END in line.text), len(text))
    head = _with_ours(text[:at], ours, text_of(text), text[at].origin)
    return (*head, *text[at:end], *ledger, *text[end:])


def _with_ours(head: Fragment, ours: Mapping[str, Fragment], used: str, origin: int) -> Fragment:
    """The author's preamble, with the engine's part of ours before it, and what chunks need."""
    macros = [line.text for line in ours["macros"]]
    first = next(number for number, text in enumerate(macros) if text.startswith(FIRST))
    values = {
        "drawing": any(r"\declaredrawing" in item for item in declared(used)),
        "long_tables": r"\begin{longtable}" in used,
        "turned_tables": r"\begin{sidewaystable" in used,
        "coloured_fields": r"\cellcolor" in used,
        # LaTeX would print the day of the build, or one that we made up.
        "undated": r"\maketitle" in used and DATED.search(used) is None,
    }
    slots = {"code": ours["macros"][first:], "colours": ours["colours"]}
    return (*ours["engine"], *_head(head), *render("chunks.tex.j2", origin, values, slots))


def runs_programs(document: Document) -> Iterator[Problem]:
    """A warning for a package that would have TeX run a program, which it may not."""
    for block in document.prose if document.is_latex else ():
        for number, line in enumerate(block.text.split("\n"), block.span.line):
            if MINTED.match(line):
                what = "minted runs a program, which LaTeX may not here: its code has no colours"
                yield warning(document.at(number), what, "chunks have theirs")


def _head(lines: Sequence[Line]) -> Fragment:
    """The author's preamble, without the empty lines at its end."""
    kept = list(lines)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if any(MINTED.match(line.text) for line in kept):
        return (Line(DRAFT, kept[0].origin), *kept)
    return tuple(kept)
