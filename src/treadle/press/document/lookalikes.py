"""Fences in prose that look like a chunk's and are none, so that their code is not run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from treadle.press.document.fence import OPENING, Fence
from treadle.problem import Problem, Span, error, warning

# `{.python}` after a blank is pandoc's way to have code highlighted, and so is a bare word.
_PLAIN = re.compile(r"\s+\{\.")
_LIKE_A_CHUNK = re.compile(
    r"\s*(?:\{\s*py(?:thon)?\b|\{\.?python\b|python\b.*=|\{code-cell\}\s*(?:i?python|$))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\s*\{\s*(?P<word>[A-Za-z][\w:-]*)\s*[\s,}]")
_MISSPELT = 0.8  # of difflib's ratio to `python`
# Lines of Markdown that begin something elsewhere, what is to be said of them, and the way out.
_ELSEWHERE = (
    (
        re.compile(r"^\.\. [a-z][\w-]*::", re.MULTILINE),
        "`{}` is reStructuredText, and printed as it stands",
        "write Markdown or LaTeX for it",
    ),
    (  # targets, breaks between cells, labels of displays, options, and roles, whose words belong
        # to no command of LaTeX's
        re.compile(
            r"^\([\w:-]+\)=(?=[ \t]*$)|^\+\+\+(?=[ \t]*$)"
            r"|(?<=\$\$ )\([A-Za-z]\w*[:-][\w:-]+\)(?=[ \t]*$)"
            r"|^:[a-z][\w-]*:(?= +\S)|(?<![\w:`]):[a-z]+:`[^`\n]+`"
            r"|(?<![\w`}\]\\])\{[a-z][\w:-]*\}`[^`\n]+`",
            re.MULTILINE,
        ),
        "`{}` is MyST's or Sphinx's, and printed as it stands",
        "write Markdown: a label is `{#eq:name}`, a reference `@eq:name`",
    ),
    (
        re.compile(r"^<<.*>>=[^\S\n]*$", re.MULTILINE),
        "this looks like a chunk of noweb and is not read as one: its code is not run",
        "open it by ```{python}, or call the document .mdw",
    ),
    (
        re.compile(r"^\(ref:[\w-]+\)(?= )", re.MULTILINE),
        "`{}` is R Markdown's text for a caption, and printed as it stands",
        "write it as the chunk's `caption=`",
    ),
    (
        re.compile(rf"^[ \t]*\|[ \t]*{OPENING.pattern}", re.MULTILINE),
        "a chunk can't stand in a table: its code is not run",
        "show the value there by `<%= %>`, the code elsewhere",
    ),
)
_OTHERS = {"cython", "ipython", "jython", "rpython", "xpython"}  # are not misspelt


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


_METADATA = re.compile(
    r"(?<=\n\n)---[ \t]*\n(?:[A-Za-z][\w-]*:.*\n(?:[ \t].*\n)*)+(?:---|\.\.\.)[ \t]*\n"
)


def line_lookalikes(text: str, span: Span, others: Iterable[Fence]) -> Iterator[Problem]:
    """What is to be said of lines of Markdown that begin a chunk in a noweb document, or a
    directive in reStructuredText, or that MyST reads in a way of its own."""
    shown = {line for at in others for line in range(at.first + 1, at.end + 1)}
    for block in _METADATA.finditer(f"\n\n{text}"):
        first = span.line + text.count("\n", 0, block.start() - 2)
        if first not in shown:
            what = "front matter stands at the top of a document alone: this is printed"
            yield warning(Span.at(span.file, first), what, "put these lines up there")
    for pattern, what, hint in _ELSEWHERE:
        told = {0}
        for found in pattern.finditer(text):
            at = Span.at(span.file, span.line + text.count("\n", 0, found.start()))
            if at.line not in shown | told:
                told.add(at.line)
                yield warning(at, what.format(found[0]), hint)
