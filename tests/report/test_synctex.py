"""From a line of the report to its place in the PDF and back, by the program `synctex`."""

from __future__ import annotations

import itertools
import re

import pytest

from .conftest import Built, run

# Words of the source, each in a line that prints something at its own place.
PLACES = (
    "# Exercise 1",
    "# Exercise 2",
    "# Exercise 3",
    "# Exercise 4",
    "# Exercise 5",
)


def line_with(report: Built, text: str) -> int:
    lines = report.source.read_text("utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def forward(report: Built, line: int) -> tuple[int, float, float]:
    """The page and the point on it, in pt from the left and the top, that show `line`."""
    said = run("synctex", "view", "-i", f"{line}:0:{report.source}", "-o", str(report.pdf)).stdout
    values = dict(re.findall(r"^(Page|x|y):(.+)$", said, re.MULTILINE))
    assert values, f"nothing on a page comes from line {line}"
    return int(values["Page"]), float(values["x"]), float(values["y"])


def backward(report: Built, page: int, x: float, y: float) -> tuple[str, int]:
    """The file and the line that made what is at this point of a page."""
    said = run("synctex", "edit", "-o", f"{page}:{x}:{y}:{report.pdf}").stdout
    values = dict(re.findall(r"^(Input|Line):(.+)$", said, re.MULTILINE))
    return values["Input"], int(values["Line"])


def page_with(report: Built, words: str) -> int:
    pages = run("pdftotext", str(report.pdf), "-").stdout.split("\f")
    hits = [number for number, page in enumerate(pages, 1) if words in " ".join(page.split())]
    return hits[0]


def test_a_row_of_the_ledger_leads_to_the_chunk_that_checked(report):
    page = page_with(report, "the matrix formula, in SymPy")
    words = run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(report.pdf), "-").stdout
    row = re.search(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]* yMax="([\d.]+)">matrix<', words)
    assert row
    x, top, bottom = map(float, row.groups())
    _, line = backward(report, page, x, (top + bottom) / 2)
    assert line == line_with(report, "```{python vae-symbolic")


@pytest.mark.parametrize("text", PLACES)
def test_forth_and_back_is_the_same_line(report, text):
    line = line_with(report, text)
    page, x, y = forward(report, line)
    assert page == page_with(report, text.lstrip("# "))
    file, back = backward(report, page, x, y)
    assert file == str(report.source)
    assert abs(back - line) <= 2


def test_every_page_leads_to_the_document(report):
    places = [backward(report, page, 200, 400) for page in range(1, report.pages + 1)]
    assert {file for file, _ in places} == {str(report.source)}
    # The ledger's rows lead to the chunks that checked, and what the front matter stands for, such
    # as the references, is printed at the end.
    before = page_with(report, "the matrix formula, in SymPy") - 1
    lines = [line for _, line in places[:before] if line > 30]
    assert len(lines) > 10
    assert all(after >= before - 60 for before, after in itertools.pairwise(lines))  # floats move


def test_a_figure_leads_to_its_chunk(report):
    line = line_with(report, "caption=")
    assert forward(report, line)
