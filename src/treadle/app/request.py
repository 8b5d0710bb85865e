"""What a build is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from msgspec import Struct


class Target(Enum):
    """How far a build goes."""

    TEX = "tex"
    PDF = "pdf"


class Request(Struct, frozen=True):
    """One document to build."""

    path: Path
    out_dir: Path = Path("build")
    target: Target = Target.PDF
    code_dir: Path = Path("code")
    params: Mapping[str, object] = {}  # over those of the front matter
    cache: bool = True  # take from earlier builds what still holds, and keep for later ones
    environment: Mapping[str, str] = {}  # variables of the code's process, besides the user's
    python: str | None = None  # that runs the code, rather than what the front matter says
