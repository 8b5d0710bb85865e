"""Put together what is handed in: the PDF, the code with its tests, LaTeX that compiles by itself.

    python scripts/submission.py report/assignment9.pmd --with build/proposal.pdf

writes `build/assignment9.zip` of what the last build made, once that is verified: a clean build,
elsewhere, must give the same. `--unverified` goes without.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path

from treadle import checks
from treadle.app.cli.main import main as treadle
from treadle.app.recorded import read_record, record_path
from treadle.engine.store.digest import digest
from treadle.press.document.front_matter import author_path
from treadle.press.document.front_matter_keys import read_settings
from treadle.press.document.model import Document
from treadle.press.document.reader import read_document
from treadle.press.document.source_text import load, normalise
from treadle.press.tangle.extract import package_name
from treadle.press.tex.places import inputs_of

# Which packages code needs, at the versions that are installed: a `requirements.txt`.

ALWAYS = "pytest"  # for the tests


def requirements(code: Mapping[str, bytes]) -> str:
    """A line for each distribution that these files import; `code` is by file name."""
    own = {name.partition("/")[0].removesuffix(".py") for name in code}
    modules = {module for text in code.values() for module in _imported(text)}
    wanted = {ALWAYS, *modules} - own - sys.stdlib_module_names - {"treadle"}
    providers = packages_distributions()
    names = {name for module in wanted for name in providers.get(module, ())}
    return "".join(
        f"{name}=={found}\n" for name in sorted(names, key=str.lower) if (found := _version(name))
    )


def _imported(text: bytes) -> Iterator[str]:
    """The top-level names of the modules that it imports, anywhere in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def _version(name: str) -> str:
    """Without the part that says how it was built, as in `2.1+cpu`: no registry has that."""
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return ""


# The archive.

DAY = (1980, 1, 1, 0, 0, 0)  # the same for every file: the same sources make the same archive
MODES = {"lualatex": 4, "xelatex": 5}  # latexmk's numbers
ENGINE = re.compile(rb"% !TeX program = (\w+)")
STYLES = {".cls", ".sty", ".bst", ".def"}
HELPERS = b"treadle.checks"
PACKAGE = b"""from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)  # where Treadle is installed, the rest of it is found
"""
PYTEST = "[pytest]\npythonpath = .\n"


class NotBuiltError(Exception):
    """There is nothing to hand in as yet."""


def pack(document: Path, out_dir: Path, code_dir: Path, others: Iterable[Path] = ()) -> Path:
    """Write `DIR/STEM.zip` of what the last build made; its path.

    Raises NotBuiltError where a file is missing that a build makes, or the PDF is older than the
    document, a file that its LaTeX reads, or its code.
    """
    stem = document.stem
    read, _ = read_document(document)
    pdf, tex = out_dir / f"{stem}.pdf", out_dir / f"{stem}.tex"
    code = {path: _name(path, code_dir) for path in _modules(read, code_dir)}
    beside = {path: _name(path, document.parent) for path in _beside(document, _read(tex))}
    _look_for_newer(pdf, (document, *code, *beside, *_author(read)))
    _look_at_record(document, out_dir)
    files = {path.name: _read(path) for path in (pdf, *others)}
    files |= {f"code/{name}": _read(path) for path, name in code.items()}
    if code:
        files |= {f"code/{name}": content for name, content in _helpers(files).items()}
        files["code/requirements.txt"] = requirements(_code_of(files)).encode()
        files["code/pytest.ini"] = PYTEST.encode()
    made = (path for path in sorted((out_dir / stem).rglob("*")) if path.is_file())
    files |= {f"latex/{name}": _read(path) for path, name in beside.items()}
    files |= {f"latex/{_name(path, out_dir)}": _read(path) for path in (tex, *made)}
    files["latex/latexmkrc"] = _latexmkrc(_read(tex))
    files["README.txt"] = _read_me(stem, has_code=bool(code)).encode()
    archive = out_dir / f"{stem}.zip"
    _write(archive, {f"{stem}/{name}": content for name, content in files.items()})
    return archive


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise NotBuiltError(f"there is no {path}: build first")
    return path.read_bytes()


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _latexmkrc(tex: bytes) -> bytes:
    """Latexmk is to take the engine that the LaTeX names."""
    named = ENGINE.match(tex)
    return b"$pdf_mode = %d;\n" % MODES.get(named[1].decode() if named else "", 1)


def _look_for_newer(pdf: Path, sources: Iterable[Path]) -> None:
    _read(pdf)
    made = pdf.stat().st_mtime_ns
    for source in sources:
        if source.stat().st_mtime_ns > made:
            raise NotBuiltError(f"{pdf} is older than {source}: build first")


def _author(document: Document) -> Iterator[Path]:
    path = author_path(document.front, document.path)
    if path is not None and path.is_file():
        yield path


def _look_at_record(document: Path, out_dir: Path) -> None:
    """Whether the last build was of this text."""
    told = read_record(record_path(out_dir, document.stem))
    text = normalise(load(document)[0]).encode("utf-8", "surrogatepass")
    if told and told.get("blake3") != digest(text):
        raise NotBuiltError(f"the last build was of another {document}: build first")


def remarks(document: Path, out_dir: Path) -> Iterator[str]:
    """What whoever hands it in should know: other parameters than those of the document, blanks,
    and that nobody has compared it with a clean build."""
    read, _ = read_document(document)
    if not is_verified(document, out_dir):
        yield f"it is not verified: `treadle verify {document} -o {out_dir}` does that"
    told = read_record(record_path(out_dir, document.stem)).get("params", {})
    for name, value in read_settings(read)[0].params.items():
        given = told.get(name, value) if isinstance(told, dict) else value
        if given != json.loads(json.dumps(value, default=str)):
            yield f"it was built with {name}={given}, and the document says {value}"
    path = author_path(read.front, document)
    if path is not None and not path.is_file():
        yield f"there is no {path}: blanks stand for what it holds"


def is_verified(document: Path, out_dir: Path) -> bool:
    """Whether the last build was found to be what a clean one gives."""
    found = read_record(record_path(out_dir, document.stem)).get("verified")
    return isinstance(found, dict) and found.get("same") is True


def verified(given: argparse.Namespace) -> bool:
    """Verify what is handed in and is not verified yet: the document, and what was built of others.

    What comes of that is said.
    """
    built = [(given.file, given.out_dir)]
    for path in given.others:
        source = read_record(path.with_suffix(".json")).get("document")
        if path.suffix == ".pdf" and isinstance(source, str):
            built.append((Path(source), path.parent))
    for document, out_dir in built:
        folders = ("-o", str(out_dir), "--code", str(given.code))
        if not is_verified(document, out_dir) and treadle(("verify", str(document), *folders)):
            return False
    return True


def _modules(document: Document, folder: Path) -> Iterator[Path]:
    """The modules and tests that were extracted."""
    paths = sorted((folder / package_name(document.stem)).rglob("*.py"))
    if not paths and any(chunk.options.module for chunk in document.chunks):
        raise NotBuiltError(f"there is no code in {folder}: build first")
    yield from paths


def _beside(document: Path, tex: bytes) -> Iterator[Path]:
    """The author's files that LaTeX reads: sections, classes, packages, styles."""
    folder = document.parent
    read = (Path(item.name) for item in inputs_of(tex.decode("utf-8", "replace"), folder))
    styles = (path for path in folder.iterdir() if path.suffix in STYLES)
    yield from sorted({path for path in (*read, *styles) if path.is_relative_to(folder)})


def _code_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        name.removeprefix("code/"): content
        for name, content in files.items()
        if name.startswith("code/") and name.endswith(".py")
    }


def _helpers(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The comparisons of ours, where the code uses them: they need nothing else of Treadle."""
    if not any(HELPERS in content for content in _code_of(files).values()):
        return {}
    return {"treadle/__init__.py": PACKAGE, "treadle/checks.py": Path(checks.__file__).read_bytes()}


def _read_me(stem: str, *, has_code: bool) -> str:
    lines = [
        f"{stem}.pdf     the report",
        f"latex/         its LaTeX: `latexmk {stem}.tex` in this folder makes the PDF again",
    ]
    if has_code:
        lines += [
            "code/          its code, with tests: in this folder,",
            "               `pip install -r requirements.txt` and `python -m pytest`",
        ]
    return "\n".join(lines) + "\n"


def _write(archive: Path, files: Mapping[str, bytes]) -> None:
    part = archive.with_name(f".{archive.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            made.writestr(info, files[name])
    part.replace(archive)


def main() -> int:
    """Pack; 0 if all is well, 1 where what was built is not there, or not what it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", metavar="FILE.pmd", type=Path)
    parser.add_argument("-o", dest="out_dir", metavar="DIR", type=Path, default=Path("build"))
    parser.add_argument("--code", metavar="DIR", type=Path, default=Path("code"))
    parser.add_argument(
        "--with", dest="others", metavar="FILE", type=Path, nargs="*", default=(), help="add these"
    )
    parser.add_argument("--unverified", action="store_true", help="don't verify first")
    given = parser.parse_args()
    if not given.unverified and not verified(given):
        return 1
    try:
        archive = pack(given.file, given.out_dir, given.code, given.others)
    except NotBuiltError as failure:
        print(f"treadle: error: {failure}", file=sys.stderr)
        return 1
    for remark in remarks(given.file, given.out_dir):
        print(f"treadle: warning: {remark}", file=sys.stderr)
    print(f"wrote {archive}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
