"""LaTeX's errors: which of them say something, at which line, in which words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from treadle.press.tex.causes import (
    BEGUN,
    FATAL,
    MISSING_DOLLAR,
    NO_ENVIRONMENT,
    UNDEFINED,
    is_end_of_formula,
    mistakes,
    text_of,
    undefined_command,
    user_of_undefined,
)
from treadle.press.tex.log import Message
from treadle.press.tex.places import ARGUMENT, READS, Places, key_of_made
from treadle.press.tex.words import (
    IMAGE,
    NO_FILE,
    Said,
    in_words,
    words_for_command,
    words_for_environment,
)
from treadle.problem import Problem, Span, error

OPEN_ARGUMENT = re.compile(
    r"(?:File|Paragraph) ended (?:while scanning (?:use|text) of|before) (?P<name>\\\S+)"
)
VERBATIM = re.compile(r"File ended while scanning use of \\@s?xverbatim")
BEGIN_VERBATIM = re.compile(r"\\begin\{verbatim\*?\}")
DEFINED = re.compile(r"Command (?P<name>\\\S+) (?:already defined|undefined)")
NOTHING_AFTER = re.compile(r"(?P<sign>[_^])\s*\$$")
SKIPPED = re.compile(r"Incomplete (?P<name>\\if\w*); all text was ignored after line (?P<line>\d+)")
ENDINPUT = re.compile(r"\\endinput(?![A-Za-z])")
INTERNAL = {r"\@footnotetext": r"\footnote"}  # LaTeX's commands, by those that authors write
FINDABLE = 6  # so many characters are hardly found elsewhere by chance
CLASH = re.compile(r"Option clash for package (?P<name>[^\s.]+)")


def errors_of(found: Iterable[Message], places: Places) -> Iterator[Problem]:
    """An error for each mistake: of those that only follow from another one, nothing is said."""
    for item in mistakes(found, places):
        text = text_of(item)
        said = _special(text, item, places) or in_words(text)
        yield error(_place(item, places), f"LaTeX: {said.sentence}", said.hint)


def _special(text: str, item: Message, places: Places) -> Said | None:
    """The words for what needs a look at the document."""
    if text.startswith(UNDEFINED):
        return _undefined(item, places)
    if found := NO_ENVIRONMENT.match(text):
        return words_for_environment(found["name"], places.tex)
    if (open_ := OPEN_ARGUMENT.match(text)) and f"\\begin{{{open_['name'][1:]}}}" in places.tex:
        name = open_["name"][1:]
        return Said(
            f"`\\begin{{{name}}}` is not ended before a blank line",
            f"write `\\end{{{name}}}` where it ends; there can be no blank line in it",
        )
    if is_end_of_formula(item):
        return _words_for_open(item, places)
    if text.startswith(MISSING_DOLLAR):
        shown = "" if places.is_title(item.file, item.line) else item.context[-40:].strip()
        after = f", after: {shown}" if shown else ""
        return Said(
            f"a formula's sign or command outside of a formula (missing $){after}",
            r"put it between dollars, or write `\_` or `\^{}` for the sign itself",
        )
    if text.startswith("Missing {") and (sign := NOTHING_AFTER.search(item.context)):
        hint = f"write what belongs there, or `{sign['sign']}{{}}`"
        return Said(f"nothing follows the `{sign['sign']}` of a formula", hint)
    if FATAL.match(text) and ENDINPUT.search(places.tex):
        return Said("`\\endinput` ends the document here: the rest is lost", "comment the rest out")
    return None


def _undefined(item: Message, places: Places) -> Said:
    name, user = undefined_command(item), user_of_undefined(item)
    if not user or name in places.commands:
        return words_for_command(name, places.tex)
    hint = "is its package missing in `preamble:` of the front matter?"
    return Said(f"`{user}` stands for the undefined command {name}", hint)


def _place(item: Message, places: Places) -> Span:
    """The line of the document: LaTeX's, or that of what the error is about."""
    text = text_of(item)
    key = key_of_made(item.line, places.bibliography) if item.file.endswith(".bbl") else ""
    if entry := places.entries.get(key):
        return entry.of(_about(text, item) or "".join((item.read or item.context).split()[-1:]))
    if (begun := BEGUN.match(text)) and begun["line"]:
        return places.of_begin(begun["what"], item.file, int(begun["line"]))
    if VERBATIM.match(text):
        return places.of_pattern(BEGIN_VERBATIM, len(BEGIN_VERBATIM.findall(places.tex)))
    if (open_ := OPEN_ARGUMENT.match(text)) and (at := _argument(open_["name"], item, places)):
        return at
    if is_end_of_formula(item) and item.line > 1:  # TeX misses it at the blank line
        return _place_of_open(item, places)
    if at := _file_place(text, places):
        return at
    if skipped := SKIPPED.search(text):
        return places.of_source(skipped["name"], places.of_line(int(skipped["line"])))
    if FATAL.match(text) and ENDINPUT.search(places.tex):
        return places.of_pattern(ENDINPUT)
    if not item.line:
        return places.of_line(1)
    if at := _place_in_collected(item, places):
        return at
    about = _about(text, item)
    at = places.of_file(item.file or places.tex_name, item.line)
    at = (places.of_line_before(about, item.file, item.line) if about else None) or at
    return places.of_source(about, at)


def _about(text: str, item: Message) -> str:
    """What stands in the document where the error is; empty: unknown."""
    if found := NO_ENVIRONMENT.match(text):
        return f"\\begin{{{found['name']}}}"
    if found := DEFINED.match(text):
        return found["name"]
    if found := CLASH.match(text):
        return f"{{{found['name']}}}"
    if text.startswith("Missing \\right"):
        return r"\left"
    return undefined_command(item)


def _file_place(text: str, places: Places) -> Span | None:
    """Where a file is named: LaTeX asks for another name and tells no line, or dies of it."""
    if missing := NO_FILE.match(text):
        stem = missing["name"].rpartition(".")[0] or missing["name"]
    elif image := IMAGE.match(text):
        stem = image["name"].rpartition("/")[2]
    else:
        return None
    named = re.compile(rf"(?<![\w-]){re.escape(stem)}(?![\w-])")
    at = places.of_input(named) if not named.search(places.tex) else None
    return at or places.of_source(stem, places.of_pattern(named))


def _argument(name: str, item: Message, places: Places) -> Span | None:
    """Where the argument begins that never ends; an empty line is a \\par in TeX's eyes."""
    start = re.split(r" ?\\par\b|\\ETC\.|\.\.\.$", item.context)[0][:60]
    name = INTERNAL.get(name, name)
    alone = start.removeprefix("{")
    for opening in (f"\\begin{{{name[1:]}}}{start}", name + start, alone):
        if (len(opening) >= FINDABLE or opening != alone) and (at := places.of_text(opening)):
            return at
    begin = alone.partition("\\")[0].strip()[:20]
    for entry in places.entries.values():
        if len(begin) >= FINDABLE and begin in entry.text:
            return entry.of(begin)
    return places.of_open(name)


# A formula that is still open where its paragraph ends: what has opened it, and where.

DOLLAR_HINT = "a `$` is missing, here or before"
ENVIRONMENT = re.compile(
    r"\\(?P<what>begin|end)\{(?P<name>(?:equation|align|gather|multline|displaymath|math|eqnarray"
    r"|flalign|alignat)\*?)\}"
)
DOLLAR = re.compile(r"(?<!\\)\$")


def _words_for_open(item: Message, places: Places) -> Said:
    """What to say of the formula that TeX ends at the blank line of `item`."""
    if opened := _environment(_paragraph(item, places)):
        return Said(
            f"`\\begin{{{opened[1]}}}` is not ended before a blank line",
            f"write `\\end{{{opened[1]}}}` where it ends; there can be no blank line in it",
        )
    return Said("a formula is not closed in its paragraph", DOLLAR_HINT)


def _place_of_open(item: Message, places: Places) -> Span:
    """Where it was opened by an environment, or the last line before that blank line."""
    paragraph = _paragraph(item, places)
    if opened := _environment(paragraph):
        return places.of_file(item.file, item.line - len(paragraph) + opened[0])
    last = paragraph[-1] if paragraph else ""
    read = READS.search(last)
    path = Path(places.file).parent / read[1].strip() if read else None
    for other in places.inputs if path else ():
        lines = other.text.rstrip().split("\n")
        dollars = DOLLAR.findall("\n".join(_last_paragraph(lines)))
        if other.name in {str(path), f"{path}.tex"} and len(dollars) % 2:
            return Span.at(other.name, len(lines))
    return places.of_file(item.file, item.line - 1)


def _environment(paragraph: Sequence[str]) -> tuple[int, str] | None:
    """The line of the paragraph, and the name, of the environment that is open at its end."""
    found = [
        (number, match["what"], match["name"])
        for number, line in enumerate(paragraph)
        for match in ENVIRONMENT.finditer(line)
    ]
    number, what, name = found[-1] if found else (0, "", "")
    return (number, name) if what == "begin" else None


def _paragraph(item: Message, places: Places) -> Sequence[str]:
    """The lines before the blank one that `item` names, down to the blank one before them."""
    if places.is_job(item.file):
        lines: Sequence[str] = places.tex_lines
    else:
        own = places.of_file(item.file, item.line).file
        texts = (other.text for other in places.inputs if other.name == own)
        lines = next(texts, "").split("\n")
    return _last_paragraph(lines[: item.line - 1])


def _last_paragraph(lines: Sequence[str]) -> Sequence[str]:
    blank = (number for number in range(len(lines), 0, -1) if not lines[number - 1].strip())
    return lines[next(blank, 0) :]


# What LaTeX reads to its end before it sets it, `align` and the like and arguments of commands:
# what is wrong in it, it finds at the end.

COLLECTS = r"(?:x?x?align(?:at)?|flalign|gather|multline|subequations|tabularx|tabulary)\*?"
END = re.compile(rf"\\end\{{(?P<name>{COLLECTS})\}}")
LONGEST, SHORTEST = 40, 3  # characters of LaTeX's context that are looked for
SURE = 10  # so many are hardly found elsewhere by chance


def _place_in_collected(item: Message, places: Places) -> Span | None:
    """The line of what LaTeX had read of it when it stumbled; None where that can't be told."""
    if not places.is_job(item.file) or not item.line:
        return None
    line, context = places.tex_line(item.line), _compact(item.context)
    first, least = max(item.line - ARGUMENT, 1), SURE
    if ended := END.search(line):
        begin = f"\\begin{{{ended['name']}}}"
        above = range(item.line, 0, -1)
        first = next((at for at in above if begin in places.tex_line(at)), item.line)
        least = SHORTEST
    if context.endswith(_compact(line)[-least:]) or context[-least:] in _compact(line):
        return None
    number = _last_line_with(context, places.tex_lines[first - 1 : item.line - 1], least)
    return None if number is None else places.of_line(first + number)


def _last_line_with(context: str, lines: list[str], least: int) -> int | None:
    """The index of the line in which the context ends; TeX prints blanks where it likes."""
    texts = [_compact(line) for line in lines]
    whole = "".join(texts)
    for length in range(min(LONGEST, len(context)), least - 1, -1):
        at = whole.rfind(context[-length:])
        if at >= 0:
            return bisect_left([*accumulate(map(len, texts))], at + length)
    return None


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text)
