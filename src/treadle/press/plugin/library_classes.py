"""Values of libraries, told without importing any: who has not been imported made no value."""

from __future__ import annotations

import sys
from typing import Any

# What code of the user's raises that is asked for no more than what a value has
ANYTHING = (Exception, SystemExit)


def is_instance(value: object, kinds: type | tuple[type, ...]) -> bool:
    """As `isinstance`; a value that can't say its class, as a proxy for nothing, is of its type."""
    try:
        return isinstance(value, kinds)
    except ANYTHING:
        return issubclass(type(value), kinds)


def attribute(value: object, name: str) -> Any:  # noqa: ANN401
    """None where it has none, and where asking for it raises: it is a property, or `__getattr__`
    makes it."""
    try:
        return getattr(value, name, None)
    except ANYTHING:
        return None


def library_of(kind: type) -> str:
    """The package that has defined a class; empty where the class does not say."""
    module = attribute(kind, "__module__")
    return module.partition(".")[0] if isinstance(module, str) else ""


def is_a(value: object, module: str, *names: str) -> bool:
    """Whether it is of one of these classes of a module that is there."""
    found = (getattr(sys.modules.get(module), name, None) for name in names)
    return is_instance(value, tuple(kind for kind in found if isinstance(kind, type)))


def is_lazy_frame(value: object) -> bool:
    """Whether it is a frame that has not been computed, of polars or in narwhals' cover."""
    return is_a(value, "polars", "LazyFrame") or is_a(value, "narwhals", "LazyFrame")


def plan_of(frame: Any) -> str:  # noqa: ANN401
    """How a lazy frame would be computed, as in a notebook. Its HTML would start a program."""
    native = frame if is_a(frame, "polars", "LazyFrame") else frame.to_native()
    return str(native.explain(optimized=False)) if is_lazy_frame(native) else str(native)
