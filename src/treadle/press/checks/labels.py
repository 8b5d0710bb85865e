"""Labels and citations, and what refers to them: in the LaTeX, on the fences, in the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from treadle.press.checks.idle_checks import LABEL, meant, without_label
from treadle.press.document.checking_chunks import targets
from treadle.press.document.front_matter_keys import databases, no_database, read_settings
from treadle.press.document.model import Document
from treadle.press.document.options import HIDDEN
from treadle.press.latex.fragment import verbatim_lines
from treadle.press.tex.bib_entries import START
from treadle.press.tex.places import inputs_of
from treadle.press.weave.floats import label_of, panel_labels
from treadle.press.weave.weave import Woven
from treadle.problem import Problem, Span, error, warning

COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%.*")
REFERENCE = re.compile(r"\\(?:[A-Za-z]*ref\*?|hyperlink)(?:\[[^\]]*\])?\{([^{}]+)\}")
HYPERREF = re.compile(r"\\hyperref\[([^\]]+)\]")
EQUATION = "eq:"
# Libraries' ways to give a table a caption of its own
OWN_CAPTION = re.compile(r"\.(?:set_caption|tab_header)\(")


class Label(Struct, frozen=True):
    """What the author has labelled, and where; a chunk makes a figure or a table of its name, whose
    `parts` have labels, too."""

    names: tuple[str, ...]
    span: Span
    parts: tuple[str, ...] = ()


def labels_of(document: Document, woven: Woven) -> tuple[Label, ...]:
    """The labels of the prose and of the fences; what code prints is not known."""
    prose = "\n".join(block.text for block in document.prose)
    given = (item for item in _given(woven) if _is_written(item[0], prose))
    found = [Label((name,), document.at(origin)) for name, origin in given]
    for chunk in document.chunks:
        has_caption = chunk.options.captioned or OWN_CAPTION.search(chunk.code)
        if chunk.options.name and has_caption and chunk.options.evaluate:
            names = tuple(label_of(kind, chunk) for kind in ("fig", "tbl"))
            parts = (*panel_labels("fig", chunk), *panel_labels("tbl", chunk))
            found.append(Label(names, chunk.fence, parts))
    return tuple(found)


def _names(labels: Iterable[Label]) -> Iterator[str]:
    for label in labels:
        yield from (*label.names, *label.parts)


def given_twice(document: Document, woven: Woven) -> Iterator[Problem]:
    """An error for each label that the text has given before."""
    first: dict[str, int] = {}
    for name, origin in _given(woven):
        if name in first:
            text, hint = f"the label `{name}` is given twice", f"first on line {first[name]}"
            yield error(document.at(origin), text, hint)
        first.setdefault(name, origin)


def _given(woven: Woven) -> Iterator[tuple[str, int]]:
    """The labels of the LaTeX, but for those in comments and in what is printed as it is."""
    lines = woven.tex.split("\n")
    for line, origin, verbatim in zip(lines, woven.lines, verbatim_lines(lines), strict=False):
        for name in () if verbatim else LABEL.findall(COMMENT.sub("", line)):
            yield name, origin


def unused(labels: Iterable[Label], document: Document, woven: Woven) -> Iterator[Problem]:
    """A warning for each label that nothing refers to."""
    groups = (*REFERENCE.findall(woven.tex), *HYPERREF.findall(woven.tex))
    used = {name.strip() for group in groups for name in group.split(",")}
    used |= {name for _, name in targets(document)}
    code = _code_of(document)
    for label in labels:
        if not any(name in used or name in code for name in (*label.names, *label.parts)):
            shown = " or ".join(f"`{name}`" for name in label.names)
            yield warning(label.span, f"nothing refers to {shown}", "refer to it, or unname it")


def unchecked(labels: Iterable[Label], document: Document) -> Iterator[Problem]:
    """A warning for each labelled equation that no chunk checks, unless the document says
    `check-equations: false`."""
    if not read_settings(document)[0].check_equations:
        return
    checked = {name for _, name in targets(document)}
    for label in labels:
        name = label.names[0]
        if name.startswith(EQUATION) and name not in checked:
            hint = f'a chunk with `checks="{name}"` compares it with what code computes'
            hint += "; `check-equations: false` in the front matter wants no checks"
            yield warning(label.span, f"no chunk checks the equation `{name}`", hint)


def missing_targets(labels: Iterable[Label], document: Document, woven: Woven) -> Iterator[Problem]:
    """A warning for each chunk that checks what does not exist."""
    known = {*LABEL.findall(woven.tex), *_names(labels)}
    for chunk, name in targets(document):
        # Code may print the label, such as that of a table it makes.
        printed = any(name in other.code for other in document.chunks if other is not chunk)
        if name not in known and not printed:
            yield warning(*without_label(chunk, name, known))


def _is_written(name: str, prose: str) -> bool:
    r"""Whether the author wrote the label, and not to be let alone: `{#eq:a .literal}`."""
    found = re.search(rf"\{{[^{{}}\n]*#{re.escape(name)}(?![\w:-])[^{{}}\n]*\}}", prose)
    if found:
        return ".literal" not in found[0]
    return f"\\label{{{name}}}" in prose


def _code_of(document: Document) -> str:
    """All that runs: the chunks and the inline code."""
    inline = (item.code for block in document.prose for item in block.inlines)
    return "\n".join((*(chunk.code for chunk in document.chunks), *inline))


# References and citations of what nothing defines, as far as can be told without running.

# Commands that want a label; others that end in `ref` may be the author's own.
LABEL_WANTED = re.compile(
    r"\\(?:(?:eq|page|auto|name|[cCvV]|labelc|namec|cpage|sub)?ref\*?\{([^{}]+)\}|hyperref\[([^\]]+)\])"
)
CITATION = re.compile(
    r"\\(?:no)?[Cc]ite(?:p|t|alp|alt|author|year|yearpar|num)?\*?(?:\[[^\]]*\])*\{([^{}]+)\}"
)
OWN_ENTRIES = re.compile(r"\\bibitem|\\addbibresource|\\nobibliography")
# What makes labels that do not stand as such anywhere.
OWN_LABELS = re.compile(r"\\label\{[^{}]*#|\\(?:sub)?import\b|\\input\s+[^\s{]")
KEYED = re.compile(r"\blabel=\{?([^,\]}\s]+)")  # of a listing
AS_IT_STANDS = re.compile(
    r"\\begin\{([Vv]erbatim\*?|lstlisting|comment)\}.*?\\end\{\1\}|\\verb\*?([^A-Za-z\s*])[^\n]*?\2"
    r"|(?<!\\)%[^\n]*",
    re.DOTALL,
)
NOT_THERE = "is it in the bibliography file? Write `\\@` where no citation is meant"
NO_BIBLIOGRAPHY = (
    "give the file of the entries by `bibliography:` in the front matter, "
    "or write `\\@` where no citation is meant"
)


def nowhere_defined(labels: Iterable[Label], document: Document, woven: Woven) -> Iterator[Problem]:
    """A problem for each reference and citation that leads nowhere, once a line.

    It is an error where no code could define it, else a warning.
    """
    own = read_settings(document)[0].preamble
    read = [item.text for item in inputs_of(woven.tex, document.path.parent)]
    body = woven.tex.partition(r"\begin{document}")[2]
    texts = [own, body, *read]
    known = set(_names(labels))
    known.update(name for text in texts for name in (*LABEL.findall(text), *KEYED.findall(text)))
    say = warning if _may_print(document) else error
    code = _code_of(document)
    unsure = any(OWN_LABELS.search(text) for text in texts)
    for name, at in () if unsure else _uses(document, woven, LABEL_WANTED):
        if name not in known and name not in code:
            hint = _uncaptioned(name, document) or meant(name, known)
            hint = hint or "nothing in the document has this label"
            yield say(at, f"the reference `{name}` is not defined", hint)
    made = body.count(rf"\bibliography{{{document.stem}/")
    if made == body.count(r"\bibliography{") and not any(map(OWN_ENTRIES.search, texts)):
        yield from _undefined_citations(document, woven, say)


def _uncaptioned(label: str, document: Document) -> str:
    """The hint that the chunk of this name has no caption, and so no label."""
    kind, _, name = label.partition(":")
    named = (chunk for chunk in document.chunks if chunk.options.name == name)
    chunk = next(named, None) if kind in {"fig", "tbl"} else None
    if chunk is None or chunk.options.captioned:
        return ""
    return f"chunk `{name}` (line {chunk.span.line}) has no caption"


def _undefined_citations(
    document: Document, woven: Woven, say: Callable[[Span, str, str], Problem]
) -> Iterator[Problem]:
    paths = tuple(databases(document, read_settings(document)[0]))
    missing = [path for path in paths if not path.is_file()]
    yield from (no_database(document, path) for path in missing)
    entries = "\n".join(path.read_text("utf-8", "replace") for path in {*paths} - {*missing})
    for key, at in _uses(document, woven, CITATION):
        # An entry may stand where START does not look; BibTeX minds the case, and says so.
        if not missing and not re.search(
            rf"\s*[{{(]\s*{re.escape(key)}\s*,", entries, re.IGNORECASE
        ):
            where = NOT_THERE if paths else NO_BIBLIOGRAPHY
            hint = meant(key, START.findall(entries)) or where
            yield say(at, f"the citation `{key}` is not defined", hint)


def _uses(document: Document, woven: Woven, pattern: re.Pattern[str]) -> Iterator[tuple[str, Span]]:
    """Each name that the author uses, and where; `#1` and commands stand for others."""
    plain = AS_IT_STANDS.sub(lambda found: "\n" * found[0].count("\n"), woven.tex)
    found: dict[tuple[str, int], None] = {}
    for line, origin in zip(plain.split("\n"), woven.lines, strict=False):
        groups = map("".join, pattern.findall(line))
        names = {name.strip() for group in groups for name in group.split(",")}
        found |= dict.fromkeys((name, origin) for name in sorted(names))
    for name, origin in found:
        if not re.search(r"[#\\*]", name):
            yield name, document.at(origin)


def _may_print(document: Document) -> bool:
    """Whether code may print LaTeX, and with it a label or a citation's entry."""
    inline = any(block.inlines for block in document.prose)
    shown = {chunk.options.results for chunk in document.chunks}
    return inline or bool(shown - {"verbatim", *HIDDEN})
