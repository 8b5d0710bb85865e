"""Facts that kept results rest on, besides values and files: the look of figures, and lines."""

from __future__ import annotations

import os
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path

from treadle.app.measuring import Measuring
from treadle.app.prepare import Prepared
from treadle.engine.store.digest import combined
from treadle.engine.store.store import Store
from treadle.engine.trace import LINES
from treadle.press.cells import captioned_cells
from treadle.press.document.source_files import seen_from
from treadle.press.latex.rows import Measure
from treadle.press.plugin.figure_rows import ROWS
from treadle.press.plugin.press_plugin import LOOK


class Facts:
    """What results may rest on besides values and files: see `Observed.facts`."""

    def __init__(self, prepared: Prepared, folder: str, store: Store, measuring: Measuring) -> None:
        self._prepared = prepared
        self._folder = folder
        self._store = store
        self._measuring = measuring
        self._look = cache(self._look_of_figures)
        self._lines = cache(self._digests_of_lines)

    def of(self, fact: str, number: int) -> str:
        """The digest of a fact as it is now. For the look of figures it waits until it is known."""
        if fact == LINES:
            return self._lines()[max(self._prepared.cells.blocks[: number + 1])]
        if fact == ROWS:
            return self._rows(number)
        return self._look() if fact == LOOK else ""

    def _rows(self, number: int) -> str:
        """What the figures of this cell stand under: nothing, or a caption and on what page."""
        if number not in captioned_cells(self._prepared.document, self._prepared.cells):
            return ""
        page = self._measuring.layout.result().page
        return combined([repr(page.measure if page else Measure())])

    def _look_of_figures(self) -> str:
        """The document's style, and matplotlib's own settings where the user has some."""
        style = self._measuring.layout.result().style
        config = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
        folders = [self._folder, os.environ.get("MPLCONFIGDIR"), Path(config, "matplotlib")]
        files = [Path(folder, "matplotlibrc") for folder in folders if folder]
        given = os.environ.get("MATPLOTLIBRC")
        files += [Path(given), Path(given, "matplotlibrc")] if given else []
        return combined([repr(style), *(self._store.files.of(str(file)) for file in files)])

    def _digests_of_lines(self) -> list[str]:
        """Of the document's text up to the end of each block, and of its files."""
        lines = self._prepared.text.splitlines(keepends=True)
        document = self._prepared.document
        ends = [0, *(block.span.end_line for block in document.blocks)]
        named = (document.files.file_of(block.span.line) for block in document.blocks)
        files = (seen_from(name, document.path.parent) if name else "" for name in named)
        parts = zip(files, pairwise(ends), strict=True)
        texts = (file + "".join(lines[a:b]) for file, (a, b) in parts)
        every = accumulate(texts, lambda above, text: combined([above, text]), initial="")
        return list(every)[1:]
