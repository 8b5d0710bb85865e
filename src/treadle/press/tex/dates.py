"""The time that stands for "now" in the PDF."""

from __future__ import annotations

import datetime
import os
import re

# A document without a date must give the same bytes every day, so some day has to stand for it.
UNDATED = datetime.date(2000, 1, 1)
TODAY = re.compile(r"\\today\b")
DATES = ("%Y-%m-%d", "%d %B %Y", "%B %d %Y", "%d %b %Y", "%d/%m/%Y", "%B %Y", "%Y")


def document_epoch(date: datetime.date | str | None, tex: str) -> int:
    """Seconds since 1970 that stand for "now" in the PDF.

    `SOURCE_DATE_EPOCH` if the user set it; else the document's `date`; else a fixed day, unless
    the LaTeX prints the current date and a fixed one would be false.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given.isdigit():
        return int(given)
    day = parse_date(date) or UNDATED
    if is_dated_today(date, tex):
        day = datetime.date.fromisoformat(today())
    return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC).timestamp())


def is_dated_today(date: datetime.date | str | None, tex: str) -> bool:
    """Whether the PDF is another one tomorrow."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return not given.isdigit() and parse_date(date) is None and bool(TODAY.search(tex))


def today() -> str:
    """The day, as 2025-03-01, in the time zone of documents."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def parse_date(value: datetime.date | str | None) -> datetime.date | None:
    """A document's date: of YAML, or text such as 2025-03-01, 1 March 2025, March 2025."""
    if isinstance(value, datetime.date):
        return value
    if not value:  # `strptime` would be asked seven times, and loaded for it
        return None
    text = re.sub(r"[,.]|(?<=\d)(st|nd|rd|th)\b", "", value).strip()
    for form in DATES:
        try:
            return datetime.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
