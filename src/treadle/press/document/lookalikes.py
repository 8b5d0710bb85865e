"""Fences in prose that look like a chunk's and are none, so that their code is not run, and those
of chunks that are none elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from treadle.press.document.fence import OPENING, Fence
from treadle.press.document.model import Chunk, Document
from treadle.problem import Problem, Span, error, warning

# `{.python}` after a blank is pandoc's way to have code highlighted, and so is a bare word.
_PLAIN = re.compile(r"\s+\{\.")
_LIKE_A_CHUNK = re.compile(
    r"\s*(?:\{\s*py(?:thon)?\b|\{\.?python\b|python\b.*=|\{code-cell\}\s*(?:i?python|$))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\s*\{\s*(?P<word>[A-Za-z][\w:-]*)\s*[\s,}]")
_MISSPELT = 0.8  # of difflib's ratio to `python`
_OTHERS = {"cython", "ipython", "jython", "rpython", "xpython"}  # are not misspelt
# What Quarto and R Markdown run, and what they only show.
_RUN_THERE = re.compile(r"(?:`{3,}|~{3,})\{python\b")
_SHOWN_THERE = re.compile(r"(?:`{3,}|~{3,})(?:python|\{\.python(?![^}]*\.cb\.)[^}]*\})[ \t]*$")
# What may be a sign of another program's; without one, no parser is needed to tell what is prose.
_BEGIN = r"^(?:[ \t>]|[-+*] )*"
_MAY_BE_FOREIGN = re.compile(
    rf"{_BEGIN}(?:\.\. [a-z][\w-]*::|\([\w:-]+\)=[ \t]*$|\+\+\+[ \t]*$|:[a-z][\w-]*: |<<.*>>="
    rf"|\(ref:|\|[ \t]*{OPENING.pattern})|(?<![\w:`]):[a-z]+:`[^`]"
    r"|(?<![\w`}\]\\]){[a-z][\w:-]*}`[^`]"
    r"|\$\$ \([A-Za-z]|^---[ \t]*\n[A-Za-z][\w-]*:",
    re.MULTILINE,
)


def lookalikes(others: Iterable[Fence], file: str) -> Iterator[Problem]:
    """What is to be said of fences that open no chunk: that they look like one, are of another
    language, or hold what looks like one."""
    for at in others:
        mark = re.match(r"`+|~+", at.opening)
        if mark is None:
            continue
        span, info = Span.at(file, at.first + 1), at.opening[mark.end() :]
        inner = (line for line in enumerate(at.code, at.first + 2) if _opens(line[1], mark[0], at))
        if found := next(inner, None):
            message = f"this block of code is not closed before the chunk on line {found[0]}"
            yield error(span, message, f"close it with {mark[0]}")
        elif (at.prefix and OPENING.match(at.opening)) or _is_like_a_chunk(info):
            message = "this looks like a chunk and is not read as one: its code is not run"
            yield warning(span, message, "write ```{python at the start of the line, in lower case")
        elif other := _WORD.match(info):
            message = f"only Python is run: this code of `{other['word']}` is shown, and not run"
            yield warning(span, message, f"write ```{other['word']} to have it shown alone")


def _opens(line: str, mark: str, at: Fence) -> bool:
    """Whether a line of shown code opens a chunk for which the block should have been closed."""
    opening = OPENING.match(line)
    return opening is not None and (not at.closed or opening["fence"].startswith(mark))


def _is_like_a_chunk(info: str) -> bool:
    if _PLAIN.match(info):
        return False
    if _LIKE_A_CHUNK.match(info):
        return True
    found = _WORD.match(info)
    if found is None:
        return False
    from difflib import SequenceMatcher  # few fences have such a word

    word = found["word"].lower()
    similar = SequenceMatcher(None, word, "python").ratio() >= _MISSPELT
    return similar and word not in _OTHERS


def shown_elsewhere(
    chunks: Iterable[Chunk], lines: Sequence[str], *, foreign: bool
) -> Iterator[Problem]:
    """A warning for the first chunk that Quarto and R Markdown would only show: in a document of
    theirs, as its front matter says (`foreign`), or a chunk that begins as theirs do."""
    known = list(chunks)
    if not foreign and not any(_begins_as_theirs(chunk, lines) for chunk in known):
        return
    for chunk in known:
        if chunk.options.evaluate and _SHOWN_THERE.search(lines[chunk.span.line - 1]):
            message = "this code is run here, and only shown by Quarto and R Markdown"
            hint = "write ``` {.python} with a blank, or evaluate=False, to have it shown alone"
            yield warning(chunk.fence, message, hint + "; ```{python} says that it runs")
            return


def _begins_as_theirs(chunk: Chunk, lines: Sequence[str]) -> bool:
    """Whether it is `{python}` and has options below that."""
    opening, *below = lines[chunk.span.line - 1 : chunk.span.line + 1]
    has_options = bool(below) and below[0].lstrip().startswith("#|")
    return has_options and _RUN_THERE.search(opening) is not None


def foreign_lookalikes(document: Document) -> Iterator[Problem]:
    """What is to be said of prose in which MyST, Sphinx, R Markdown or noweb would read more."""
    if document.is_latex or not any(_MAY_BE_FOREIGN.search(it.text) for it in document.prose):
        return
    from treadle.press.document.foreign_syntax import foreign_syntax  # it needs the parser

    yield from foreign_syntax(document, _MAY_BE_FOREIGN)
