"""The archive: the PDF, the code with its tests, and LaTeX that compiles on its own."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from treadle.submission.requirements import requirements
from treadle.tangling.places import package_name

DAY = (1980, 1, 1, 0, 0, 0)  # the same for every file: the same sources make the same archive
LATEXMKRC = "$pdf_mode = 1;\n"
PYTEST = "[pytest]\npythonpath = .\n"


class NotBuiltError(Exception):
    """There is nothing to hand in as yet."""


def pack(document: Path, out_dir: Path, code_dir: Path, others: Iterable[Path] = ()) -> Path:
    """Write `DIR/STEM.zip` of what the last build made; its path.

    Raises NotBuiltError, where the PDF or a file of `others` is not there, or is older than the
    document.
    """
    stem = document.stem
    pdf = out_dir / f"{stem}.pdf"
    files: dict[str, bytes] = {}
    for path in (pdf, *others):
        files[path.name] = _content(path, document)
    code = dict(_code(code_dir, stem))
    files |= {f"code/{name}": content for name, content in code.items()}
    if code:
        files["code/requirements.txt"] = requirements(code).encode()
        files["code/pytest.ini"] = PYTEST.encode()
    files |= {f"latex/{name}": content for name, content in _latex(out_dir, stem)}
    files["latex/latexmkrc"] = LATEXMKRC.encode()
    files["README.txt"] = _read_me(stem, has_code=bool(code)).encode()
    archive = out_dir / f"{stem}.zip"
    _write(archive, {f"{stem}/{name}": content for name, content in files.items()})
    return archive


def _content(path: Path, document: Path) -> bytes:
    if not path.is_file():
        raise NotBuiltError(f"there is no {path}: build first")
    if path.stem == document.stem and path.stat().st_mtime_ns < document.stat().st_mtime_ns:
        raise NotBuiltError(f"{path} is older than {document}: build first")
    return path.read_bytes()


def _code(folder: Path, stem: str) -> Iterator[tuple[str, bytes]]:
    """The modules and tests that were extracted, by their names below `folder`."""
    for path in sorted((folder / package_name(stem)).rglob("*.py")):
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _latex(out_dir: Path, stem: str) -> Iterator[tuple[str, bytes]]:
    """The `.tex` and all that it reads of the folder beside it."""
    tex = out_dir / f"{stem}.tex"
    for path in (tex, *sorted((out_dir / stem).rglob("*"))):
        if path.is_file():
            yield path.relative_to(out_dir).as_posix(), path.read_bytes()


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
