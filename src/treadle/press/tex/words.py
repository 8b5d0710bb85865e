"""LaTeX's errors in plain words, each with the way out: the sentences are in `words.toml`."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct, convert

from treadle.press.tex.places import Places


class Said(Struct, frozen=True):
    """What is wrong, and what to do about it (may be empty)."""

    sentence: str
    hint: str = ""


class _Rule(Struct, frozen=True):
    pattern: str
    sentence: str
    hint: str = ""


class _Words(Struct, frozen=True):
    error: tuple[_Rule, ...]
    packages: Mapping[str, str]  # the commands and environments that each defines
    known: Mapping[str, str]  # those of LaTeX


@lru_cache(maxsize=1)
def _words() -> _Words:
    """Only documents with errors need them."""
    text = Path(__file__).with_name("words.toml").read_text("utf-8")
    return convert(tomllib.loads(text), _Words)


def in_words(text: str) -> Said:
    """LaTeX's `text` in words; as it is, where there are no better ones."""
    if found := NO_FILE.match(text):
        return _missing_file(found["name"])
    for rule in _words().error:
        if found := re.match(rule.pattern, text):
            return Said(found.expand(rule.sentence), found.expand(rule.hint))
    return Said(text.rstrip(". "))


NO_FILE = re.compile(r"File `(?P<name>[^']+)' not found")
IMAGE = re.compile(r"\w+ \(file (?P<name>[^)]+)\)")  # it begins with the program's name
PATH_HINT = "a path is relative to the document's folder, and can't leave it"


def _missing_file(name: str) -> Said:
    stem, _, suffix = name.rpartition(".")
    if stem and suffix == "sty":
        hint = f"correct the name, or install it: `tlmgr install {stem}`, on Debian the texlive "
        return Said(f"there is no package `{stem}`", f"{hint}package that holds it")
    if stem and suffix == "cls":
        hint = f"correct the name, or put {name} beside the document"
        return Said(f"there is no document class `{stem}`", hint)
    return Said(f"there is no file `{name}`", PATH_HINT)


LETTERS = re.compile(r"\\[A-Za-z]+")
BEGUN = re.compile(r"\\(?:begin|newenvironment|newtheorem)\*?\{([A-Za-z]+\*?)\}")
SIMILAR = 0.75  # of difflib's ratio
MISSPELT = "is it misspelt, or is its package missing in `preamble:` of the front matter?"


def words_for_command(name: str, tex: str) -> Said:
    """An undefined command of a document: what it may be."""
    used = Counter(LETTERS.findall(tex))
    known = {*_words().known["commands"].split(), *(other for other in used if used[other] > 1)}
    return Said(f"undefined command {name}".rstrip(), _hint(name, known - {name}))


def words_for_environment(name: str, tex: str) -> Said:
    """An undefined environment of a document: what it may be."""
    known = {*_words().known["environments"].split(), *BEGUN.findall(tex)}
    return Said(f"undefined environment `{name}`", _hint(name, known - {name}))


def _hint(name: str, known: set[str]) -> str:
    if package := _package_of(name):
        return f"add \\usepackage{{{package}}} to `preamble:` in the front matter"
    alike = sorted(other for other in known if _begins_alike(name, other))
    return (name and _meant(name, alike, SIMILAR)) or MISSPELT


def _begins_alike(name: str, other: str) -> bool:
    """Whether one may be the other misspelt: hardly anybody gets the first letter wrong."""
    begins = [word.lstrip("\\")[:1].lower() for word in (name, other)]
    return begins[0] == begins[1] or len(name) == len(other)


def _meant(name: str, known: Iterable[str], similar: float) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=similar)
    return f"did you mean `{near[0]}`?" if near else ""


def _package_of(name: str) -> str:
    packages = _words().packages.items()
    return next((package for package, names in packages if name in names.split()), "")


def is_of_package(name: str, environment: str) -> bool:
    """Whether the package that a known environment comes from defines this command, too."""
    return bool(name) and _package_of(name) == _package_of(environment) != ""


def lost_definition(name: str, line: str) -> str:
    r"""The command that `line` would define if `name`, as in `\newcomand`, were not misspelt."""
    if not name or not _meant(name, _words().known["defining"].split(), SIMILAR):
        return ""
    found = re.search(
        rf"{re.escape(name)}\*?\s*\{{?\s*(?P<other>\\[A-Za-z]+)\s*\}}?\s*[\[{{]", line
    )
    return found["other"] if found and found["other"] != name else ""


LABEL = re.compile(r"\\label(?:\[[^\]]*\])?\{([^}]+)\}")
BIBLIOGRAPHY = re.compile(r"\\bibliography\{|\\addbibresource|\\begin\{thebibliography\}")
USE = re.compile(
    r"\\(?=[A-Za-z]*(?:ref(?![A-Za-z])|[Cc]ite))[A-Za-z]++\*?(?:\[[^\]]*\])*\{[^{}]*\}|\\hyperref\[[^\]]*\]"
)
SIMILAR_LABEL = 0.7  # the kind or a few letters of a short label are different


def citation_hint(key: str, places: Places) -> str:
    """The way out where nothing defines the citation `key`."""
    if meant := _meant(key, places.entries, SIMILAR_LABEL):
        return meant
    if BIBLIOGRAPHY.search(places.tex):
        return "is it in the bibliography file?"
    return "the document has no bibliography: give its file by `bibliography:` in the front matter"


def reference_hint(key: str, places: Places) -> str:
    """The way out where nothing has the label `key`."""
    kind, _, name = key.partition(":")
    if kind in {"fig", "tbl"} and name in places.uncaptioned:
        return f"chunk `{name}` (line {places.uncaptioned[name]}) has no caption"
    labels = dict.fromkeys(LABEL.findall(places.tex))
    return _meant(key, labels, SIMILAR_LABEL) or "nothing in the document has this label"


def nowhere(keys: Iterable[str], places: Places) -> frozenset[str]:
    """Those that stand only where they are referred to or cited, in all that the document reads."""
    texts = (places.tex, *(other.text for other in places.inputs))
    rest = "\n".join(USE.sub("", text) for text in texts)
    known = {*places.entries, *places.labels}
    lost = (key for key in keys if key not in known)
    return frozenset(
        key for key in lost if not re.search(rf"(?<![\w:.-]){re.escape(key)}(?![\w:.-])", rest)
    )
