"""MIME types as values give them, and what a page can do with those that are for a browser."""

from __future__ import annotations

import binascii
import io
import json
import re
from collections.abc import Mapping
from typing import Any

from treadle.engine.plugin import PLAIN, Bundle, Host

HTML, SVG, MARKDOWN = "text/html", "image/svg+xml", "text/markdown"
JSON, SCRIPT = "application/json", "application/javascript"
WIDGET = "application/vnd.jupyter.widget-view+json"
# Who has one of these needs nothing else. (There is perhaps no program for SVG.)
CERTAIN = {"application/pdf", "text/latex", "image/png", "image/jpeg", MARKDOWN}
PICTURES = {"image/gif", "image/webp", "image/bmp", "image/tiff"}
# A `repr` that says no more than which type it is of.
_BARE = re.compile(r"<[^\n]*(?: object| at 0x[0-9A-Fa-f]+)>")
_ON_PAPER = "show a figure, a table, Markdown or a text"


def for_page(
    found: Mapping[str, Any], metadata: Mapping[str, object], name: str, host: Host
) -> Bundle:
    """The bundle that a page takes of these types: what is not of its type is left out, and so is
    what only a browser can show; where that says more than the plain text, it is told."""
    data: dict[str, str | bytes] = {}
    for kind, content in found.items():
        try:
            data |= _read(kind, content)
        except (ValueError, TypeError, OSError) as failure:
            host.remark(f"the `{kind}` of {name} is left out: {failure}", _ON_PAPER)
    if WIDGET in data:
        hint = "call the function yourself, for the values that the page is to show"
        host.remark(f"{name} is a widget, which nobody can move on paper", hint)
    elif not data.keys() & {*CERTAIN, SVG} and _BARE.fullmatch(str(data.get(PLAIN, "< object>"))):
        return Bundle(_for_browsers(data, name, host), metadata)
    return Bundle(data, metadata)


def _read(kind: str, content: object) -> dict[str, str | bytes]:
    """The text, or the bytes, of a type; pictures of other kinds as PNG. Raises what that does."""
    if kind == PLAIN or not isinstance(content, str | bytes | bytearray | memoryview):
        text = content if isinstance(content, str) else json.dumps(content, indent=2, default=str)
        return {kind: text}
    if not _is_binary(kind):
        return {kind: content if isinstance(content, str) else bytes(content).decode()}
    data = binascii.a2b_base64(content) if isinstance(content, str) else bytes(content)
    return {"image/png": as_png(data)} if kind in PICTURES else {kind: data}


def _is_binary(kind: str) -> bool:
    given = kind == "application/pdf" or kind.startswith(("image/", "audio/", "video/"))
    return given and not kind.endswith("+xml")


def as_png(data: bytes) -> bytes:
    """A picture of another kind, by Pillow: of a moving one, the first. Raises ValueError."""
    try:
        from PIL import Image
    except ImportError:
        raise ValueError("Pillow reads it, and is not installed: `pip install pillow`") from None
    file = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        clear = "A" in image.getbands() or "transparency" in image.info
        image.convert("RGBA" if clear else "RGB").save(file, "PNG")
    return file.getvalue()


def _for_browsers(data: Mapping[str, str | bytes], name: str, host: Host) -> dict[str, str | bytes]:
    """What is left of types that a browser shows."""
    if HTML in data:
        from treadle.press.plugin.html_text import html_text

        found = html_text(str(data[HTML]))
        lost = f", without {', '.join(f'`{each}`' for each in found.left_out)}"
        what = f"of {name} the text of its HTML is shown{lost if found.left_out else ''}"
        if not found.text:
            what = f"{name} is left out: its HTML has no text{lost if found.left_out else ''}"
        host.remark(what, _ON_PAPER)
        return {MARKDOWN: found.text} if found.text else {}
    if JSON in data:
        return {PLAIN: data[JSON]}
    kinds = sorted(data.keys() - {PLAIN})
    if kinds:
        host.remark(f"{name} is left out: it is `{'`, `'.join(kinds)}` alone", _ON_PAPER)
        return {}
    return dict(data)
