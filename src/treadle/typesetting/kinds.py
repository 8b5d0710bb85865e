r"""What kind of error a message of LaTeX's is, and whether another one may come of it."""

from __future__ import annotations

import re

from treadle.typesetting.log import Message

BEGUN = re.compile(r"^\\begin\{(?P<what>[^}]*)\}(?: on input line (?P<line>\d+))? ended by")
NO_ENVIRONMENT = re.compile(r"Environment (?P<name>\S+) undefined")
UNDEFINED = "Undefined control sequence"
MISPLACED = "Misplaced "
OF_TABLE = re.compile(r"Misplaced \\(?:noalign|omit|cr)")  # a row that has not ended
MISSING_DOLLAR = "Missing $ inserted"
FATAL = re.compile(r"Emergency stop| *==> Fatal error")
# TeX goes on after these as if nothing were wrong.
ALONE = re.compile(r"Double (?:super|sub)script|Lonely|Unicode character|File `[^']+' not found")
# These may follow from an error before them, and would only bury it.
CONSEQUENCE = re.compile(
    r"Missing .+ inserted|Too many \}'s|Extra |Display math should end|\\begin\{.* ended by"
    r"|Misplaced |Missing \\right|Command \S+ invalid in math mode|Something's wrong--"
)
# Of them, what follows from the loss of a command: its argument is read as text.
OF_UNDEFINED = re.compile(r"Missing [${}] inserted|Too many \}'s|Extra \}|Display math should end")
# Signs that no formula makes wrong.
OWN_SIGN = re.compile(r"Misplaced alignment|You can't use `macro parameter character")
# What a formula that TeX began itself makes of the text in it.
IN_FORMULA = re.compile(rf"{CONSEQUENCE.pattern}|{ALONE.pattern}|Bad math environment")
# What is in an environment that LaTeX does not know stands outside of any for it.
IN_UNKNOWN = re.compile(rf"{CONSEQUENCE.pattern}|Lonely|Bad math environment")
# A second mistake on a line, unless it follows from the first.
DISTINCT = re.compile(rf"{ALONE.pattern}|{OWN_SIGN.pattern}|Extra alignment|Missing \\right")
# What is missed at the very place, not somewhere behind it.
AT_ONCE = re.compile(r"Missing [{}] inserted")


def text_of(item: Message) -> str:
    """LaTeX's own words, without who says them."""
    text = re.sub(r"^(?:LaTeX|Package|Class) (?:(\S+) )?Error: ", r"\1: ", item.text)
    return text.removeprefix(": ").strip()


def is_end_of_formula(item: Message) -> bool:
    """Whether TeX ends a formula here as the paragraph ends: at a blank line, read as nothing."""
    return MISSING_DOLLAR in item.text and item.line > 0 and not item.context.strip()


def may_cause(earlier: str, later: str) -> bool:
    """Whether an error in these words may be nothing but a consequence of an earlier one."""
    if ALONE.match(earlier) or NO_ENVIRONMENT.match(earlier):
        return False
    if earlier.startswith(MISSING_DOLLAR) and OWN_SIGN.match(later):
        return False
    if OF_TABLE.match(earlier):
        return bool(CONSEQUENCE.match(later)) or later.startswith("Extra alignment")
    if earlier.startswith(MISPLACED):
        return later.startswith(MISPLACED)
    if UNDEFINED in earlier:
        return OF_UNDEFINED.match(later) is not None
    return CONSEQUENCE.match(later) is not None


def undefined_command(item: Message) -> str:
    """The command that LaTeX does not know; empty: that is not the matter."""
    return _last_command(item.context) if UNDEFINED in item.text else ""


def user_of_undefined(item: Message) -> str:
    r"""The command on the document's line whose definition asks for the unknown one; or empty."""
    return _last_command(item.read) if UNDEFINED in item.text else ""


def _last_command(text: str) -> str:
    names = re.findall(r"\\(?:[A-Za-z@]+|.)", text)
    return names[-1] if names else ""
