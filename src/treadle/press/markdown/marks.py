"""Whether there is Markdown among the words of LaTeX, and in which commands it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What is hidden from a reader, and code, which is not, but may hide a comment's sign.
HIDDEN = re.compile(
    r"(?<![\\`])(?P<code>`[^`'\n]+`)(?!`)|(?<!\\)%[^\n]*"
    r"|\$\$.*?\$\$|\\\[.*?\\\]|\$[^$\n]+\$|\\\(.*?\\\)|``.*?''"
    r"|\\verb\*?(?P<bar>[^A-Za-z*\s])[^\n]*?(?P=bar)"
    r"|\\(?P<command>[A-Za-z]+\*?)(?:\[[^\[\]\n]*\]|\{(?P<last>[^{}\n]*)\})*",
    re.DOTALL,
)
MARKS = re.compile(
    r"(?<![\\*\w])\*\*?(?=[^\s*])[^*]*?[^\s*\\]\*|(?<![\\\w])_(?=[^\s_])[^_\n]*[^\s_\\]_(?!\w)"
    r"|(?<![\\`])`[^`'\n]+`(?!`)|~~[^~\n]+~~|\]\(|\[[-\w ]*@\w|(?<![\\\w@.])@(?:\w+[:.-]?)+|\[\^"
    r"|^[ \t]*(?:[-+*]|\d{1,9}[.)]) +\S|^#{1,6} +\S|^[ \t]*(?:>|\|) ?\S|^[ \t]*(?:```|~~~|:::)",
    re.MULTILINE,
)
# What no LaTeX holds by chance.
SURE = re.compile(r"\*\*(?=[^\s*])[^*]*[^\s*\\]\*\*|\[[^\[\]\n]+\]\((?:https?:|#|\w+\.)[^()\n]*\)")
BLOCKS = re.compile(r"^(?:#{1,6} +\w|\|.*\|[ \t]*$|[-*] +\w)", re.MULTILINE)
# Commands whose last argument is text.
TEXT = {
    "emph", "textbf", "textit", "textsc", "textsl", "textsf", "textrm", "textup", "textnormal",
    "underline", "uline", "footnote", "footnotetext", "marginpar", "textcolor", "colorbox",
    "fcolorbox", "fbox", "mbox", "makebox", "framebox", "parbox", "centerline", "enquote",
    "MakeUppercase", "textsuperscript", "textsubscript", "todo", "sidenote", "thanks", "caption",
    "caption*", "captionof", "href", "section", "section*", "subsection", "subsection*",
    "paragraph", "hl", "textsmaller", "textlarger", "raisebox", "rotatebox", "resizebox",
    "scalebox", "sout", "st", "title", "author", "subtitle",
}  # fmt: skip
DEFINED = re.compile(
    r"\\(?:re|provide)?newcommand\*?\s*\{?\\([A-Za-z]+)\}?\s*\[\d|\\def\\([A-Za-z]+)#1"
    r"|\\(?:New|Renew|Provide|Declare)DocumentCommand\s*\{?\\([A-Za-z]+)"
)

ENVIRONMENTS = re.compile(
    r"\\(?:new(?:theorem|environment|tcolorbox|mdenv|tcbtheorem)\*?|declaretheorem|mdtheorem|spnewtheorem"
    r"|NewDocumentEnvironment|newtheoremrep)\*?(?:\[[^\[\]]*\])*\s*\{(\w+)\}"
)


def has_markdown(latex: str) -> bool:
    """Whether there is a mark of Markdown's among the words of LaTeX."""
    return MARKS.search(HIDDEN.sub(_shown, latex)) is not None


def _shown(found: re.Match[str]) -> str:
    """What the reader sees as words of a piece of LaTeX."""
    if found["code"]:
        return found[0]
    text = found["last"] if found["command"] in TEXT and found["last"] else ""
    return f" {HIDDEN.sub(_shown, text)} "


def is_markdown(printed: str) -> bool:
    """Whether what code has printed is most likely Markdown, and no LaTeX."""
    return bool(SURE.search(printed) or (BLOCKS.search(printed) and "\\" not in printed))


def own_environments(latex: str) -> frozenset[str]:
    """The environments that LaTeX of the author's defines."""
    return frozenset(ENVIRONMENTS.findall(latex))


def own_commands(texts: Iterable[str]) -> frozenset[str]:
    """The commands with arguments that LaTeX of the author's defines."""
    found = (match for text in texts for match in DEFINED.finditer(text))
    return frozenset(match[1] or match[2] or match[3] for match in found)
