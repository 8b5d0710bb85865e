"""The whole of a Markdown text to LaTeX."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from treadle.press.markdown.blocks import render_blocks
from treadle.press.markdown.context import Context, Findings, Place, Setting
from treadle.press.markdown.inline import inline_latex
from treadle.press.markdown.parser import parse, parse_inline
from treadle.press.markdown.problems import problems, report
from treadle.press.weave.fragment import Fragment

# The footnotes of a text, by their labels.


def footnotes(tree: SyntaxTreeNode, env: MutableMapping[str, Any]) -> dict[str, SyntaxTreeNode]:
    """The text of each label; one that is lost, since nothing refers to it, is a problem."""
    found: dict[str, SyntaxTreeNode] = {}
    if "footnotes" not in env:  # the parser notes there what it finds
        return found
    used = set()
    for node in tree.walk():
        if node.type == "footnote_ref":
            used.add(node.meta.get("label", ""))
        if node.type != "footnote_reference":
            continue
        label = node.meta["label"]
        if label in found:
            report(env, _line(node), f"the footnote `[^{label}]` has a text already",
                   "this one is left out: give it another label")  # fmt: skip
        else:
            found[label] = node
    for label in found.keys() - used:
        message = f"nothing refers to the footnote `[^{label}]`: its text is left out"
        report(env, _line(found[label]), message)
    return found


def _line(node: SyntaxTreeNode) -> int:
    return node.map[0] if node.map else 0


# The whole of a Markdown text to LaTeX.


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
