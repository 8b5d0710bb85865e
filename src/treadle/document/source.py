"""The text of a file: UTF-8, with every line ended by a newline character alone."""

from __future__ import annotations

from pathlib import Path

from treadle.diagnostics import Diagnostic, Span, error


def load(path: Path) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text of the file, or the reason why there is none."""
    start = Span.at(str(path), 1)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return "", (error(start, "there is no such file"),)
    except IsADirectoryError:
        return "", (error(start, "this is a folder, not a document"),)
    except OSError as failure:
        return "", (error(start, f"can't read the file: {failure.strerror}"),)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as failure:
        line = normalise(data[: failure.start].decode("utf-8")).count("\n") + 1
        message = f"byte 0x{data[failure.start]:02x} is not UTF-8"
        return "", (error(Span.at(str(path), line), message, "save the file as UTF-8"),)


def is_file(path: Path) -> bool:
    """Whether a file is there; not if the system won't tell (a name that is too long)."""
    try:
        return path.is_file()
    except OSError:
        return False


def normalise(text: str) -> str:
    r"""`text` without a byte-order mark, its lines ended by `\n` whatever ended them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
