"""The whole of a Markdown text to LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treadle.weaving.fragment import Fragment
from treadle.weaving.markdown.blocks import render_blocks
from treadle.weaving.markdown.context import Context, Findings, Place, Setting
from treadle.weaving.markdown.footnotes import footnotes
from treadle.weaving.markdown.inline import inline_latex
from treadle.weaving.markdown.parser import parse, parse_inline
from treadle.weaving.markdown.problems import problems


def render_markdown(
    text: str,
    origins: Sequence[int],
    setting: Setting,
    findings: Findings,
    places: Sequence[Place] = (),
) -> Fragment:
    """The LaTeX of `text`, whose lines come from the lines `origins` of the `.pmd`.

    What is wrong, which images to copy and which places were used goes to `findings`.
    """
    env: dict[str, Any] = {}
    tree = parse(text, env)
    notes = footnotes(tree, env)
    context = Context(setting, findings, origins, places, notes, env, render_blocks)
    for problem in problems(env):
        tell = context.doubt if problem.is_latex else context.warn
        tell(problem.line, problem.message, problem.hint)
    return render_blocks(tree.children, context)


def render_line(text: str, origin: int, setting: Setting, findings: Findings) -> str:
    """The LaTeX of running text, such as a caption or a title, from the line `origin`."""
    env: dict[str, Any] = {}
    words = " ".join(text.split())
    return inline_latex(parse_inline(words, env), 0, Context(setting, findings, (origin,), env=env))
