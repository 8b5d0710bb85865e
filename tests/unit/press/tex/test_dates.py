"""Dates, and the time that stands for "now"."""

from __future__ import annotations

import datetime

import pytest

from treadle.press.tex.dates import document_epoch, parse_date


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (datetime.date(2025, 3, 1), (2025, 3, 1)),
        ("2025-03-01", (2025, 3, 1)),
        ("1 March 2025", (2025, 3, 1)),
        ("March 1st, 2025", (2025, 3, 1)),
        ("March 2025", (2025, 3, 1)),
    ],
)
def test_dates(given, expected):
    assert parse_date(given) == datetime.date(*expected)


@pytest.mark.parametrize("given", [None, "", "soon", r"\today"])
def test_no_dates(given):
    assert parse_date(given) is None


def test_the_epoch_is_that_of_the_date(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert document_epoch("1970-01-02", "") == 86400


def test_without_a_date_a_fixed_day_unless_the_document_prints_the_current_one(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert document_epoch(None, "text") == document_epoch("2000-01-01", "")
    assert document_epoch(None, r"\date{\today}") > document_epoch("2025-01-01", "")


def test_the_users_own_epoch_wins(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12345")
    assert document_epoch("2025-03-01", "") == 12345
