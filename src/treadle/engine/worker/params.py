"""`params`: the document's parameters, to be read and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn


class Params(Mapping[str, Any]):
    """The front matter's `params:`, as `params.epochs` or `params["epochs"]`."""

    __slots__ = ("_values",)
    _values: dict[str, Any]

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", dict(values))

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  (whatever YAML gave)
        """The parameter, or a KeyError that names the nearest one."""
        if name not in self._values:
            raise KeyError(self._unknown(name))
        return _read_only(self._values[name])

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """The parameter, or an AttributeError that names the nearest one."""
        if name.startswith("__") or name not in self._values:
            raise AttributeError(self._unknown(name))
        return _read_only(self._values[name])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(_refusal(name))

    def __setitem__(self, name: str, value: object) -> NoReturn:
        raise TypeError(_refusal(name))

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(_refusal(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"params({inside})"

    def __reduce__(self) -> tuple[type[Params], tuple[dict[str, Any]]]:
        return Params, (self._values,)

    def _unknown(self, name: str) -> str:
        import difflib

        near = difflib.get_close_matches(name, self._values, 1)
        if near:
            return f"no parameter {name!r}; did you mean {near[0]!r}?"
        known = ", ".join(self._values) or "none"
        return f"no parameter {name!r}; the front matter's `params:` has {known}"


def _read_only(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return Params(value)
    return list(value) if isinstance(value, list) else value


def _refusal(name: str) -> str:
    return (
        f"params is read-only: set {name!r} in the front matter's `params:` "
        f"or on the command line with -P {name}=..."
    )
