"""What a run of TeX depended on, as it was then, and whether it still is so.

Each thing is named by a key: `file:` and its contents count, `stat:` for a file of the TeX
installation, whose size and times count, `names:` for the names that TeX may find in a folder,
`tree:` for those below a folder of the user's.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from treadle.engine.store.digest import combined, digest
from treadle.press.tex.environment import searched_folders

# A path with a folder in it, in braces: LaTeX may look for such a file, and find none as yet.
IN_FOLDER = re.compile(r"\{([^{}\s\\]+)/[^{}/]*\}")
PROGRAMS = ("pdflatex", "bibtex")
UNLISTED_TREES = ("/etc/texmf/tex",)  # TeX looks there itself, without a list of files


def keys_of(directory: Path, stem: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of a run of `STEM.tex` in `directory`, except for files of that directory."""
    folders = searched_folders(environment)
    inputs = [path for path in recorded_inputs(directory, stem) if directory not in path.parents]
    keys = {f"names:{folder}" for folder in (*folders, *_subfolders(directory, stem, folders))}
    for path in inputs:
        own = any(folder in path.parents for folder in folders)
        keys.add(f"file:{path}" if own else f"stat:{path}")
    keys |= {f"stat:{path}" for path in _lists(inputs)}
    keys |= {f"stat:{found}" for name in PROGRAMS if (found := shutil.which(name))}
    home = environment.get("TEXMFHOME") or Path("~/texmf").expanduser()
    keys |= {f"tree:{folder}" for folder in (home, *UNLISTED_TREES)}
    return tuple(sorted(keys))


def _subfolders(directory: Path, stem: str, folders: Iterable[Path]) -> set[Path]:
    """The folders in which a file may turn up that LaTeX would rather take, or has missed."""
    tex = directory / f"{stem}.tex"
    text = tex.read_text("utf-8", "replace") if tex.exists() else ""
    named = set(IN_FOLDER.findall(text)) - {stem}
    return {folder / name for folder in folders for name in named}


def _is_passing(name: str) -> bool:
    """Whether it is what editors and builds leave and remove: it would be new all the time."""
    return name.startswith((".", "#")) or name.endswith(("~", ".part", ".swp", ".pyc"))


def recorded_inputs(directory: Path, stem: str) -> tuple[Path, ...]:
    """The files that `STEM.fls` says were read, each once."""
    record = directory / f"{stem}.fls"
    if not record.exists():
        return ()
    lines = dict.fromkeys(record.read_text("utf-8", "replace").splitlines())
    return tuple(dict.fromkeys(directory / line[6:] for line in lines if line[:6] == "INPUT "))


def recorded_outputs(directory: Path, stem: str) -> tuple[str, ...]:
    """The names of the files that `STEM.fls` says were written, each once."""
    record = directory / f"{stem}.fls"
    lines = record.read_text("utf-8", "replace").splitlines() if record.exists() else []
    return tuple(dict.fromkeys(line[7:] for line in lines if line.startswith("OUTPUT ")))


def observed(keys: Iterable[str]) -> dict[str, str]:
    """What each key stands for, as it is now."""
    return {key: _observe(key) for key in keys}


def holds(values: Mapping[str, str]) -> bool:
    """Whether all is as `observed` found it."""
    return all(_observe(key) == value for key, value in values.items())


def relevant(environment: Mapping[str, str]) -> str:
    """A digest of the variables that TeX heeds."""
    words = ("TEX", "INPUTS", "FONTS", "texmf", "memory", "_size", "open", "shell_escape", "MKTEX")
    exact = {"HOME", "SOURCE_DATE_EPOCH", "FORCE_SOURCE_DATE", "TZ", "PATH"}
    names = (
        name for name in sorted(environment) if name in exact or any(word in name for word in words)
    )
    return combined(f"{name}={environment[name]}" for name in names)


def _observe(key: str) -> str:
    kind, _, path = key.partition(":")
    try:
        if kind == "file":
            return digest(Path(path).read_bytes())
        if kind == "stat":
            found = Path(path).stat()
            return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
        if kind == "names":
            names = (entry.name for entry in os.scandir(path) if not _is_passing(entry.name))
            return combined(sorted(names))
        return combined(_below(path))
    except OSError:
        return "absent"


def _below(folder: str) -> Iterator[str]:
    for path, folders, names in os.walk(folder):
        folders.sort()
        yield path
        yield from sorted(names)


def _lists(paths: Iterable[Path]) -> set[Path]:
    """The lists of files of the TeX trees that hold `paths`: a change of the tree changes them."""
    found: dict[Path, Path | None] = {}

    def of(folder: Path) -> Path | None:
        if folder not in found:
            here = folder / "ls-R"
            above = None if folder == folder.parent else of(folder.parent)
            found[folder] = here if here.exists() else above
        return found[folder]

    return {listing for path in paths if (listing := of(path.parent)) is not None}
