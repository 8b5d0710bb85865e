"""The rivals of benchmarks/staleness.py: how each builds a document, and builds it again."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.functional.staleness.changes import Place

MARIMO = "0.25.2"
BESIDE = ("matplotlib", "numpy", "pandas")  # what the cases import; versions as installed here
CHUNK = re.compile(
    r"^```(?:\{python *(?P<options>[^\n]*)\}|python)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
INLINE = re.compile(r"<%(?P<shows>=?) *(?P<code>.*?) *%>")


@dataclass(frozen=True)
class Shown:
    """What a build shows of the chunks' output, and whether it failed."""

    text: str
    failed: bool


class Rival(Protocol):
    """A tool with a cache."""

    def build(self, place: Place) -> Shown:
        """Build with an empty cache, and fill it."""

    def build_again(self, place: Place) -> Shown:
        """Build with what the cache has kept."""


@dataclass(frozen=True)
class Pweave:
    """Stock Pweave, which is installed for the tests."""

    program: Path

    @classmethod
    def installed(cls) -> Pweave:
        """The one beside this Python."""
        program = Path(sys.executable).with_name("pweave")
        if not program.exists():
            raise SystemExit(f"there is no {program}: `make setup` installs it")
        return cls(program)

    def build(self, place: Place) -> Shown:
        return self._weave(place, "-c")

    def build_again(self, place: Place) -> Shown:
        return self._weave(place, "-d")

    def _weave(self, place: Place, mode: str) -> Shown:
        source = (place.folder / "report.pmd").read_text("utf-8")
        # Pweave reads the options of a fence in this form.
        text = CHUNK.sub(lambda m: f"```python{_named(m['options'])}\n{m['code']}```", source)
        (place.folder / "woven.pmd").write_text(text, "utf-8")
        done = _run([str(self.program), "-f", "tex", mode, "woven.pmd"], place)
        tex = place.folder / "woven.tex"
        shown = tex.read_text("utf-8") if tex.exists() else ""
        figures = sorted((place.folder / "figures").glob("*.pdf"))
        shown += "".join(_drawing(path) for path in figures)
        raised = "Traceback (most recent call last)" in shown or "Error: " in shown
        return Shown(shown, bool(done.returncode) or raised)


@dataclass(frozen=True)
class Marimo:
    """marimo, with every chunk a cell wrapped in `mo.persistent_cache`."""

    python: Path

    @classmethod
    def installed(cls, folder: Path) -> Marimo:
        """marimo in a new virtual environment."""
        from importlib.metadata import version

        venv.create(folder, with_pip=True)
        python = folder / "bin/python"
        packages = [f"marimo=={MARIMO}", *(f"{name}=={version(name)}" for name in BESIDE)]
        subprocess.run(
            [python, "-m", "pip", "install", "-q", *packages], check=True, stderr=subprocess.DEVNULL
        )
        return cls(python)

    def build(self, place: Place) -> Shown:
        source = (place.folder / "report.pmd").read_text("utf-8")
        (place.folder / "notebook.py").write_text(notebook(source), "utf-8")
        done = _run([str(self.python), "notebook.py"], place)
        return Shown(done.stdout, bool(done.returncode))

    build_again = build


def _named(options: str | None) -> str:
    if not options:
        return ""
    first, comma, rest = options.partition(",")
    return f', name="{first.strip()}"{comma}{rest}' if "=" not in first else f", {options}"


def _run(command: list[str], place: Place) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg"} | place.environment
    path = [str(place.folder), *environment.get("PYTHONPATH", "").split(os.pathsep)]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))  # modules beside the document
    return subprocess.run(
        command,
        cwd=place.folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=60,
        start_new_session=True,  # a kernel that ends may end its whole group
        check=False,
    )


def _drawing(path: Path) -> str:
    """A figure's bytes without its date."""
    return re.sub(rb"/CreationDate \([^)]*\)", b"", path.read_bytes()).hex()


def notebook(source: str) -> str:
    """The document as a marimo app: a cell for each chunk and each piece of inline code."""
    cells = ["import marimo as mo"]
    pieces = re.compile(
        f"{CHUNK.pattern}|{INLINE.pattern.replace('code', 'inline')}", re.DOTALL | re.MULTILINE
    )
    for number, piece in enumerate(pieces.finditer(source)):
        code = piece["code"]
        if code is None:
            code = f"print({piece['inline']})" if piece["shows"] else piece["inline"]
        cells.append(_cell(code, number))
    bodies = (textwrap.indent(cell, "    ") for cell in cells)
    text = "".join(f"@app.cell\ndef _():\n{body}\n    return\n\n\n" for body in bodies)
    run = "if __name__ == '__main__':\n    app.run()\n"
    return f"import marimo\n\napp = marimo.App()\n\n\n{text}{run}"


def _cell(code: str, number: int) -> str:
    """A cell: what computes is wrapped, what imports and defines is not; prints come last."""
    out = f"printed_{number}"
    lines: list[str] = []
    wrapped: list[ast.stmt] = []
    tree = _Prints(out).visit(ast.parse(code))

    def close() -> None:
        if wrapped:
            body = "\n".join(map(ast.unparse, [ast.parse(f"{name} = []").body[0], *wrapped]))
            lines.append(f'with mo.persistent_cache("{name}"):')
            lines.append(textwrap.indent(body, "    "))
            lines.append(f"for _line in {name}:\n    print(_line)")
            wrapped.clear()

    name = out
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            close()
            lines.append(ast.unparse(statement))
        else:
            wrapped.append(statement)
    close()
    return "\n".join(lines) or "pass"


class _Prints(ast.NodeTransformer):
    """What the chunk itself prints becomes a value, so that the cache can keep it."""

    def __init__(self, out: str) -> None:
        self._out = out

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            call = ast.parse(f'{self._out}.append(" ".join(map(str, ())))', mode="eval").body
            inner = call.args[0].args[0]  # type: ignore[attr-defined]
            inner.args[1] = ast.Tuple(node.args, ast.Load())
            return ast.copy_location(call, node)
        return node
