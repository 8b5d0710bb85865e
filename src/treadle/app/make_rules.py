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


# Names with these can't be written in a rule, whatever stands before them.
UNFIT = re.compile(r"[\n\t\\;|]|\)$")
EQUALS = "treadle.equals"  # a variable: make looks for an assignment before it looks for a rule


def dependency_rules(target: Path, files: Iterable[str]) -> str:
    """Rules that make `target` anew when one of `files` changes; a file that is gone is no error.

    Names that make can't express are left out.
    """
    names = [name for name in sorted(set(files)) if not UNFIT.search(name)]
    needed = " \\\n  ".join(map(_escaped, names))
    lines = [f"{EQUALS} := ="] if any("=" in name for name in (str(target), *names)) else []
    lines += [f"{_as_target(str(target))}: \\\n  {needed}"] if names else []
    lines += [f"{_as_target(name)}:" for name in names]
    return "\n".join(lines) + "\n"


def _as_target(name: str) -> str:
    """There, a percent sign stands for any text."""
    return _escaped(name).replace("%", r"\%")


def _escaped(name: str) -> str:
    plain = re.sub(r"([\s#:*?\[])", r"\\\1", name.replace("$", "$$"))
    return plain.replace("=", f"$({EQUALS})")
