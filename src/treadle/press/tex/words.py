"""LaTeX's common errors in plain words, each with the way out."""

from __future__ import annotations

import re

from msgspec import Struct


class Said(Struct, frozen=True):
    """What is wrong, and what to do about it (may be empty)."""

    sentence: str
    hint: str = ""


class Rule(Struct, frozen=True):
    r"""For messages that begin like `pattern`: its groups stand for `\1`, `\g<name>` in both."""

    pattern: re.Pattern[str]
    sentence: str
    hint: str = ""

    def said(self, text: str) -> Said | None:
        """The rule's words for LaTeX's `text`, if it is one of these messages."""
        found = self.pattern.match(text)
        return Said(found.expand(self.sentence), found.expand(self.hint)) if found else None


# What the pattern matches; the sentence; the way out. The first that matches is taken.
TABLE = (
    # Braces, dollars, environments
    (
        r"\\begin\{([^}]*)\}.* ended by \\end\{document\}",
        r"`\\begin{\1}` is never ended",
        r"write `\\end{\1}` where it ends",
    ),
    (
        r"\\begin\{document\}.* ended by \\end\{([^}]*)\}",
        r"`\\end{\1}` ends what no `\\begin{\1}` has begun",
        r"remove it, or write `\\begin{\1}` before it",
    ),
    (
        r"\\begin\{([^}]*)\}.* ended by \\end\{(aligned|equation\*|equation)\}",
        r"`\\begin{\1}` is not ended within its formula",
        r"write `\\end{\1}` where it ends",
    ),
    (
        r"\\begin\{([^}]*)\}.* ended by \\end\{([^}]*)\}",
        r"`\\begin{\1}` is ended by `\\end{\2}`",
        r"write `\\end{\1}`, or end the environment within first",
    ),
    (
        r"(?:File|Paragraph) ended (?:while scanning (?:use|text) of|before) "
        r"(\\[A-Za-z]+)(?![@:\w])",
        r"the argument of `\1` is never closed",
        r"its closing brace `}` is missing",
    ),
    (
        r"(?:File|Paragraph) ended (?:while scanning (?:use|text) of|before)",
        r"an argument that opens here is never closed",
        r"its closing brace `}` is missing",
    ),
    (
        r"Incomplete (\\if[A-Za-z]*); all text was ignored",
        r"`\1` is never ended: the rest of the document is skipped",
        r"write `\\fi` where it ends",
    ),
    (r"Missing \} inserted", r"a closing brace `}` is missing, here or before"),
    (r"Missing \{ inserted", r"an opening brace `{` is missing, here or before"),
    (r"Too many \}'s", r"a closing brace `}` closes nothing", r"remove it, or write `\\}`"),
    (
        r"Extra \}, or forgotten",
        r"a closing brace `}` closes nothing, or a formula or group before it has no end",
    ),
    (
        r"Display math should end with \$\$",
        r"a displayed formula does not end where it should",
        r"close it as it was opened: `$$` by `$$`, `\\[` by `\\]`",
    ),
    (
        r"You can't use `\\(?:eqno|leqno)' in math mode",
        r"a displayed formula is not whole",
        r"a `\\left` lacks its `\\right`, or a brace is not closed",
    ),
    (
        r"Bad math environment delimiter",
        r"a formula begins within a formula, or ends where none has begun",
        r"an environment such as `equation` stands alone, not between dollars",
    ),
    (
        r"Missing \\right|Extra \\(?:left|middle)",
        r"`\\left` without a `\\right`",
        r"each `\\left(` needs its `\\right)`; `\\right.` is an invisible one",
    ),
    (r"Extra \\right", r"`\\right` without a `\\left`", r"`\\left.` is an invisible one"),
    (
        r"Double (super|sub)script",
        r"two \1scripts at one sign",
        r"group them by braces, as in `x^{a^b}` or `{x_a}_b`",
    ),
    # Tables and lists
    (
        r"Extra alignment tab",
        r"a row has more columns than its table or matrix",
        r"an `&` is too many, or a `\\\\` is missing at a row's end",
    ),
    (
        r"Misplaced alignment tab character &",
        r"an `&` outside of a table or matrix",
        r"for the sign itself write `\\&`",
    ),
    (
        r"Misplaced \\(?:noalign|omit)",
        r"`\\hline`, `\\multicolumn` or the like is outside of a table, or not at a cell's start",
        r"end the row before it by `\\\\`",
    ),
    (
        r"array: +Illegal pream-token \((.)\)",
        r"a table has no columns of type `\1`",
        r"there are `l`, `c`, `r` and `p{3cm}`",
    ),
    (
        r"Something's wrong--perhaps a missing \\item",
        r"a list has text before its first `\\item`, or no item at all",
        r"begin each point of it by `\\item`",
    ),
    (
        r"Lonely \\item",
        r"`\\item` outside of a list",
        r"put it between `\\begin{itemize}` and `\\end{itemize}`",
    ),
    # Numbers and lengths
    (
        r"Missing number, treated as zero",
        r"a number or a length is missing",
        r"a length is a number and a unit, as in `3mm`",
    ),
    (
        r"Illegal unit of measure",
        r"a length without a unit",
        r"write, for example, `3mm` or `1em`",
    ),
    (r"Dimension too large", r"a length is too large", r"TeX's longest is 575 cm"),
    # Definitions
    (
        r"Command (\\\S+) already defined",
        r"the command `\1` is defined already",
        r"define it by `\\renewcommand`, or choose another name",
    ),
    (
        r"Command (\\\S+) undefined",
        r"the command `\1` is not defined yet",
        r"define it by `\\newcommand`",
    ),
    (
        r"(?:Illegal parameter number|You can't use `macro parameter character #'"
        r"|Parameters must be numbered)",
        r"a `#` that stands for no argument of a definition",
        r"for the sign itself write `\\#`",
    ),
    (
        r"TeX capacity exceeded, sorry \[([^=\]]*)",
        r"TeX's memory is exhausted (\1)",
        r"most likely a command calls itself",
    ),
    # Packages, classes, places
    (
        r"Option clash for package geometry",
        r"the package `geometry` is loaded already",
        r"give its options by `geometry:` in the front matter",
    ),
    (
        r"Option clash for package ([^\s.]+)",
        r"the package `\1` is loaded already, with other options",
        r"load it without options, and give them by the command it has for that, or `classoption:`",
    ),
    (
        r"Missing \\begin\{document\}",
        r"text or a command for the page stands in the preamble",
        r"`preamble:` is for packages and definitions",
    ),
    (
        r"Can be used only in preamble",
        r"a command that belongs into the preamble",
        r"put it below `preamble:` in the front matter",
    ),
    (
        r"caption: \\caption outside float",
        r"`\\caption` outside of a figure or table",
        r"put it into one, or use `\\captionof{figure}{...}`",
    ),
    (
        r"(?:Not in outer par mode|Float\(s\) lost)",
        r"a figure or table within a box, a footnote or another float",
        r"move it out of there",
    ),
    (
        r"\\verb illegal in",
        r"`\\verb` in the argument of another command",
        r"write `\\texttt{...}`, or Markdown's back-ticks",
    ),
    (r"\\verb ended by end of line", r"`\\verb` is not closed on its line"),
    (
        r"I can't write on file `([^']+)'",
        r"TeX may not write to `\1`",
        r"it writes beside its own `.tex` only",
    ),
    (
        r"Unicode character (\S+) \((U\+[0-9A-F]+)\)",
        r"LaTeX does not know the character \1 (\2) here",
        r"declare it by `\\DeclareUnicodeCharacter`, or write a command for it",
    ),
    (
        r"pdflatex \(file (?:\S*/)?(\S+)\): (.*)",
        r"the image `\1` can't be read: \2",
        r"is it whole, and what its name says?",
    ),
)

# What is looked for, by the suffix LaTeX gives it, and what is to be done.
KINDS = {
    "sty": (
        "package `{stem}`",
        r"correct the name, or install it: `tlmgr install {stem}`, on Debian the texlive package "
        "that holds it",
    ),
    "cls": (
        "document class `{stem}`",
        "correct the name, or put {name} beside the document",
    ),
    "tex": ("file `{name}`", "a path is relative to the document's folder, and can't leave it"),
}
NO_FILE = re.compile(r"File `(?P<name>[^']+)' not found")


def rules() -> tuple[Rule, ...]:
    """The table, ready to use: only documents with errors need it."""
    return tuple(Rule(re.compile(pattern), *words) for pattern, *words in TABLE)


def in_words(text: str) -> Said:
    """LaTeX's `text` in words; as it is, where there are no better ones."""
    if said := _missing_file(text):
        return said
    known = (rule.said(text) for rule in rules())
    return next((said for said in known if said is not None), Said(text.rstrip(". ")))


def _missing_file(text: str) -> Said | None:
    found = NO_FILE.match(text)
    if found is None:
        return None
    name = found["name"]
    stem, _, suffix = name.rpartition(".")
    fallback = ("file `{name}`", KINDS["tex"][1])
    what, hint = KINDS.get(suffix, fallback) if stem else fallback
    return Said(
        "there is no " + what.format(stem=stem, name=name), hint.format(stem=stem, name=name)
    )
