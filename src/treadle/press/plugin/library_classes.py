"""Values of libraries, told without importing any: who has not been imported made no value."""

from __future__ import annotations

import sys
from typing import Any


def is_a(value: object, module: str, *names: str) -> bool:
    """Whether it is of one of these classes of a module that is there."""
    found = (getattr(sys.modules.get(module), name, None) for name in names)
    return isinstance(value, tuple(kind for kind in found if isinstance(kind, type)))


def is_lazy_frame(value: object) -> bool:
    """Whether it is a frame that has not been computed, of polars or in narwhals' cover."""
    return is_a(value, "polars", "LazyFrame") or is_a(value, "narwhals", "LazyFrame")


def plan_of(frame: Any) -> str:  # noqa: ANN401
    """How a lazy frame would be computed, as in a notebook. Its HTML would start a program."""
    native = frame if is_a(frame, "polars", "LazyFrame") else frame.to_native()
    return str(native.explain(optimized=False)) if is_lazy_frame(native) else str(native)
