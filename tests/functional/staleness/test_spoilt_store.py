"""Each file of the store is spoilt in turn, in three ways: the next build is right."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .case import Case
from .changes import Place, damage_file, lay_out, store_files
from .procedure import Outcome, build

DOCUMENT = """```{python makes}
import numpy as np
x = [1, 2]
y = x
a = np.arange(50_000)
```
```{python changes}
x.append(3)
a[7] += 1
```
Text <%= len(x) %>.

```{python shows}
print("x is", x, y is x, int(a.sum()))
```
"""
EDITED = DOCUMENT.replace('"x is"', '"now x is"')


@dataclass(frozen=True)
class Kept:
    """A folder with a build, what an edit of its last chunk must give, where to try."""

    built: Path
    clean: Outcome
    scratch: Path
    programs: Path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Kept:
    """The build that is to be spoilt."""
    folder = tmp_path_factory.mktemp("spoilt")
    for name, text in (("built", DOCUMENT), ("clean", EDITED)):
        place = Place(folder / name, {"PATH": str(programs)})
        lay_out(_case(text), place)
        outcome = build(_case(text), place)
        assert outcome.status == 0, outcome.complaints
    return Kept(folder / "built", outcome, folder / "scratch", programs)


def _case(text: str) -> Case:
    return Case("spoilt", "none", files={"report.pmd": text})


def _copies(kept: Kept, text: str, kind: str) -> Iterator[tuple[str, Place]]:
    """Copies of the build, one for each file of its store, which is spoilt there."""
    names = [path.relative_to(kept.built) for path in store_files(kept.built)]
    assert names, "the build has left nothing in its store"
    for name in names:
        shutil.rmtree(kept.scratch, ignore_errors=True)
        shutil.copytree(kept.built, kept.scratch, symlinks=True)
        (kept.scratch / "report.pmd").write_text(text, "utf-8")
        damage_file(kept.scratch / name, kind)
        yield str(name), Place(kept.scratch, {"PATH": str(kept.programs)})


@pytest.mark.parametrize("kind", ["truncate", "empty", "flip"])
def test_an_edit_after_a_spoilt_file_gives_what_a_clean_build_gives(kept: Kept, kind: str):
    for name, place in _copies(kept, EDITED, kind):
        outcome = build(_case(EDITED), place)
        assert outcome.status == 0, (name, outcome.complaints)
        assert outcome.files == kept.clean.files, name


def test_a_missing_file_is_made_again(kept: Kept):
    for name, place in _copies(kept, EDITED, "empty"):
        (place.folder / name).unlink()
        outcome = build(_case(EDITED), place)
        assert outcome.status == 0, (name, outcome.complaints)
        assert outcome.files == kept.clean.files, name


@pytest.mark.parametrize("part", ["blobs", "traces"])
def test_it_is_said_that_something_was_damaged(kept: Kept, part: str):
    shutil.rmtree(kept.scratch, ignore_errors=True)
    shutil.copytree(kept.built, kept.scratch, symlinks=True)
    (kept.scratch / "report.pmd").write_text(EDITED, "utf-8")
    for path in (kept.scratch / "build/.treadle/store" / part).rglob("*"):
        if path.is_file():
            damage_file(path, "truncate")
    outcome = build(_case(EDITED), Place(kept.scratch, {"PATH": str(kept.programs)}))
    assert outcome.status == 0, outcome.complaints
    assert outcome.files == kept.clean.files
    assert "damaged: what they held was computed again" in outcome.complaints
