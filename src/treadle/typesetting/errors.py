r"""LaTeX's errors: which of them say something, at which line, in which words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from treadle.diagnostics import Diagnostic, Span, error
from treadle.typesetting.commands import undefined_command, undefined_environment
from treadle.typesetting.log import Message
from treadle.typesetting.places import Places
from treadle.typesetting.words import NO_FILE, Said, in_words

BEGUN = re.compile(r"^\\begin\{(?P<what>[^}]*)\}(?: on input line (?P<line>\d+))? ended by")
OPEN_ARGUMENT = re.compile(
    r"(?:File|Paragraph) ended (?:while scanning (?:use|text) of|before) (?P<name>\\\S+)"
)
NO_ENVIRONMENT = re.compile(r"Environment (?P<name>\S+) undefined")
DEFINED = re.compile(r"Command (?P<name>\\\S+) (?:already defined|undefined)")
CLASH = re.compile(r"Option clash for package (?P<name>[^\s.]+)")
IMAGE = re.compile(r"pdflatex \(file (?P<name>[^)]+)\)")
UNDEFINED = "Undefined control sequence"
# These follow from an error just before them, and would only bury it.
CONSEQUENCE = re.compile(
    r"Missing .+ inserted|Too many \}'s|Extra |Lonely|Display math should end|\\begin\{.* ended by"
    r"|Misplaced |Missing \\right"
)
NEAR = 3  # lines of tex
FATAL = re.compile(r"Emergency stop| *==> Fatal error")


def errors_of(found: Iterable[Message], places: Places) -> Iterator[Diagnostic]:
    """An error for each mistake: of those that only follow from another one, nothing is said."""
    for item in _telling(found, places):
        text = _text(item)
        said = _special(text, item, places) or in_words(text)
        yield error(_place(item, places), f"LaTeX: {said.sentence}", said.hint)


def _text(item: Message) -> str:
    """LaTeX's own words, without who says them."""
    text = re.sub(r"^(?:LaTeX|Package|Class) (?:(\S+) )?Error: ", r"\1: ", item.text)
    return text.removeprefix(": ").strip()


def _telling(found: Iterable[Message], places: Places) -> Iterator[Message]:
    in_formula = False  # one that TeX began itself, and ends itself: the second time says nothing
    last: Message | None = None
    for _, group in itertools.groupby(found, key=lambda item: (item.file, item.line)):
        items = list(group)
        if sum("Missing $ inserted" in item.text for item in items) % 2:
            in_formula = not in_formula
            if not in_formula and "Missing $ inserted" in items[0].text:
                continue
        if last is not None and _follows(items[0], last, places):
            continue
        yield from (chosen := _chosen(items, places))
        last = chosen[-1]


def _follows(item: Message, last: Message, places: Places) -> bool:
    """Whether `item` says nothing that the error before it has not said."""
    text = _text(item)
    if FATAL.match(text) or places.is_end(item.file, item.line):
        return True
    if "Missing $" in text and "Missing $" in last.text:  # pairs were sorted out before
        return False
    near = item.file == last.file and 0 <= item.line - last.line <= NEAR
    if undefined := NO_ENVIRONMENT.match(_text(last)):
        return text.endswith(f"ended by \\end{{{undefined['name']}}}.")
    return CONSEQUENCE.match(text) is not None and (near or not item.line)


def _chosen(items: Sequence[Message], places: Places) -> list[Message]:
    """Of the errors of one line: the first, and undefined commands of the author's own.

    An `\\end` too many, however, makes LaTeX stumble over its own commands first.
    """
    own = [item for item in items if _undefined_command(item) in _commands(places)]
    if items[0] not in own:
        ended = (item for item in items if BEGUN.match(_text(item)))
        own = [next(ended, items[0]) if UNDEFINED in items[0].text else items[0]]
    return list({_undefined_command(item): item for item in own}.values())


def _commands(places: Places) -> set[str]:
    return set(re.findall(r"\\(?:[A-Za-z]+|.)", places.tex)) - {r"\begin", r"\end"}


def _special(text: str, item: Message, places: Places) -> Said | None:
    """The words for what needs a look at the document."""
    if text.startswith(UNDEFINED):
        return undefined_command(_undefined_command(item), places.tex)
    if found := NO_ENVIRONMENT.match(text):
        return undefined_environment(found["name"], places.tex)
    if text.startswith("Missing $ inserted"):
        after = f", after: {item.context[-40:].strip()}" if item.context.strip() else ""
        return Said(
            f"a formula's sign or command outside of a formula (missing $){after}",
            r"put it between dollars, or write `\_` or `\^{}` for the sign itself",
        )
    return None


def _undefined_command(item: Message) -> str:
    if UNDEFINED not in item.text:
        return ""
    names = re.findall(r"\\(?:[A-Za-z@]+|.)", item.context)
    return names[-1] if names else ""


def _place(item: Message, places: Places) -> Span:
    """The line of the document: LaTeX's, or that of what the error is about."""
    text = _text(item)
    if (begun := BEGUN.match(text)) and begun["line"]:
        return places.of_line(int(begun["line"]))
    if (open_ := OPEN_ARGUMENT.match(text)) and (at := _argument(open_["name"], item, places)):
        return at
    if at := _file_place(text, places):
        return at
    if not item.line:
        return places.of_line(1)
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
    return _undefined_command(item)


def _file_place(text: str, places: Places) -> Span | None:
    """Where a file is named: LaTeX asks for another name and tells no line, or dies of it."""
    if missing := NO_FILE.match(text):
        stem = missing["name"].rpartition(".")[0] or missing["name"]
    elif image := IMAGE.match(text):
        stem = image["name"].rpartition("/")[2]
    else:
        return None
    at = places.of_pattern(re.compile(rf"(?<![\w-]){re.escape(stem)}(?![\w-])"))
    return places.of_source(stem, at)


def _argument(name: str, item: Message, places: Places) -> Span | None:
    """Where the argument begins that never ends; an empty line is a \\par in TeX's eyes."""
    start = re.split(r" ?\\par\b|\\ETC\.|\.\.\.$", item.context)[0][:60]
    return places.of_text(name + start) or places.of_text(start.removeprefix("{"))
