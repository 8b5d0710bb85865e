"""Images that nothing here can show: that is known, and told, before any code runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.press.document.model import Document
from treadle.press.latex.images import CANT, UNREADABLE
from treadle.problem import Problem

# A document that names no such file is not woven for this.
_NAMED = re.compile(rf"\S(?:{'|'.join(map(re.escape, UNREADABLE))})\b", re.IGNORECASE)


def images_left_out(document: Document) -> Iterator[Problem]:
    """An error for each image of a kind that can't be included, and nothing installed converts."""
    if document.is_latex or not any(_NAMED.search(block.text) for block in document.prose):
        return
    from treadle.press.weave.weave import weave

    for problem in weave(document, (None,) * len(document.blocks)).problems:
        if problem.message.startswith(CANT):
            yield problem
