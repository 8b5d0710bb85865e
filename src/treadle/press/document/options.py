"""The options on a chunk's fence: literals only, read and never executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, field

from treadle.press.document.model import ChunkOptions
from treadle.press.document.names import did_you_mean, nearest, unusable
from treadle.press.document.option_values import KINDS, WrongValueError
from treadle.press.document.yaml_block import SWALLOWED
from treadle.problem import Problem, Span, error, warning

# The way out where a fence's options can't be read.

_STRING = re.compile(r"""[rRbBuU]?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_OPTION = re.compile(r"\s*(?P<name>\w+)\s*=(?P<value>.*)", re.DOTALL)


def unreadable_options(text: str) -> str:
    """What to write in place of `text`, options that Python can't parse."""
    plain = _BRACKETS.sub("()", _STRING.sub("''", text))
    if re.search(r"""["']""", plain.replace("''", "")):
        return "a quotation mark is missing, or within text that it ends: use the other kind"
    for part in plain.split(","):
        if re.search(r"[^\s=]\s+\w+\s*=", part):
            name = re.findall(r"(\w+)\s*=", part)[-1]
            return f"a comma is missing before `{name}=`"
        option = _OPTION.fullmatch(part)
        if option and not _is_python(option["value"]):
            return needs_quotes(option["name"], option["value"].strip())
    return "options are `name=value`, separated by commas"


def needs_quotes(name: str, value: str) -> str:
    """Text without quotes, given as the option `name`."""
    raw = "r" if "\\" in value else ""
    return f'text needs quotes: {name}={raw}"{value}"'


def _is_python(value: str) -> bool:
    try:
        ast.parse(value.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


# The options on a chunk's fence: literals only, read and never executed.

_SWEAVE = MappingProxyType({"TRUE": True, "FALSE": False})
_RESULTS = (
    *("verbatim", "hidden", "hide", "none", "markdown", "markup", "md"),
    *("tex", "latex", "raw", "asis", "rst"),
)


class _Reading(Struct):
    """The options read so far, and the problems met."""

    span: Span
    given: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def error(self, message: str, hint: str = "") -> None:
        self.problems.append(error(self.span, message, hint))

    def warning(self, message: str, hint: str = "") -> None:
        self.problems.append(warning(self.span, message, hint))


def option_string(rest: str) -> str:
    """The options within `rest`, what follows the word `python` on the fence.

    One comma or semicolon may come first and one closing brace last.
    """
    text = re.sub(r"^[;,]?\s*", "", rest).rstrip()
    return text.removesuffix("}").rstrip()


def parse_options(rest: str, span: Span) -> tuple[ChunkOptions, tuple[Problem, ...]]:
    """The options of the fence at `span`; an option in error keeps its default."""
    reading = _Reading(span)
    if re.match(r"[^;,\s}]", rest):
        word = "python" + re.split(r"[;,\s}]", rest, maxsplit=1)[0]
        reading.warning(
            f"`{word}` is read as `python` and a chunk name",
            "write a space or a comma after `python`",
        )
    if text := option_string(rest):
        _read_keywords(text, reading)
    return _checked(reading), tuple(reading.problems)


def _read_keywords(text: str, reading: _Reading) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape like "\e" keeps its backslash
            call = ast.parse(f"dict({_name_first(text)})", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as failure:
        reason = failure.msg if isinstance(failure, SyntaxError) else str(failure)
        reading.error(f"can't read the options `{text}`: {reason}", unreadable_options(text))
        return
    if not _is_plain_call(call):
        reading.error(f"can't read the options `{text}`: they are not all `name=value`")
        return
    assert isinstance(call, ast.Call)
    constants = (node.value for node in ast.walk(call) if isinstance(node, ast.Constant))
    if problem := next(filter(None, map(unusable, constants)), ""):
        reading.error(f"can't read the options: {problem}")
        return
    for keyword in call.keywords:
        _read_keyword(keyword, reading)


def _name_first(text: str) -> str:
    """The first option may be a bare name: Pweave tells by the missing `=`."""
    first, comma, others = text.partition(",")
    return text if "=" in first else f'name="{first.strip()}"{comma}{others}'


def _is_plain_call(call: ast.expr) -> bool:
    """Whether it is `dict(key=value, ...)`, not something that merely parses after `dict(`."""
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and not call.args
        and all(keyword.arg is not None for keyword in call.keywords)
    )


def _read_keyword(keyword: ast.keyword, reading: _Reading) -> None:
    name = keyword.arg or ""
    if name in reading.given:
        reading.error(f"the option `{name}` is given twice")
        return
    try:
        value = _literal(keyword.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        source = ast.unparse(keyword.value)
        near = nearest(source, ("True", "False"))
        plain = isinstance(keyword.value, ast.Name)
        way_out = needs_quotes(name, source) if plain else "write a string, a number, True or False"
        reading.error(
            f"the option `{name}` is `{source}`, which is not a literal",
            f"did you mean `{near}`?" if near else way_out,
        )
        return
    reading.given[name] = value
    if isinstance(value, str) and SWALLOWED.search(value):
        reading.warning(
            f"the option `{name}` holds a control character, as `\\t` and `\\b` make one",
            f'write {name}=r"..." to keep backslashes',
        )


def _literal(node: ast.expr) -> object:
    if isinstance(node, ast.Name) and node.id in _SWEAVE:
        return _SWEAVE[node.id]
    return ast.literal_eval(node)


def _checked(reading: _Reading) -> ChunkOptions:
    values: dict[str, object] = {}
    for name, value in reading.given.items():
        if name not in KINDS:
            reading.error(f"unknown chunk option `{name}`", did_you_mean(name, KINDS))
            continue
        try:
            values[name] = KINDS[name](value)
        except WrongValueError as bad:
            message = f"the option `{name}` must be {bad.expected}, not `{value!r}`"
            reading.error(message, bad.hint)
    if "label" in values:
        values["name"] = values.pop("label")
    # Each value has passed the check of its option's kind.
    options = ChunkOptions(**values, given=dict(reading.given))  # type: ignore[arg-type]
    if options.results not in _RESULTS:
        message = f'`results="{options.results}"` is unknown and taken as raw LaTeX'
        reading.warning(message, did_you_mean(options.results, _RESULTS))
    if options.module is not None:
        _check_module_options(options, reading)
    return options


def _check_module_options(options: ChunkOptions, reading: _Reading) -> None:
    """What a chunk that is imported cannot be as well."""
    if options.test:
        return
    clashes: Mapping[str, bool] = {
        "term=True": options.term,
        "complete=False": not options.complete,
        "source": options.source is not None,
        "error=True": options.error,
    }
    for option, clash in clashes.items():
        if clash:
            reading.error(f"a chunk of a module is imported: it can't have `{option}`")
