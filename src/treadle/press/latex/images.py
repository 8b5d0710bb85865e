"""Images of the author's: the files that LaTeX includes, and where they are put for it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath

from msgspec import Struct

from treadle.press.document.source_text import is_file
from treadle.press.latex.conversions import Converter, converter_for, converters_in_words
from treadle.problem import Problem, Span, error

READABLE = (".pdf", ".png", ".jpg", ".jpeg")
UNREADABLE = (".svg", ".eps", ".ps", ".gif", ".webp", ".tif", ".tiff", ".bmp")  # kinds of images
CANT = "LaTeX can't include"
ADDRESS = re.compile(r"[a-z]+://")


class Copy(Struct, frozen=True):
    """A file that must lie at `target`, relative to the folder of the LaTeX, for it to compile;
    by `converter`, if it has to be made into another kind first, for the image at `span`."""

    source: Path
    target: str
    converter: Converter | None = None
    span: Span | None = None


def find_image(path: str, folder: Path, stem: str, span: Span) -> Copy | Problem:
    """The image `path` of a document in `folder`, or what is wrong with it.

    One with an address is the file of that name beside the document, in the folders of its address
    (or the last of them) if it is there. In place of one of a kind that LaTeX can't include, one
    beside it stands that differs in its ending alone, or what a converter makes of it.
    """
    for name in _names(path):
        found = _local(path, name, folder, stem, span)
        if isinstance(found, Copy):
            return found
    return found


def _names(path: str) -> list[str]:
    """The files that a path may mean: of an address with the folders `a/b/`, `a/b/c.png`,
    `b/c.png`, `c.png`."""
    if not ADDRESS.match(path):
        return [path]
    parts = [part for part in re.split("[?#]", path)[0].split("/")[2:] if part not in {"", ".."}]
    return ["/".join(parts[first:]) for first in range(len(parts))] or [""]


def not_included(path: str, span: Span, why: str = "", way: str = "") -> Problem:
    """An error for an image of a kind that LaTeX can't include, and nothing here converts."""
    hint = f"convert it to one of {', '.join(READABLE)}"
    return error(span, f"{CANT} `{path}`{why and f': {why}'}", hint + way)


def address_of(path: str) -> str:
    """What tells one address from another; empty: it is a file's path."""
    return ADDRESS.sub("", path.split("#")[0]) if ADDRESS.match(path) else ""


def shared_file(path: str, other: str, span: Span) -> Problem:
    """An error for an image that would be the file that stands for another address."""
    *folders, name = _names(path)[0].split("/")
    way = f"`{'/'.join([*folders[-1:], name])}`" if folders else "another name, and write that"
    text = f"the image `{path}` would be the file `{name}`, as `{other}` is already"
    return error(span, text, f"put this one beside the document as {way}")


def _local(path: str, name: str, folder: Path, stem: str, span: Span) -> Copy | Problem:
    """The image that the file `name` is, or what is wrong with it."""
    whole = folder / name
    endings = READABLE if whole.name else ()
    candidates = [whole, *(whole.with_name(whole.name + ending) for ending in endings)]
    if whole.suffix.lower() in UNREADABLE:
        candidates += [whole.with_suffix(ending) for ending in endings]
    there = list(filter(is_file, candidates))
    source = next((each for each in there if each.suffix.lower() in READABLE), None)
    if source is not None:
        return Copy(source, f"{stem}/images/{_plain_name(name, source.suffix)}")
    if there and (converter := converter_for(whole.suffix)):
        return Copy(whole, f"{stem}/images/{_plain_name(name, converter.ending)}", converter, span)
    if there:
        way = f", or install {converters_in_words(whole.suffix)}"
        return not_included(path, span, way=way)
    if name != path:
        hint = f"download it beside the document{f', as `{name}`' if name else ''}"
        return error(span, f"image `{path}` is not a local file", hint)
    place = f"the document's folder, `{folder.resolve().name or folder.resolve()}`"
    return error(span, f"image file `{path}` not found", f"paths are relative to {place}")


def _plain_name(path: str, suffix: str) -> str:
    # A name LaTeX takes without quoting; a changed one gets a digest, so that no two collide.
    pure = PurePosixPath(path)
    name = str(pure if pure.suffix == suffix else pure.with_name(pure.name + suffix))
    plain = re.sub(r"[^A-Za-z0-9._/-]|\.(?=.*\.)|^/", "-", name.replace("../", "up/"))
    if plain == name:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{plain.removesuffix(suffix)}-{digest}{suffix}"
