"""A case of staleness, as it stands in a file of `cases/`.

A file holds many cases, each like this one:

    === name-of-the-case
    Why a simpler cache would be wrong here.
    now: twice is 6
    runs: makes, uses
    --- report.pmd
    (the file, up to the next line of dashes)
    --- change
    edit report.pmd: x = 1 => x = 3

`now` is a text that only a right second build shows (`*`: other output, whatever it is); `runs`
names the chunks that run in it, `none` for none, `at least a, b` where more may. `status`, `args`,
`env`, `to`, `latex` say what else there is to a build, `prepare` is Python code that makes what a
text can't be, `kill: CHUNK` ends the first build when that chunk has run, and `rivals` says why the
case can't be put to another cache. `+++ FILE` is the text of a file after the change; the actions
under `--- change` are those of `changes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

CASES = Path(__file__).with_name("cases")
_KEYS = ("now", "runs", "status", "args", "env", "to", "kill", "prepare", "latex", "rivals")
_HEADER = re.compile(rf"(?P<key>{'|'.join(_KEYS)}): (?P<value>.*)")
_SECTION = re.compile(r"(?P<mark>---|\+\+\+) (?P<name>\S+)")


@dataclass(frozen=True)
class Runs:
    """Which chunks run in the second build."""

    chunks: frozenset[str]
    exactly: bool

    def allows(self, ran: frozenset[str]) -> bool:
        return ran == self.chunks if self.exactly else ran >= self.chunks


@dataclass
class Case:
    """Files, a change, and what must be true after it."""

    name: str
    theme: str  # the name of the file it stands in
    why: str = ""
    headers: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)  # files given whole after the change
    actions: list[str] = field(default_factory=list)

    @property
    def now(self) -> tuple[str, ...]:
        return tuple(self.headers.get("now", ()))

    @property
    def runs(self) -> Runs:
        text = self.header("runs", "none")
        names = text.removeprefix("at least ").split(", ") if text != "none" else []
        return Runs(frozenset(names), not text.startswith("at least "))

    @property
    def status(self) -> int:
        return int(self.header("status", "0"))

    @property
    def environment(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.headers.get("env", ()))

    def header(self, key: str, default: str = "") -> str:
        return self.headers.get(key, [default])[0]


def all_cases() -> list[Case]:
    """The cases of all files, in the order of their names."""
    return [case for path in sorted(CASES.glob("*.txt")) for case in read_cases(path)]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file; what stands before the first is a remark."""
    _, *parts = re.split(r"^=== ", path.read_text("utf-8"), flags=re.MULTILINE)
    return [_read_case(part, path.stem) for part in parts]


def _read_case(text: str, theme: str) -> Case:
    head, *lines = text.splitlines()
    case = Case(head.strip(), theme)
    files, name = None, ""
    for line in lines:
        if section := _SECTION.fullmatch(line):
            files = case.after if section["mark"] == "+++" else case.files
            name = section["name"]
            if name != "change":
                files[name] = ""
        elif files is None:
            _read_head(line, case)
        elif name == "change":
            case.actions += [line] if line.strip() else []
        else:
            files[name] += line + "\n"
    for group in (case.files, case.after):
        group.update({file: body.rstrip("\n") + "\n" for file, body in group.items()})
    return case


def _read_head(line: str, case: Case) -> None:
    if header := _HEADER.fullmatch(line):
        case.headers.setdefault(header["key"], []).append(header["value"])
    else:
        case.why = f"{case.why} {line}".strip()
