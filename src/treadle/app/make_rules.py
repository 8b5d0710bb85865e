"""For make: what the PDF is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from treadle.app.current_build import Build
from treadle.engine.store.atomic import write_whole


def write_rules(work: Build, read: set[str]) -> None:
    """Say beside the PDF what it is made of, `read` and the document. Raises OSError."""
    names = read - {str(work.request.path.resolve())}
    existing = (name for name in names if Path(name).is_file())
    pdf = work.request.out_dir / f"{work.scratch.stem}.pdf"
    rules, target = dependency_rules(pdf, existing), work.scratch.rules
    if not target.exists() or target.read_text("utf-8") != rules:
        write_whole(str(target.resolve()), [rules.encode("utf-8")])


def dependency_rules(target: Path, files: Iterable[str]) -> str:
    """Rules that make `target` anew when one of `files` changes; a file that is gone is no error.

    Names that make can't express (with a newline) are left out.
    """
    names = [_escaped(name) for name in sorted(set(files)) if "\n" not in name]
    lines = [f"{_escaped(str(target))}: \\\n  " + " \\\n  ".join(names)] if names else []
    lines += [f"{name}:" for name in names]
    return "\n".join(lines) + "\n"


def _escaped(name: str) -> str:
    return re.sub(r"([\s#%:\\])", r"\\\1", name.replace("$", "$$"))
