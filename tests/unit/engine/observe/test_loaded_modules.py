"""Modules that are loaded."""

from __future__ import annotations

from pathlib import Path

from tests.unit.engine.observe.conftest import Observe


def test_modules_and_distributions(observe: Observe, folder: Path) -> None:
    package = folder / "code" / "package"
    package.mkdir()
    for name in ("__init__", "part"):
        (package / f"{name}.py").write_text("")
    (folder / "beside.py").write_text("")
    first, second = observe("import package.part, numpy", "import beside, yaml, PIL.Image, json")
    part = ("package.part", str(package / "part.py"))
    beside = ("beside", str(folder / "beside.py"))
    whole = ("package", str(package / "__init__.py"))
    assert first.imported == (whole, part)
    assert second.imported == (beside,)
    assert [name.partition("-")[0] for name in first.distributions] == ["numpy"]
    names = {name.partition("-")[0].lower() for name in second.distributions}
    assert {"numpy", "pillow", "pyyaml"} <= names
