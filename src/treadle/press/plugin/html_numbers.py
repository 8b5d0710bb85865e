"""Whole numbers in attributes of HTML, which may be of any length."""

MOST_COLUMNS = 1000  # and rows, of one field: browsers' own limit


def whole_number(text: str, most: int) -> int:
    """The number, or `most` if that is less; 0 where the text is none."""
    if not text.isdecimal():
        return 0
    digits = text.lstrip("0")
    return most if len(digits) > len(str(most)) else min(int(digits or "0"), most)


def span(text: str) -> int:
    """The columns, or the rows, of a field."""
    return max(whole_number(text, MOST_COLUMNS), 1)
