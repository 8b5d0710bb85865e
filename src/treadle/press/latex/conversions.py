"""Images of kinds that LaTeX can't include, made into one that it can, by what is installed."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.store.digest import combined, digest
from treadle.press.latex.pdf_bytes import steady_pdf

PATIENCE = 60  # seconds
RECIPE = "1"  # of what is done to what a converter gives: with another one, all is made anew
IN, OUT = "IN", "OUT"  # stand in a command for the two files
_PILLOW = (
    "import sys; from PIL import Image; image = Image.open(sys.argv[1]); "
    "clear = 'A' in image.getbands() or 'transparency' in image.info; "
    "image.convert('RGBA' if clear else 'RGB').save(sys.argv[2], 'PNG')"
)


class Converter(Struct, frozen=True):
    """A program, or a package of Python's, and how it is called."""

    name: str
    command: tuple[str, ...]
    ending: str = ".pdf"  # of what it makes
    package: str = ""  # that Python runs
    reads: str = ""  # the ending of what it is given

    @property
    def is_installed(self) -> bool:
        if self.package:
            return find_spec(self.package) is not None
        return shutil.which(self.command[0]) is not None

    @property
    def stamp(self) -> str:
        """What is another one when the program, or the package, is."""
        spec = find_spec(self.package) if self.package else None
        path = spec.origin if spec else shutil.which(self.command[0])
        found = os.stat(path) if path else None  # noqa: PTH116
        return f"{found.st_mtime_ns} {found.st_size}" if found else ""


_PYTHON = sys.executable
_CAIRO = (_PYTHON, "-m", "cairosvg", IN, "-f", "pdf", "-o", OUT)
_EPS = ("-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-dEPSCrop", "-sDEVICE=pdfwrite")
_VECTOR = (
    Converter("rsvg-convert", ("rsvg-convert", "--format=pdf", f"--output={OUT}", IN)),
    Converter("inkscape", ("inkscape", IN, "--export-type=pdf", f"--export-filename={OUT}")),
    Converter("cairosvg", _CAIRO, package="cairosvg"),
)
_POSTSCRIPT = (
    Converter("epstopdf", ("epstopdf", f"--outfile={OUT}", IN)),
    Converter("gs", ("gs", *_EPS, f"-sOutputFile={OUT}", IN)),
)
_RASTER = (Converter("Pillow", (_PYTHON, "-c", _PILLOW, IN, OUT), ".png", "PIL"),)
_BY_ENDING: Mapping[str, Sequence[Converter]] = MappingProxyType(
    {".svg": _VECTOR}
    | dict.fromkeys((".eps", ".ps"), _POSTSCRIPT)
    | dict.fromkeys((".gif", ".webp", ".tif", ".tiff", ".bmp"), _RASTER)
)


# An image in an SVG that is another file: what is made of it would not be known by its data.
_LINKED = re.compile(rb"""<image\b[^>]*\bhref=["'](?!data:|#)(?P<file>[^"']+)""")


class NotConvertedError(Exception):
    """A file could not be converted; its text is what the program says."""


def is_moving(data: bytes) -> bool:
    """Whether a GIF or a WebP has several pictures, of which the first is shown."""
    if data.startswith(b"GIF8"):
        return _pictures_in_gif(data) > 1
    return data.startswith(b"RIFF") and b"ANMF" in data


def _pictures_in_gif(data: bytes) -> int:
    at, count = 13 + _colours(data[10:11]), 0
    while (kind := data[at : at + 1]) in {b"!", b","}:
        count += kind == b","
        at += 2 if kind == b"!" else 11 + _colours(data[at + 9 : at + 10])
        while size := int.from_bytes(data[at : at + 1]):  # its blocks
            at += size + 1
        at += 1
    return count


def _colours(flags: bytes) -> int:
    """The bytes of the table of colours that stands behind these flags."""
    given = int.from_bytes(flags)
    return 3 * 2 ** ((given & 7) + 1) if given & 128 else 0


def converter_for(ending: str) -> Converter | None:
    """The first that is installed for files with this ending."""
    known = _BY_ENDING.get(ending.lower(), ())
    found = next((converter for converter in known if converter.is_installed), None)
    return found and replace(found, reads=ending.lower())


def converters_in_words(ending: str) -> str:
    """Those that would do: "`rsvg-convert`, `inkscape` or `cairosvg`"."""
    *others, last = (f"`{each.name}`" for each in _BY_ENDING.get(ending.lower(), ()))
    return f"{', '.join(others)} or {last}" if others else last


def converted(data: bytes, converter: Converter, folder: Path) -> Path:
    """The file that a converter makes of some data, in `folder`: there it is kept by these.

    Raises NotConvertedError and OSError.
    """
    if linked := _LINKED.search(data):
        name = linked["file"].decode("utf-8", "replace")
        raise NotConvertedError(f"it needs the file `{name}`, which has to be embedded in it")
    from tempfile import NamedTemporaryFile  # few documents have such images

    made_by = [converter.name, *converter.command, converter.stamp, RECIPE]
    target = folder / f"{combined([*made_by, digest(data)])[:32]}{converter.ending}"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = _run(data, converter)
        with NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(steady_pdf(made) if converter.ending == ".pdf" else made)
        Path(file.name).replace(target)
    return target


def _run(data: bytes, converter: Converter) -> bytes:
    """What the program makes of it: it is started as it is, by no shell, and sees no other file."""
    import subprocess
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as name:
        source, result = Path(name, f"image{converter.reads}"), Path(name, "made")
        result = result.with_suffix(converter.ending)
        source.write_bytes(data)
        places = {IN: str(source), OUT: str(result)}
        command = [_filled(word, places) for word in converter.command]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
                cwd=name,
            )
        except subprocess.TimeoutExpired:
            raise NotConvertedError(f"{converter.name} does not end") from None
        if done.returncode or not result.exists() or not result.stat().st_size:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
            raise NotConvertedError(f"{converter.name} says: {said[-1].strip()[:200]}")
        return result.read_bytes()


def _filled(word: str, places: Mapping[str, str]) -> str:
    """A word of a command with a file in the place of its name."""
    head, sign, name = word.rpartition("=")
    return head + sign + places.get(name, name)
