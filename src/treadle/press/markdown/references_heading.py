r"""The heading of the bibliography, which `\bibliography` or `\printbibliography` prints itself: a
heading of the text that is theirs gives them its words and its label."""

from __future__ import annotations

import re

from markdown_it.tree import SyntaxTreeNode

from treadle.press.latex.footnotes import noted
from treadle.press.latex.fragment import Fragment, Line
from treadle.press.markdown.attributes import attributes_of

REFERENCES = {"references", "bibliography", "literature"}
# A bibliography that the author sets.
OWN_REFERENCES = re.compile(r"\\(?:bibliography\{|printbibliography\b)")
# Lines that set the bibliography, and say what it is called.
OF_REFERENCES = re.compile(
    r"\\(?:bibliography(?:style)?\{|printbibliography\b|def\\refname\{|bibliographylabel\{)"
)
# As headings of the text are made, and the line that some of them have in the contents.
HEADING = re.compile(
    r"\\(?:chapter|section|subsection)\*?(?:\[.*\])?"
    r"\{(?P<title>(?:(?!\\(?:named)?label\b).)*)\}(?P<label>(?:\\(?:named)?label\{.*)?)"
)
CONTENTS = r"\addcontentsline{toc}"
LABEL = re.compile(r"\\(?:label|namedlabel\{.*\})\{(?P<name>[^{}]+)\}$")


def is_of_references(node: SyntaxTreeNode) -> bool:
    """Whether a heading is the bibliography's, by its words, however they are set, or its place."""
    words = "".join(part.content for part in node.walk() if part.type == "text").strip()
    after = node.next_sibling
    placed = after is not None and after.type == "div" and attributes_of(after).id == "refs"
    return placed or words.lower() in REFERENCES


def called(title: str, label: str, usual: str) -> tuple[str, ...]:
    """Lines of LaTeX that give the bibliography, which they stand before, its heading and its
    label, which may be empty. `usual`: what LaTeX calls it anyway."""
    bare = noted(title).bare
    named = rf"\def\refname{{{title}}}\def\bibname{{{title}}}" if title != usual else ""
    labelled = rf"\bibliographylabel{{{bare}}}{{{label}}}" if label else ""
    return tuple(text for text in (named, labelled) if text)


def without_last_heading(body: Fragment, usual: str) -> tuple[Fragment, Fragment]:
    """The text and what calls the bibliography behind it: a heading that ends the text is the
    bibliography's own, as pandoc has it."""
    lines = [at for at, line in enumerate(body) if line.text.strip()]
    contents = body[lines.pop()].text if lines and _in_contents(body[lines[-1]]) else ""
    found = HEADING.fullmatch(body[lines[-1]].text) if lines else None
    if found is None:
        return body, ()
    label = LABEL.search(contents or found["label"])
    rest = body[: lines[-2] + 1] if lines[1:] else ()
    at = body[lines[-1]].origin
    texts = called(found["title"], label["name"] if label else "", usual)
    return rest, tuple(Line(text, at) for text in texts)


def _in_contents(line: Line) -> bool:
    return line.text.startswith(CONTENTS)
