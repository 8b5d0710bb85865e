import pytest
from msgspec.structs import replace

from treadle.press.tex.bibliography import bibliography_problems
from treadle.press.tex.places import Places

PLACES = Places("a/b.pmd", "b.tex", "x", (1,), {"refs.bib": "a/refs.bib"})
BIB = "@book{key,\n  title = {T}\n"


@pytest.fixture
def lines(tmp_path):
    """Where the problems of a log are, in a folder with a database of two lines."""
    (tmp_path / "refs.bib").write_text(BIB)

    def found(log):
        return [item.span.line for item in bibliography_problems(log, PLACES, tmp_path)]

    return found


@pytest.mark.parametrize(("said", "line"), [(0, 1), (1, 1), (2, 2), (3, 2), ("9" * 30, 2)])
def test_a_problem_is_at_a_line_that_the_database_has(lines, said, line):
    assert lines(f"Illegal end of database file---line {said} of file refs.bib\n") == [line]


def test_a_database_that_is_not_there(lines):
    assert lines("Odd---line 7 of file other.bib\n") == [7]


def test_an_entry_below_thousands_of_empty_lines(tmp_path, within):
    (tmp_path / "refs.bib").write_text("\n" * 60_000 + "@book{\nkey,\n}\n")
    log = "Warning--empty year in key\n"
    places = replace(PLACES, originals={"refs.bib": str(tmp_path / "refs.bib")})
    with within(1):
        [problem] = bibliography_problems(log, places, tmp_path)
    assert problem.span.line == 60_001
