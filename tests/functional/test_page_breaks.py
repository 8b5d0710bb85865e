"""Code goes on on the next page where a reader would part it, too: after a blank line."""

import pytest

CODE = """def first():
    a = 1
    a = 2
    return a


class Model:

    def forward(self, x):
        b = 1
        b = 2
        b = 3
        b = 4
        b = 5
        return b
"""
BEGINNINGS = ("def first", "class Model", "def forward")


@pytest.mark.parametrize("lines", range(19, 30))
def test_no_function_is_parted_where_there_is_another_place(project, lines):
    above = "Words.\n\n" * lines
    made = project(f"# One\n\n{above}```{{python, evaluate=False}}\n{CODE}```\n\nThe end.\n")
    made.build()
    first, second, *_ = made.text().split("\f")
    if "The end" not in first:
        (top, *_) = [line.strip() for line in second.splitlines() if line.strip()]
        assert top.startswith((*BEGINNINGS, "The end"))


def test_a_function_longer_than_a_page_is_parted(project):
    body = "".join(f"    a = {n}\n" for n in range(150))
    made = project(f"```{{python, evaluate=False}}\ndef long():\n{body}```\n")
    made.build()
    first, second, *_ = made.text().split("\f")
    assert first.count("a = ") > 50
    assert second.count("a = ") > 50
