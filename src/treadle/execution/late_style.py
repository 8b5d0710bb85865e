"""How figures are to look, told to a worker that has started before it was known: by a file."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from treadle.execution.task import FigureStyle
from treadle.store.atomic import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_PAUSE = 0.005  # seconds between two looks for the file


def tell_style(style: FigureStyle, path: Path) -> None:
    """Write it, in one step. Raises OSError."""
    write_whole(str(path), [json.dumps(asdict(style)).encode()])


def awaited_style(path: str) -> FigureStyle:
    """What `tell_style` has written or will write: wait for it, as long as this process has a
    parent that could.
    """
    parent = os.getppid()
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            if os.getppid() != parent:
                return FigureStyle()
            time.sleep(_PAUSE)
            continue
        try:
            return FigureStyle(**json.loads(os.read(descriptor, 4096)))
        finally:
            os.close(descriptor)
