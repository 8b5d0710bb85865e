"""Which of LaTeX's errors tell of a mistake, and which only follow from one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence, Set

from treadle.press.tex.log import MISSING_DOLLAR, UNDEFINED, Message
from treadle.press.tex.places import Places
from treadle.press.tex.words import FATAL, NO_ENVIRONMENT, is_of_package, lost_definition

BEGUN = re.compile(r"^\\begin\{(?P<what>[^}]*)\}(?: on input line (?P<line>\d+))? ended by")
MISPLACED = "Misplaced "
OF_TABLE = re.compile(r"Misplaced \\(?:noalign|omit|cr)")  # a row that has not ended
FORGOTTEN = re.compile(r"Extra \}, or forgotten \\right")
LEFT_OPEN = re.compile(r"Missing \\right")
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
SIGN = re.compile(r"Misplaced alignment|You can't use `macro parameter character")
# What a formula that TeX began itself makes of the text in it.
IN_FORMULA = re.compile(rf"{CONSEQUENCE.pattern}|{ALONE.pattern}|Bad math environment")
# What is in an environment that LaTeX does not know stands outside of any for it.
IN_UNKNOWN = re.compile(rf"{CONSEQUENCE.pattern}|Lonely|Bad math environment")
# A second mistake on a line, unless it follows from the first.
DISTINCT = re.compile(rf"{ALONE.pattern}|{SIGN.pattern}|Extra alignment|Missing \\right")
# What is missed at the very place, not somewhere behind it.
AT_ONCE = re.compile(r"Missing [{}] inserted")
MATHEMATICS = re.compile(r"[$_^&#]|\\[(\[]")
NEAR = 3  # lines of a file of which only the name is known


def mistakes(found: Iterable[Message], places: Places) -> Iterator[Message]:
    """Those of `found`, a log's errors in order, that tell of a mistake each."""
    search = _Search(places)
    for _, group in itertools.groupby(found, key=lambda item: (item.file, item.line)):
        yield from search.of_line(group)


class _Search:
    """Goes through the errors of a log and keeps in mind what they do to those that follow."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._last: Message | None = None
        self._in_formula = False  # one that TeX began itself, and ends itself
        self._unknown: list[tuple[str, range]] = []  # environments, and the lines of tex in them
        self._lost: set[str] = set()  # commands whose definition has failed
        # What is wrong in it: the head of each page repeats it.
        self._of_title: set[tuple[str, str]] = set()

    def of_line(self, group: Iterable[Message]) -> list[Message]:
        """Of the errors of a line, those that tell of a mistake."""
        items = self._outside_formula([item for item in group if not self._is_repeated(item)])
        self._remember_unknown(items)
        left = [item for item in items if not self._follows(item)]
        if not left:
            return []
        chosen = _chosen(left, self._places.commands)
        self._last = chosen[-1]
        lost = (lost_definition(item.undefined, self._line_of(item)) for item in chosen)
        self._lost.update(filter(None, lost))
        return [item for item in chosen if item.undefined not in self._lost]

    def _line_of(self, item: Message) -> str:
        return self._places.tex_line(item.line) if self._places.is_job(item.file) else ""

    def _is_repeated(self, item: Message) -> bool:
        """Whether a page's head says again what is wrong in the title; keeps in mind what is."""
        what = (item.said, item.undefined)
        if self._places.is_title(item.file, item.line):
            self._of_title.add(what)
            return False
        # A page ends at some line that says nothing of it.
        said = bool(what[1]) and what[1] in self._line_of(item)
        maths = MATHEMATICS.search(item.read or item.context)
        return what in self._of_title and not said and not maths

    def _outside_formula(self, items: Sequence[Message]) -> list[Message]:
        """Without what is due to a formula that TeX began itself, and its end."""
        inside = self._in_formula
        if any(item.ends_formula for item in items):
            self._in_formula = False
        elif sum(MISSING_DOLLAR in item.text for item in items) % 2:
            self._in_formula = not inside
        if not inside:
            return list(items)
        texts = [(item, item.said) for item in items]
        return [item for item, text in texts if SIGN.match(text) or not IN_FORMULA.match(text)]

    def _follows(self, item: Message) -> bool:
        """Whether `item` says nothing that the errors of earlier lines have not said."""
        text, last = item.said, self._last
        if FATAL.match(text):
            return last is not None
        if self._is_of_unknown(item, text):
            return True
        if last is None or (MISSING_DOLLAR in text and MISSING_DOLLAR in last.text):
            return False
        if self._places.is_end(item.file, item.line):
            return not BEGUN.match(text) or _may_cause(last.said, text)
        near = not item.line or self._is_same_paragraph(last, item)
        at_once = not AT_ONCE.match(text) or UNDEFINED not in last.text or item.line == last.line
        return near and at_once and _may_cause(last.said, text)

    def _is_same_paragraph(self, last: Message, item: Message) -> bool:
        if item.file != last.file or item.line < last.line:
            return False
        if not self._places.is_job(item.file):
            return item.line - last.line <= NEAR
        # The blank line that ends a paragraph is where TeX misses what it still lacks.
        between = self._places.tex_lines[last.line - 1 : item.line - 1]
        return all(line.strip() for line in between)

    def _is_of_unknown(self, item: Message, text: str) -> bool:
        return any(
            text.endswith(f"ended by \\end{{{name}}}.")
            or (
                item.line in lines
                and self._places.is_job(item.file)
                and (IN_UNKNOWN.match(text) or is_of_package(item.undefined, name))
            )
            for name, lines in self._unknown
        )

    def _remember_unknown(self, items: Iterable[Message]) -> None:
        for item in items:
            if found := NO_ENVIRONMENT.match(item.said):
                end = f"\\end{{{found['name']}}}"
                lines = enumerate(self._places.tex_lines[item.line - 1 :], item.line)
                last = next((number for number, line in lines if end in line), item.line)
                self._unknown.append((found["name"], range(item.line, last + 1)))


def _may_cause(earlier: str, later: str) -> bool:
    """Whether an error in these words may be nothing but a consequence of an earlier one."""
    if ALONE.match(earlier) or NO_ENVIRONMENT.match(earlier):
        return False
    if earlier.startswith(MISSING_DOLLAR) and SIGN.match(later):
        return False
    if OF_TABLE.match(earlier):
        return bool(CONSEQUENCE.match(later)) or later.startswith("Extra alignment")
    if earlier.startswith(MISPLACED):
        return later.startswith(MISPLACED)
    if UNDEFINED in earlier:
        return OF_UNDEFINED.match(later) is not None
    return CONSEQUENCE.match(later) is not None


def _chosen(items: Sequence[Message], used: Set[str]) -> list[Message]:
    """Of the errors of one line: the first, undefined commands that the author has used, and
    others that don't follow from these.

    An `\\end` too many, however, makes LaTeX stumble over its own commands first.
    """
    first = items[0]
    if UNDEFINED in first.text and first.undefined not in used:
        first = next((item for item in items if BEGUN.match(item.said)), first)
    if FORGOTTEN.match(first.said):  # of the braces of a table's field
        first = next((item for item in items if LEFT_OPEN.match(item.said)), first)
    chosen = [first]
    for item in items:
        text = item.said
        alone = DISTINCT.match(text) and not any(_may_cause(it.said, text) for it in chosen)
        if item is not first and (alone or item.undefined in used):
            chosen.append(item)
    return list({(item.said, item.undefined): item for item in chosen}.values())
