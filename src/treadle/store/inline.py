"""Names that hold the bytes themselves: a file takes far longer to write than a name.

They stand in traces, which are sealed; the digest in them is for what mangles a name elsewhere.
"""
# No pathlib: the worker imports this when it starts.

from __future__ import annotations

import binascii

from treadle.store.digest import digest

INLINE_BYTES = 2048  # bytes up to which a name holds them
_MARK = "="  # digests are hexadecimal
_CHECK = 16  # characters of the digest


def is_inline(name: str) -> bool:
    """Whether a blob's name holds its bytes, so that there is no file."""
    return name.startswith(_MARK)


def inline_name(data: bytes) -> str:
    """The name that holds `data`: always the same for the same bytes."""
    text = binascii.b2a_base64(data, newline=False).decode("ascii")
    return f"{_MARK}{digest(data)[:_CHECK]}{text}"


def inline_data(name: str) -> bytes | None:
    """What such a name holds; None if it is truncated or altered."""
    start = len(_MARK) + _CHECK
    try:
        data = binascii.a2b_base64(name[start:], strict_mode=True)
    except ValueError:
        return None
    return data if inline_name(data) == name else None
