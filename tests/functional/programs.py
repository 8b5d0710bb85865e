"""The machine without LaTeX.

`--to tex` needs LaTeX only to measure how wide figures are to be, which takes a second for each
new folder; without it a build takes the usual width. What is kept and what runs is not LaTeX's.
"""

from __future__ import annotations

import os
from pathlib import Path


def link_programs(folder: Path) -> Path:
    """Fill `folder` with links to all programs on the path but LaTeX."""
    for place in map(Path, os.environ["PATH"].split(os.pathsep)):
        for program in place.iterdir() if place.is_dir() else ():
            link = folder / program.name
            if program.name != "pdflatex" and not link.is_symlink():
                link.symlink_to(program)
    return folder
