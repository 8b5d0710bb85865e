"""Distributions by their names and versions."""

from __future__ import annotations

import pytest

from treadle.engine.store.distributions import name_of, version_of


@pytest.mark.parametrize(
    ("entry", "name", "version"),
    [
        ("Markdown-3.3.7.dist-info", "markdown", "3.3.7"),
        ("ruamel.yaml_x-0.18.dist-info", "ruamel-yaml-x", "0.18"),
        ("old-1.0-py3.11.egg-info", "old", "1.0"),
        ("bare.egg-info", "bare", ""),
    ],
)
def test_names_and_versions(entry: str, name: str, version: str) -> None:
    assert (name_of(entry), version_of(entry)) == (name, version)
