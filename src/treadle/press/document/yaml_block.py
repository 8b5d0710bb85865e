"""YAML, read safely, every problem at its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from treadle.press.document.model import FrontMatter
from treadle.press.document.wrong_values import SWALLOWED, unusable
from treadle.problem import Problem, Span, error, warning

_AS_TYPED = {"id", "group", "ref", "index", "affiliation"}  # at the top and of people
_PEOPLE = {"author", "authors", "affiliation", "affiliations"}
_LISTS = {"author", "affiliations"}  # whose items have lines of their own
_FORMATS = {"format", "output"}
# So many levels below these, keys have lines of their own.
_NESTED = {"execute": 1, "chunks": 1, **dict.fromkeys(_FORMATS, 3)}
_OTHER_NAMES = {"authors": "author", "affiliation": "affiliations"}  # JOSS's and papaja's
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_SINGLE_QUOTES = "write it in single quotes"
_UNCLOSED = ("unexpected end of stream", "unexpected document separator")
_HINTS = (  # to what PyYAML says
    ("mapping values are not allowed", "quote a value that holds a colon"),
    ("\\t", "indent with spaces, not tabs"),
    ("unknown escape character", _SINGLE_QUOTES),
    *((words, "a closing quote is missing") for words in _UNCLOSED),
)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a key given twice is an error, and `1e-3` is a number.

    `names` are the ids of the mappings in which some numbers are names.
    """

    names: frozenset[int] = frozenset()

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401
        """The value of `node`; one that Python can't hold (30 February) is a YAML error."""
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
        """The mapping, unless a key is given twice; a number that is a name stays as typed.

        YAML takes the student number 0042 for an octal 34.
        """
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise _not_a_value(f"the key `{key.value}` is given twice", key)
                seen.add(key.value)
        made = super().construct_mapping(node, deep)
        for key, value in node.value if id(node) in self.names else ():
            if value.tag in _NUMBERS and key.value in _AS_TYPED:
                made[key.value] = value.value
        return made


# YAML 1.1 wants a dot and a signed exponent; learning rates are written without.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def _not_a_value(problem: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def read_yaml(block: str, line: int, file: str) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """The values of a YAML `block` whose first line has the number `line`."""
    try:
        node, values = _load(block)
    except yaml.YAMLError as failure:
        return FrontMatter(), (_problem(failure, block, line, file),)
    except RecursionError:
        return FrontMatter(), (error(Span.at(file, line), "front matter nested too deeply"),)
    if values is None:
        return FrontMatter(), ()
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        message = "the front matter must be `key: value` lines"
        return FrontMatter(), (error(Span.at(file, line), message),)
    names = {str(key): _name(str(key), values) for key in values}
    lines: dict[str, int] = {}
    for key, value in node.value:
        name = names.get(key.value, key.value)
        lines[name] = line + key.start_mark.line
        if name in _LISTS and isinstance(value, yaml.SequenceNode):
            starts = (item.start_mark.line for item in value.value)
            lines |= {f"{name}.{number}": line + at for number, at in enumerate(starts)}
        if name in _NESTED:
            lines |= {f"{name}.{key}": line + at for key, at in _within(value, _NESTED[name])}
    front = FrontMatter({names[str(key)]: value for key, value in values.items()}, lines)
    return front, tuple(_swallowed_backslashes(node, line, file))


def _within(node: yaml.Node, depth: int, before: str = "") -> Iterator[tuple[str, int]]:
    """The keys within a mapping, `pdf` and `pdf.toc`, with their lines, so many levels deep."""
    if not isinstance(node, yaml.MappingNode) or not depth:
        return
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode):
            yield f"{before}{key.value}", key.start_mark.line
            yield from _within(value, depth - 1, f"{before}{key.value}.")


def _name(key: str, values: Mapping[Any, object]) -> str:
    """What we call a key, unless the front matter has one of that name, too."""
    name = _OTHER_NAMES.get(key, key)
    return key if name in values else name


def scalar(text: str) -> object:
    """What `text` means as a YAML value. Raises ValueError."""
    try:
        return _load(text)[1]
    except yaml.YAMLError as failure:
        raise ValueError(f"can't read `{text}` as a value") from failure


def _load(text: str) -> tuple[yaml.Node | None, object]:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        loader.names = frozenset(map(id, _with_names(node)))
        return node, None if node is None else loader.construct_document(node)
    except ValueError as failure:  # "\U00110000"
        raise yaml.scanner.ScannerError(None, None, str(failure), loader.get_mark()) from failure
    finally:
        loader.dispose()


def _with_names(top: yaml.Node | None) -> Iterator[yaml.Node]:
    """The mappings in which an `id` is a name: the top, what a format has in its place, and all
    that is said of people. A parameter of that name is a number."""
    formats = (value for key, value in _pairs(top) if key in _FORMATS)
    for mapping in (top, *(value for named in formats for _, value in _pairs(named))):
        if mapping is not None:
            yield mapping
        for key, value in _pairs(mapping):
            if key in _PEOPLE:
                yield from _nodes(value, set())


def _pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """What a mapping has by name; nothing of another node."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode):
            yield key.value, value


def _swallowed_backslashes(node: yaml.Node, line: int, file: str) -> Iterator[Problem]:
    r"""LaTeX in double quotes, where YAML makes a tab and `heta` of `\theta`."""
    message = "a control character: YAML made it of a backslash within double quotes"
    for value in _nodes(node, set()):
        if (
            isinstance(value, yaml.ScalarNode)
            and value.style == '"'
            and SWALLOWED.search(value.value)
        ):
            at = Span.at(file, line + value.start_mark.line)
            yield warning(at, message, _SINGLE_QUOTES)


def _nodes(node: yaml.Node, seen: set[int]) -> Iterator[yaml.Node]:
    """`node` and those within it, each once: an alias may stand in what it names."""
    if id(node) in seen:
        return
    seen.add(id(node))
    yield node
    for item in () if isinstance(node, yaml.ScalarNode) else node.value:
        yield from _nodes(item[1] if isinstance(item, tuple) else item, seen)


def _problem(failure: yaml.YAMLError, block: str, line: int, file: str) -> Problem:
    problem = str(getattr(failure, "problem", None) or getattr(failure, "reason", None) or failure)
    opened = getattr(failure, "context_mark", None)
    mark = getattr(failure, "problem_mark", None) or opened
    if opened is not None and any(words in problem for words in _UNCLOSED):
        mark = opened  # the end of the block, where the quote is missed, says nothing
    if mark is not None:
        line += min(mark.line, max(block.count("\n") - 1, 0))
    elif isinstance(failure, yaml.reader.ReaderError) and isinstance(failure.position, int):
        line += block.count("\n", 0, failure.position)
    hint = next((hint for words, hint in _HINTS if words in problem), "")
    return error(Span.at(file, line), f"front matter: {problem}", hint)
