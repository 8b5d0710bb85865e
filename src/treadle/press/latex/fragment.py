"""The line map: pieces of LaTeX whose every line knows the line of the `.pmd` it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

# LaTeX's log and SyncTeX speak of lines of the `.tex`, an author of lines of the `.pmd`. No search
# can lead from one to the other afterwards: a macro of a template makes ten lines of one, a table
# aligns its rows, printed text may look like prose. So a line of LaTeX is made together with its
# origin, and whatever moves, joins or wraps lines (`indent`, `glue`, the slots of templates) takes
# the origin along: the map is right by construction, and a line without one is a type error.


class Line(NamedTuple):
    """One line of LaTeX. `origin` is its `.pmd` line; a `fixed` line is never indented."""

    text: str
    origin: int
    fixed: bool = False


Fragment = tuple[Line, ...]


def lines_at(text: str, origin: int) -> Fragment:
    """Every line of `text`, all from the one line `origin`."""
    return tuple(Line(line, origin) for line in text.split("\n"))


def glue(parts: Iterable[Fragment]) -> Fragment:
    """The parts one after the other as running text: a part goes on in the last line before it."""
    lines: list[Line] = []
    for part in parts:
        if lines and part:
            last, first = lines.pop(), part[0]
            origin = last.origin if last.text else first.origin
            lines.append(Line(last.text + first.text, origin, last.fixed))
            lines.extend(part[1:])
        else:
            lines.extend(part)
    return tuple(lines)


def stack(parts: Iterable[Fragment]) -> Fragment:
    """The parts below one another, with no line between them."""
    return tuple(line for part in parts for line in part)


def indent(fragment: Fragment, width: int = 2) -> Fragment:
    """Moved to the right, but for empty lines and those that must stay (verbatim ones)."""
    blank = " " * width
    return tuple(
        line if line.fixed or not line.text else Line(blank + line.text, line.origin)
        for line in fragment
    )


def fixed(fragment: Fragment) -> Fragment:
    """The same lines, never to be indented."""
    return tuple(Line(line.text, line.origin, True) for line in fragment)


def environment(name: str, body: Fragment, origin: int, arguments: str = "") -> Fragment:
    r"""`body`, indented, between the environment's `\begin`, of the line `origin`, and `\end`."""
    end = body[-1].origin if body else origin
    begin = Line(rf"\begin{{{name}}}{arguments}", origin)
    return (begin, *indent(body), Line(rf"\end{{{name}}}", end))


def text_of(fragment: Sequence[Line]) -> str:
    return "\n".join(line.text for line in fragment)


VERBATIM = re.compile(
    r"\\begin\{([Vv]erbatim\*?|lstlisting|comment|filecontents\*?|listing|chunk[a-z]+)\}"
)

READS = re.compile(r"\\(?:input|include|subfile)\s*\{([^{}]+)\}")  # another file of the author's


def verbatim_lines(lines: Iterable[str]) -> Iterator[bool]:
    """Whether each line belongs to a verbatim environment, its begin and its end included."""
    inside = ""
    for line in lines:
        inside = inside or (begun[1] if (begun := VERBATIM.search(line)) else "")
        yield bool(inside)
        if f"\\end{{{inside}}}" in line:
            inside = ""


# The Jinja2 templates that say how the LaTeX looks: `\VAR{...}` and `\BLOCK{...}`.

SLOT = re.compile(r"\s*\ue0f2(\w+)\ue0f3$")  # private-use characters: never typed


def templates_folder() -> Path:
    """Where the templates are: in the installed package, or beside `src/` in a work tree."""
    installed = Path(__file__).parents[2] / "templates"
    return installed if installed.is_dir() else Path(__file__).parents[4] / "templates"


@lru_cache(maxsize=8)
def templates(*folders: Path) -> Environment:
    """Templates from `folders`, then from Treadle's own. What a template lacks is an error.

    A template comes with a document and may be anybody's: it reaches no code of ours.
    """
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([*folders, templates_folder()]),
        block_start_string=r"\BLOCK{",
        block_end_string="}",
        variable_start_string=r"\VAR{",
        variable_end_string="}",
        comment_start_string=r"\#{",
        comment_end_string="}",
        line_comment_prefix="%%",
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        autoescape=False,  # LaTeX: what is passed is LaTeX already
    )


def render(
    name: str,
    origin: int,
    values: Mapping[str, object],
    slots: Mapping[str, Fragment] = MappingProxyType({}),
    folders: tuple[Path, ...] = (),
) -> Fragment:
    r"""The lines of a template, which come from the line `origin`; but where `\VAR{name}` of a slot
    stands alone on a line, its fragment does, with lines of its own. Raises TemplateError."""
    marks = {slot: f"\ue0f2{slot}\ue0f3" if given else "" for slot, given in slots.items()}
    text = templates(*folders).get_template(name).render({**values, **marks})
    lines: list[Line] = []
    for line in lines_at(text.rstrip("\n"), origin):
        slot = SLOT.match(line.text)
        lines.extend(slots[slot[1]] if slot and slot[1] in slots else [line])
    return tuple(lines)
