"""The Markdown parser: CommonMark, and pandoc's extensions that reports use."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from treadle.weaving.markdown.citations import citations_plugin
from treadle.weaving.markdown.divs import divs_plugin
from treadle.weaving.markdown.marks import marks_plugin
from treadle.weaving.markdown.maths import maths_plugin
from treadle.weaving.markdown.nesting import nesting_plugin
from treadle.weaving.markdown.raw_latex import raw_latex_plugin
from treadle.weaving.markdown.table_rows import table_rows_plugin


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """A parser; it holds no state of a document."""
    md = MarkdownIt("commonmark", {"typographer": True, "html": True})
    md.enable(["table", "strikethrough", "smartquotes"])
    md.normalizeLinkText = str  # type: ignore[assignment]  # printed as typed
    md.use(deflist_plugin).use(footnote_plugin, move_to_end=False)
    md.use(raw_latex_plugin).use(maths_plugin).use(divs_plugin)
    md.use(citations_plugin).use(marks_plugin).use(nesting_plugin).use(table_rows_plugin)
    return md


def parse(text: str, env: dict[str, Any]) -> SyntaxTreeNode:
    """The tree of a text; footnotes and problems are left in `env`."""
    return SyntaxTreeNode(parser().parse(text, env))


def parse_inline(text: str, env: dict[str, Any]) -> SyntaxTreeNode:
    """The tree of a text that is one line of running text, such as a caption."""
    return SyntaxTreeNode(parser().parseInline(text, env))
