"""LaTeX's errors in plain words, each with the way out: most sentences are in `words.toml`."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct, convert

from treadle.press.tex.log import MISSING_DOLLAR, UNDEFINED, Message
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
    import tomllib  # only documents with errors need them

    text = Path(__file__).with_name("words.toml").read_text("utf-8")
    return convert(tomllib.loads(text), _Words)


NO_ENVIRONMENT = re.compile(r"Environment (?P<name>\S+) undefined")
# What TeX reads to its end, and has not come to the end of.
OPEN_ARGUMENT = re.compile(
    r"(?:File|Paragraph) ended (?:while scanning (?:use|text) of|before) (?P<name>\\\S+)"
)
NO_FILE = re.compile(r"File `(?P<name>[^']+)' not found")
NOTHING_AFTER = re.compile(r"(?P<sign>[_^])\s*\$$")
FATAL = re.compile(r"Emergency stop| *==> Fatal error|error: +\(pdf backend\)")
ENDINPUT = re.compile(r"\\endinput(?![A-Za-z])")
FORMULA = re.compile(
    r"\\(?P<what>begin|end)\{(?P<name>(?:equation|align|gather|multline|displaymath|math|eqnarray"
    r"|flalign|alignat)\*?)\}"
)


def words_for(item: Message, places: Places) -> Said:
    """LaTeX's error in words; as it is, where there are no better ones."""
    if said := _with_a_look_at(places, item):
        return said
    for rule in _words().error:
        if found := re.match(rule.pattern, item.said):
            return Said(found.expand(rule.sentence), found.expand(rule.hint))
    return Said(item.said.rstrip(". "))


def _with_a_look_at(places: Places, item: Message) -> Said | None:
    """The words for what needs a look at the document."""
    text = item.said
    if text.startswith(UNDEFINED):
        return _undefined(item, places)
    if found := NO_ENVIRONMENT.match(text):
        return _undefined_environment(found["name"], places.tex)
    if (open_ := OPEN_ARGUMENT.match(text)) and f"\\begin{{{open_['name'][1:]}}}" in places.tex:
        return _not_ended(open_["name"][1:])
    if item.ends_formula:
        opened = open_formula(places.paragraph(item.file, item.line))
        hint = "a `$` is missing, here or before"
        if opened is None:
            return Said("a formula is not closed in its paragraph", hint)
        return _not_ended(opened[1])
    if text.startswith(MISSING_DOLLAR):
        return _outside_of_formula("" if places.is_title(item.file, item.line) else item.context)
    if text.startswith("Missing {") and (sign := NOTHING_AFTER.search(item.context)):
        hint = f"write what belongs there, or `{sign['sign']}{{}}`"
        return Said(f"nothing follows the `{sign['sign']}` of a formula", hint)
    if (lost := NO_FILE.match(text)) and (there := _markdown_of(lost["name"], places)):
        hint = (
            f"for the Markdown there is, write `{{{{< include {there} >}}}}` on a line of its own"
        )
        return Said(f"there is no file `{lost['name']}`", hint)
    if FATAL.match(text) and ENDINPUT.search(places.tex):
        return Said("`\\endinput` ends the document here: the rest is lost", "comment the rest out")
    return None


def _markdown_of(name: str, places: Places) -> str:
    """A part of the author's by the name of a file that LaTeX looks for; empty: there is none."""
    paths = (Path(name).with_suffix(suffix) for suffix in (".pmd", ".md", ".qmd"))
    return next((str(path) for path in paths if (Path(places.file).parent / path).is_file()), "")


def _not_ended(environment: str) -> Said:
    return Said(
        f"`\\begin{{{environment}}}` is not ended before a blank line",
        f"write `\\end{{{environment}}}` where it ends; there can be no blank line in it",
    )


def _outside_of_formula(context: str) -> Said:
    shown = context[-40:].strip()
    after = f", after: {shown}" if shown else ""
    if r"\$" in shown:  # that is how a dollar is written which opens no formula
        what = f"a `$` that nothing closes, before a formula's command or sign{after}"
        return Said(what, r"close it with `$` in this paragraph, or write `\$` for the sign itself")
    return Said(
        f"a formula's sign or command outside of a formula (missing $){after}",
        r"put it between dollars, or write `\_` or `\^{}` for the sign itself",
    )


def open_formula(paragraph: Sequence[str]) -> tuple[int, str] | None:
    """The line, from 0, and the name of the formula's environment that is open at the end."""
    found = [
        (number, match["what"], match["name"])
        for number, line in enumerate(paragraph)
        for match in FORMULA.finditer(line)
    ]
    number, what, name = found[-1] if found else (0, "", "")
    return (number, name) if what == "begin" else None


LETTERS = re.compile(r"\\[A-Za-z]+")
BEGUN = re.compile(r"\\(?:begin|newenvironment|newtheorem)\*?\{([A-Za-z]+\*?)\}")
SIMILAR = 0.75  # of difflib's ratio
MISSPELT = "is it misspelt, or is its package missing in `preamble:` of the front matter?"


def _undefined(item: Message, places: Places) -> Said:
    """A command that nothing defines: what it may be."""
    name, user = item.undefined, item.user_of_undefined
    if user and name not in places.commands:
        hint = "is its package missing in `preamble:` of the front matter?"
        return Said(f"`{user}` stands for the undefined command {name}", hint)
    used = Counter(LETTERS.findall(places.tex))
    known = {*_words().known["commands"].split(), *(other for other in used if used[other] > 1)}
    return Said(f"undefined command {name}".rstrip(), _hint(name, known - {name}))


def _undefined_environment(name: str, tex: str) -> Said:
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
        return "is it in the bibliography file? Write `\\@` where no citation is meant"
    return "the document has no bibliography: give its file by `bibliography:` in the front matter"


def reference_hint(key: str, places: Places) -> str:
    """The way out where nothing has the label `key`."""
    kind, _, name = key.partition(":")
    if kind in {"fig", "tbl"} and name in places.uncaptioned:
        return f"chunk `{name}` ({places.files.in_words(places.uncaptioned[name])}) has no caption"
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
