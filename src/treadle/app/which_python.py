"""Which Python runs a document's code: what the command or the front matter names, that of the
active environment, or else the one that runs this program."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from treadle.engine.run.interpreter import (
    Interpreter,
    Unfit,
    executable_in,
    interpreter_at,
    own_interpreter,
)

KEY, FLAG = "python", "--python"
TOOLS = ("uv-receipt.toml", "pipx_metadata.json")  # beside a program that is installed by itself
BESIDE = (".venv", "venv")  # where a project keeps its environment


class Choice(Struct, frozen=True):
    """A Python that somebody has named."""

    by: str  # `--python`, `python`, or a variable of the environment
    path: str  # of an environment's folder or an interpreter, or a name to look for
    folder: Path  # that a path is relative to


def choice(
    given: str | None, said: str | None, folder: Path, environment: Mapping[str, str]
) -> Choice | None:
    """What counts: `given` to the command, `said` by a document in `folder`, or active; None: this
    program's own.

    Conda's base environment is active in each shell of who has conda: that says nothing.
    """
    if given:
        return Choice(FLAG, given, Path.cwd())
    if said:
        return Choice(KEY, said, folder)
    if active := environment.get("VIRTUAL_ENV"):
        return Choice("VIRTUAL_ENV", active, folder)
    conda = environment.get("CONDA_PREFIX")
    if conda and environment.get("CONDA_DEFAULT_ENV") != "base":
        return Choice("CONDA_PREFIX", conda, folder)
    return None


Ask = Callable[[str, str], Interpreter | Unfit]  # what is at a path, for code in a folder


def chosen(which: Choice | None, folder: Path, ask: Ask = interpreter_at) -> Interpreter | Unfit:
    """The Python itself, for code that runs in `folder`, or why it is none that will do.

    `ask` is called for one that a document names; others are started to say what they are.
    """
    if which is None:
        return own_interpreter()
    try:
        return _at(which, folder, ask)
    except (OSError, RuntimeError) as failure:  # no such user, too long a name, no permission
        return Unfit(f"can't be looked at: {failure}")


def _at(which: Choice, folder: Path, ask: Ask) -> Interpreter | Unfit:
    path = Path(which.path).expanduser()
    at = which.folder / path
    if at.is_dir():
        at = executable_in(at)
        if not at.exists():
            return Unfit("is no environment of Python: it has no `bin/python`")
    elif path.name == which.path and not at.exists():
        found = shutil.which(which.path)
        if found is None:
            return Unfit("is not there, and no program of that name on the PATH")
        at = Path(found)
    if not at.exists():
        return Unfit("is not there")
    say = ask if which.by == KEY else interpreter_at
    return say(os.path.normpath(at.absolute()), str(folder))


def unfit_words(which: Choice, unfit: Unfit) -> tuple[str, str]:
    """What is wrong with a Python that somebody has named, and the way out."""
    if which.by in (KEY, FLAG):
        return f"`{which.by}`: `{which.path}` {unfit.message}", unfit.hint
    other = f"deactivate it, or name another one by `{FLAG}` or `{KEY}:`"
    text = f"the active environment, `{which.path}` (`{which.by}`), {unfit.message}"
    return text, unfit.hint or other


def library_hint(python: Interpreter, folder: Path, package: str) -> str:
    """How to have a package in the Python that runs the document, or a Python that has it."""
    pip = f"{python.executable} -m pip install"
    if not python.has("pip") and shutil.which("uv"):
        pip = f"uv pip install --python {python.executable}"
    install = f"if it is a library: `{pip} {package}`"
    beside = next(_environments(python, folder), None)
    if any(Path(python.prefix, name).exists() for name in TOOLS):
        own = f"chunks run in Treadle's own environment, `{python.prefix}`"
        return f"{own}: `{KEY}: {beside or 'PATH'}` in the front matter names your project's"
    if beside is not None:
        return f"{install}; `{KEY}: {beside}` in the front matter uses the environment there"
    return install


def _environments(python: Interpreter, folder: Path) -> Iterator[str]:
    """Those beside the document or above it, as the front matter would name them, but for the one
    that is used."""
    for up in (folder, *folder.parents):
        for name in BESIDE:
            at = up / name
            if (at / "pyvenv.cfg").is_file() and at.resolve() != Path(python.prefix).resolve():
                yield os.path.relpath(at, folder)
