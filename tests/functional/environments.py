"""Environments of Python, made within 0.1 s: with packages of one's own, and without pip."""

from __future__ import annotations

import sys
import venv
import zipfile
from pathlib import Path

PACKAGES = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
ROOT = Path(__file__).parents[2]


def environment(folder: Path, **packages: str) -> Path:
    """A new environment; each of the packages is one module, of version 1.0."""
    venv.create(folder, symlinks=True)
    for name, source in packages.items():
        install(folder, name, "1.0", source)
    return folder


def install(environment: Path, name: str, version: str, source: str) -> None:
    """What an installer leaves of a package that is one module."""
    site = environment / PACKAGES
    for old in site.glob(f"{name}-*.dist-info"):
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    (site / f"{name}.py").write_text(source, "utf-8")
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "RECORD").write_text(f"{name}.py,,\n{info.name}/METADATA,,\n")


def treadle_as_a_tool(folder: Path) -> Path:
    """Treadle installed by itself, as uv and pipx do it; what it needs it borrows from here."""
    from hatchling.builders.wheel import WheelBuilder

    environment(folder)
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    site = folder / PACKAGES
    zipfile.ZipFile(wheel).extractall(site)
    borrowed = {str(Path(sys.modules["msgspec"].__file__ or "").parents[1])}
    (site / "borrowed.pth").write_text("\n".join(borrowed))
    (folder / "uv-receipt.toml").write_text("")
    return folder / "bin" / "python"
