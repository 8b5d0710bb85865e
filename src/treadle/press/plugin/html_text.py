"""What HTML says, as Markdown: its text, lists and tables; what only a browser shows is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from treadle.press.plugin.html_numbers import span, whole_number

# Tags by what becomes of them; what stands between others is text.
UNSEEN = {"style", "head", "title", "template", "noscript", "script"}
ALIVE = {
    "iframe", "video", "audio", "object", "embed", "canvas", "svg", "img", "map", "math",
    "form", "select", "textarea", "button", "input",
}  # fmt: skip
EMPTY = {"img", "embed", "input", "br", "hr", "source", "track", "meta", "link", "col", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary")
MARKS = MappingProxyType(
    dict.fromkeys(("b", "strong", *HEADINGS), "**")
    | dict.fromkeys(("i", "em", "cite", "var"), "*")
    | dict.fromkeys(("s", "del", "strike"), "~~")
)
CODE = ("code", "tt", "kbd", "samp", "pre")  # what stands in it is as it is
INLINE = {
    *MARKS, "code", "tt", "kbd", "samp", "a", "span", "sub", "sup", "u", "small", "big", "font",
    "mark", "label", "abbr",
}  # fmt: skip
_FORMULA = re.compile(r"(\$\$?[^\s$](?:[^$\n]*[^\s$])?\$\$?(?!\d))")
_SIGN = re.compile(r"([\\`*_\[\]<>#|~^@{}])")
_BEGINS = re.compile(r"^(\s*\d+)([.)]\s)|^(\s*)([-+=%:](?:\s|$))")
_FILE = re.compile(r"[^\s:()<>?#]+")
_DATA = re.compile(r"data:(?P<kind>image/\w+);base64,(?P<data>[\w+/=\s]+)")
CELLS = ("td", "th")
PIXELS = 96  # to the inch
WIDEST = 100 * PIXELS  # TeX knows no length of several hundred inches
_ADDRESS = re.compile(r"https?://[^\s()<>]+")
_NUMBER = re.compile(r"[-+−]?[\d.,]+\s*%?")


class HtmlText(Struct, frozen=True):
    """Markdown, and what is missing in it, as words for the author."""

    text: str
    left_out: tuple[str, ...] = ()
    image: tuple[str, str] | None = None  # all that it is: a MIME type, and data in base64


def html_text(html: str) -> HtmlText:
    """The text of some HTML. Images beside the document are images."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text, lost = reader.text(), tuple(dict.fromkeys(reader.left_out))
    image = reader.images[0] if len(reader.images) == 1 and not text and len(lost) == 1 else None
    return HtmlText(text, lost if image is None else (), image)


class _Open:
    """A tag that is open, and what has been read in it."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parts: list[str] = []
        self.rows: list[list[tuple[str, str, int]]] = []  # of a table: tag, text, columns


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open = [_Open("", {})]
        self.left_out: list[str] = []
        self.images: list[tuple[str, str]] = []  # which are in the HTML itself

    def text(self) -> str:
        while len(self._open) > 1:
            self._close()
        whole = "".join(self._open[0].parts)
        text = re.sub(r"\n{3,}", "\n\n", whole)
        return text.strip("\n") if text.strip() else ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in ALIVE and not self._inside(*ALIVE - EMPTY, *UNSEEN):
            self._leave_out(tag, attributes)
        if tag in EMPTY:
            end = "\n" if self._is_code() else "\\\n"
            self._put({"br": end, "hr": "\n\n"}.get(tag, ""))
            return
        for same in ({"li"}, {"td", "th"}, {"tr"}, {"p"}):  # these need not be closed
            if tag in same and self._open[-1].tag in same:
                self._close()
        self._open.append(_Open(tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if tag in [each.tag for each in self._open[1:]]:
            while self._close() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._inside(*UNSEEN, *ALIVE):
            return
        if self._is_code() and self._inside("pre"):
            self._put(data)
            return
        text = re.sub(r"\s+", " ", data)
        if text == " " and self._open[-1].tag in {"table", "tr", "thead", "tbody", "ul", "ol"}:
            return
        self._put(text if self._is_code() else _escaped(text))

    def _inside(self, *tags: str) -> bool:
        return any(each.tag in tags for each in self._open)

    def _is_code(self) -> bool:
        """Whether code is around what comes next. The fields of a table stand outside of it."""
        tags = [each.tag for each in self._open]
        cell = max((at for at, tag in enumerate(tags) if tag in CELLS), default=0)
        return any(tag in CODE for tag in tags[cell:])

    def _put(self, text: str) -> None:
        parts = self._open[-1].parts
        if text.startswith("`") and parts and parts[-1].endswith("`") and not self._is_code():
            text = f" {text}"  # two fences in one would be another fence
        if text:
            parts.append(text)

    def _leave_out(self, tag: str, attributes: dict[str, str]) -> None:
        place = attributes.get("src") or attributes.get("data") or ""
        if tag == "img" and _FILE.fullmatch(place) and Path(place).is_file():
            width = whole_number(attributes.get("width", ""), WIDEST)
            size = f"{{width={width / PIXELS:.3f}in}}" if width else ""
            self._put(f"![{_escaped(attributes.get('alt', ''))}]({place}){size}")
            return
        if data := _DATA.fullmatch(place):
            self.images.append((data["kind"], data["data"]))
        place = f"{place[:60]}..." if place.startswith("data:") else place
        self.left_out.append(f"<{tag} {place}>" if place else f"<{tag}>")
        if alt := attributes.get("alt"):
            self._put(_escaped(alt))
        if place.startswith(("http://", "https://")):
            self._put(f" <{place}> " if _ADDRESS.fullmatch(place) else f" {_escaped(place)} ")

    def _close(self) -> str:
        """End the innermost tag: what stood in it becomes part of the one around it."""
        done = self._open.pop()
        inner, around = "".join(done.parts), self._open[-1]
        is_code = self._is_code()
        match done.tag:
            case "td" | "th":
                columns = min(span(done.attributes.get("colspan", "")), 100)
                text = " ".join(inner.replace("\\\n", " ").split())
                self._row().append((done.tag, text, columns))
            case "tr":
                pass
            case "table":
                around.parts.append(f"{inner}\n\n{_table(done.rows)}\n\n")
            case "caption":
                around.parts.append(f"\n\n{inner.strip()}\n\n")
            case tag if tag in CODE and not is_code:
                given = inner.replace("|", r"\|") if self._inside(*CELLS) else inner
                is_listing = tag == "pre" or "\n" in inner.strip()
                self._put(_listing(given) if is_listing else _code(given))
            case "li":
                around.parts.append(_item(inner, around.tag))
            case tag if tag in UNSEEN or tag in ALIVE:
                pass
            case tag if is_code:
                self._put(inner if tag in INLINE else f"\n{inner}\n")
            case _:
                self._put(_marked(done, inner))
        if done.tag == "tr" and (table := self._table()):
            table.rows.append([])
        return done.tag

    def _table(self) -> _Open | None:
        return next((each for each in reversed(self._open) if each.tag == "table"), None)

    def _row(self) -> list[tuple[str, str, int]]:
        table = self._table()
        if table is None:
            return []
        if not table.rows:
            table.rows.append([])
        return table.rows[-1]


def _escaped(text: str) -> str:
    """Text as it is in Markdown; formulas between dollars are formulas, as in notebooks."""
    parts = _FORMULA.split(text)
    parts[::2] = [_SIGN.sub(r"\\\1", part) for part in parts[::2]]
    whole = "".join(parts)
    return _BEGINS.sub(_as_text, whole)


def _as_text(found: re.Match[str]) -> str:
    """What would begin a list or the like."""
    number, point, blank, sign = found.groups()
    return f"{number}\\{point}" if number else f"{blank}\\{sign}"


def _code(text: str) -> str:
    """In a line, within blanks where it begins or ends as its fence does."""
    bare, fence = text.strip(), _fence(text, 1)
    if not bare:
        return text
    blank = " " if bare.startswith("`") or bare.endswith("`") else ""
    before, after = text.partition(bare)[::2]
    return f"{before}{fence}{blank}{bare}{blank}{fence}{after}"


def _listing(text: str) -> str:
    fence = _fence(text, 3)
    return "\n\n{0}\n{1}\n{0}\n\n".format(fence, text.strip("\n"))


def _fence(text: str, least: int) -> str:
    """Longer than any in the text, which would end it."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))


def _marked(done: _Open, inner: str) -> str:
    bare = inner.strip()
    blank = (inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :])
    if "\n" in bare.replace("\\\n", ""):
        return f"\n\n{inner.strip(chr(10))}\n\n"  # marks are for words in a line
    if bare and (mark := MARKS.get(done.tag)):
        bare = f"{mark}{bare}{mark}"
    elif done.tag in {"sub", "sup"} and bare:
        sign = "~" if done.tag == "sub" else "^"
        bare = f"{sign}{bare.replace(' ', chr(92) + ' ')}{sign}"
    elif done.tag == "a" and _ADDRESS.fullmatch(place := done.attributes.get("href", "")):
        bare = f"[{bare}]({place})" if bare else f"<{place}>"
    if done.tag in INLINE and done.tag not in HEADINGS:
        return blank[0] + bare + blank[1]
    return f"\n\n{bare}\n\n" if bare else "\n\n"


def _item(inner: str, around: str) -> str:
    first, *others = re.sub(r"\n{3,}", "\n\n", inner).strip().split("\n")
    mark = "1. " if around == "ol" else "- "
    lines = [f"\n{mark}{first.lstrip()}", *(f"   {line}" if line else "" for line in others)]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Sequence[tuple[str, str, int]]]) -> str:
    """A pipe table; a cell over several columns stands in the first of them."""
    filled = [row for row in rows if row]
    if not filled:
        return ""
    cells = [
        [part for _, text, columns in row for part in (text, *[""] * (columns - 1))]
        for row in filled
    ]
    width = max(map(len, cells))
    has_header = all(tag == "th" for tag, _, _ in filled[0])
    header, body = (cells[0], cells[1:]) if has_header else ([""] * width, cells)
    columns = list(zip_longest(*body, fillvalue="")) or [()] * width
    rules = ["--:" if _is_numeric(column) else ":--" for column in columns]
    lines = [header, rules, *body]
    return "\n".join(f"| {' | '.join([*line, *[''] * (width - len(line))])} |" for line in lines)


def _is_numeric(column: Sequence[str]) -> bool:
    given = [text for text in column if text]
    return bool(given) and all(_NUMBER.fullmatch(text) for text in given)
