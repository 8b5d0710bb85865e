"""The options of chunks: what they are, which of them count for results, what they may hold.

A new one is a field of `ChunkOptions` and a kind of `KINDS`; it counts unless it is `LOOK_ONLY`.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct, field

from treadle.press.document.wrong_values import WrongValueError

HIDDEN = frozenset({"hidden", "hide", "none"})  # what `results` says to show nothing printed


class ChunkOptions(Struct, frozen=True):
    """What a chunk's fence says; the defaults are Pweave's."""

    name: str | None = None
    echo: bool = True
    evaluate: bool = True
    results: str = "verbatim"  # "verbatim", "hidden", or anything else: raw LaTeX/Markdown
    fig: bool = True
    include: bool = True
    caption: str | None = None
    subcaptions: tuple[str, ...] = ()  # of the figures one by one, which `caption` has together
    columns: int | None = None  # how many figures stand side by side; None: as many as it takes
    width: str | None = None  # at which figures are shown, and drawn
    f_pos: str = "htpb"
    f_env: str | None = None  # a LaTeX environment around the figures
    f_size: tuple[float, float] | None = None  # inches; None: the document's text width
    f_spines: bool = True
    dpi: int = 200
    wrap: bool | str = "output"  # fold long lines of "code", "output" ("results"), or both
    term: bool = False
    complete: bool = True  # False: run together with the next complete chunk
    source: str | None = None  # a file that comes before the code, or an object to show
    main: bool = False  # extracted below `if __name__ == "__main__":`
    display_data: bool = True
    display_stream: bool = True
    warning: bool = True  # show what goes to standard error, where warnings go
    # Treadle's own
    module: str | None = None
    test: bool = False
    checks: str | None = None
    alt: str | None = None
    alts: tuple[str, ...] = ()  # where `alt` is a list: of the figures one by one
    depends: tuple[str, ...] | None = None
    volatile: bool = False
    timeout: float | None = None  # seconds
    memory: int | None = None  # bytes
    error: bool = False
    given: Mapping[str, object] = field(default_factory=dict)  # as written on the fence

    @property
    def captioned(self) -> bool:
        """Whether what the chunk shows stands under a caption, or each figure under its own."""
        return bool(self.caption or self.subcaptions)

    @property
    def texts(self) -> tuple[str, ...]:
        """What may hold inline code: the caption, those of figures, the texts for who can't see
        them, of all figures and of each."""
        return (self.caption or "", *self.subcaptions, self.alt or "", *self.alts)


# The options that don't count for a cell's key. All others do, so that a new one does unless
# it is put here: a cell run in vain costs time, a stale result is a lie.
LOOK_ONLY = frozenset(
    # How the page shows the code and what came of it.
    {"echo", "results", "include", "wrap", "display_data", "display_stream", "warning"}
    | {"f_pos"}
    # Text of the page; its inline code is a cell by itself.
    | {"caption", "subcaptions", "alt", "alts"}
    # What the ledger says is checked.
    | {"checks"}
    # Whether there is a cell, and with what code; the code counts.
    | {"evaluate", "test", "complete"}
    # The seed that comes of the one counts, and the dotted name that comes of the other.
    | {"name", "module"}
    # The engine heeds these by themselves: the files' contents, and that nothing is kept.
    | {"depends", "volatile"}
    # What is cut short by the one is not kept, and the other says whether a failure fails the
    # build. (That a chunk has caught a MemoryError can't be seen, so `memory` counts.)
    | {"timeout", "error"}
    # All of the options again, as they are written.
    | {"given"}
)


def computing_options(options: ChunkOptions) -> dict[str, object]:
    """The options that may change what code computes, prints or draws, with their values."""
    fields = options.__struct_fields__
    return {name: getattr(options, name) for name in fields if name not in LOOK_ONLY}


# The kinds of options: each takes the value on the fence, and gives the one that the option has.

_UNFIT_FOR_LABEL = re.compile(r"[\\{}#%~^$&\"'`,\x00-\x1f]")
UNITS = MappingProxyType({"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12})
MOST_COLUMNS = 20
LEAST_MEMORY = 10**7  # bytes; Python itself holds more


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("True or False")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        hint = f'write "{value}"' if isinstance(value, int | float) else ""
        raise WrongValueError("a string", hint)
    return value


def _results(value: object) -> str:
    """What R Markdown's `hold` says is so anyway: output stands below the code."""
    text = _text(value)
    return "verbatim" if text == "hold" else text


def _text_or_none(value: object) -> str | None:
    """A string; Pweave's own default for some of these is False, which means none."""
    return None if value is None or value is False else _text(value)


def _texts(value: object) -> tuple[str, ...]:
    """Texts, of the figures of a chunk one by one."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise WrongValueError("a list of texts, one for each figure", 'write ["One.", "Another."]')
    return tuple(items)


def _text_or_texts(value: object) -> str | tuple[str, ...] | None:
    """A text for all figures of a chunk, or a list with one for each."""
    if not isinstance(value, list | tuple):
        return _text_or_none(value)
    texts = _texts(value)
    return texts if len(texts) > 1 else "".join(texts) or None


def _columns(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST_COLUMNS:
        raise WrongValueError(f"a whole number of figures from 1 to {MOST_COLUMNS}")
    return value


def _name(value: object) -> str | None:
    name = _text_or_none(value)
    if name and (unfit := _UNFIT_FOR_LABEL.search(name)):
        raise WrongValueError(f"a name without {unfit[0]!r}", "LaTeX labels are made of it")
    return name or None


def _width(value: object) -> str | None:
    """A LaTeX length; a bare number stays as it is written."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _text_or_none(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValueError("a number")
    if not 0 < value <= sys.float_info.max:
        raise WrongValueError("a number above zero")
    return value


def _size(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise WrongValueError("a pair (width, height) in inches")
    return (_number(value[0]), _number(value[1]))


def _dpi(value: object) -> int:
    number = _number(value)
    if not isinstance(number, int):
        raise WrongValueError("a whole number of dots per inch")
    return number


def _seconds(value: object) -> float | None:
    return None if value is None else _number(value)


def _bytes(value: object) -> int | None:
    """A number of bytes, or one with a unit: "500M"."""
    if value is None:
        return None
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", value.upper())
        if found is None:
            raise WrongValueError('a size such as "500M" or "2G"')
        value = float(found[1]) * UNITS[found[2]]
    if (size := int(_number(value))) < LEAST_MEMORY:
        raise WrongValueError(
            "at least ten megabytes, which Python needs itself",
            'a number without a unit is one of bytes: write, for example, "500M"',
        )
    return size


def size_text(size: int) -> str:
    """A number of bytes as an author writes it: "500M", or the number alone."""
    for unit in ("G", "M", "K"):
        if size % UNITS[unit] == 0:
            return f'"{size // UNITS[unit]}{unit}"'
    return str(size)


def _wrap(value: object) -> bool | str:
    if isinstance(value, bool):
        return value
    if value not in ("code", "output", "results"):
        raise WrongValueError('True, False, "code", "output" or "results"')
    return str(value)


def _module(value: object) -> str | None:
    name = _text_or_none(value)
    if name is None:
        return None
    if not name.isidentifier() or keyword.iskeyword(name):
        raise WrongValueError("a Python identifier, without folder and without .py")
    if name.startswith("test_") or (name.startswith("__") and name.endswith("__")):
        raise WrongValueError(
            "a name that does not begin with test_ and is not __special__",
            "tests are chunks with test=True",
        )
    return name


def _files(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise WrongValueError("a list of file names")
    return tuple(items)


KINDS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        **dict.fromkeys(("echo", "evaluate", "fig", "include", "f_spines", "term"), _flag),
        **dict.fromkeys(("complete", "main", "display_data", "display_stream"), _flag),
        **dict.fromkeys(("test", "volatile", "error", "warning"), _flag),
        "results": _results,
        "f_pos": _text,
        **dict.fromkeys(("caption", "alt"), _text_or_texts),
        **dict.fromkeys(("f_env", "source", "checks"), _text_or_none),
        "subcaptions": _texts,
        "columns": _columns,
        **dict.fromkeys(("name", "label"), _name),
        "width": _width,
        "f_size": _size,
        "dpi": _dpi,
        "wrap": _wrap,
        "module": _module,
        "depends": _files,
        "timeout": _seconds,
        "memory": _bytes,
    }
)
