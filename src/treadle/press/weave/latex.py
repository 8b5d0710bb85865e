"""Which lines of LaTeX are printed as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from treadle.press.weave.characters import printable

# Escaping: any text, so that LaTeX prints it as it stands.
#
# Letters and symbols outside ASCII stay as they are where the preamble can teach LaTeX to print
# them (see `characters`); any other character becomes `\missingchar{1F600}`, a small box with its
# code, and a control character `\controlchar{[}`, which prints `^[`.

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
QUOTES = {"'": r"\textquotesingle{}", "`": r"\textasciigrave{}", '"': r"\textquotedbl{}"}
LITERAL = {**SPECIAL, **QUOTES}
# Typed quotes are told from apostrophes by the Markdown parser; these are its answers.
PROSE = {**SPECIAL, "“": "``", "”": "''", "‘": "`", "’": "'", "\u00a0": "~"}
VERBATIM = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}"}
CONTROL = {chr(code): chr(code ^ 0x40) for code in (*range(0x20), 0x7F)}
# Pairs that a font would melt into one: --, <<, >>, ,, and the Spanish ?` and !`.
PROSE_LIGATURES = r"(?<=<)<|(?<=>)>|(?<=,),|(?<=[?!])`"
LIGATURES = rf"(?<=-)-|{PROSE_LIGATURES}"
ELLIPSIS = re.compile(r"(?<!\.)\.\.\.(?!\.)")


def escape(text: str) -> str:
    """`text` in running LaTeX, each character as it stands: dashes and quotes stay straight."""
    return _ESCAPED.sub(_literal, text)


def escape_prose(text: str) -> str:
    """`text` in running LaTeX, typographically: `--` and `---` are dashes, `...` is an ellipsis."""
    # One back-tick or two open a quotation, as in LaTeX; more are a fence that is spoken of.
    return ELLIPSIS.sub(r"\\dots{}", _PROSE_ESCAPED.sub(_prose, text))


def escape_verbatim(line: str) -> str:
    r"""`line` within a `Verbatim` whose command characters are `\`, `{` and `}`."""
    return _VERBATIM_ESCAPED.sub(_verbatim, line)


def escape_code(text: str) -> str:
    """`text` within `\\code{}`: spaces are kept, long names may be broken at their joints."""
    escaped = re.sub(r"(?<= ) |^ | $", lambda _: "\\ ", escape(text))
    if len(text) > 30:
        escaped = re.sub(r"(\\_|[./,=(:])(?=[^{}\s])", r"\1\\allowbreak{}", escaped)
    return escaped


def escape_url(url: str) -> str:
    """An address within `\\href{}`."""
    safe = re.sub(r"[\\{}^]", lambda char: f"%{ord(char[0]):02X}", url)
    return re.sub(r"([%#&])", r"\\\1", safe)


def escape_address(text: str) -> str:
    """An address as the text of a link: a long one may be broken at its joints."""
    escaped = escape(text)
    if len(text) > 30:
        escaped = re.sub(r"(\\[_&#%]|[./?=:-])(?=[^{}\s])", r"\1\\allowbreak{}", escaped)
    return escaped


def label_name(text: str) -> str:
    r"""`text` as the name of a label or a citation: a character that would end it is a hyphen."""
    return _UNFIT.sub("-", text)


_UNFIT = re.compile(r"[\\{}\[\]#%~^$&,\x00-\x20\x7f]")
# The characters that may have to be changed, and no others.
_ESCAPED = re.compile(rf"""(?P<apart>{LIGATURES})|[\\{{}}$&#%_^~'`"]|[^\x20-\x7e\n]""")
_PROSE_ESCAPED = re.compile(
    rf"(?P<ticks>`{{3,}})|(?P<apart>{PROSE_LIGATURES})|[\\{{}}$&#%_^~]|[^\x20-\x7e\n]"
)
_VERBATIM_ESCAPED = re.compile(r"[\\{}]|[^\x20-\x7e\n]")


def _literal(found: re.Match[str]) -> str:
    return ("{}" if found["apart"] else "") + (LITERAL.get(found[0]) or _character(found[0]))


def _prose(found: re.Match[str]) -> str:
    if found["ticks"]:
        return QUOTES["`"] * len(found[0])
    return ("{}" if found["apart"] else "") + (PROSE.get(found[0]) or _character(found[0]))


def _verbatim(found: re.Match[str]) -> str:
    return VERBATIM.get(found[0]) or _character(found[0])


def _character(char: str) -> str:
    if char in CONTROL and char != "\n":
        return rf"\controlchar{{{LITERAL.get(CONTROL[char], CONTROL[char])}}}"
    return char if char == "\n" or printable(char) else rf"\missingchar{{{ord(char):04X}}}"


# Which lines of LaTeX are printed as they are.

BEGIN = re.compile(
    r"\\begin\{([Vv]erbatim\*?|lstlisting|comment|filecontents\*?|listing|chunk[a-z]+)\}"
)


def verbatim_lines(lines: Iterable[str]) -> Iterator[bool]:
    """For each line whether it belongs to such an environment, its begin and its end included."""
    inside = ""
    for line in lines:
        inside = inside or (begun[1] if (begun := BEGIN.search(line)) else "")
        yield bool(inside)
        if f"\\end{{{inside}}}" in line:
            inside = ""
