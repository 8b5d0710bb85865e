"""The footnotes of a text, by their labels."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from treadle.weaving.markdown.problems import report


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
