"""The folders of a build under `DIR/.treadle/STEM/`."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from msgspec import Struct

FOLDER = ".treadle"
OWNER = "document"  # the file that names it


class Scratch(Struct, frozen=True):
    """Where the files of one document's build lie; `out_dir` is the user's DIR."""

    out_dir: Path
    stem: str

    @property
    def root(self) -> Path:
        """`DIR/.treadle/STEM`."""
        return self.out_dir / FOLDER / self.stem

    @property
    def figures(self) -> Path:
        """Where the worker writes figures."""
        return self.root / "figures"

    @property
    def shown(self) -> Path:
        """Where a worker without a store keeps what is shown and is no text."""
        return self.root / "shown"

    @property
    def converted(self) -> Path:
        """Images that were made into another kind, by what they are made of."""
        return self.root / "converted"

    @property
    def stage(self) -> Path:
        """A copy of what DIR will hold, where LaTeX runs."""
        return self.root / "tex"

    @property
    def assets(self) -> Path:
        """The staged `STEM/`: figures, images and bibliographies."""
        return self.stage / self.stem

    @property
    def lines(self) -> Path:
        """Which line of the document each line of the `.tex` in DIR comes from: a list."""
        return self.root / "lines.json"

    @property
    def formats(self) -> Path:
        """Where dumped preambles are kept."""
        return self.root / "formats"

    @property
    def manifest(self) -> Path:
        """The list of the files that builds have put into DIR."""
        return self.root / "manifest.json"

    def published(self) -> frozenset[str]:
        """The files in DIR that builds of this document have put there, relative to DIR."""
        try:
            names = json.loads(self.manifest.read_text("utf-8"))
        except (OSError, ValueError):
            return frozenset()
        return frozenset(name for name in names if _inside(name))

    def owner(self) -> Path | None:
        """The document that was built last, an absolute path, if that is known."""
        try:
            noted = (self.root / OWNER).read_text("utf-8", "surrogateescape")
        except OSError:
            return None
        return (self.out_dir.resolve() / noted).resolve()

    def own(self, document: Path) -> None:
        """Note whose folder this is, as seen from DIR: a copy of both is that of the copy. Raises
        OSError."""
        whole = document.resolve()
        if self.owner() != whole:
            noted = os.path.relpath(whole, self.out_dir.resolve())
            (self.root / OWNER).write_text(noted, "utf-8", "surrogateescape")

    @property
    def rules(self) -> Path:
        """What the PDF is made of, in the words of make."""
        return self.out_dir / FOLDER / f"{self.stem}.d"

    def fresh_figures(self) -> Path:
        """The figures' folder, emptied; and nothing is left of what an earlier worker showed."""
        shutil.rmtree(self.shown, ignore_errors=True)
        shutil.rmtree(self.figures, ignore_errors=True)
        self.figures.mkdir(parents=True)
        return self.figures


def _inside(name: object) -> bool:
    """Whether it is the name of a file under DIR: the list may have been tampered with."""
    return isinstance(name, str) and not name.startswith("/") and ".." not in Path(name).parts
