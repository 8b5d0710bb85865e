"""A document's folder elsewhere: what is copied, what is linked, what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from treadle.app.verify.elsewhere import LARGE, Here, elsewhere


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a document, in a project with other folders."""
    project = tmp_path / "project"
    for name in ("report/report.pmd", "report/data/d.csv", "report/out/made.csv"):
        write(project / name, "text")
    write(project / "far/f.csv", "far")
    write(project / "results/r.csv", "made")
    write(project / "results/mine.csv", "mine")
    return project / "report"


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def here(folder: Path, products: tuple[str, ...] = (), changed: tuple[str, ...] = ()) -> Here:
    made = frozenset((folder / name).resolve() for name in products)
    written = tuple(path.parent for path in made)
    return Here(folder, written, made, frozenset(folder / name for name in changed))


def test_the_folder_is_copied_but_for_what_builds_make(folder: Path) -> None:
    write(folder / "build/.treadle/store/blob", "kept")
    (folder / "empty").mkdir()
    with elsewhere(here(folder, ("out/made.csv", "build/report.tex")), "0") as top:
        there = Path(f"{top}{folder}")
        names = sorted(str(path.relative_to(there)) for path in there.rglob("*"))
        assert names == ["data", "data/d.csv", "empty", "report.pmd"]
        assert not (there / "data/d.csv").is_symlink()
        (there / "data/d.csv").write_text("other")
    assert (folder / "data/d.csv").read_text() == "text"
    assert not Path(top).exists()


def test_what_lies_around_it_is_where_it_always_was(folder: Path) -> None:
    with elsewhere(here(folder, ("../results/r.csv",)), "0") as top:
        there = Path(f"{top}{folder}")
        assert (there / "../far/f.csv").read_text() == "far"
        assert (there / "../far").is_symlink()
        assert (there / "../results/mine.csv").read_text() == "mine"
        (there / "../results/r.csv").write_text("other")
        (there / "../results/new.csv").write_text("new")
    assert (folder / "../results/r.csv").read_text() == "made"
    assert not (folder / "../results/new.csv").exists()


@pytest.mark.parametrize("changed", [True, False])
def test_large_files_are_linked_unless_builds_change_them(folder: Path, changed: bool) -> None:
    write(folder / "large.bin", bytes(LARGE))
    with elsewhere(here(folder, changed=("large.bin",) * changed), "0") as top:
        there = Path(f"{top}{folder}")
        assert (there / "large.bin").is_symlink() is not changed
        assert (there / "large.bin").stat().st_size == LARGE
        assert not (there / "data/d.csv").is_symlink()


def test_links_lead_to_the_copy_or_where_they_led(folder: Path) -> None:
    (folder / "near").symlink_to(folder / "data")
    (folder / "relative").symlink_to("data/d.csv")
    (folder / "away").symlink_to("../far")
    (folder / "nowhere").symlink_to("absent")
    with elsewhere(here(folder), "0") as top:
        there = Path(f"{top}{folder}")
        assert (there / "near/d.csv").resolve() == there / "data/d.csv"
        assert (there / "relative").resolve() == there / "data/d.csv"
        assert (there / "away/f.csv").read_text() == "far"
        assert (there / "nowhere").is_symlink()


def test_an_environment_of_packages_is_not_copied(folder: Path) -> None:
    write(folder / ".venv/pyvenv.cfg", "home = /usr")
    write(folder / ".venv/bin/python", "")
    with elsewhere(here(folder), "0") as top:
        there = Path(f"{top}{folder}")
        assert (there / ".venv").is_symlink()
        assert (there / ".venv/bin/python").exists()
