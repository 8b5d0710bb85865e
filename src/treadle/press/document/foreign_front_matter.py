"""Keys of the front matter as Quarto, R Markdown and pandoc have them, in Treadle's words.

They stand at the top, or below `format: pdf:` and `output: pdf_document:`, where they count more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.model import FrontMatter
from treadle.press.document.wrong_values import as_list
from treadle.problem import Problem, Span, warning

_FORMATS = ("format", "output")
_OF_PDF = re.compile(r"pdf|latex", re.IGNORECASE)
_SLIDES = re.compile(r"beamer", re.IGNORECASE)
SAME = MappingProxyType(
    {"number-sections": "numbersections", "table-of-contents": "toc", "pdf-engine": "engine"}
    | {"latex-engine": "engine", "biblio-style": "bibliographystyle"}
)
_OF_CHUNKS = frozenset(
    {"fig-width", "fig-height", "fig-pos", "fig-env", "fig-align", "fig-dpi", "fig-format"}
    | {"fig-asp", "echo", "eval", "warning", "message", "code-fold", "code-summary"}
    | {"code-overflow", "code-line-numbers", "df-print", "freeze", "cache"}
)
_SAID_BY_LATEX = MappingProxyType(
    {
        "toc-depth": r"\setcounter{tocdepth}{2}",
        "number-depth": r"\setcounter{secnumdepth}{2}",
        "toc-title": r"\renewcommand{\contentsname}{...}",
        "linestretch": r"\linespread{1.2}",
        "crossref": r"\crefname{figure}{Fig.}{Figs.}",
        "include-in-header": r"\input{file}",
        "includes": r"\input{file}",
        **dict.fromkeys(("mainfont", "sansfont", "monofont", "fontfamily"), r"\usepackage{...}"),
        **dict.fromkeys(("colorlinks", "linkcolor", "urlcolor", "citecolor"), r"\hypersetup{...}"),
        "extra-dependencies": r"\usepackage{...}",
        "indent": r"\setlength{\parindent}{1em}",
    }
)
_BIBLATEX = "biblatex is used where `preamble:` loads it"
_PYTHON = "the Python that runs Treadle runs the code"
_LATEX = frozenset({"preamble", "header-includes"})
_MAPPINGS = frozenset({"execute", "chunks", "params"})
_RUNS = {"jupyter", "knitr", "markdown"}  # what Quarto's `engine` says; ours typesets
# What has no meaning here, and what to do instead.
UNUSED: Mapping[str, str] = MappingProxyType(
    {key: f"write `{latex}` in `preamble:`" for key, latex in _SAID_BY_LATEX.items()}
    | dict.fromkeys(("keep-tex", "keep-md"), "the LaTeX is kept, as STEM.tex beside the PDF")
    | dict.fromkeys(("cite-method", "citation-package"), _BIBLATEX)
    | {"csl": "`bibliographystyle:` has the name of a BibTeX style"}
    | {"reference-location": "notes stand at the foot of the page"}
    | {"lof": r"write `\listoffigures` in the text", "lot": r"write `\listoftables` in the text"}
    | dict.fromkeys(("highlight-style", "highlight"), "the look of code is the document's")
    | dict.fromkeys(("jupyter", "knitr", "kernel"), _PYTHON)
    | dict.fromkeys(("editor", "project", "filters"), "leave it out")
    | dict.fromkeys(("fig-cap-location", "tbl-cap-location"), "the class says where captions stand")
    | dict.fromkeys(("include-before-body", "include-after-body"), r"write `\input{file}`")
    | {"date-format": "write the date as it is to be printed"}
)  # fmt: skip


def is_foreign(front: FrontMatter) -> bool:
    """Whether it says for which program it was written."""
    return any(key in front.values for key in _FORMATS)


class _Given(Struct, frozen=True):
    """A key as the author has it, its value, its line, and by which name the front matter has the
    lines of what is in it; `inner`: it stands below a format."""

    written: str
    value: object
    line: int
    path: str
    inner: bool = False


def in_our_words(
    front: FrontMatter, file: str, known: frozenset[str]
) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """The front matter by the names of the `known` keys, and a warning at each key of another
    program's that has no meaning here. What nobody knows is left as it is."""
    if not any(_is_foreign(key, known) for key in front.values):
        return front, ()
    found: list[Problem] = []
    chosen, of_chunks = dict[str, _Given](), dict[str, _Given]()
    lines = dict(front.lines)
    for given in _all(front, file, found):
        name = given.written if given.written in known else _plain(given.written)
        if way_out := _unused(name, given, known):
            text = f"the key `{given.written}` means nothing here"
            found.append(warning(Span.at(file, given.line), text, way_out))
            continue
        into = of_chunks if name in _OF_CHUNKS else chosen
        key = name if name in known | _OF_CHUNKS else given.written
        for inner in given.value if key in _MAPPINGS and isinstance(given.value, dict) else ():
            lines[f"{key}.{inner}"] = front.lines.get(f"{given.path}.{inner}", given.line)
        into[key] = _of_both(key, into[key], given, file, found) if key in into else given
    lines |= {key: given.line for key, given in chosen.items()}
    values = {key: given.value for key, given in chosen.items()}
    _add_options(of_chunks, values, lines)
    return FrontMatter(values, lines, front.text), tuple(found)


def _add_options(
    of_chunks: Mapping[str, _Given], values: dict[str, object], lines: dict[str, int]
) -> None:
    """Puts options of chunks below `execute`, where they stand not yet; a wrong `execute` stays."""
    own = {} if values.get("execute") is None else values["execute"]
    if not of_chunks or not isinstance(own, dict):
        return
    values["execute"] = {key: given.value for key, given in of_chunks.items()} | own
    lines |= {f"execute.{key}": it.line for key, it in of_chunks.items() if key not in own}
    lines.setdefault("execute", min(given.line for given in of_chunks.values()))


def _of_both(key: str, first: _Given, then: _Given, file: str, found: list[Problem]) -> _Given:
    """What a key means that is given twice.

    LaTeX is joined, and so are mappings. Of other values that below a format counts more; of two at
    one level the first stays, and a warning is added to `found`. What is empty says nothing, and
    what can't be joined stays, as it is an error.
    """
    if first.value is None or then.value is None:
        return first if then.value is None else then
    if key in _LATEX or key in _MAPPINGS:
        return _joined(key, first, then)
    if then.inner and not first.inner:
        return then
    if then.value != first.value and then.written != first.written:
        text = f"`{then.written}` is left out: `{first.written}` on line {first.line} says it, too"
        found.append(warning(Span.at(file, then.line), text, "leave one of them out"))
    return first


def _joined(key: str, first: _Given, then: _Given) -> _Given:
    """Both in one, of which the later counts more; where one can't be joined, that one."""
    for given in (first, then):
        if not _can_be_joined(key, given.value):
            return given
    if isinstance(first.value, dict) and isinstance(then.value, dict):
        return replace(first, value=first.value | then.value)
    return replace(first, value=[*as_list(first.value), *as_list(then.value)])


def _can_be_joined(key: str, value: object) -> bool:
    if key in _MAPPINGS:
        return isinstance(value, dict)
    return all(isinstance(piece, str) for piece in as_list(value))


def _unused(name: str, given: _Given, known: frozenset[str]) -> str:
    """The way out from a key that is of no use here; empty: it is, or nobody knows it."""
    if name == "engine" and isinstance(given.value, str) and given.value in _RUNS:
        return _PYTHON
    nowhere = given.inner and name not in {*known, *_OF_CHUNKS}
    return UNUSED.get(name, "docs/chunks.md has the keys of the front matter" if nowhere else "")


def _is_foreign(key: str, known: frozenset[str]) -> bool:
    name = _plain(key)
    if key in known:
        return key == "engine"  # of Quarto's as well
    return key in _FORMATS or name in {*known, *_OF_CHUNKS, *UNUSED}


def _plain(key: str) -> str:
    """Our name for a key, if we have one; R Markdown has `_` where Quarto has `-`."""
    name = key.replace("_", "-")
    return SAME.get(name, name)


def _all(front: FrontMatter, file: str, found: list[Problem]) -> Iterator[_Given]:
    """All keys, those of a format for paper in its place, last; other formats' are not ours."""
    below: list[_Given] = []
    for key, value in front.values.items():
        line = front.lines.get(key, 1)
        if key not in _FORMATS or not isinstance(value, str | dict | list):
            yield _Given(key, value, line, key)
            continue
        wanted = value if isinstance(value, dict) else dict.fromkeys(map(str, as_list(value)))
        printed = [name for name in wanted if _OF_PDF.search(str(name))]
        slides = [name for name in wanted if _SLIDES.search(str(name))]
        if not printed and slides:
            printed = slides
            below.append(_Given("documentclass", "beamer", line, key))
        if not printed:
            text = f"`{key}: {next(iter(wanted), '')}` means nothing here: a PDF is made"
            found.append(
                warning(Span.at(file, line), text, "write `documentclass:`, or leave it out")
            )
        for name in printed[:1]:
            options = wanted[name]
            for inner, item in options.items() if isinstance(options, dict) else ():
                path = f"{key}.{name}.{inner}"
                at = front.lines.get(path, line)
                below.append(_Given(str(inner), item, at, path, inner=True))
    yield from below
