import pytest

from treadle.engine.plan.imports import is_submodule, packages_of


def test_packages_of():
    assert list(packages_of("a.b.c")) == ["a.b", "a"]
    assert list(packages_of("a")) == []


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("html.parser", True),
        ("xml.etree.ElementTree", True),
        ("html.escape", False),  # a function
        ("math.sqrt", False),  # of a module that is no package
        ("nothing_at_all.part", False),
        ("html", False),
    ],
)
def test_is_submodule(name, answer):
    assert is_submodule(name) is answer
