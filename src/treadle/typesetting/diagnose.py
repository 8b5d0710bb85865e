"""What LaTeX says, as problems at lines of the `.pmd`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from treadle.diagnostics import Diagnostic, Span, error, warning
from treadle.typesetting.log import Kind, Message, messages
from treadle.typesetting.places import Places
from treadle.typesetting.undefined import citation_hint, reference_hint

TOLERATED = 2.0  # points by which a box may stick out before it is worth a word

UNDEFINED = re.compile(r"^(?P<kind>Reference|Citation) [`'](?P<key>[^']+)'.* undefined")
DUPLICATE_LABEL = re.compile(r"^Label `(?P<key>[^']+)' multiply defined")
BEGUN = re.compile(r"^\\begin\{(?P<what>[^}]*)\}(?P<begun> on input line (?P<line>\d+))? ended by")
OPEN_ARGUMENT = re.compile(
    r"(?:File|Paragraph) ended (?:while scanning use of|before) (?P<name>\\\S+)"
)
NO_FILE = re.compile(r"File `(?P<file>[^']+)' not found")
# These follow from an error before them on the same line, and would only bury it.
CONSEQUENCE = re.compile(r"Missing .+ inserted|Too many }'s|Extra |Lonely")
FATAL = re.compile(r"Emergency stop| *==> Fatal error")
# Nothing is wrong in the result: the passes see to it, or LaTeX found a good substitute.
HARMLESS = re.compile(
    r"(?:There were (?:undefined|multiply)|Label\(s\) may have changed|Rerun|Citation\(s\) may have"
    r"|`!?[htbp!]+' float specifier changed|Size substitutions|Some font shapes|Font shape .* size"
    r"|PDF inclusion: multiple pdfs|Marginpar on page|File `.*\.out' has changed"
    r"|Redefining Unicode character|Unused global option|Empty bibliography"
    r"|No positions in optional float)"
)

# One word for what hyperref says of each token.
BOOKMARK = (
    "the PDF's bookmark of this heading lacks its formulas or commands: "
    r"give their plain text by \texorpdfstring{formula}{text}"
)


def diagnose(log: str, places: Places) -> tuple[Diagnostic, ...]:
    """The problems of the log of a settled pass, in the order of the document's lines."""
    found = tuple(messages(log))
    errors = _errors([item for item in found if item.kind is Kind.ERROR], places)
    others = (_other(item, places) for item in found if item.kind is not Kind.ERROR)
    return _merged([*errors, *(item for item in others if item is not None)])


def diagnose_errors(log: str, places: Places) -> tuple[Diagnostic, ...]:
    """The errors alone: all that counts of a pass that was not the last."""
    return _merged(_errors((item for item in messages(log) if item.kind is Kind.ERROR), places))


def _errors(found: Iterable[Message], places: Places) -> Iterator[Diagnostic]:
    seen: set[tuple[str, int]] = set()
    in_formula = False  # one that TeX began itself, and ends itself: the second time says nothing
    for item in found:
        if "Missing $ inserted" in item.text:
            in_formula = not in_formula
            if not in_formula:
                continue
        if seen and places.is_end(item.file, item.line):
            continue
        text = _sentence(item)
        plain = text.removeprefix("LaTeX: ")
        known = (item.file, item.line) in seen or not item.line
        if seen and (FATAL.match(plain) or (known and CONSEQUENCE.match(plain))):
            continue
        seen.add((item.file, item.line))
        yield error(_error_place(item, places), text)


def _error_place(item: Message, places: Places) -> Span:
    text = item.text.removeprefix("LaTeX Error: ")
    if (begun := BEGUN.match(text)) and begun["line"]:
        return places.of_line(int(begun["line"]))
    if (open_ := OPEN_ARGUMENT.match(text)) and (at := _argument(open_["name"], item, places)):
        return at
    if item.line:
        at = places.of_file(item.file or places.tex_name, item.line)
        command = _undefined_command(item)
        return (places.of_line_before(command, item.file, item.line) if command else None) or at
    if missing := NO_FILE.match(text):  # LaTeX asks for another name and tells no line
        stem = re.escape(missing["file"].rpartition(".")[0] or missing["file"])
        return places.of_pattern(re.compile(rf"(?<![\w-]){stem}(?![\w-])"))
    return places.of_line(1)


def _argument(name: str, item: Message, places: Places) -> Span | None:
    """Where the argument begins that never ends; an empty line is a \\par in TeX's eyes."""
    start = re.split(r" ?\\par\b|\\ETC\.|\.\.\.$", item.context)[0][:60]
    return places.of_text(name + start) or places.of_text(start.removeprefix("{"))


def _undefined_command(item: Message) -> str:
    if "Undefined control sequence" not in item.text:
        return ""
    names = re.findall(r"\\(?:[A-Za-z@]+|.)", item.context)
    return names[-1] if names else ""


def _sentence(item: Message) -> str:
    """LaTeX's own words, with what they speak of, and without its line numbers."""
    text = re.sub(r"^(?:LaTeX|Package|Class) (?:(\S+) )?Error: ", r"\1: ", item.text)
    text = text.removeprefix(": ").strip()
    if begun := BEGUN.match(text):
        text = text.replace(begun["begun"] or "", "")
    if text.startswith("Undefined control sequence"):
        text = f"undefined command {_undefined_command(item)}".rstrip()
    elif text.startswith("Missing $ inserted"):
        text = "a formula's sign or command outside of a formula (missing $)"
        text += f", after: {item.context[-40:].strip()}" if item.context.strip() else ""
    return f"LaTeX: {text.rstrip('. ')}"


def _other(item: Message, places: Places) -> Diagnostic | None:
    at = places.of_file(item.file or places.tex_name, item.line) if item.line else None
    if item.kind is Kind.OVERFULL:
        return _overfull(item, at or _whole(item, places))
    if item.kind is Kind.MISSING_CHARACTER:
        return _missing_character(item.text, places)
    if found := UNDEFINED.match(item.text):
        return _undefined(found["kind"], found["key"], at, places)
    if found := DUPLICATE_LABEL.match(item.text):
        if found["key"].endswith("@cref"):  # cleveref's own shadow of the label
            return None
        label = re.compile(re.escape(f"\\label{{{found['key']}}}"))
        return error(places.of_pattern(label, 1), f"the label `{found['key']}` is given twice")
    if HARMLESS.match(item.text) or not item.text:
        return None
    if item.text.startswith("Token not allowed in a PDF string"):
        return warning(at or places.of_line(1), BOOKMARK)
    return warning(at or _whole(item, places), f"LaTeX: {item.text.rstrip('.')}")


def _whole(item: Message, places: Places) -> Span:
    return places.of_file(item.file, 1) if item.file.endswith(".bbl") else places.of_line(1)


def _overfull(item: Message, at: Span) -> Diagnostic | None:
    size = re.search(r"[\d.]+", item.text)
    if size is None or float(size[0]) <= TOLERATED:
        return None
    what = "line sticks out of the margin" if item.text.startswith("h") else "page is overfull"
    return warning(at, f"a {what} by {float(size[0]):.1f} pt")


def _missing_character(text: str, places: Places) -> Diagnostic:
    found = re.match(r"There is no (?P<char>\S+).* in font (?P<font>\S+)", text)
    char, font = (found["char"], found["font"]) if found else (text, "the font")
    at = (places.of_text(char) if not char.isascii() else None) or places.of_line(1)
    return warning(at, f"the character {char} is missing in font {font}: it is not in the PDF")


def _undefined(kind: str, key: str, at: Span | None, places: Places) -> Diagnostic:
    if kind == "Citation":
        message = f"the citation `{key}` is not defined"
        return error(at or places.of_line(1), message, citation_hint(places))
    message = f"the reference `{key}` is not defined"
    return error(at or places.of_line(1), message, reference_hint(key, places))


def _merged(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each problem once, in the order of the lines."""
    return tuple(sorted(dict.fromkeys(found), key=lambda item: item.span))
