"""The text of a file: UTF-8, with every line ended by a newline character alone."""

from __future__ import annotations

from pathlib import Path

from treadle.problem import Problem, Span, error


def load(path: Path) -> tuple[str, tuple[Problem, ...]]:
    """The text of the file, or the reason why there is none."""
    line, hint = 1, ""
    try:
        return path.read_bytes().decode("utf-8"), ()
    except FileNotFoundError:
        message = "there is no such file"
    except IsADirectoryError:
        message = "this is a folder, not a document"
    except OSError as failure:
        message = f"can't read the file: {failure.strerror}"
    except UnicodeDecodeError as failure:
        data, at = failure.object, failure.start
        line = normalise(data[:at].decode("utf-8")).count("\n") + 1
        message, hint = f"byte 0x{data[at]:02x} is not UTF-8", "save the file as UTF-8"
    return "", (error(Span.at(str(path), line), message, hint),)


def is_file(path: Path) -> bool:
    """Whether a file is there; not if the system won't tell (a name that is too long)."""
    try:
        return path.is_file()
    except OSError:
        return False


def normalise(text: str) -> str:
    r"""`text` without a byte-order mark, its lines ended by `\n` whatever ended them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def split_lines(text: str) -> list[str]:
    r"""The lines of `text` as an editor counts them: `\n` alone ends a line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines
