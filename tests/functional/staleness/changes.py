r"""What can change between two builds.

edit FILE: OLD => NEW     a text that stands in the file once; \n is a line end
edit FILE: OLD =>         nothing in its place
sneak FILE: OLD => NEW    likewise, equally long, and the file keeps its time
write FILE: TEXT          a file as a whole
remove FILE    move FILE => FILE    touch FILE    age FILE
env NAME=VALUE    unset NAME    args ARGUMENTS
run CODE                  Python code, in the folder
built FILE: TEXT          only where a build has been: overwrite what it wrote,
lose FILE                 remove what it wrote
damage KIND               truncate, empty or flip every file of the store
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .case import Case

STORE = "build/.treadle/store"


@dataclass
class Place:
    """A folder with a document, and how it is built."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)


def lay_out(case: Case, place: Place) -> None:
    """Write the files of the case."""
    for name, text in case.files.items():
        _write(place, name, text)
    place.environment.update(
        {
            name: value.replace("{folder}", str(place.folder))
            for name, value in case.environment.items()
        }
    )
    place.arguments[:] = case.header("args").split()
    for code in case.headers.get("prepare", ()):
        _run(place, code)


def apply_change(case: Case, place: Place, *, built: bool) -> None:
    """Change `place`; `built` says whether there is a build whose files can be touched."""
    for name, text in case.after.items():
        _write(place, name, text)
    for action in case.actions:
        verb, _, rest = action.partition(" ")
        if verb in _ON_BUILDS:
            if built:
                _ON_BUILDS[verb](place, rest)
        else:
            _ON_SOURCES[verb](place, rest)


def _write(place: Place, name: str, text: str) -> None:
    path = place.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def edited(text: str, edit: str) -> str:
    """The text after an edit `OLD => NEW`, of what stands there once."""
    old, _, new = edit.replace(r"\n", "\n").partition(" =>")
    assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
    return text.replace(old, new.removeprefix(" "))


def _edited(place: Place, rest: str) -> tuple[Path, str]:
    name, _, edit = rest.partition(": ")
    path = place.folder / name
    return path, edited(path.read_text("utf-8"), edit)


def _edit(place: Place, rest: str) -> None:
    path, text = _edited(place, rest)
    path.write_text(text, "utf-8")


def _sneak(place: Place, rest: str) -> None:
    path, text = _edited(place, rest)
    before = path.stat()
    path.write_text(text, "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def _write_whole(place: Place, rest: str) -> None:
    name, _, text = rest.partition(": ")
    _write(place, name, text.replace(r"\n", "\n"))


def _remove(place: Place, rest: str) -> None:
    path = place.folder / rest
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _move(place: Place, rest: str) -> None:
    old, new = rest.split(" => ")
    (place.folder / old).rename(place.folder / new)


def _touch(place: Place, rest: str) -> None:
    os.utime(place.folder / rest)


def _age(place: Place, rest: str) -> None:
    os.utime(place.folder / rest, (1_000_000_000, 1_000_000_000))


def _env(place: Place, rest: str) -> None:
    name, _, value = rest.partition("=")
    place.environment[name] = value.replace("{folder}", str(place.folder))


def _unset(place: Place, rest: str) -> None:
    del place.environment[rest]


def _args(place: Place, rest: str) -> None:
    place.arguments[:] = rest.split()


def _run(place: Place, code: str) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=place.folder, check=True)


def store_files(folder: Path) -> list[Path]:
    """Every file that the store holds."""
    return sorted(path for path in (folder / STORE).rglob("*") if path.is_file())


def damage_file(path: Path, kind: str) -> None:
    """Spoil a file as a disk or a crash would."""
    content = bytearray(path.read_bytes())
    if kind == "flip":
        for position in {len(content) // 2, len(content) - 1} if content else ():
            content[position] ^= 0x41
    path.chmod(0o644)
    kept = {"truncate": len(content) // 2, "empty": 0}.get(kind, len(content))
    path.write_bytes(content[:kept])


def _damage(place: Place, kind: str) -> None:
    for path in store_files(place.folder):
        damage_file(path, kind)


Action = Callable[[Place, str], None]
_ON_BUILDS: dict[str, Action] = {"built": _write_whole, "lose": _remove, "damage": _damage}
_ON_SOURCES: dict[str, Action] = {
    "edit": _edit,
    "sneak": _sneak,
    "write": _write_whole,
    "remove": _remove,
    "move": _move,
    "touch": _touch,
    "age": _age,
    "env": _env,
    "unset": _unset,
    "args": _args,
    "run": _run,
}
