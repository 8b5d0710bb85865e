"""Which object it is, for comparing objects that live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

# Not `id`: Python tells its audit hooks of each call of that, ours among them, which takes 170 ns
# where this takes 50. A small cell is done in 10 % less, a large value is looked at in 5 % less. It
# is another number than `id` gives, and stands for one object likewise: its address, turned round.
identity: Final[Callable[[object], int]] = object.__hash__
