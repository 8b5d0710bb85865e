"""Structs, and what they are made of, as JSON."""

from __future__ import annotations

import json
from typing import TypeVar

from msgspec import DecodeError, convert, to_builtins
from msgspec.json import Decoder, Encoder

T = TypeVar("T")

_ENCODER = Encoder()


def encoded(value: object) -> bytes:
    """One line of JSON, without its end. Raises TypeError for what JSON can't hold."""
    try:
        return _ENCODER.encode(value)
    except (UnicodeEncodeError, OverflowError):  # half a surrogate pair, from a file's name, say
        return json.dumps(to_builtins(value)).encode("ascii")


def decoded(data: bytes, decoder: Decoder[T]) -> T:
    """What `encoded` was given. Raises ValueError."""
    try:
        return decoder.decode(data)
    except DecodeError:  # half a surrogate pair, perhaps: it takes a reader that lets it pass
        return convert(json.loads(data), decoder.type)
