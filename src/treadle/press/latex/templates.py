r"""The Jinja2 templates that say how the LaTeX looks: `\VAR{...}` and `\BLOCK{...}`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from treadle.press.latex.fragment import Fragment, Line, lines_at

SLOT = re.compile(r"\ue0f2(\w+)\ue0f3")  # private-use characters: never typed

USES = re.compile(r"""\\BLOCK\{ *(?:extends|include) *["']([^"']+)["']""")


# What stands in a template: code, an address, in which `%` is a sign like others, a sign behind a
# backslash, a comment of TeX's.
PART = re.compile(
    r"""\\(?:VAR|BLOCK|\#)\{(?:[^{}"']|"[^"]*"|'[^']*'|\{[^{}]*\})*\}"""
    r"""|\\(?:url|nolinkurl|href|path)\*?[ ]*(?:\[[^]\n]*\])?[ ]*"""
    r"""\{(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})*\}"""
    r"""|\\.|(?P<comment>%[^\n]*)""",
    re.DOTALL,
)
CODE = re.compile(r"\\(?=(?:VAR|BLOCK|\#)\{)")


class _OfAuthors(FileSystemLoader):
    """Templates beside documents: their comments are comments, and no code stands in them."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        text, file, is_current = super().get_source(environment, template)
        return PART.sub(_without_code, text), file, is_current


def _without_code(found: re.Match[str]) -> str:
    return CODE.sub("", found["comment"]) if found["comment"] else found[0]


def templates_folder() -> Path:
    """Where the templates are: in the installed package, or beside `src/` in a work tree."""
    installed = Path(__file__).parents[2] / "templates"
    return installed if installed.is_dir() else Path(__file__).parents[4] / "templates"


@lru_cache(maxsize=8)
def templates(*folders: Path) -> Environment:
    """Templates from `folders`, then from Treadle's own. What a template lacks is an error.

    A template comes with a document and may be anybody's: it reaches no code of ours.
    """
    compiled = None if folders else _compiled()
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([_OfAuthors(folders), FileSystemLoader(templates_folder())]),
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
        bytecode_cache=FileSystemBytecodeCache(compiled) if compiled else None,
        autoescape=False,  # LaTeX: what is passed is LaTeX already
    )


def _compiled() -> str | None:
    """Where Treadle's own templates are kept compiled: beside them, as Python keeps modules, since
    whoever can write there can change these as well. It takes 35 ms of each build. None: nowhere.
    """
    folder = templates_folder() / "__pycache__"
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return str(folder) if os.access(folder, os.W_OK) else None


def source_of(name: str, folders: tuple[Path, ...] = ()) -> str:
    """The text of a template and of those that it builds on or includes. Raises TemplateError."""
    environment = templates(*folders)
    texts: dict[str, str] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in texts and environment.loader is not None:
            texts[current] = environment.loader.get_source(environment, current)[0]
            waiting += USES.findall(texts[current])
    return "\n".join(texts.values())


def render(
    name: str,
    origin: int,
    values: Mapping[str, object],
    slots: Mapping[str, Fragment] = MappingProxyType({}),
    folders: tuple[Path, ...] = (),
) -> Fragment:
    r"""The lines of a template, which come from the line `origin`; but where `\VAR{name}` of a slot
    stands, its fragment does, with lines of its own. Raises TemplateError."""
    marks = {slot: f"\ue0f2{slot}\ue0f3" if given else "" for slot, given in slots.items()}
    text = templates(*folders).get_template(name).render({**values, **marks})
    lines: list[Line] = []
    for line in lines_at(text.rstrip("\n"), origin):
        # What stands beside a slot has lines of its own, for the slot's may end in a comment.
        for number, part in enumerate(SLOT.split(line.text)):
            if number % 2:
                lines.extend(slots[part])
            elif part.strip() or part == line.text:
                lines.append(line._replace(text=part))
    return tuple(lines)
