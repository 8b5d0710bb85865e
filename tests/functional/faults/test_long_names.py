"""Names that leave no room: 255 bytes are the most that a file's may have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .place import SOURCE, Place, assert_clear

FIGURE = """
```{{python {}}}
import matplotlib.pyplot as plt
plt.plot([1, {}]);
```
"""


def test_a_document(place: Callable[..., Place]) -> None:
    made = place()
    name = "d" * 250 + ".pmd"
    (made.folder / "report.pmd").rename(made.folder / name)
    assert_clear(made.build(file=name), "too long", "rename the file", status=2)
    assert not (made.folder / "build").exists()


def test_the_longest_document_that_is_taken(typeset: Callable[..., Place]) -> None:
    made = typeset()
    name = "d" * 220
    (made.folder / "report.pmd").rename(made.folder / f"{name}.pmd")
    done = made.build(file=f"{name}.pmd")
    assert (done.returncode, done.stderr) == (0, "")
    assert (made.folder / "build" / f"{name}.pdf").is_file()


def test_chunks_with_figures(place: Callable[..., Place]) -> None:
    """Two whose names differ at their ends alone have a figure each."""
    names = ("c" * 300 + "1", "c" * 300 + "2")
    made = place(SOURCE + "".join(FIGURE.format(name, 2 + at) for at, name in enumerate(names)))
    done = made.build("--to", "tex")
    assert (done.returncode, done.stderr) == (0, "")
    figures = [path.read_bytes() for path in (made.folder / "build" / "report").glob("c*.pdf")]
    assert len(set(figures)) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (SOURCE.replace("dot.png", "i" * 300 + ".png"), 20),
        (SOURCE.replace("refs.bib", "b" * 300), 3),
        (SOURCE.replace("title:", f"template: {'t' * 300}.tex.j2\ntitle:"), 2),
        (SOURCE.replace('"tools"', f'"{"m" * 300}"'), 8),
    ],
    ids=["image", "bibliography", "template", "module"],
)
def test_a_file_that_the_document_names(place: Callable[..., Place], text: str, line: int) -> None:
    made = place(text)
    assert_clear(made.build("--to", "tex"), f"report.pmd:{line}: error: ")
    assert made.outputs() == {}
