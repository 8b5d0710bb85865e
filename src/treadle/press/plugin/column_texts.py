"""The texts of a table's fields, column by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from numbers import Number
from typing import Any

from treadle.press.plugin.column_digits import number_texts, of_few_bits
from treadle.press.plugin.library_classes import ANYTHING, attribute, is_instance

ValueFormat = str | int | Callable[[Any], str]
# How values are written: of a column, and of all floats that have no format of their column
Format = ValueFormat | None
_DAY = timedelta(days=1)


def is_plain(value: object) -> bool:
    """Whether a value fits into a field: a text, a number, a truth value, a date, nothing."""
    kinds = (str, Number, date, time, timedelta)
    return value is None or is_instance(value, kinds) or _scalar(value) is not value


def is_numeric(column: Sequence[object]) -> bool:
    values = [_scalar(value) for value in column if not is_missing(value)]
    return bool(values) and all(
        is_instance(value, Number) and not isinstance(value, bool) for value in values
    )


def is_missing(value: object) -> bool:
    """None, NaN, pandas' NA and NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # a signalling one can't be compared
    try:
        return is_instance(value, Number) and bool(value != value)
    except ANYTHING:
        return False


def field_texts(
    column: Sequence[object], form: Format = None, decimals: int | None = None
) -> list[str]:
    """The texts of a column's fields. What is missing is an empty field; where texts are empty,
    too, it is named, as by pandas.

    `form` says how values are written (`"{:.2f}"`, `"%.2f"`, a number of decimals, a function), or
    `decimals` how many floats have, if it is not to be as many as they need.
    """
    texts = label_texts(column, form, decimals)
    missing = [is_missing(_scalar(value)) for value in column]
    if any(not (text.strip() or gone) for text, gone in zip(texts, missing, strict=True)):
        return texts
    return ["" if gone else text for text, gone in zip(texts, missing, strict=True)]


def label_texts(
    column: Sequence[object], form: Format = None, decimals: int | None = None
) -> list[str]:
    """The same where an empty field has another meaning: what is missing is named."""
    values = [_scalar(value) for value in column]
    if form is not None:
        return [_formed(value, form) for value in values]
    floats = [number for value in values for number in _floats(value)]
    written = dict(zip(map(repr, floats), number_texts(floats, decimals), strict=True))
    if not is_numeric(values):  # a number among words stands for itself
        written = {number: _without_zeros(text) for number, text in written.items()}
    return [_text(value, written) for value in _days(values)]


def float_texts(column: Sequence[object], form: ValueFormat) -> list[str]:
    """As `field_texts`, but that `form` says how floats are written, and nothing of the others."""
    values = [_scalar(value) for value in column]
    pairs = zip(values, field_texts(values), strict=True)
    return [_formed(value, form) if _is_float(value) else text for value, text in pairs]


def _scalar(value: Any) -> object:  # noqa: ANN401
    """The Python value in a NumPy or torch scalar; a number of few bits as it was meant."""
    if value is None or type(value) in (str, bool, int, float):
        return value
    item, kind = attribute(value, "item"), attribute(value, "dtype")
    if not callable(item) or attribute(value, "ndim") != 0 or kind is None:
        return value
    try:
        return _item(value, kind)
    except ANYTHING:  # it is no such scalar
        return value


def _item(value: Any, kind: object) -> object:  # noqa: ANN401
    letter = getattr(kind, "kind", "")
    if letter in {"m", "M"}:  # of finer parts the item would be a mere count
        coarse = value.astype(f"{letter}8[us]")
        return coarse.item() if coarse == value else str(value)
    found = value.item()
    size = getattr(kind, "itemsize", 8)
    return of_few_bits(found, size) if isinstance(found, float) else found


def _formed(value: object, form: ValueFormat) -> str:
    """As the author says; what is no number, and can't be written so, as it is."""
    if is_missing(value):
        return _name(value)
    write = _writer(form)
    is_number = isinstance(value, Number) and not isinstance(value, bool)
    try:
        return str(write(value)) if callable(form) or not isinstance(value, bool) else str(value)
    except (TypeError, ValueError, AttributeError) as error:
        if is_number and not callable(form):
            raise ValueError(f"the format {form!r} can't write {value!r}: {error}") from None
        if is_number:
            raise
        return str(value)


def _writer(form: ValueFormat) -> Callable[[Any], str]:
    if callable(form):
        return form
    if isinstance(form, int):
        return lambda value: f"{value:.{form}f}"
    return form.format if "{" in form else lambda value: form % value


def _floats(value: object) -> tuple[float, ...]:
    if isinstance(value, complex):
        return (value.real, value.imag)
    return (value,) if _is_float(value) else ()  # type: ignore[return-value]


def _is_float(value: object) -> bool:
    return isinstance(value, float) and not is_missing(value)


def _text(value: object, written: dict[str, str]) -> str:
    if is_missing(value):
        return _name(value)
    if isinstance(value, complex):
        real, imaginary = written[repr(value.real)], written[repr(value.imag)]
        return f"{real}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    return written[repr(value)] if _is_float(value) else _said(value)


def _said(value: object) -> str:
    """Its `str`. Python writes no number of some thousand digits; a table does."""
    try:
        return str(value)
    except ValueError:
        if not isinstance(value, int):
            raise
        return str(Decimal(value))


def _without_zeros(text: str) -> str:
    whole, point, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}" if point and "e" not in text else text


def _name(missing: object) -> str:
    if isinstance(missing, Number):
        return "NaN"
    return str(missing)  # None, NaT, <NA>


def _days(values: Sequence[object]) -> Sequence[object]:
    """A column of moments that are all midnight as the days they begin; of spans, as days."""
    present = [value for value in values if not is_missing(value)]
    if present and all(isinstance(value, datetime) and _is_midnight(value) for value in present):
        return [value if is_missing(value) else str(value)[:10] for value in values]
    if present and all(isinstance(value, timedelta) and not value % _DAY for value in present):
        return [value if is_missing(value) else f"{value // _DAY} days" for value in values]  # type: ignore[operator]
    return values


def _is_midnight(value: datetime) -> bool:
    return value.time() == time() and value.tzinfo is None
