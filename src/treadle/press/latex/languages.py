"""The language of a document: what babel knows of it, and the words that Treadle writes itself."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct, field
from msgspec.json import decode

from treadle.press.document.wrong_values import did_you_mean
from treadle.press.tex.engine import PDFLATEX
from treadle.problem import Problem, Span, warning

ENGLISH = "en"
FOLDER = Path(__file__).with_name("languages")
SECTION = re.compile(r"^\[(?P<name>[\w.-]+)\]$")
ENTRY = re.compile(r"^(?P<key>[\w.]+)\s*=\s*(?P<value>.*)$")
NAMES = re.compile(r"\\BabelBeforeIni\s*\{(?P<tag>[^{}]+)\}")
TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")
TRADITIONAL = re.compile(r"zh-(?:TW|HK|MO)", re.IGNORECASE)
SHOWN = ("captions", "date.gregorian")  # the sections with what babel writes
# Patterns of hyphenation are not needed where words have no hyphens.
WITHOUT_HYPHENS = {"zh", "ja", "ko", "th", "lo", "km", "my", "ar", "he", "fa", "ur", "vi", "bo"}


class Words(Struct, frozen=True, rename={"and_": "and"}):
    """What Treadle writes into the PDF; each a few words. What LaTeX writes, babel knows.

    `quotes`: the outer pair and the inner one. `cleveref`: its option, where it has good words;
    without it `references` has them, one form or two. `package`: of Debian, with the hyphenation.
    """

    quotes: tuple[str, str, str, str]
    theorem: str
    lemma: str
    proposition: str
    corollary: str
    definition: str
    example: str
    remark: str
    algorithm: str
    name: str
    names: str
    and_: str
    student: str
    checks: str
    checked: str
    against: str
    cases: str
    tolerance: str
    deviation: str
    assertions: str
    most: str
    none: str
    exact: str
    keywords: str
    equal: str
    corresponding: str
    email: str
    callouts: tuple[str, str, str, str, str]
    works: str = ":"  # between a name and where its bearer works
    cleveref: str = ""
    package: str = ""
    references: Mapping[str, Sequence[str] | str] = field(default_factory=dict)

    def all(self) -> Iterator[str]:
        """Every word, for the characters in it."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            yield from value.values() if isinstance(value, dict) else (value,)


class Language(Struct, frozen=True):
    """The main language of a document: its tag, babel's name, the words.

    `shown`: all that babel and Treadle may write in it.
    """

    tag: str
    name: str
    words: Words
    shown: str = ""

    @property
    def names(self) -> Iterator[tuple[str, str, str]]:
        """What references call each kind of thing: one, and several."""
        for kind, forms in self.words.references.items():
            if isinstance(forms, Sequence) and not isinstance(forms, str):
                yield kind, forms[0], forms[-1]


@lru_cache(maxsize=1)
def known_codes() -> frozenset[str]:
    """The languages whose words are known, by their codes of two letters: a file each."""
    return frozenset(path.stem for path in FOLDER.iterdir())


def words_of(lang: str | None) -> Words:
    """The words of a language; English ones where it has none."""
    code = (lang or ENGLISH).replace("_", "-").split("-")[0].lower()
    return _words(code if code in known_codes() else ENGLISH)


@lru_cache(maxsize=16)
def _words(code: str) -> Words:
    return decode((FOLDER / f"{code}.json").read_bytes(), type=Words)


def language_of(lang: str | None, at: Span) -> tuple[Language | None, tuple[Problem, ...]]:
    """The language of the tag `lang`, and what is missing for it; None: English, or unknown."""
    tag = (lang or ENGLISH).replace("_", "-")
    if tag.split("-")[0].lower() in {ENGLISH, "english"}:
        return None, ()
    known = _babel(tag)
    if known is None:
        near = did_you_mean(tag, sorted(known_codes()))
        text = f"babel knows no language `{lang}`: what LaTeX writes stays English"
        return None, (warning(at, text, near or "write a code such as de, fr, pt-BR, zh-Hans"),)
    words = words_of(known["tag"])
    language = Language(known["tag"], known["name"], words, known["shown"] + str([*words.all()]))
    return language, tuple(_missing(language, known["patterns"], at))


def _missing(language: Language, patterns: str, at: Span) -> Iterator[Problem]:
    code = language.tag.split("-")[0]
    if code not in known_codes():
        text = (
            f"Treadle has no words in `{language.tag}`: names of theorems and the like are English"
        )
        yield warning(at, text, r"give yours in `preamble:`, as \renewcommand and \crefname do")
    if patterns and code not in WITHOUT_HYPHENS and not _is_loaded(patterns):
        package = language.words.package or "texlive-lang-all"
        package = package if code in known_codes() else "texlive-lang-european"
        text = f"there are no patterns for hyphens in `{language.tag}`: words are not broken"
        yield warning(at, text, f"`apt-get install {package}`")


# What babel knows of a language is in a file of its own, and which patterns TeX has in a list.


@lru_cache(maxsize=8)
def _babel(tag: str) -> Mapping[str, str] | None:
    """What babel's file of the language says; None: there is none."""
    names = ["zh-Hant"] if TRADITIONAL.fullmatch(tag) else []
    names += [tag, tag.split("-")[0].lower()]
    found = _found([*(f"babel-{name}.ini" for name in names), f"babel-{tag.lower()}.tex"])
    if not found:
        return None
    first = min(found, key=lambda path: _order(path, names))
    if first.suffix == ".tex":
        named = NAMES.search(first.read_text("utf-8"))
        return _babel(named["tag"]) if named else None
    return _read(first)


def _order(path: Path, names: Sequence[str]) -> int:
    name = path.stem.removeprefix("babel-")
    return names.index(name) if path.suffix == ".ini" and name in names else len(names)


def _read(path: Path) -> Mapping[str, str]:
    section, shown = "", ""
    values: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        if found := SECTION.match(line):
            section = found["name"]
        elif found := ENTRY.match(line):
            values.setdefault(found["key"], found["value"].strip())
            shown += found["value"] if section in SHOWN else ""
    return {
        "tag": path.stem.removeprefix("babel-"),
        "name": values.get("name.babel", "").split(" ")[0] or path.stem.removeprefix("babel-"),
        "patterns": values.get("hyphenrules", "").split(" ")[0],
        "shown": shown,
    }


@lru_cache(maxsize=8)
def _is_loaded(patterns: str) -> bool:
    lists = _found(["language.dat"])
    lines = lists[0].read_text("utf-8", "replace").splitlines() if lists else []
    return any(line.lstrip("=").split(" ")[0] == patterns for line in lines)


def _found(names: Sequence[str]) -> list[Path]:
    try:
        said = subprocess.run(PDFLATEX.find(names), capture_output=True, text=True, check=False)
    except OSError:
        return []
    return [Path(line) for line in said.stdout.splitlines()]
