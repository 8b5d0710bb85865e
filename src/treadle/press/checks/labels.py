"""Labels, and what refers to them: in the document's LaTeX, on its fences, in its code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from msgspec import Struct

from treadle.press.document.assertions import targets
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.document.names import nearest
from treadle.press.tex.places import READS
from treadle.press.weave.latex import verbatim_lines
from treadle.press.weave.weave import Woven
from treadle.problem import Problem, Span, error, warning

COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%.*")
LABEL = re.compile(r"\\(?:label|namedlabel\{[^{}]*\})\{([^{}]+)\}")
REFERENCE = re.compile(r"\\(?:[A-Za-z]*ref\*?|hyperlink)(?:\[[^\]]*\])?\{([^{}]+)\}")
HYPERREF = re.compile(r"\\hyperref\[([^\]]+)\]")
EQUATION = "eq:"


class Label(Struct, frozen=True):
    """What the author has labelled, and where; a chunk makes a figure or a table of its name."""

    names: tuple[str, ...]
    span: Span


def labels_of(document: Document, woven: Woven) -> tuple[Label, ...]:
    """The labels of the prose and of the fences; what code prints is not known."""
    prose = "\n".join(block.text for block in document.blocks if isinstance(block, Prose))
    found = [
        Label((name,), Span.at(str(document.path), origin))
        for line, origin in _in_force(woven)
        for name in LABEL.findall(line)
        if _is_written(name, prose)
    ]
    for chunk in document.chunks:
        if chunk.options.name and chunk.options.caption and chunk.options.evaluate:
            names = tuple(f"{kind}:{chunk.options.name}" for kind in ("fig", "tbl"))
            found.append(Label(names, Span.at(chunk.span.file, chunk.span.line)))
    return tuple(found)


def given_twice(document: Document, woven: Woven) -> Iterator[Problem]:
    """An error for each label that the text has given before."""
    first: dict[str, int] = {}
    for line, origin in _in_force(woven):
        for name in LABEL.findall(line):
            if name in first:
                text, hint = f"the label `{name}` is given twice", f"first on line {first[name]}"
                yield error(Span.at(str(document.path), origin), text, hint)
            first.setdefault(name, origin)


def _in_force(woven: Woven) -> Iterator[tuple[str, int]]:
    """The lines of LaTeX without comments and without what is printed as it is."""
    lines = woven.tex.split("\n")
    for line, origin, verbatim in zip(lines, woven.lines, verbatim_lines(lines), strict=False):
        if not verbatim:
            yield COMMENT.sub("", line), origin


def unused(labels: Iterable[Label], document: Document, woven: Woven) -> Iterator[Problem]:
    """A warning for each label that nothing refers to."""
    used = {*_references(woven.tex), *(name for _, name in targets(document))}
    code = code_of(document)
    for label in labels:
        if not any(name in used or name in code for name in label.names):
            shown = " or ".join(f"`{name}`" for name in label.names)
            yield warning(label.span, f"nothing refers to {shown}", "refer to it, or unname it")


def unchecked(labels: Iterable[Label], document: Document) -> Iterator[Problem]:
    """A warning for each labelled equation that no chunk checks."""
    checked = {name for _, name in targets(document)}
    for label in labels:
        name = label.names[0]
        if name.startswith(EQUATION) and name not in checked:
            hint = f'a chunk with `checks="{name}"` compares it with what code computes'
            yield warning(label.span, f"no chunk checks the equation `{name}`", hint)


def missing_targets(labels: Iterable[Label], document: Document, woven: Woven) -> Iterator[Problem]:
    """A warning for each chunk that checks what does not exist."""
    known = {*LABEL.findall(woven.tex), *(name for label in labels for name in label.names)}
    for chunk, name in targets(document):
        if name not in known and not _is_printed(name, document, chunk):
            yield warning(*_without_label(chunk, name), _meant(name, known))


def _is_written(name: str, prose: str) -> bool:
    r"""Whether the author wrote the label, and not to be let alone: `{#eq:a .literal}`."""
    found = re.search(rf"\{{[^{{}}\n]*#{re.escape(name)}(?![\w:-])[^{{}}\n]*\}}", prose)
    if found:
        return ".literal" not in found[0]
    return f"\\label{{{name}}}" in prose


def unbound(document: Document, woven: Woven) -> Iterator[Problem]:
    """An error for each label that a chunk says to check and that the whole document lacks.

    `woven` holds what code printed; files that it reads by `\\input` may hold any label.
    """
    known = set(LABEL.findall(woven.tex))
    if READS.search(woven.tex.partition(r"\begin{document}")[2]):
        return
    for chunk, name in targets(document):
        if name not in known:
            yield error(*_without_label(chunk, name), _meant(name, known))


def _meant(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else ""


def _without_label(chunk: Chunk, name: str) -> tuple[Span, str]:
    at = Span.at(chunk.span.file, chunk.span.line)
    return at, f"{chunk.label} checks `{name}`, and nothing has this label"


def _references(tex: str) -> Set[str]:
    groups = (*REFERENCE.findall(tex), *HYPERREF.findall(tex))
    return {name.strip() for group in groups for name in group.split(",")}


def code_of(document: Document) -> str:
    """All that runs: the chunks and the inline code."""
    inline = (
        item.code for block in document.blocks if isinstance(block, Prose) for item in block.inlines
    )
    return "\n".join((*(chunk.code for chunk in document.chunks), *inline))


def _is_printed(name: str, document: Document, besides: Chunk) -> bool:
    """Whether code may print the label, such as that of a table it makes."""
    return any(name in chunk.code for chunk in document.chunks if chunk is not besides)
