"""Write the expected LaTeX of every golden document anew: `python tests/golden/rewrite.py`.

Then read the difference in git: it is what the change does to documents.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from treadle.app.cli.main import main

HERE = Path(__file__).parent
DOCUMENTS = tuple(sorted(HERE.glob("*.pmd")))


def woven(document: Path) -> str:
    """The LaTeX of a document, made by the command in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in HERE.iterdir():
            if file.suffix in {".pmd", ".png", ".bib"}:
                shutil.copy(file, folder)
        out = folder / "build"
        status = main(["build", str(folder / document.name), "-o", str(out), "--to", "tex", "-q"])
        if status != 0:
            raise RuntimeError(f"{document.name}: the build ended with {status}")
        return (out / f"{document.stem}.tex").read_text("utf-8")


def rewrite() -> None:
    """Put the LaTeX beside each document."""
    for document in DOCUMENTS:
        document.with_suffix(".tex").write_text(woven(document), "utf-8")


if __name__ == "__main__":
    rewrite()
