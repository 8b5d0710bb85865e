"""What LaTeX says, as problems at lines of the `.pmd`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from treadle.press.tex.errors import errors_of
from treadle.press.tex.log import Kind, Message, messages
from treadle.press.tex.places import Places
from treadle.problem import Problem, Span, error, warning

# What to do about a reference or a citation that leads nowhere.

_LABEL = re.compile(r"\\label(?:\[[^\]]*\])?\{([^}]+)\}")
_BIBLIOGRAPHY = re.compile(r"\\bibliography\{|\\addbibresource|\\begin\{thebibliography\}")
_USE = re.compile(
    r"\\(?=[A-Za-z]*(?:ref(?![A-Za-z])|[Cc]ite))[A-Za-z]++\*?(?:\[[^\]]*\])*\{[^{}]*\}|\\hyperref\[[^\]]*\]"
)
_SIMILAR = 0.7  # of difflib's ratio: the kind or a few letters of a short label are different


def citation_hint(key: str, places: Places) -> str:
    """The way out where nothing defines the citation `key`."""
    if near := difflib.get_close_matches(key, places.entries, n=1, cutoff=_SIMILAR):
        return f"did you mean `{near[0]}`?"
    if _BIBLIOGRAPHY.search(places.tex):
        return "is it in the bibliography file?"
    return "the document has no bibliography: give its file by `bibliography:` in the front matter"


def nowhere(keys: Iterable[str], places: Places) -> frozenset[str]:
    """Those that stand only where they are referred to or cited, in all that the document reads."""
    texts = (places.tex, *(other.text for other in places.inputs))
    rest = "\n".join(_USE.sub("", text) for text in texts)
    known = {*places.entries, *places.labels}
    return frozenset(key for key in keys if key not in known and not _named(key).search(rest))


def _named(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w:.-]){re.escape(key)}(?![\w:.-])")


def reference_hint(key: str, places: Places) -> str:
    """The way out where nothing has the label `key`."""
    kind, _, name = key.partition(":")
    if kind in {"fig", "tbl"} and name in places.uncaptioned:
        return f"chunk `{name}` (line {places.uncaptioned[name]}) has no caption"
    labels = dict.fromkeys(_LABEL.findall(places.tex))
    if near := difflib.get_close_matches(key, labels, n=1, cutoff=_SIMILAR):
        return f"did you mean `{near[0]}`?"
    return "nothing in the document has this label"


# What LaTeX says, as problems at lines of the `.pmd`.

TOLERATED = 2.0  # points by which a box may stick out before it is worth a word

UNDEFINED = re.compile(r"^(?P<kind>Reference|Citation) [`'](?P<key>[^']+)'.* undefined")
UNKNOWN_OPTION = re.compile(r"^Unused global option\(s\): *\[(?P<name>[^\]]+)\]")
DUPLICATE_LABEL = re.compile(r"^Label `(?P<key>[^']+)' multiply defined")
# Nothing is wrong in the result: the passes see to it, or LaTeX found a good substitute.
HARMLESS = re.compile(
    r"(?:There were (?:undefined|multiply)|Label\(s\) may have changed|Rerun|Citation\(s\) may have"
    r"|`!?[htbp!]+' float specifier changed|Size substitutions|Some font shapes|Font shape .* size"
    r"|PDF inclusion: multiple pdfs|Marginpar on page|File `.*\.out' has changed"
    r"|Redefining Unicode character|Empty bibliography|Empty `thebibliography'"
    r"|No positions in optional float|Usage of package .* together with a KOMA-Script class"
    r"|\\float@addtolists detected|\\footskip is too small"
    r"|destination with the same identifier \(name\{equation\.)"
)

SIZES = "sizes are 10pt, 11pt, 12pt; `documentclass: extarticle` has 8pt to 20pt"
# One word for what hyperref says of each token.
BOOKMARK = (
    "the PDF's bookmark of this heading lacks its formulas or commands: "
    r"give their plain text by \texorpdfstring{formula}{text}"
)


def diagnose(log: str, places: Places) -> tuple[Problem, ...]:
    """The problems of the log of a settled pass, in the order of the document's lines."""
    found = tuple(messages(log))
    errors = errors_of([item for item in found if item.kind is Kind.ERROR], places)
    # A character may be missing thousands of times.
    others = (item for item in dict.fromkeys(found) if item.kind is not Kind.ERROR)
    return _merged([*errors, *(problem for item in others for problem in _others(item, places))])


def diagnose_errors(log: str, places: Places) -> tuple[Problem, ...]:
    """The errors alone: all that counts of a pass that was not the last."""
    return _merged(errors_of([item for item in messages(log) if item.kind is Kind.ERROR], places))


def diagnose_missing(log: str, places: Places) -> tuple[Problem, ...]:
    """The references and citations that surely lead nowhere, though LaTeX has come to no end."""
    said = [item for item in messages(log) if item.kind is Kind.WARNING]
    keys = {item: found["key"] for item in said if (found := UNDEFINED.match(item.text))}
    lost = nowhere(keys.values(), places)
    missing = (item for item in said if keys.get(item) in lost)
    return _merged(problem for item in missing for problem in _others(item, places))


def _others(item: Message, places: Places) -> Iterator[Problem]:
    if found := UNKNOWN_OPTION.match(item.text):
        for name in found["name"].split(","):
            near = places.of_source(
                name.removesuffix("pt").removesuffix("paper"), places.of_line(1)
            )
            at = places.of_source(name, near)
            hint = SIZES if re.fullmatch(r"[\d.]+pt", name) else ""
            yield warning(at, f"the class has no option `{name}`", hint)
    elif problem := _other(item, places):
        yield problem


def _other(item: Message, places: Places) -> Problem | None:
    at = places.of_file(item.file or places.tex_name, item.line) if item.line else None
    if item.kind is Kind.OVERFULL:
        return _overfull(item, at or _whole(item, places))
    if item.kind is Kind.MISSING_CHARACTER:
        return _missing_character(item.text, places)
    if item.kind is Kind.REFUSED:
        place = places.of_source("write18", places.of_line(1))
        return warning(place, f"LaTeX may run no program: `{item.text}` is not run")
    if found := UNDEFINED.match(item.text):
        return _undefined(found["kind"], found["key"], at, places)
    if found := DUPLICATE_LABEL.match(item.text):
        if found["key"].endswith("@cref"):  # cleveref's own shadow of the label
            return None
        return _given_twice(found["key"], places)
    if HARMLESS.match(item.text) or not item.text:
        return None
    if item.text.startswith("Token not allowed in a PDF string"):
        return warning(at or places.of_line(1), BOOKMARK)
    return warning(at or _whole(item, places), f"LaTeX: {item.text.rstrip('.')}")


def _given_twice(key: str, places: Places) -> Problem:
    label = re.compile(re.escape(f"\\label{{{key}}}"))
    spans = [places.of_offset(found.start()) for found in label.finditer(places.tex)]
    spans += [at] if (at := places.of_input(label)) else []
    first, second = (*spans, places.of_line(1), places.of_line(1))[:2]
    hint = f"first at {first}: give one of them another name" if len(spans) > 1 else ""
    return error(second if len(spans) > 1 else first, f"the label `{key}` is given twice", hint)


def _whole(item: Message, places: Places) -> Span:
    return places.of_file(item.file, 1) if item.file.endswith(".bbl") else places.of_line(1)


def _overfull(item: Message, at: Span) -> Problem | None:
    size = re.search(r"[\d.]+", item.text)
    if size is None or float(size[0]) <= TOLERATED:
        return None
    what = "line sticks out of the margin" if item.text.startswith("h") else "page is overfull"
    return warning(at, f"a {what} by {float(size[0]):.1f} pt")


def _missing_character(text: str, places: Places) -> Problem:
    found = re.match(r"There is no (?P<char>\S+)(?: .*)? in font (?P<font>\S+)", text)
    char, font = (found["char"], found["font"]) if found else (text, "the font")
    at = (places.of_text(char) if not char.isascii() else None) or places.of_line(1)
    return warning(at, f"the character {char} is missing in font {font}: it is not in the PDF")


def _undefined(kind: str, key: str, at: Span | None, places: Places) -> Problem:
    if kind == "Citation":
        message = f"the citation `{key}` is not defined"
        return error(at or places.of_line(1), message, citation_hint(key, places))
    message = f"the reference `{key}` is not defined"
    return error(at or places.of_line(1), message, reference_hint(key, places))


def _merged(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, in the order of the lines."""
    return tuple(sorted(dict.fromkeys(found), key=lambda item: item.span))
