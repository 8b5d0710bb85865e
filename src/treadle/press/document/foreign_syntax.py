"""What MyST, Sphinx, R Markdown and noweb would read in prose, and is printed here as it stands.

Only prose is looked at: in code, formulas and comments these signs are their author's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.press.document.fence import OPENING
from treadle.press.document.model import Document
from treadle.press.document.prose_lines import CODE, CODE_END, prose_of
from treadle.problem import Problem, warning

# What begins something elsewhere, what is to be said of it, and the way out.
_IN_WORDS = (
    (
        re.compile(r"^\.\. [a-z][\w-]*::"),
        "`{}` is reStructuredText, and printed as it stands",
        "write Markdown or LaTeX for it",
    ),
    (  # targets, breaks between cells, labels of displays, options, and roles, whose words belong
        # to no command of LaTeX's
        re.compile(
            r"^\([\w:-]+\)=(?=[ \t]*$)|^\+\+\+(?=[ \t]*$)"
            r"|(?<=\$\$ )\([A-Za-z]\w*[:-][\w:-]+\)(?=[ \t]*$)"
            rf"|^:[a-z][\w-]*:(?= +\S)|(?<![\w:{CODE_END}]):[a-z]+:{CODE}[^{CODE_END}]+{CODE_END}"
            rf"|(?<![\w{CODE_END}}}\]\\]){{[a-z][\w:-]*}}{CODE}[^{CODE_END}]+{CODE_END}"
        ),
        "`{}` is MyST's or Sphinx's, and printed as it stands",
        "write Markdown: a label is `{#eq:name}`, a reference `@eq:name`",
    ),
    (
        re.compile(r"^<<.*>>=\s*$"),
        "this looks like a chunk of noweb and is not read as one: its code is not run",
        "open it by ```{python}, or call the document .mdw",
    ),
    (
        re.compile(r"^\(ref:[\w-]+\)(?= )"),
        "`{}` is R Markdown's text for a caption, and printed as it stands",
        "write it as the chunk's `caption=`",
    ),
)
_CHUNK_IN_TABLE = re.compile(rf"[ \t>]*\|[ \t]*{OPENING.pattern}")
_METADATA = re.compile(
    r"(?<=\n\n)---[ \t]*\n(?:[A-Za-z][\w-]*:.*\n(?:[ \t].*\n)*)+(?:---|\.\.\.)[ \t]*\n"
)


def foreign_syntax(document: Document, may_be: re.Pattern[str]) -> Iterator[Problem]:
    """A warning for each line of Markdown in which another program would read more; `may_be` is in
    each text that has such a line."""
    prose = prose_of(document, may_be)
    for pattern, what, hint in _IN_WORDS:
        told = set()
        for line, words in prose.words:
            if (found := pattern.search(words)) and line not in told:
                told.add(line)
                sign = found[0].replace(CODE, "`").replace(CODE_END, "`")
                yield warning(document.at(line), what.format(sign), hint)
    for number, text in enumerate(prose.text.split("\n"), 1):
        if number not in prose.shown and _CHUNK_IN_TABLE.match(text):
            message = "a chunk can't stand in a table: its code is not run"
            hint = "show the value there by `<%= %>`, the code elsewhere"
            yield warning(document.at(number), message, hint)
    for block in _METADATA.finditer(f"\n\n{prose.text}"):
        first = prose.text.count("\n", 0, block.start() - 2) + 1
        if first not in prose.shown:
            what = "front matter stands at the top of a document alone: this is printed"
            yield warning(document.at(first), what, "put these lines up there")
