"""Run bibtex when what it reads has changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from treadle.typesetting.programs import Programs

COMMANDS = re.compile(r"^\\(?:citation|bibdata|bibstyle)\{.*\}$", re.MULTILINE)


def make_bibliography(
    directory: Path, stem: str, environment: Mapping[str, str], programs: Programs
) -> str:
    """Make `STEM.bbl` anew if the citations or the databases changed; the text of bibtex's log."""
    commands = _commands(directory)
    log_file, bbl, mark = (directory / f"{stem}{end}" for end in (".blg", ".bbl", ".bibhash"))
    if not _wanted(commands):
        bbl.unlink(missing_ok=True)
        return ""
    key = _key(commands, directory)
    if not (bbl.exists() and mark.exists() and mark.read_text() == key):
        mark.unlink(missing_ok=True)  # a killed run must not pass for a whole one
        programs.run(["bibtex", stem], directory, environment)
        mark.write_text(key)
    return log_file.read_text("utf-8", "replace") if log_file.exists() else ""


def _commands(directory: Path) -> str:
    texts = (path.read_text("utf-8", "replace") for path in sorted(directory.glob("*.aux")))
    return "\n".join("\n".join(COMMANDS.findall(text)) for text in texts)


def _wanted(commands: str) -> bool:
    return r"\citation{" in commands and r"\bibdata{" in commands


def databases_in(directory: Path) -> list[Path]:
    """The bibliographies and their styles that lie where LaTeX runs."""
    return sorted([*directory.glob("*.b[is][bt]"), *directory.glob("*/*.b[is][bt]")])


def _key(commands: str, directory: Path) -> str:
    digest = hashlib.sha256(commands.encode())
    for path in databases_in(directory):
        digest.update(path.read_bytes())
    return digest.hexdigest()
