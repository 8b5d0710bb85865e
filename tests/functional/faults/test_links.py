"""Links: a build writes into DIR, which may be a link itself, and through no other.

A link to a file, where a result goes, is replaced by the result; what it led to stays as it is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

from .place import SOURCE, Place, assert_clear

OLD = 10**9  # nanoseconds since 1970


@pytest.mark.parametrize("name", ["report.pdf", "report.tex"])
def test_a_result_that_is_a_link_to_a_file_of_the_users(
    typeset: Callable[..., Place], name: str
) -> None:
    made = typeset()
    (mine := made.folder / "mine").write_text("mine")
    (made.folder / "build").mkdir()
    (result := made.folder / "build" / name).symlink_to("../mine")
    assert made.build().returncode == 0
    assert not result.is_symlink()
    assert mine.read_text() == "mine"


def test_a_copy_that_stands_for_the_result_is_not_touched(
    place: Callable[..., Place],
) -> None:
    """The build makes what is there new for make: by way of a link that would be another file."""
    made = place()
    assert made.build("--to", "tex").returncode == 0
    mine, result = made.folder / "mine", made.folder / "build" / "report.tex"
    for text in (SOURCE, SOURCE + "% no other LaTeX\n"):
        (made.folder / "report.pmd").write_text(text)
        shutil.move(result, mine)
        os.utime(mine, ns=(OLD, OLD))
        result.symlink_to("../mine")
        assert made.build("--to", "tex").returncode == 0
        assert mine.stat().st_mtime_ns == OLD
        assert not result.is_symlink()


def test_a_dangling_link_is_replaced(place: Callable[..., Place]) -> None:
    made = place()
    (made.folder / "build").mkdir()
    (result := made.folder / "build" / "report.tex").symlink_to("../nowhere")
    assert made.build("--to", "tex").returncode == 0
    assert result.is_file()
    assert not (made.folder / "nowhere").exists()


@pytest.mark.parametrize("name", ["build/report", "build/report/images"])
def test_no_figure_is_written_through_a_link(place: Callable[..., Place], name: str) -> None:
    made = place()
    mine = made.folder / "elsewhere" / "dot.png"
    mine.parent.mkdir()
    mine.write_text("mine")
    link = made.folder / name
    link.parent.mkdir(parents=True)
    link.symlink_to(mine.parent)
    status = 2 if name == "build/report" else 1  # the latter is known when the code has run
    assert_clear(made.build("--to", "tex"), f"{name} is a link", "out of the way", status=status)
    assert [path.name for path in mine.parent.iterdir()] == ["dot.png"]
    assert mine.read_text() == "mine"
    link.unlink()
    assert made.build("--to", "tex").returncode == 0


def test_clean_removes_nothing_through_a_link(place: Callable[..., Place]) -> None:
    made = place()
    assert made.build("--to", "tex").returncode == 0
    images = made.folder / "build" / "report" / "images"
    shutil.move(images, mine := made.folder / "mine")
    images.symlink_to(mine)
    from treadle.app.clean import clean

    clean(made.folder / "build")
    assert (mine / "dot.png").is_file()


@pytest.mark.parametrize("there", [True, False])
def test_the_folder_of_results_may_be_a_link(place: Callable[..., Place], there: bool) -> None:
    made = place()
    (made.folder / "build").symlink_to("elsewhere")
    if there:
        (made.folder / "elsewhere").mkdir()
    assert made.build("--to", "tex").returncode == 0
    assert (made.folder / "build").is_symlink()
    assert (made.folder / "elsewhere" / "report.tex").is_file()
    assert made.build("--to", "tex").stdout.startswith("ran 0 of")


@pytest.mark.parametrize("name", ["build", "code"])
def test_a_link_that_leads_to_itself(place: Callable[..., Place], name: str) -> None:
    made = place()
    (made.folder / name).symlink_to(name)
    assert_clear(made.build("--to", "tex"), f"{name} is a link", "remove it", status=2)


def test_the_document_may_be_a_link(place: Callable[..., Place]) -> None:
    made = place()
    (made.folder / "report.pmd").rename(made.folder / "original.pmd")
    (link := made.folder / "report.pmd").symlink_to("original.pmd")
    assert made.build("--to", "tex").returncode == 0
    assert made.outputs().keys() == {"report.tex"}
    assert link.is_symlink()
    (made.folder / "original.pmd").write_text(SOURCE.replace("Prose", "Changed prose"))
    assert made.build("--to", "tex").returncode == 0
    assert b"Changed prose" in made.outputs()["report.tex"]


@pytest.mark.parametrize("name", ["dot.png", "refs.bib", "data.txt"])
def test_a_source_that_is_a_link_and_leads_elsewhere_now(
    place: Callable[..., Place], name: str
) -> None:
    """Both files are as they were: the link is what has changed."""
    made = place()
    link, first, second = (made.folder / each for each in (name, "first", "second"))
    link.rename(first)
    second.write_bytes(first.read_bytes() + b"\n")
    link.symlink_to("first")
    assert made.build("--to", "tex").returncode == 0
    before = made.outputs() | made.files()
    link.unlink()
    link.symlink_to("second")
    assert made.build("--to", "tex").returncode == 0
    changed = {key for key, data in (made.outputs() | made.files()).items() if before[key] != data}
    result = {"dot.png": "build/report/images/dot.png", "refs.bib": "build/report/refs.bib"}
    assert changed == {name, result.get(name, "report.tex")}


def test_no_module_is_written_through_a_link(place: Callable[..., Place]) -> None:
    made = place(SOURCE + '\n```{python, module="m"}\nx = 1\n```\n')
    (made.folder / "mine").mkdir()
    (made.folder / "code").mkdir()
    (made.folder / "code" / "report").symlink_to("../mine")
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert "is a link, and modules would be written through it" in done.stderr
    assert not list((made.folder / "mine").iterdir())
