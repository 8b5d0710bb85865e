"""MIME types as values give them, and what a page can do with those that are for a browser."""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from treadle.engine.addresses import told_addresses, without_addresses
from treadle.engine.plugin import PLAIN, Bundle, Host

HTML, SVG, MARKDOWN = "text/html", "image/svg+xml", "text/markdown"
JSON, SCRIPT = "application/json", "application/javascript"
VENDOR = "application/vnd."
WIDGET = f"{VENDOR}jupyter.widget-view+json"
# Who has one of these needs nothing else. (There is perhaps no program for SVG.)
CERTAIN = {"application/pdf", "text/latex", "image/png", "image/jpeg", MARKDOWN}
PICTURES = {"image/gif", "image/webp", "image/bmp", "image/tiff"}
_BEGINS: Mapping[str, bytes] = MappingProxyType(
    {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "application/pdf": b"%PDF"}
)
# A `repr` that says no more than which type it is of.
_BARE = re.compile(r"<[^\n]*(?: object| at 0x[0-9A-Fa-f]+)>")
_ON_PAPER = "show a figure, a table, Markdown or a text"


def readable(given: Mapping[Any, Any], name: str, host: Host) -> dict[str, str | bytes]:
    """What is of its type of what was given; the rest is told."""
    data: dict[str, str | bytes] = {}
    for kind, content in given.items():
        if not isinstance(kind, str):
            host.remark(f"`{kind!r}` of {name} is left out: it is no type's name", _ON_PAPER)
            continue
        try:
            data |= {} if content is None else _read(kind, content)
            if kind in PICTURES and _is_moving(_bytes_of(content)):
                what = f"{name} is a moving picture, and its first is shown"
                host.remark(what, "show the one that counts")
        except Exception as failure:  # who reads data that is broken, or a bomb, raises any
            why = without_addresses(str(failure)) or type(failure).__name__
            host.remark(f"the `{kind}` of {name} is left out: {why}", _ON_PAPER)
    return data


def for_page(
    data: Mapping[str, str | bytes], metadata: Mapping[str, object], name: str, host: Host
) -> Bundle:
    """The bundle that a page takes of these types: what only a browser can show is left out, and
    told, where it says more than the plain text."""
    if data.keys() & CERTAIN:
        return Bundle(data, metadata)
    if vendor := next((kind for kind in data if kind.startswith(VENDOR)), ""):
        return Bundle(_without_vendors(data, vendor, name, host), metadata)
    if SVG not in data and says_little(str(data.get(PLAIN, ""))):
        return Bundle(_for_browsers(data, name, host), metadata)
    return Bundle(data, metadata)


def _without_vendors(
    data: Mapping[str, str | bytes], vendor: str, name: str, host: Host
) -> dict[str, str | bytes]:
    """What is left of a widget or a chart, of which its `repr` can't tell what it looks like."""
    if vendor == WIDGET:
        hint = "call the function yourself, for the values that the page is to show"
        host.remark(f"{name} is a widget, which nobody can move on paper", hint)
    else:
        host.remark(f"{name} is shown by its text: a browser draws its `{vendor}`", _ON_PAPER)
    return {kind: data[kind] for kind in (SVG, PLAIN) if kind in data}


def says_little(plain: str) -> bool:
    """Whether a `repr` says no more than which type it is of, or where it lies."""
    return not plain or _BARE.fullmatch(plain) is not None or any(told_addresses(plain))


def _read(kind: str, content: object) -> dict[str, str | bytes]:
    """The text, or the bytes, of a type; pictures of other kinds as PNG. Raises what that does."""
    if kind == PLAIN or not isinstance(content, str | bytes | bytearray | memoryview):
        return {kind: content if isinstance(content, str) else json_text(content)}
    if not _is_binary(kind):
        return {kind: content if isinstance(content, str) else bytes(content).decode()}
    data = _bytes_of(content)
    if not data.startswith(_BEGINS.get(kind, b"")):
        raise ValueError(f"its {len(data)} bytes are none")
    return {"image/png": as_png(data)} if kind in PICTURES else {kind: data}


def json_text(data: object) -> str:
    import json

    return json.dumps(data, indent=2, ensure_ascii=False, default=str)


def _bytes_of(content: Any) -> bytes:  # noqa: ANN401
    return binascii.a2b_base64(content) if isinstance(content, str) else bytes(content or b"")


def _is_moving(data: bytes) -> bool:
    from treadle.press.latex.conversions import is_moving  # few values are of such kinds

    return is_moving(data)


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
        if found.image:
            return readable(dict([found.image]), name, host)
        parts = ", ".join(f"`{each}`" for each in found.left_out)
        what = f"{name} is HTML: its text is shown{parts and f', without {parts}'}"
        if not found.text:
            what = f"{name} is left out: it is HTML{parts and f', {parts}'}, and has no text"
        host.remark(what, _ON_PAPER)
        return {MARKDOWN: found.text} if found.text else {}
    if JSON in data:
        return {PLAIN: data[JSON]}
    kinds = sorted(data.keys() - {PLAIN})
    if kinds:
        host.remark(f"{name} is left out: it is `{'`, `'.join(kinds)}` alone", _ON_PAPER)
        return {}
    return dict(data)
