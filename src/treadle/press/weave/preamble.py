"""All before the text: packages, the look of the page, and the macros that the text is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import count, starmap
from pathlib import Path

from treadle.press.document.front_matter_keys import Settings, database_files
from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.latex.escape import declared, declared_beside, escape
from treadle.press.latex.fragment import Fragment, Line, stack, text_of
from treadle.press.latex.languages import words_of
from treadle.press.latex.templates import render
from treadle.press.markdown.render import plain_text, running_line
from treadle.press.weave.author_preamble import COMMENT, AuthorPreamble
from treadle.press.weave.characters import Printing, printing_of
from treadle.press.weave.latex_classes import NAMELESS, Style
from treadle.press.weave.latex_source import has_class, head_lines
from treadle.press.weave.manuscript import Manuscript, manuscript_of
from treadle.press.weave.page import GEOMETRY, font_size, paper, text_width
from treadle.press.weave.title_values import day_in, day_of

TITLE_LENGTH = 70  # characters a running title may have
WIDE_CHARACTER = 0.12  # inches; so many of them fit into the running head without measuring it
BY_HAND = re.compile(r"\\bibitem\s*\{")  # an entry of the author's own, without names
# Packages that cite in a way of their own: natbib does not go with them.
CITING = (
    *("biblatex", "cite", "apacite", "amsrefs", "jurabib", "harvard", "chicago", "achicago"),
    *("mcite", "mciteplus"),
)
PANELS = re.compile(r"\\(?:subcaption|subcaptionbox|begin\{sub(?:figure|table)\})")
THEOREMS = "theorem|lemma|proposition|corollary|definition|example|remark|proof"
RENEWED = re.compile(
    r"\\(?:(?:sp)?newtheorem\*?|declaretheorem(?:\[[^\]]*\])?|new\w*environment\*?"
    rf"|NewDocumentEnvironment|newmdtheoremenv(?:\[[^\]]*\])?)\s*\{{({THEOREMS})\}}"
)
# Families of PostScript's fonts, as LaTeX calls them, and those of Latin Modern that are like them.
STANDINS = (("lmr", "ptm ppl pplx pplj pbk pnc put bch"), ("lmss", "phv pag"), ("lmtt", "pcr"))
NOTHING = "\ue0f6"  # a private-use character: a line that is left out
PARTS = ("packages", "colours", "look", "macros", "properties")


def preamble(document: Document) -> tuple[str, Printing]:
    """The preamble of a document whose results hold no rare characters, and how it is printed."""
    manuscript = manuscript_of(document)
    settings = manuscript.settings
    lines = tuple(line for block in document.blocks for line in _lines(block))
    front = document.front.text.split("\n")
    lines += tuple(Line(text, number) for number, text in enumerate(front, 1))
    printing = printing_of(manuscript, lines)
    used = document.front.text + "".join(map(_text, document.blocks))
    day = day_in(settings, printing.babel) or escape(day_of(settings))
    date = day if r"\maketitle" in used else None
    parts = preamble_parts(manuscript, used, printing, date)
    made = head_lines(document, parts, used) if has_class(document) else whole_preamble(parts)
    return text_of(made), printing


def _lines(block: Chunk | Prose) -> Iterable[Line]:
    """Those of its source; as one where none has a character that may have to be told of."""
    first = block.span.line if isinstance(block, Prose) else block.code_line
    text = _text(block)
    if text.isascii():
        return (Line(text, first),)
    return starmap(Line, zip(text.split("\n"), count(first), strict=False))


def _text(block: Chunk | Prose) -> str:
    return block.text if isinstance(block, Prose) else block.code


def whole_preamble(parts: Mapping[str, Fragment]) -> Fragment:
    """The parts one after the other, as a document begins."""
    return stack(parts[name] for name in (*PARTS, "author"))


def preamble_parts(
    manuscript: Manuscript,
    used: str,
    printing: Printing,
    date: str | None = None,
) -> Mapping[str, Fragment]:
    r"""The parts of the preamble, each with its line map; it declares the rare characters of the
    text `used`. `date` is for a `\maketitle` which comes after it, where nothing else says it."""
    document, settings = manuscript.document, manuscript.settings
    author, style = manuscript.author, manuscript.style
    options = _class_options(settings, style)
    values = {
        **_properties(settings),
        **_running_head(settings),
        **_packages(document, settings, style, author, used),
        **_languages(printing),
        "author": author,
        "style": style,
        "plain": not style.own_look,
        "spans": style.spans(options),
        "class_options": ",".join(options),
        "has_checks": any(chunk.options.checks for chunk in document.chunks),
        "has_chapters": style.chapters,
        "numbered": numbered(document, settings),
        "named_sections": r"\namedlabel{" in used or r"\bibliographylabel{" in used,
        "named_references": r"\bibliographylabel{" in used,
        "refers": re.search(r"\\[cC]?ref\{", used) is not None,
        "appendix": re.search(r"\\appendix\b", used) is not None,
        "shrunk_tables": r"\tellshrunk" in used,
        "parted_tables": r"\continuedtable{" in used,
        "uncounted_tables": r"\uncounted" in used,
        "unhyphenated": r"\unhyphenated{" in used,
        "moved_notes": r"\notetext{" in used,
        "continued": r"\ContinuedFloat" in used,
        "many_panels": r"\panelletter{" in used,
        "date": date,
        "renewed": sorted(set(RENEWED.findall(COMMENT.sub("", settings.preamble)))),
    }
    declarations = declared(f"{used}{values['pdf_title']}{values['pdf_subject']}")
    if printing.engine.unicode:
        declarations = declared_beside(printing.fonted, declarations)
    values["declarations"] = declarations
    values["drawing"] = any(r"\declaredrawing" in declaration for declaration in declarations)
    slots = {
        "class": _class(document, settings, options, printing),
        "page": _page(document, settings, style, author),
        "early": author.early,
        "late": author.late,
    }
    made = {name: _made(name, values, slots) for name in PARTS}
    engine = _made("engine", values, slots) if printing.engine.unicode else ()
    made |= {"engine": engine, "packages": (*engine, *made["packages"])}
    heading = (Line("", 1), Line("% The author's own.", 1))
    return {**made, "author": (*heading, *author.rest) if author.rest else ()}


def _made(name: str, values: Mapping[str, object], slots: Mapping[str, Fragment]) -> Fragment:
    lines = render(f"{name}.tex.j2", 1, values, slots)
    return tuple(line for line in lines if line.text != NOTHING)


def _languages(printing: Printing) -> Mapping[str, object]:
    """The document's language and its words, and what is printed beside it."""
    words = words_of(printing.language.tag if printing.language else None)
    return {
        "printing": printing,
        "standins": [(family, ours) for ours, names in STANDINS for family in names.split()],
        "language": printing.language,
        "words": words,
        "cleveref": "nameinlink" + (f",{words.cleveref}" if words.cleveref else ""),
        "babel": printing.babel,
        "ideographs": printing.ideographs and not printing.own_babel,
        "bidi": printing.right_to_left and not printing.own_babel,
        "boxed": [(char, f"{ord(char):04X}") for char in printing.boxed],
    }


def numbered(document: Document, settings: Settings) -> bool:
    """Whether sections are numbered: yes, unless the document says `numbersections: false`."""
    return settings.numbersections or "numbersections" not in document.front.values


def _properties(settings: Settings) -> Mapping[str, str]:
    """What the PDF says of itself."""
    return {
        "pdf_title": escape(plain_text(settings.title or "", words_of(settings.lang).quotes)),
        "pdf_author": escape(", ".join(_names(settings))),
        "pdf_subject": escape(plain_text(settings.course or "")),
        "pdf_keywords": escape(", ".join(settings.keywords)),
        "lang": settings.lang or "en",
    }


def _names(settings: Settings) -> list[str]:
    """The authors' names in plain words."""
    return [plain_text(author.name, words_of(settings.lang).quotes) for author in settings.authors]


def _packages(
    document: Document, settings: Settings, style: Style, author: AuthorPreamble, used: str
) -> Mapping[str, object]:
    """What is loaded: in a class with its own look, no more than the text asks for."""
    guarded = style.own_look or bool(author.early or author.late)
    cites = bool(settings.bibliography) or r"\cite" in used + settings.preamble
    by_hand = not settings.bibliography and BY_HAND.search(used) is not None
    nameless = by_hand or bibliography_style(settings, style) in NAMELESS
    plain = not style.own_look
    return {
        "guarded": guarded,
        "use": _loader(author, guarded=guarded),
        "own_natbib": (plain or cites) and not author.loads_any("natbib", *CITING),
        "natbib": "numbers,sort&compress" if nameless else style.natbib,
        "nameless": nameless and not author.loads_any(*CITING),
        "hyperref": "unicode,pdfdisplaydoctitle" + ("" if plain else ",hidelinks"),
        "amsmath_first": "cleveref" in author.loads and r"{cleveref}" not in settings.preamble,
        "own_page": plain and not author.loads_any("geometry"),
        "other_citations": CITING,
        "resources": _resources(document, settings) if author.loads_any("biblatex") else (),
        "long_tables": r"\begin{longtable}" in used,
        "turned_tables": r"\begin{sidewaystable" in used,
        "coloured_fields": r"\cellcolor" in used,
        "panels": (panels := PANELS.search(used)),
        "own_panels": panels
        and (not plain or document.is_latex or author.loads_any("subfig", "subfigure")),
        "algorithms": r"\begin{algorithm" in used,
        "list_options": re.search(r"\\begin\{(?:enumerate|itemize|description)\}\[", used),
    }


def _loader(author: AuthorPreamble, *, guarded: bool) -> Callable[..., str]:
    """What templates call to load packages, but for those that the author loads."""

    def use(names: str, options: str = "", without: tuple[str, ...] = ()) -> str:
        if author.loads_any(*without):
            return NOTHING
        wanted = [name for name in names.split(",") if name not in author.loads]
        if not wanted:
            return NOTHING
        command = r"\needpackage" if guarded and options else r"\usepackage"
        return command + (f"[{options}]" if options else "") + f"{{{','.join(wanted)}}}"

    return use


def bibliography_style(settings: Settings, style: Style) -> str:
    """BibTeX's style; empty: the class has its own."""
    return settings.bibliographystyle or style.bibliographystyle


def bibliography_lines(
    databases: tuple[str, ...], settings: Settings, style: Style, author: AuthorPreamble
) -> tuple[str, ...]:
    """What sets the references; nothing where there are none."""
    if author.loads_any("biblatex"):
        return (r"\printbibliography",)
    if not databases:
        return ()
    name = bibliography_style(settings, style)
    first = (rf"\bibliographystyle{{{name}}}",) if name else ()
    return (*first, rf"\bibliography{{{','.join(databases)}}}")


def database_names(document: Document, settings: Settings) -> tuple[str, ...]:
    """The document's databases as LaTeX finds them, without their suffix."""
    files = database_files(document, settings).values()
    return tuple(f"{document.stem}/{name.removesuffix('.bib')}" for name in files)


def _resources(document: Document, settings: Settings) -> tuple[str, ...]:
    r"""Those that the author's preamble does not name by `\addbibresource`."""
    named = re.findall(r"\\addbibresource\s*(?:\[[^\]]*\])?\s*\{([^{}]+)\}", settings.preamble)
    stems = {Path(name).stem for name in named}
    names = database_names(document, settings)
    return tuple(f"{name}.bib" for name in names if Path(name).name not in stems)


def _running_head(settings: Settings) -> Mapping[str, object]:
    title = running_line(settings.title or "", TITLE_LENGTH, words_of(settings.lang).quotes)
    names = ", ".join(_names(settings))
    if len(names) > TITLE_LENGTH:
        names = names[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + " …"
    authors = escape(names)
    width = len(title + authors) * WIDE_CHARACTER
    fits = "\\" not in title and width < text_width(settings)
    return {"running_title": title, "running_author": authors, "head_fits": fits}


def _line(document: Document, *keys: str) -> int:
    """The line of the first of these keys that the front matter has."""
    return next((document.front.lines[key] for key in keys if key in document.front.lines), 1)


def _class(
    document: Document, settings: Settings, options: tuple[str, ...], printing: Printing
) -> Fragment:
    given = f"[{','.join(options)}]" if options else ""
    text = rf"\documentclass{given}{{{settings.documentclass or 'article'}}}"
    # TeX looks no further on, so that it tells at this line what the class lacks.
    text += r"\relax" if printing.engine.unicode else ""
    return (Line(text, _line(document, "documentclass", "classoption")),)


def _page(document: Document, settings: Settings, style: Style, author: AuthorPreamble) -> Fragment:
    """The page's measures: the class's own and the author's, unless the front matter has some."""
    at = _line(document, "geometry")
    guarded = style.own_look or author.loads_any("geometry")
    if not guarded:
        options = ",".join(settings.geometry or GEOMETRY)
        command = r"\needpackage" if author.early or author.late else r"\usepackage"
        return (Line(rf"{command}[{options}]{{geometry}}", at),)
    if not settings.geometry:
        return ()
    set_ = Line(rf"\geometry{{{','.join(settings.geometry)}}}", at)
    return (set_,) if author.loads_any("geometry") else (Line(r"\usepackage{geometry}", at), set_)


def _class_options(settings: Settings, style: Style) -> tuple[str, ...]:
    given = settings.classoption
    sized = any(option.endswith("pt") for option in given)
    papered = any(option.endswith("paper") for option in given)
    if style.own_look:
        ours = [f"{font_size(settings)}pt"] if settings.fontsize and not sized else []
        ours += [paper(settings)] if settings.papersize and not papered else []
        ours += ["twocolumn"] if style.template == "icml" else []
        keywords = style.template == "revtex" and settings.keywords
        ours += ["showkeys"] if keywords and "showkeys" not in given else []
        return (*ours, *given)
    ours = [] if sized else [f"{font_size(settings)}pt"]
    ours += [] if papered else [paper(settings)]
    return (*ours, *given)
