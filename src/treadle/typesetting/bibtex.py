"""Run bibtex when what it reads has changed, and read its log."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from treadle.diagnostics import Diagnostic, Span, error, warning
from treadle.typesetting.database import fault_of
from treadle.typesetting.places import READ_BY, Places
from treadle.typesetting.programs import Programs

COMMANDS = re.compile(r"^\\(?:citation|bibdata|bibstyle)\{.*\}$", re.MULTILINE)
AT_LINE = re.compile(
    r"^(?P<message>.+?)---(?:line (?P<line>\d{1,9})\d* of|while reading) file (?P<file>.+)$"
)
NO_DATABASE = re.compile(r"^I couldn't open (?P<kind>database|style) file (?P<file>.+)$")
NO_STYLE = re.compile(r"^I found no style file---")
UNKNOWN_ENTRY = "I didn't find a database entry for"
ABOUT_ENTRY = re.compile(r"^Warning--(?P<message>.+ in (?P<key>\S+))$")
UNKNOWN_TYPE = re.compile(r"""^Warning--entry type for "(?P<key>[^"]+)" isn't style-file defined""")


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


def bibliography_diagnostics(log: str, places: Places, directory: Path) -> Iterator[Diagnostic]:
    """The problems of a `.blg`, at the entry of the database or at `\\bibliography`."""
    broken = any(AT_LINE.match(line) and "file" in line for line in log.splitlines())
    for line in log.splitlines():
        if found := NO_DATABASE.match(line):
            stem = found["file"].rpartition(".")[0] or found["file"]
            at = places.of_source(stem, places.of_pattern(READ_BY[".bbl"]))
            what = "bibliography file" if found["kind"] == "database" else "bibliography style"
            yield error(at, f"there is no {what} `{found['file']}`")
        elif NO_STYLE.match(line):
            continue  # said just before
        elif found := AT_LINE.match(line):
            name = found["file"].strip()
            text = _database(name, directory)
            fault = fault_of(found["message"], int(found["line"] or 1), text)
            at = places.of_file(name, fault.line)
            yield error(at, f"BibTeX: {found['message']}", fault.hint)
        elif (found := UNKNOWN_TYPE.match(line)) and not broken:
            at = _entry(found["key"], places)
            text = f"BibTeX: the style knows no entries of the type that `{found['key']}` has"
            yield warning(at, text, "is it misspelt? There are @article, @book, @misc and others")
        elif UNKNOWN_ENTRY in line:
            continue  # LaTeX says so itself, where the citation stands
        elif (found := ABOUT_ENTRY.match(line)) and not broken:
            at = _entry(found["key"], places)
            yield warning(at, f"BibTeX: {found['message']}")


def _commands(directory: Path) -> str:
    texts = (path.read_text("utf-8", "replace") for path in sorted(directory.glob("*.aux")))
    return "\n".join("\n".join(COMMANDS.findall(text)) for text in texts)


def _wanted(commands: str) -> bool:
    return r"\citation{" in commands and r"\bibdata{" in commands


def _databases(directory: Path) -> list[Path]:
    return sorted([*directory.glob("*.b[is][bt]"), *directory.glob("*/*.b[is][bt]")])


def _key(commands: str, directory: Path) -> str:
    digest = hashlib.sha256(commands.encode())
    for path in _databases(directory):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _database(name: str, directory: Path) -> str:
    beside = (path for path in _databases(directory) if path.name == Path(name).name)
    return next((path.read_text("utf-8", "replace") for path in beside), "")


def _entry(key: str, places: Places) -> Span:
    entry = places.entries.get(key)
    return entry.of("") if entry else places.of_pattern(READ_BY[".bbl"])
