"""The record that a build has left: `STEM.json`."""

from __future__ import annotations

import json
from pathlib import Path


def record_path(folder: Path, stem: str) -> Path:
    """Where the record of a document stands in a folder of builds."""
    return folder / f"{stem}.json"


def is_record(path: Path) -> bool:
    """Whether a build has made this file: what the manifest knew of it may be lost."""
    return {"treadle", "blake3", "checks", "chunks"} <= read_record(path).keys()


def read_record(path: Path) -> dict[str, object]:
    """What the file says; nothing where there is none, or one of another kind."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
