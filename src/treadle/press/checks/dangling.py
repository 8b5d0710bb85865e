"""References and citations of what nothing defines, as far as that can be told without running."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set

from treadle.press.checks.labels import LABEL, Label, code_of
from treadle.press.document.model import HIDDEN, Document, Prose
from treadle.press.document.names import nearest
from treadle.press.document.settings import databases, no_database, read_settings
from treadle.press.tex.places import START, inputs_of
from treadle.press.weave.weave import Woven
from treadle.problem import Problem, Span, error, warning

# Commands that want a label; others that end in `ref` may be the author's own.
REFERENCE = re.compile(
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
NO_BIBLIOGRAPHY = "give the file of the entries by `bibliography:` in the front matter"


def nowhere_defined(labels: Iterable[Label], document: Document, woven: Woven) -> Iterator[Problem]:
    """A problem for each reference and citation that leads nowhere, once a line.

    It is an error where no code could define it, else a warning.
    """
    own = read_settings(document)[0].preamble
    read = [item.text for item in inputs_of(woven.tex, document.path.parent)]
    body = woven.tex.partition(r"\begin{document}")[2]
    texts = [own, body, *read]
    known = {name for label in labels for name in label.names}
    known.update(name for text in texts for name in (*LABEL.findall(text), *KEYED.findall(text)))
    say = warning if _may_print(document) else error
    code = code_of(document)
    unsure = any(OWN_LABELS.search(text) for text in texts)
    for name, at in () if unsure else _uses(document, woven, _referred):
        if name not in known and name not in code:
            hint = _hint(name, known, "nothing in the document has this label")
            yield say(at, f"the reference `{name}` is not defined", hint)
    made = body.count(rf"\bibliography{{{document.stem}/")
    if made == body.count(r"\bibliography{") and not any(map(OWN_ENTRIES.search, texts)):
        yield from _undefined_citations(document, woven, say)


def _undefined_citations(
    document: Document, woven: Woven, say: Callable[[Span, str, str], Problem]
) -> Iterator[Problem]:
    paths = tuple(databases(document, read_settings(document)[0]))
    missing = [path for path in paths if not path.is_file()]
    yield from (no_database(document, path) for path in missing)
    entries = "\n".join(path.read_text("utf-8", "replace") for path in {*paths} - {*missing})
    for key, at in _uses(document, woven, _cited):
        # An entry may stand where START does not look; BibTeX minds the case, and says so.
        if not missing and not re.search(
            rf"\s*[{{(]\s*{re.escape(key)}\s*,", entries, re.IGNORECASE
        ):
            where = "is it in the bibliography file?" if paths else NO_BIBLIOGRAPHY
            yield say(
                at,
                f"the citation `{key}` is not defined",
                _hint(key, START.findall(entries), where),
            )


def _uses(
    document: Document, woven: Woven, names_in: Callable[[str], Set[str]]
) -> Iterator[tuple[str, Span]]:
    """Each name that the author uses, and where; `#1` and commands stand for others."""
    plain = AS_IT_STANDS.sub(lambda found: "\n" * found[0].count("\n"), woven.tex)
    lines = zip(plain.split("\n"), woven.lines, strict=False)
    found = ((name, origin) for line, origin in lines for name in sorted(names_in(line)))
    for name, origin in dict.fromkeys(found):
        if not re.search(r"[#\\*]", name):
            yield name, Span.at(str(document.path), origin)


def _referred(line: str) -> Set[str]:
    groups = (first or second for first, second in REFERENCE.findall(line))
    return {name.strip() for group in groups for name in group.split(",")}


def _cited(line: str) -> Set[str]:
    return {key.strip() for group in CITATION.findall(line) for key in group.split(",")}


def _may_print(document: Document) -> bool:
    """Whether code may print LaTeX, and with it a label or a citation's entry."""
    inline = any(isinstance(block, Prose) and block.inlines for block in document.blocks)
    shown = {chunk.options.results for chunk in document.chunks}
    return inline or bool(shown - {"verbatim", *HIDDEN})


def _hint(name: str, known: Iterable[str], otherwise: str) -> str:
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else otherwise
