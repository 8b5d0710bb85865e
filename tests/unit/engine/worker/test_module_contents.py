"""What a module of the project's holds: what is told by its name, and what is looked into."""

from __future__ import annotations

import _thread
import functools
import shutil
import statistics
import sys
from types import FunctionType, ModuleType, NoneType

import pytest

from treadle.engine.worker.module_contents import held_by, name_of_code


def is_own(name: str) -> bool:
    return name in ("fields", "helper")


def keeping(function):
    given = []

    @functools.wraps(function)
    def wrapper(*arguments):
        given.append(arguments)
        return function(*arguments)

    return wrapper


def under_the_name_of(function, made):
    made.__module__, made.__qualname__ = function.__module__, function.__qualname__
    return made


@pytest.mark.parametrize(
    "value",
    [
        *(statistics, statistics.mean, statistics.NormalDist, statistics.NormalDist.cdf),
        *(shutil.copy, len, sys.intern, int, NoneType, FunctionType),
        *(type(_thread.allocate_lock()), type(iter([])), type({}.keys())),
    ],
)
def test_what_a_library_has_under_its_name_is_told_by_it(value):
    assert name_of_code(value, is_own)


@pytest.mark.parametrize(
    "value",
    [
        keeping(statistics.mean),
        keeping(statistics.NormalDist.cdf),
        under_the_name_of(statistics.mean, lambda: 1),
        under_the_name_of(statistics.NormalDist, type("NormalDist", (), {"n": []})),
        functools.wraps(len)(lambda: 1),
        type("Nowhere", (), {"__module__": "no_such_module"}),
    ],
)
def test_who_only_says_that_it_is_a_librarys_is_looked_into(value):
    assert name_of_code(value, is_own) == ""


FIELDS = """
class Field:
    def __init__(self): self.count = 0
    def __get__(self, owner, kind): return self
class Settable(Field):
    def __set__(self, owner, value): self.count += 1
"""
USES = "class M:\n    {} = {}()\n"


@pytest.mark.parametrize("kind", ["Field", "Settable"])
@pytest.mark.parametrize("where", ["helper", "fields", "__main__", "functools", "a_library"])
def test_a_descriptor_of_any_class_of_the_projects_is_held(kind: str, where: str):
    """What a library's keeps is its own business."""
    module, fields = ModuleType("helper"), {"__name__": where}
    exec(FIELDS, fields)
    vars(module)[kind] = fields[kind]
    exec(USES.format("x", kind), vars(module))
    assert ("M.x" in dict(held_by(module, is_own))) == (where != "a_library")
