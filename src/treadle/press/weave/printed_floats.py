"""What a chunk prints as Markdown or LaTeX and may have the chunk's caption: one table, or one
figure, that has none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from treadle.press.document.model import Chunk
from treadle.press.document.options import HIDDEN
from treadle.press.latex.footnotes import caption_of, noted, texts_of
from treadle.press.markdown.uncaptioned import Uncaptioned, uncaptioned, with_caption
from treadle.press.weave.outputs import Shown, text_of_outputs

AS_MARKDOWN = {"markdown", "markup", "md"}
GRAPHIC = r"\\includegraphics\*?\s*(?:\[[^\]]*\]\s*)*\{[^{}]*\}"
BESIDE = (
    r"(?:\s|~|%\n|\\(?:hfill|quad|qquad)\b|\\hspace\*?\{[^{}]*\})*"  # between images of one figure
)
STEP = re.compile(
    rf"\\(?P<what>begin|end)\{{(?P<name>[A-Za-z*]+)\}}|(?P<graphics>{GRAPHIC}(?:{BESIDE}{GRAPHIC})*)"
    r"|\\verb\*?(\W).*?\4|(?<!\\)%.*"
)
AROUND = re.compile(
    r"\\[A-Za-z]+\*?(?:\[[^\[\]]*\]|\{[^{}]*\})*\{\s*(?:%\s*)?$"
)  # a command's argument
ENDED = re.compile(r"\s*(?:%\s*)?\}")
ALIGNED = {"center", "flushleft", "flushright"}  # environments from which something may float
KINDS = {
    **dict.fromkeys(("tabular", "tabular*", "tabularx", "tabulary", "tblr", "tabu"), "table"),
    **dict.fromkeys(("NiceTabular", "adjustbox", "longtable"), "table"),
    **dict.fromkeys(("tikzpicture", "pgfpicture", "picture", "forest", "circuitikz"), "figure"),
}
COLUMNS = re.compile(r"\\begin\{longtable\}\s*(?:\[[^\]]*\])?\s*(?=\{)")


class Printed(Struct, frozen=True):
    """A table or a figure without a caption, and the output in whose text it stands."""

    output: int
    place: Uncaptioned
    latex: bool = False  # then the place is one of characters, not of lines


def joined(items: Sequence[Shown]) -> list[Shown]:
    """The outputs, each text that was printed piece by piece in one."""
    found: list[Shown] = []
    for kind, group in groupby(items, lambda item: item.kind):
        some = list(group)
        found += [Shown("text", text_of_outputs(some))] if kind == "text" else some
    return found


def printed_floats(chunk: Chunk, items: Sequence[Shown]) -> tuple[Printed, ...]:
    """Those of the outputs, which are joined."""
    results = chunk.options.results
    if results in HIDDEN:
        return ()
    found: list[Printed] = []
    for number, item in enumerate(items):
        printed = item.kind == "text" and results != "verbatim"
        if item.kind == "markdown" or (printed and results in AS_MARKDOWN):
            found += (Printed(number, place) for place in uncaptioned(item.text))
        elif item.kind == "latex" or printed:
            found += (Printed(number, place, latex=True) for place in _in_latex(item.text))
    return tuple(found)


def _in_latex(text: str) -> Iterator[Uncaptioned]:
    r"""The outermost environments that are tables or pictures, and images; a `\caption` is their
    own."""
    if r"\caption" in text:
        return
    depth, start = 0, 0
    for step in STEP.finditer(text):
        if step["graphics"] and not depth:
            yield _with_command(text, Uncaptioned("figure", step.start(), step.end()))
        elif step["name"] in ALIGNED:
            continue
        elif step["what"] == "begin":
            start = start if depth else step.start()
            depth += 1
        elif step["what"] == "end":
            depth -= 1
            if depth == 0 and step["name"] in KINDS:
                yield _with_command(text, Uncaptioned(KINDS[step["name"]], start, step.end()))


def _with_command(text: str, found: Uncaptioned) -> Uncaptioned:
    r"""With the command whose argument it is, as of `\resizebox`: there nothing floats."""
    before, after = AROUND.search(text, 0, found.start), ENDED.match(text, found.end)
    if not before or not after:
        return found
    return _with_command(text, replace(found, start=before.start(), end=after.end()))


def captioned(
    items: Sequence[Shown], printed: Printed, caption: str, latex: str, look: CaptionLook
) -> list[Shown]:
    """The outputs, of which what was printed has a caption: Markdown, and its LaTeX."""
    item, place = items[printed.output], printed.place
    if printed.latex:
        text = _float(item.text, place, latex, look)
    else:
        kind = place.kind
        label = f"#{look.label(kind)} " if look.name else ""
        text = with_caption(item.text, place, caption, f"{label}pos={look.position}")
    changed = [*items]
    changed[printed.output] = replace(item, text=text)
    return changed


class CaptionLook(Struct, frozen=True):
    """How what was printed floats: the chunk's name, where to, in which environment."""

    name: str
    position: str
    environments: dict[str, str]  # by kind

    def label(self, kind: str) -> str:
        return f"{'tbl' if kind == 'table' else 'fig'}:{self.name}"


def _float(text: str, place: Uncaptioned, latex: str, look: CaptionLook) -> str:
    found = noted(latex)
    label = rf"\label{{{look.label(place.kind)}}}" if look.name else ""
    caption = f"{caption_of(found)}{label}"
    before, inner, after = text[: place.start], text[place.start : place.end], text[place.end :]
    notes = "".join(f"\n{note}" for note in texts_of(found.notes))
    if columns := COLUMNS.match(inner):
        at = _closed(inner, columns.end())
        made = f"{inner[:at]}\n{caption}\\\\{inner[at:]}"
    else:
        name = look.environments[place.kind]
        parts = (caption, inner) if place.kind == "table" else (inner, caption)
        begin, end = rf"\begin{{{name}}}[{look.position}]", rf"\end{{{name}}}"
        made = "\n".join((begin, r"\centering", *parts, end))
    return f"{before}{made}{notes}{after}"


def _closed(latex: str, at: int) -> int:
    """Behind the group that begins there."""
    depth = 0
    for number in range(at, len(latex)):
        depth += {"{": 1, "}": -1}.get(latex[number], 0)
        if not depth:
            return number + 1
    return len(latex)
