"""The date of a document, as the front matter says it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime

from treadle.press.document.wrong_values import a_string

_OF_THE_BUILD = {"today", "now"}  # Quarto's words
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
# What is nothing but a date: the year first, or the day or the month, or a month's name.
_NUMBERS = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{1,2})([-/.])(\d{1,2})\6(\d{4})")
_TH = "(?:st|nd|rd|th)?"
_NAMED = re.compile(
    rf"(?:(?P<day>\d{{1,2}})\.?{_TH} )?(?P<month>[A-Za-z]{{3,9}})\.?"
    rf"(?: (?P<behind>\d{{1,2}}){_TH})?,? (?P<year>\d{{4}})"
)


def a_date(value: object) -> date | str:
    """A date where it is written as one (2023-11-12), otherwise the text, in which the day of the
    build is LaTeX's."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = a_string(value)
    if text.lower() in _OF_THE_BUILD:
        return r"\today"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def what_is_wrong(given: date | str | None) -> tuple[str, str] | None:
    """What is to be said of a date that is printed as it stands and is none, and the way out."""
    if not isinstance(given, str):
        return None
    if given.lower() == "last-modified":
        what = f"the date `{given}` is printed as it stands: when a file was changed says little"
        return what, r"write the day, `2026-01-31`, or `\today` for that of the build"
    if _is_no_day(given):
        return f"`{given}` is no day of the calendar, and printed as it stands", "correct the date"
    return None


def _is_no_day(text: str) -> bool:
    days = _days(text)
    return bool(days) and not any(_exists(*day) for day in days)


def _days(text: str) -> list[tuple[int, int, int]]:
    """The years, months and days that a text may mean, if it is nothing else: 3/4/2026 is two."""
    if found := _NUMBERS.fullmatch(text):
        if found[1]:
            return [(int(found[1]), int(found[3]), int(found[4]))]
        one, other, year = (int(found[number]) for number in (5, 7, 8))
        return [(year, other, one), (year, one, other)]
    found = _NAMED.fullmatch(text)
    day = found and (found["day"] or found["behind"])
    months = [n for n, name in enumerate(_MONTHS, 1) if found and _names(found["month"], name)]
    return [(int(found["year"]), month, int(day)) for month in months if found and day]


def _names(word: str, month: str) -> bool:
    return word.lower() in {month, month[:3]}


def _exists(year: int, month: int, day: int) -> bool:
    with suppress(ValueError):
        date(year, month, day)
        return True
    return False
