"""Two builds compared piece by piece."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from treadle.app.scratch import Scratch
from treadle.app.verify.pieces import Made, differences, pieces_of, pieces_of_files, without
from treadle.press.document.reader import read_document

DOCUMENT, _ = read_document(
    Path("report.pmd"),
    "---\ntitle: T\n---\n\n```{python a}\n1\n```\n\nSome <%= 1 %>.\n\n```{python b}\n2\n```\n",
)
LINES = ["\\title", "% a", "1", "Some 1.", "% b", "\\includegraphics{report/b-1.pdf}"]
ORIGINS = [2, 5, 6, 9, 11, 12]


def build(folder: Path, lines: list[str], origins: list[int], figure: str = "figure") -> Scratch:
    scratch = Scratch(folder / "build", "report")
    scratch.root.mkdir(parents=True, exist_ok=True)
    scratch.lines.write_text(json.dumps(origins))
    (scratch.out_dir / "report").mkdir(exist_ok=True)
    (scratch.out_dir / "report/b-1.pdf").write_text(figure)
    (scratch.out_dir / "report.tex").write_text("\n".join(lines))
    (scratch.out_dir / "report.pdf").write_text("\n".join(lines) + figure)
    return scratch


def told(
    tmp_path: Path, lines: list[str], origins: list[int], figure: str = "figure"
) -> list[tuple[int, str, str]]:
    """What of a clean build differs, if it gave the usual."""
    last = pieces_of(DOCUMENT, build(tmp_path / "last", lines, origins, figure), is_pdf=True)
    clean = pieces_of(DOCUMENT, build(tmp_path / "clean", LINES, ORIGINS), is_pdf=True)
    return [(item.line, item.key[1], item.words) for item in differences(last, clean)]


def test_the_same(tmp_path: Path) -> None:
    assert told(tmp_path, LINES, ORIGINS) == []


@pytest.mark.parametrize(
    ("at", "line", "what"), [(0, 1, "the front matter"), (2, 5, "a"), (3, 9, "the text")]
)
def test_another_line(tmp_path: Path, at: int, line: int, what: str) -> None:
    lines = [*LINES[:at], "other", *LINES[at + 1 :]]
    words = f"`other` in the last build, `{LINES[at]}` in a clean one"
    assert told(tmp_path, lines, ORIGINS) == [(line, what, words)]


def test_a_line_that_a_clean_build_has_not(tmp_path: Path) -> None:
    lines, origins = [*LINES[:3], "more", *LINES[3:]], [*ORIGINS[:3], 6, *ORIGINS[3:]]
    words = "`more` in the last build, nothing in a clean one"
    assert told(tmp_path, lines, origins) == [(5, "a", words)]


def test_another_figure(tmp_path: Path) -> None:
    found = told(tmp_path, LINES, ORIGINS, "another")
    assert found == [(11, "b", "a clean build gives another `report/b-1.pdf`")]


def test_what_differs_late_in_a_long_line(tmp_path: Path) -> None:
    [(_, _, words)] = told(tmp_path, [*LINES[:2], "x" * 200 + "1" * 99, *LINES[3:]], ORIGINS)
    assert words.startswith("`xxx")
    [(_, _, words)] = told(tmp_path, [*LINES[:3], "Some 2." + "y" * 99, *LINES[4:]], ORIGINS)
    assert words == f"`Some 2.{'y' * 53}...` in the last build, `Some 1.` in a clean one"


def test_the_pdf_alone(tmp_path: Path) -> None:
    last = build(tmp_path / "last", LINES, ORIGINS)
    (last.out_dir / "report.pdf").write_text("other")
    clean = pieces_of(DOCUMENT, build(tmp_path / "clean", LINES, ORIGINS), is_pdf=True)
    [found] = differences(pieces_of(DOCUMENT, last, is_pdf=True), clean)
    assert (found.line, found.key[1]) == (1, "the PDF")
    assert not list(differences(pieces_of(DOCUMENT, last, is_pdf=False), clean))


def test_where_it_was_built_does_not_count(tmp_path: Path) -> None:
    for form in (r"in /tmp/a_b/home.", r"in /tmp/a\_b/home."):
        assert without("/tmp/a_b", form) == "in /home."
    lines = [*LINES[:2], "in /tmp/a_b/home", *LINES[3:]]
    there = pieces_of(DOCUMENT, build(tmp_path / "there", lines, ORIGINS), True, "/tmp/a_b")
    lines[2] = "in /home"
    last = pieces_of(DOCUMENT, build(tmp_path / "here", lines, ORIGINS), is_pdf=True)
    assert not list(differences(last, there))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"1\n2\n", b"1\n3\n", "`2` in the last build, `3` in a clean one"),
        (b"\xff1", b"\xff2", "a clean build gives another `f`"),
        (b"", None, "a clean build does not make `f`"),
        (b"1", b"1", ""),
    ],
)
def test_files_that_chunks_write(tmp_path: Path, old: bytes, new: bytes | None, words: str) -> None:
    made = [Made("f", 5, "a", False)]
    (tmp_path / "f").write_bytes(old)
    there = Path(f"{tmp_path}/top{tmp_path}")
    there.mkdir(parents=True)
    if new is not None:
        (there / "f").write_bytes(new)
    last, clean = (
        pieces_of_files(made, tmp_path),
        pieces_of_files(made, tmp_path, f"{tmp_path}/top"),
    )
    expected = [(5, "`f`, which a writes,", words)] if words else []
    assert [(item.line, item.key[1], item.words) for item in differences(last, clean)] == expected
