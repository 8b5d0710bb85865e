"""Two documents in one folder share `build/`, and what they keep does not mix."""

from __future__ import annotations

from pathlib import Path

from tests.command import treadle

from .procedure import LINE

DOCUMENT = """```{python makes}
x = WHO
```
```{python shows}
print("x is", x)
```
"""


def _build(folder: Path, name: str) -> frozenset[str]:
    """Build `name`; the chunks that ran."""
    done = treadle("build", name, "--to", "tex", folder=folder)
    assert done.returncode == 0, done.stderr
    lines = map(LINE.fullmatch, done.stdout.splitlines())
    return frozenset(line["label"] for line in lines if line)


def _write(folder: Path, name: str, value: object) -> None:
    (folder / name).write_text(DOCUMENT.replace("WHO", repr(value)), "utf-8")


def _shows(folder: Path, name: str, text: str) -> bool:
    return f"\nx is {text}\n" in (folder / "build" / name).read_text("utf-8")


def test_two_documents_with_chunks_of_the_same_names(tmp_path: Path):
    _write(tmp_path, "one.pmd", "first")
    _write(tmp_path, "two.pmd", "second")
    _build(tmp_path, "one.pmd")
    _build(tmp_path, "two.pmd")
    assert _shows(tmp_path, "one.tex", "first")
    assert _shows(tmp_path, "two.tex", "second")
    assert _build(tmp_path, "one.pmd") == frozenset()
    assert _build(tmp_path, "two.pmd") == frozenset()
    _write(tmp_path, "two.pmd", "third")
    assert _build(tmp_path, "two.pmd") == {"makes", "shows"}
    assert _build(tmp_path, "one.pmd") == frozenset()
    assert _shows(tmp_path, "one.tex", "first")
    assert _shows(tmp_path, "two.tex", "third")


def test_back_to_the_old_text_finds_what_was_kept(tmp_path: Path):
    _write(tmp_path, "one.pmd", "first")
    _build(tmp_path, "one.pmd")
    _write(tmp_path, "one.pmd", "second")
    assert _build(tmp_path, "one.pmd") == {"makes", "shows"}
    _write(tmp_path, "one.pmd", "first")
    assert _build(tmp_path, "one.pmd") == frozenset()
    assert _shows(tmp_path, "one.tex", "first")


def test_a_document_whose_name_is_taken_over(tmp_path: Path):
    _write(tmp_path, "one.pmd", "first")
    _write(tmp_path, "two.pmd", "second")
    _build(tmp_path, "one.pmd")
    _build(tmp_path, "two.pmd")
    (tmp_path / "two.pmd").replace(tmp_path / "one.pmd")
    _build(tmp_path, "one.pmd")
    assert _shows(tmp_path, "one.tex", "second")
