"""YAML front matter, read safely, every problem at its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from treadle.press.document.model import FrontMatter
from treadle.press.document.names import unusable
from treadle.problem import Problem, Span, error, warning

# Backslashes that a quoted string of Python or YAML takes for its own: `\f` of `\frac`.

# A line break may be meant, unless it begins a command such as `\nu` or `\newcommand`.
SWALLOWED = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029]"
    r"|\n(?=(?:u|abla|eq?|eg|ot|oindent|ew[a-z]+)(?![a-z]))"
)


# YAML front matter, read safely, every problem at its line.

AS_TYPED = {"id", "group"}
NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_SINGLE_QUOTES = "write it in single quotes"


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a key given twice is an error, and `1e-3` is a number."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401
        """The value of `node`; a value Python can't hold (30 February) is a YAML error."""
        try:
            value = super().construct_object(node, deep)
        except (ValueError, OverflowError) as failure:
            raise _not_a_value(str(failure), node) from failure
        except (LookupError, AttributeError) as failure:  # `!!bool x`, `!!int`, `!!timestamp x`
            raise _not_a_value(f"`{node.value}` is no value of its tag", node) from failure
        if problem := unusable(value):
            raise _not_a_value(problem, node)
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping, unless a key is given twice."""
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    problem = f"the key `{key.value}` is given twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
        made = super().construct_mapping(node, deep)
        return made | dict(_as_typed(node))


def _as_typed(node: yaml.MappingNode) -> Iterator[tuple[str, str]]:
    """Numbers that are names: YAML takes the student number 0042 for an octal 34."""
    for key, value in node.value:
        numeric = isinstance(value, yaml.ScalarNode) and value.tag in NUMBERS
        if numeric and key.value in AS_TYPED:
            yield key.value, value.value


# YAML 1.1 wants a dot and a signed exponent; learning rates are written without.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def read_yaml(block: str, line: int, file: str) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """The values of a YAML `block` whose first line has the number `line`."""
    try:
        node, values = _load(block)
    except yaml.YAMLError as failure:
        return FrontMatter(), (_diagnostic(failure, block, line, file),)
    except RecursionError:
        return FrontMatter(), (error(Span.at(file, line), "front matter nested too deeply"),)
    if values is None:
        return FrontMatter(), ()
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        message = "the front matter must be `key: value` lines"
        return FrontMatter(), (error(Span.at(file, line), message),)
    lines = {key.value: line + key.start_mark.line for key, _ in node.value}
    front = FrontMatter({str(key): value for key, value in values.items()}, lines)
    return front, tuple(_swallowed_backslashes(node, line, file, set()))


def _not_a_value(problem: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _swallowed_backslashes(
    node: yaml.Node, line: int, file: str, seen: set[int]
) -> Iterator[Problem]:
    r"""LaTeX in double quotes, where YAML makes a tab and `heta` of `\theta`."""
    if id(node) in seen:  # an alias, perhaps of what it stands in
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if node.style == '"' and SWALLOWED.search(node.value):
            message = "a control character: YAML made it of a backslash within double quotes"
            at = Span.at(file, line + node.start_mark.line)
            yield warning(at, message, _SINGLE_QUOTES)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _swallowed_backslashes(item, line, file, seen)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _swallowed_backslashes(value, line, file, seen)


def scalar(text: str) -> object:
    """What `text` means as a YAML value. Raises yaml.YAMLError."""
    return _load(text)[1]


def _load(text: str) -> tuple[yaml.Node | None, object]:
    loader = _Loader(text)
    try:
        try:
            node = loader.get_single_node()
        except ValueError as failure:  # "\U00110000"
            raise yaml.scanner.ScannerError(
                None, None, str(failure), loader.get_mark()
            ) from failure
        return node, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _diagnostic(failure: yaml.YAMLError, block: str, line: int, file: str) -> Problem:
    mark = getattr(failure, "problem_mark", None) or getattr(failure, "context_mark", None)
    opened = getattr(failure, "context_mark", None)
    if opened is not None and _is_unclosed(str(getattr(failure, "problem", ""))):
        mark = opened  # the end of the block, where the quote is missed, says nothing
    if mark is not None:
        line += min(mark.line, max(block.count("\n") - 1, 0))
    elif isinstance(failure, yaml.reader.ReaderError) and isinstance(failure.position, int):
        line += block.count("\n", 0, failure.position)
    problem = getattr(failure, "problem", None) or getattr(failure, "reason", None) or failure
    return error(Span.at(file, line), f"front matter: {problem}", _hint(str(problem)))


def _hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "quote a value that holds a colon"
    if "'\\t'" in problem or "\\t" in problem:
        return "indent with spaces, not tabs"
    if "unknown escape character" in problem:
        return _SINGLE_QUOTES
    if _is_unclosed(problem):
        return "a closing quote is missing"
    return ""


def _is_unclosed(problem: str) -> bool:
    return "unexpected end of stream" in problem or "unexpected document separator" in problem
