"""What all cases share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .programs import link_programs


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The machine's programs without LaTeX."""
    return link_programs(tmp_path_factory.mktemp("programs"))
