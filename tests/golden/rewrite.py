"""Write the expected LaTeX of every golden document anew: `python -m tests.golden.rewrite`.

Then read the difference in git: it is what the change does to documents.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import treadle

HERE = Path(__file__).parent
DOCUMENTS = tuple(sorted(HERE.glob("*.pmd")))


def woven(document: Path) -> str:
    """The LaTeX of a document, built in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in HERE.iterdir():
            if file.suffix in {".pmd", ".png", ".bib"}:
                shutil.copy(file, folder)
        out = folder / "build"
        built = treadle.build(folder / document.name, out, to="tex", code=folder / "code")
        if built.failed:
            raise RuntimeError("\n".join(map(str, built.problems)))
        return (out / f"{document.stem}.tex").read_text("utf-8")


def rewrite() -> None:
    """Put the LaTeX beside each document."""
    for document in DOCUMENTS:
        document.with_suffix(".tex").write_text(woven(document), "utf-8")


if __name__ == "__main__":
    rewrite()
