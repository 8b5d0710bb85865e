"""The options of a chunk, on its fence and in comments: literals only, read and never executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct, field
from msgspec.structs import replace

from treadle.press.document.foreign_options import plain_name, python_names, translated
from treadle.press.document.options import KINDS, ChunkOptions
from treadle.press.document.wrong_values import (
    SWALLOWED,
    WrongValueError,
    did_you_mean,
    nearest,
    unusable,
)
from treadle.problem import Problem, Span, error, warning

_SWEAVE = MappingProxyType({"TRUE": True, "FALSE": False})
_RESULTS = (
    *("verbatim", "hidden", "hide", "none", "markdown", "markup", "md"),
    *("tex", "latex", "raw", "asis", "rst"),
)
_CLASSES = re.compile(r"(?:[.#][\w.:-]+(?:[\s,]+|$))+")
_OF_ONE_CHUNK = {
    *(
        "name",
        "label",
        "caption",
        "subcaptions",
        "alt",
        "source",
        "checks",
        "module",
        "test",
        "main",
    ),
}
_UNREADABLE = (SyntaxError, ValueError, TypeError, MemoryError, RecursionError)  # raised by `ast`


class _Reading(Struct):
    """The options read so far, the places of those that stand elsewhere, and the problems met."""

    span: Span
    given: dict[str, object] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)  # by their names: as the author has them
    problems: list[Problem] = field(default_factory=list)

    def error(self, message: str, hint: str = "", name: str = "") -> None:
        self.problems.append(error(self.places.get(name, self.span), message, hint))

    def warning(self, message: str, hint: str = "", name: str = "") -> None:
        self.problems.append(warning(self.places.get(name, self.span), message, hint))


_GLUED = re.compile(r"[^;,\s}]")  # to the word `python`
_FIRST = re.compile(r"^[;,]?\s*")
NO_DEFAULTS: Mapping[str, object] = MappingProxyType({})


def parse_options(
    rest: str,
    span: Span,
    comments: Sequence[str] = (),
    defaults: Mapping[str, object] = NO_DEFAULTS,
) -> tuple[ChunkOptions, tuple[Problem, ...]]:
    """The options within `rest`, what follows the word `python` on the fence at `span`.

    One comma or semicolon may come first and one closing brace last. `comments` are the lines
    below the fence that begin with `#|`, `defaults` what the document says of all its chunks. An
    option in error keeps its default.
    """
    reading = _Reading(span)
    if _GLUED.match(rest):
        word = "python" + re.split(r"[;,\s}]", rest, maxsplit=1)[0]
        reading.warning(
            f"`{word}` is read as `python` and a chunk name",
            "write a space or a comma after `python`",
        )
    text = _FIRST.sub("", rest).rstrip().removesuffix("}").rstrip()
    text = _without_classes(text, reading)
    if text:
        _read_keywords(text, reading)
        _translate(reading, is_comment=False)
    if comments:
        _read_comments(comments, reading)
    for name in defaults.keys() - reading.given.keys():
        reading.given[name] = defaults[name]
    return _checked(reading), tuple(reading.problems)


def read_defaults(
    given: Mapping[str, object], at: Mapping[str, Span]
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """What a document says of all its chunks, in Treadle's words, as far as it can be meant."""
    first = next(iter(at.values()), Span.at("", 1))
    reading = _Reading(first, dict(given), dict(at))
    _translate(reading, is_comment=True)
    for name in reading.given.keys() & _OF_ONE_CHUNK:
        reading.error(f"`{name}` is for one chunk alone", "put it on the chunk's fence", name)
        del reading.given[name]
    good = _values(reading).keys()
    defaults = {name: value for name, value in reading.given.items() if name in good}
    return defaults, tuple(reading.problems)


def _translate(reading: _Reading, *, is_comment: bool) -> None:
    """Put Treadle's words in the place of Quarto's and R Markdown's."""

    def say(name: str, message: str, hint: str) -> None:
        reading.warning(message, hint, name)

    meant = translated(reading.given, say, is_comment=is_comment)
    reading.given = {name: item.value for name, item in meant.items()}
    reading.written |= {name: item.written for name, item in meant.items()}
    here = {name: reading.places.get(item.written, reading.span) for name, item in meant.items()}
    reading.places |= here


def _read_comments(comments: Sequence[str], reading: _Reading) -> None:
    """Options in comments, `#| echo: false`, which count more than those on the fence."""
    from treadle.press.document.yaml_block import read_yaml  # takes 14 ms

    file, first = reading.span.file, reading.span.line + 1
    lines = [line.removeprefix("#|").removeprefix(" ") for line in comments]
    if re.match(r"\s*[\w.-]+\s*=", "".join(lines)):  # knitr's way to write them
        inner = _Reading(Span.at(file, first))
        _read_keywords(", ".join(line.strip().rstrip(",") for line in lines), inner)
        reading.problems += inner.problems
        given, places = inner.given, dict.fromkeys(inner.given, inner.span)
    else:
        front, problems = read_yaml("".join(f"{line}\n" for line in lines), first, file)
        words = (replace(p, message=p.message.replace("front matter", "options")) for p in problems)
        reading.problems += words
        given = dict(front.values)
        places = {name: Span.at(file, line) for name, line in front.lines.items()}
    own = _Reading(Span.at(file, first), given, places, problems=reading.problems)
    _translate(own, is_comment=True)
    reading.given |= own.given
    reading.places |= own.places
    reading.written |= own.written


def _without_classes(text: str, reading: _Reading) -> str:
    """The options without pandoc's classes and name before them, `.numberLines #fit`."""
    marks = _CLASSES.match(text)
    for mark in re.findall(r"[.#][\w.:-]+", marks[0] if marks else ""):
        if mark.startswith("#"):
            reading.given["name"] = mark[1:]
        elif not mark.startswith(".cb."):  # Codebraid's, to have code run
            hint = "write ``` {.python} with a blank to have code shown alone"
            reading.warning(f"`{mark}` means nothing to a chunk", hint)
    return text[marks.end() :] if marks else text


def _read_keywords(text: str, reading: _Reading) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):  # an escape like "\e" keeps its backslash
            call = ast.parse(f"dict({python_names(_name_first(text))})", mode="eval").body
    except _UNREADABLE as failure:
        reason = failure.msg if isinstance(failure, SyntaxError) else str(failure)
        reading.error(f"can't read the options `{text}`: {reason}", _way_out(text))
        return
    constants = (node.value for node in ast.walk(call) if isinstance(node, ast.Constant))
    if not isinstance(call, ast.Call) or not _is_plain(call):
        reading.error(f"can't read the options `{text}`: they are not all `name=value`")
    elif problem := next(filter(None, map(unusable, constants)), ""):
        reading.error(f"can't read the options: {problem}")
    else:
        for keyword in call.keywords:
            _read_keyword(plain_name(keyword.arg or ""), keyword.value, reading)


def _name_first(text: str) -> str:
    """The first option may be a bare name: Pweave tells by the missing `=`."""
    first, comma, others = text.partition(",")
    return text if "=" in first else f'name="{first.strip()}"{comma}{others}'


def _is_plain(call: ast.Call) -> bool:
    """Whether it is `dict(key=value, ...)`, not something that merely parses after `dict(`."""
    named = all(keyword.arg is not None for keyword in call.keywords)
    return isinstance(call.func, ast.Name) and not call.args and named


def _read_keyword(name: str, node: ast.expr, reading: _Reading) -> None:
    if name in reading.given:
        reading.error(f"the option `{name}` is given twice")
        return
    try:
        value = _literal(node)
    except _UNREADABLE:
        source = ast.unparse(node)
        message = f"the option `{name}` is `{source}`, which is not a literal"
        if near := nearest(source, ("True", "False")):
            reading.error(message, f"did you mean `{near}`?")
        elif isinstance(node, ast.Name):
            reading.error(message, _needs_quotes(name, source))
        else:
            reading.error(message, "write a string, a number, True or False")
        return
    reading.given[name] = value
    if name == "include" and isinstance(node, ast.Name):  # FALSE, as in R
        hint = "to show nothing of the chunk: echo=False, results='hidden', include=False"
        reading.warning("`include` hides figures alone, as in Pweave", hint)
    if isinstance(value, str) and SWALLOWED.search(value):
        reading.warning(
            f"the option `{name}` holds a control character, as `\\t` and `\\b` make one",
            f'write {name}=r"..." to keep backslashes',
        )


def _literal(node: ast.expr) -> object:
    """Its value; R's `c("a", "b")` is a list."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "c" and not node.keywords:
        return list(map(_literal, node.args))
    if isinstance(node, ast.Name) and node.id in _SWEAVE:
        return _SWEAVE[node.id]
    return ast.literal_eval(node)


def _values(reading: _Reading) -> dict[str, object]:
    """The options that are known, with the values that they may have; the others are told."""
    values: dict[str, object] = {}
    for name, value in reading.given.items():
        written = reading.written.get(name, name)
        if name not in KINDS:
            reading.error(f"unknown chunk option `{written}`", did_you_mean(name, KINDS), name)
            continue
        try:
            values[name] = KINDS[name](value)
        except WrongValueError as bad:
            message = f"the option `{written}` must be {bad.expected}, not `{value!r}`"
            reading.error(message, bad.hint, name)
    return values


def _checked(reading: _Reading) -> ChunkOptions:
    values = _values(reading)
    if "label" in values:
        values["name"] = values.pop("label")
    _apart(values, reading)
    # Each value has passed the check of its option's kind.
    options = ChunkOptions(**values, given=dict(reading.given))  # type: ignore[arg-type]
    if options.results not in _RESULTS:
        message = f'`results="{options.results}"` is unknown and taken as raw LaTeX'
        reading.warning(message, did_you_mean(options.results, _RESULTS))
    if options.module is not None and not options.test:
        _check_module_options(options, reading)
    return options


def _apart(values: dict[str, object], reading: _Reading) -> None:
    """Put lists of captions and of alternative texts, one for each figure, where these belong."""
    if isinstance(values.get("alt"), tuple):
        values["alts"] = values.pop("alt")
    if isinstance(values.get("caption"), tuple):
        captions = values.pop("caption")
        if "subcaptions" in values:
            hint = 'with `subcaptions`, write one text: caption="..."'
            reading.error("`caption` and `subcaptions` are both lists", hint, "caption")
        values.setdefault("subcaptions", captions)


def _check_module_options(options: ChunkOptions, reading: _Reading) -> None:
    clashes = {
        "term=True": options.term,
        "complete=False": not options.complete,
        "source": options.source is not None,
        "error=True": options.error,
    }
    for option in (option for option, clash in clashes.items() if clash):
        reading.error(f"a chunk of a module is imported: it can't have `{option}`")


# The way out where a fence's options can't be read.

_STRING = re.compile(r"""[rRbBuU]?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_OPTION = re.compile(r"\s*(?P<name>\w+)\s*=(?P<value>.*)", re.DOTALL)


def _way_out(text: str) -> str:
    """What to write in place of `text`, options that Python can't parse."""
    plain = _BRACKETS.sub("()", _STRING.sub("''", text))
    if re.search(r"""["']""", plain.replace("''", "")):
        return "a quotation mark is missing, or within text that it ends: use the other kind"
    for part in plain.split(","):
        if re.search(r"[^\s=]\s+\w+\s*=", part):
            name = re.findall(r"(\w+)\s*=", part)[-1]
            return f"a comma is missing before `{name}=`"
        option = _OPTION.fullmatch(part)
        if option and not _is_python(option["value"].strip()):
            return _needs_quotes(option["name"], option["value"].strip())
    return "options are `name=value`, separated by commas"


def _needs_quotes(name: str, value: str) -> str:
    raw = "r" if "\\" in value else ""
    return f'text needs quotes: {name}={raw}"{value}"'


def _is_python(value: str) -> bool:
    try:
        ast.parse(value, mode="eval")
    except _UNREADABLE:
        return False
    return True
