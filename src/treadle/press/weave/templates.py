r"""The Jinja2 templates that say how the LaTeX looks: `\VAR{...}` and `\BLOCK{...}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from treadle.press.weave.fragment import Fragment, Line, lines_at

SLOT = re.compile(r"^(\s*)\ue0f2(\w+)\ue0f3$")  # private-use characters: never typed


def templates_folder() -> Path:
    """Where the templates are: in the installed package, or beside `src/` in a work tree."""
    installed = Path(__file__).parents[2] / "templates"
    return installed if installed.is_dir() else Path(__file__).parents[4] / "templates"


@lru_cache(maxsize=8)
def environment(*folders: Path) -> Environment:
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


def render(template: str, origin: int, **values: object) -> Fragment:
    """The lines of one of Treadle's own templates, all from the line `origin`."""
    return lines_at(environment().get_template(template).render(**values).rstrip("\n"), origin)


def render_with_slots(
    template: Template, origin: int, slots: Mapping[str, Fragment], values: Mapping[str, object]
) -> Fragment:
    """Likewise, where `\\VAR{name}` alone on a line stands for a fragment that knows its lines."""
    marks = {name: f"\ue0f2{name}\ue0f3" if fragment else "" for name, fragment in slots.items()}
    lines: list[Line] = []
    for text in template.render(**{**values, **marks}).rstrip("\n").split("\n"):
        slot = SLOT.match(text)
        lines.extend(slots[slot[2]] if slot and slot[2] in slots else [Line(text, origin)])
    return tuple(lines)
