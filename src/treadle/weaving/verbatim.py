"""Which lines of LaTeX are printed as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

BEGIN = re.compile(
    r"\\begin\{([Vv]erbatim\*?|lstlisting|comment|filecontents\*?|listing|chunk[a-z]+)\}"
)


def verbatim_lines(lines: Iterable[str]) -> Iterator[bool]:
    """For each line whether it belongs to such an environment, its begin and its end included."""
    inside = ""
    for line in lines:
        inside = inside or (begun[1] if (begun := BEGIN.search(line)) else "")
        yield bool(inside)
        if f"\\end{{{inside}}}" in line:
            inside = ""
