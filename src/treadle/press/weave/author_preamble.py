r"""The author's preamble apart: what loads packages stands with the packages, the rest behind all.

So a package, with the options that its author gives it, is there before ours would be, which then
is left out; and what he defines or sets anew finds what is defined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from treadle.press.document.front_matter_keys import Settings
from treadle.press.document.model import Document
from treadle.press.document.source_text import is_file
from treadle.press.latex.fragment import READS, Fragment, Line, text_of

COMMENT = re.compile(r"(?<!\\)%.*")
LOADS = re.compile(
    r"\\(?:usepackage|RequirePackage|LoadClass|LoadClassWithOptions|RequirePackageWithOptions)"
    r"\s*(?:\[(?P<options>[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\])?\s*\{(?P<names>[^{}]*)\}"
)
# Without its effect, a package after it may not load.
BEFORE = re.compile(r"\\PassOptionsToPackage\b|\\let\s*\\\w+\s*=?\s*\\(?:relax|undefined)\s*$")
# What wants hyperref before it.
LATE = {
    "hyperref", "cleveref", "bookmark", "hyperxmp", "hypcap", "autonum", "zref-clever",
    "glossaries", "glossaries-extra",
}  # fmt: skip
OPENS, CLOSES = re.compile(r"\\if[A-Za-z@]*"), re.compile(r"\\fi(?![A-Za-z@])")
NO_CONDITION = {r"\ifthenelse", r"\iff", r"\IfFileExists"}
TITLE = re.compile(r"\\(?:[gex]?def|\w*newcommand\*?)\s*\{?\s*\\@?maketitle(?![A-Za-z@])")
ICML = re.compile(r"\\icmltitle(?![A-Za-z@])")
AND = re.compile(r"\\(?:[gex]?def|\w*newcommand\*?)\s*\{?\s*\\And(?![A-Za-z@])")
MOST = 50  # files


class AuthorPreamble(Struct, frozen=True):
    """`early` and `late` load packages, before ours and in the place of hyperref."""

    early: Fragment = ()
    late: Fragment = ()
    rest: Fragment = ()
    loads: frozenset[str] = frozenset()  # by itself, or by a style beside the document
    files: tuple[Path, ...] = ()  # beside the document: styles, and what is read by `\input`
    titles: str = ""  # what title blocks a style beside the document makes: maketitle, icml
    author_and: str = r"\and"  # what stands between authors

    @property
    def lines(self) -> Fragment:
        """All of it."""
        return (*self.early, *self.late, *self.rest)

    def loads_any(self, *names: str) -> bool:
        return not self.loads.isdisjoint(names)


def author_preamble(document: Document, settings: Settings) -> AuthorPreamble:
    """The preamble of the front matter; files beside the document are looked into."""
    folder = document.path.parent
    parts: dict[str, list[Line]] = {"early": [], "late": [], "rest": []}
    loads: set[str] = set()
    where = "early"
    for statement in _statements(_lines(document, settings)):
        text = COMMENT.sub("", text_of(statement))
        names = _loaded(_with_inputs(text, folder))
        loads |= names
        if names & LATE:
            where = "late"
        place = where if names or BEFORE.search(text) else "rest"
        parts[place] += statement
    styles = tuple(_styles([*loads, settings.documentclass or ""], folder))
    texts = [COMMENT.sub("", path.read_text("utf-8", "replace")) for path in styles]
    whole = "\n".join(texts)
    titles = "icml" if ICML.search(whole) else "maketitle" if TITLE.search(whole) else ""
    return AuthorPreamble(
        early=tuple(parts["early"]),
        late=tuple(parts["late"]),
        rest=tuple(parts["rest"]),
        loads=frozenset(loads.union(*map(_loaded, texts))),
        files=(*styles, *_inputs(settings.preamble, folder)),
        titles=titles,
        author_and=r"\And" if AND.search(whole) else r"\and",
    )


def _lines(document: Document, settings: Settings) -> Fragment:
    keys = (key for key in ("preamble", "header-includes") if key in document.front.lines)
    line = next((document.front.lines[key] for key in keys), 1)
    text = settings.preamble.strip("\n")
    # The text begins on the line after `preamble: |`, and on that line where there is no bar.
    key = document.front.text.splitlines()[line - 1 : line]
    below = any(re.search(r"[|>][-+\d]*\s*$", given) for given in key)
    lines = enumerate(text.split("\n") if text else (), start=line + below)
    return tuple(Line(part, number) for number, part in lines)


def _statements(lines: Fragment) -> Iterator[list[Line]]:
    """Runs of lines at the end of which all is closed: groups, options, conditions."""
    whole = COMMENT.sub("", text_of(lines))
    conditions = len(_conditions(whole)) == len(CLOSES.findall(whole))
    run: list[Line] = []
    for line in lines:
        run.append(line)
        if not _open(COMMENT.sub("", text_of(run)), conditions):
            yield run
            run = []
    if run:
        yield run


def _open(text: str, conditions: bool) -> bool:
    bare = re.sub(r"\\[\\{}\[\]]", "", text)
    if bare.count("{") > bare.count("}"):
        return True
    if LOADS.search(text) is None and re.search(r"\\(?:usepackage|RequirePackage)\b", text):
        return True  # its options go on
    return conditions and len(_conditions(text)) > len(CLOSES.findall(text))


def _conditions(text: str) -> list[str]:
    bare = re.sub(r"\\newif\s*\\\w+|\\let\s*\\if\w+", "", text)
    return [name for name in OPENS.findall(bare) if name not in NO_CONDITION]


def _loaded(text: str) -> set[str]:
    """The packages that a text loads, and the classes."""
    lists = (found["names"].split(",") for found in LOADS.finditer(text))
    return {name.strip() for names in lists for name in names if name.strip()}


def _with_inputs(text: str, folder: Path) -> str:
    """The text, and that of the author's files that it reads."""
    texts = (path.read_text("utf-8", "replace") for path in _inputs(text, folder))
    return "\n".join([text, *(COMMENT.sub("", other) for other in texts)])


def _inputs(text: str, folder: Path) -> Iterator[Path]:
    for name in READS.findall(text):
        path = folder / name.strip()
        path = path if path.suffix else path.with_suffix(".tex")
        if is_file(path):
            yield path


def _styles(names: Iterable[str], folder: Path) -> Iterator[Path]:
    """The styles and classes beside the document that these are, and those that they load."""
    seen: set[Path] = set()
    waiting = sorted(names)
    while waiting and len(seen) < MOST:
        name = waiting.pop(0)
        for path in (folder / f"{name}.sty", folder / f"{name}.cls") if name else ():
            if path not in seen and is_file(path):
                seen.add(path)
                yield path
                waiting += sorted(_loaded(COMMENT.sub("", path.read_text("utf-8", "replace"))))
