r"""Slides: each heading begins a frame, and what stands before the first one has a frame, too.

Sections and subsections stay, for the contents and the head of the slides. What goes on over a
slide's end goes on on the next one (`allowframebreaks`), unless the frame has overlays, which don't
go with that. All frames are `fragile`: only then may code stand in them, and has an error in them
its own line. The author's own frames stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from treadle.press.latex.footnotes import noted
from treadle.press.latex.fragment import Fragment, Line, verbatim_lines
from treadle.press.latex.tables import NEXT_SLIDE
from treadle.press.markdown.references_heading import OF_REFERENCES, OWN_REFERENCES

HEADING = re.compile(
    r"\\(?P<command>part|section|subsection)(?P<star>\*?)(?:\[\{(?P<short>.*?)\}\])?"
    r"\{(?P<title>.*?)\}(?P<label>(?:\\(?:label|namedlabel|checkedmark)\{.*)?)$"
)
DEEPER = re.compile(
    r"\\(?:subsubsection|paragraph|subparagraph)\*?(?:\[.*?\])?\{(?P<title>.*?)\}"
    r"(?P<label>\\label\{.*)?$"
)
# What is said of the bibliography before it is set: it holds outside of frames.
BEFORE = re.compile(r"\\(?:bibliographystyle|def\\refname)\{")
OWN = re.compile(r"\s*\\begin\{frame\}|\s*\\frame\s*[\[{<]")
OWN_END = re.compile(r"\\end\{frame\}")
PAUSE = ". . ."
OVERLAY = re.compile(
    r"\\(?:pause|beamerdefaultoverlayspecification|only|onslide|uncover|visible|invisible|alt|temporal)\b|<[\d+.-]+>"
)


def framed(body: Fragment) -> Fragment:
    """The body of a document as frames."""
    lines: list[Line] = []
    title, at = "", 1
    content: list[Line] = []
    references: list[Line] = []
    for line, kind in _kinds(body):
        if kind == "content":
            content.append(line)
            continue
        lines += _frame(title, at, content)
        content = []
        if kind == "references":
            references.append(line)
            if OWN_REFERENCES.match(line.text):  # the last of its lines
                lines += _references(references)
                references = []
            continue
        if found := HEADING.match(line.text) if kind == "heading" else None:
            title, at = found["title"], line.origin
            line = line._replace(text=line.text.replace(title, noted(title).bare))
        lines.append(line)
    lines += _frame(title, at, content)
    return tuple(lines)


def _kinds(body: Fragment) -> Iterator[tuple[Line, str]]:
    """The lines, and what each is: a heading, of the references, of a frame of the author's, or the
    content of one that is to be made."""
    own = False
    for line, verbatim in zip(body, verbatim_lines(line.text for line in body), strict=True):
        own = own or (not verbatim and bool(OWN.match(line.text)))
        if own:
            yield line, "own"
            own = not OWN_END.search(line.text)
        elif verbatim:
            yield line, "content"
        elif OF_REFERENCES.match(line.text):
            yield line, "references"
        elif HEADING.match(line.text):
            yield line, "heading"
        elif not line.text.startswith(r"\addcontentsline"):
            yield line, "content"
        elif label := re.search(r"\\(?:named)?label\{.*", line.text):
            # Of an unnumbered heading: the contents of slides have none of these.
            yield line._replace(text=label[0]), "content"


def _frame(title: str, at: int, content: list[Line]) -> Iterator[Line]:
    """The frame of what stands under a heading; none where nothing does."""
    while content and content[0].text.strip() in {"", NEXT_SLIDE}:
        content = content[1:]
    while content and not content[-1].text.strip():
        content = content[:-1]
    if not content:
        return
    verbatim = verbatim_lines(line.text for line in content)
    content = [
        line if stays else _paused(line) for line, stays in zip(content, verbatim, strict=True)
    ]
    text = "\n".join(line.text for line in content)
    options = "fragile" if OVERLAY.search(text) else "fragile,allowframebreaks"
    first = content[0].origin if title == "" else at
    found = noted(title)
    shown = found.bare + r"\titlemarks" if found.notes else title
    yield Line(rf"\begin{{frame}}[{options}]{{{shown}}}", first)
    yield from (Line(text, at) for text in _title_notes(found.notes))
    verbatim = verbatim_lines(line.text for line in content)
    for line, stays in zip(content, verbatim, strict=True):
        yield line if stays else _deeper(line)
    yield Line("", content[-1].origin)  # ends the paragraph in the frame: its lines are told there
    yield Line(r"\end{frame}", content[-1].origin, True)
    yield Line("", content[-1].origin)


def _title_notes(notes: Iterable[str]) -> Iterator[str]:
    """The notes of a title, which would be set again on each slide that the frame goes on over."""
    for number, note in enumerate(notes):
        yield ("" if number else r"\firsttitlemark") + rf"\notetext{{{note}}}\addtitlemark"


def _paused(line: Line) -> Line:
    """Pandoc's pause, three dots apart, as LaTeX's."""
    return line._replace(text=r"\pause") if line.text == PAUSE else line


def _references(lines: list[Line]) -> Iterator[Line]:
    """The frame of the bibliography, under its name; what is said of it stands before."""
    yield from (line for line in lines if BEFORE.match(line.text))
    yield Line(r"\begin{frame}[allowframebreaks]{\refname}", lines[0].origin)
    yield from (line for line in lines if not BEFORE.match(line.text))
    yield Line(r"\end{frame}", lines[-1].origin)


def _deeper(line: Line) -> Line:
    """A heading within a frame."""
    found = DEEPER.match(line.text)
    if found is None:
        return line
    text = rf"\par\smallskip\structure{{\textbf{{{found['title']}}}}}{found['label'] or ''}\par"
    return line._replace(text=text)
