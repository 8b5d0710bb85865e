"""What a build reads can't be read: a folder or a pipe is in its place, which holds for root, too.

A pipe that nobody writes to must not be waited for.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .place import EDITED, SOURCE, Clean, Make, Place, assert_clear


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


KINDS = (folder, pipe, dangling)
TEMPLATE = SOURCE.replace("title:", "template: mine.tex.j2\ntitle:")
SOURCES = {
    "report.pmd": (SOURCE, "report.pmd", 2),
    "refs.bib": (SOURCE, "report.pmd:3: error: ", 1),
    "dot.png": (SOURCE, "report.pmd:20: error: ", 1),
    "mine.tex.j2": (TEMPLATE, "report.pmd:2: error: ", 1),
    "helper.py": (SOURCE.replace("more =", "import helper\nmore ="), "report.pmd:23: error: ", 1),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOURCES)
def test_a_source(place: Make, name: str, kind: Callable[[Path], None]) -> None:
    text, words, status = SOURCES[name]
    made = place(SOURCE)
    assert made.build("--to", "tex").returncode == 0
    before = made.outputs()
    (made.folder / "report.pmd").write_text(text.replace("21", "23"))
    (made.folder / name).unlink(missing_ok=True)
    kind(made.folder / name)
    assert_clear(made.build("--to", "tex"), words, status=status)
    assert made.outputs() == before


@pytest.mark.parametrize("kind", [folder, pipe])
@pytest.mark.parametrize("name", ["tools.py", "other.py"])
def test_a_module_in_code(place: Make, name: str, kind: Callable[[Path], None]) -> None:
    """One that no chunk is extracted to is nobody's business."""
    made = place()
    module = made.folder / "code" / "report" / name
    module.parent.mkdir(parents=True)
    kind(module)
    done = made.build("--to", "tex")
    if name == "other.py":
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert_clear(done, "report.pmd:8: error: can't read code/report/tools.py: not a file")
    assert module.exists()
    assert not module.is_file()


@pytest.mark.parametrize("kind", [folder, pipe])
def test_a_file_in_build_that_latex_would_read_beside_the_document(
    typeset: Make, kind: Callable[[Path], None]
) -> None:
    made = typeset(SOURCE + "\n\\input{macros}\n")
    (made.folder / "macros.tex").write_text("Macros.\n")
    (made.folder / "build").mkdir()
    kind(obstacle := made.folder / "build" / "macros.tex")
    assert_clear(made.build(), "build/macros.tex is in its way", "remove or rename")
    assert made.outputs() == {}
    assert not obstacle.is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_of_the_store(place: Make, clean: Clean, kind: Callable[[Path], None]) -> None:
    """Without it, or with another one, everything runs again, and is right."""
    made = place()
    assert made.build("--to", "tex").returncode == 0
    key = made.folder / "state" / "treadle" / "key"
    key.unlink()
    kind(key)
    (made.folder / "report.pmd").write_text(EDITED)
    done = made.build("--to", "tex")
    assert done.returncode == 0
    assert ("the cache is off" in done.stderr) == (kind is folder)
    assert_as_clean(made, clean)


@pytest.mark.parametrize(
    ("part", "kind"),
    [("blobs", pipe), ("blobs", dangling), ("traces", folder), ("traces", pipe)],
)
def test_entries_of_the_store(
    place: Make, clean: Clean, part: str, kind: Callable[[Path], None]
) -> None:
    """They are computed again, which costs a warning at most."""
    made = place()
    assert made.build("--to", "tex").returncode == 0
    store = made.folder / "build" / ".treadle" / "store" / part
    entries = [path for path in store.rglob("*") if path.is_file()]
    assert entries
    for entry in entries:
        entry.unlink()
        kind(entry)
    (made.folder / "report.pmd").write_text(EDITED)
    done = made.build("--to", "tex")
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    assert_as_clean(made, clean)


def assert_as_clean(made: Place, clean: Clean) -> None:
    assert made.outputs() == clean(EDITED, "--to", "tex", programs=made.programs).outputs
