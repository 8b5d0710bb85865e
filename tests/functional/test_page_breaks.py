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


SHORT = """def short():
    a = 1

    b = 2
    return a + b
"""
SENTENCE = "The quick brown fox jumps over the lazy dog and runs away from it. "


@pytest.mark.parametrize("sentences", [3, 5, 7])
def test_a_listing_that_fits_stays_and_the_page_is_filled(project, sentences):
    above = 4 * f"{12 * SENTENCE}\n\n" + sentences * SENTENCE
    chunk = f"```{{python, evaluate=False}}\n{SHORT}```"
    made = project(f"{above}\n\n{chunk}\n\n" + 5 * f"{20 * SENTENCE}\n\n")
    made.build()
    first = made.text().split("\f")[0]
    after = first[first.index("return a + b") :]
    assert after.count("fox") >= 2


@pytest.mark.parametrize("lines", [16, 17, 18, 19])
def test_no_line_of_code_stands_alone(project, lines):
    body = "".join(f"    a = {n}\n" for n in range(31))
    chunk = f"```{{python, evaluate=False}}\ndef f():\n{body}    return a\n```"
    made = project("# One\n\n" + "Words.\n\n" * lines + chunk + "\n")
    made.build()
    pages = made.text().split("\f")
    assert "return a" in pages[1]
    assert pages[1].count("a = ") >= 1
    assert pages[0].count("a = ") >= 1 or "def f" not in pages[0]


def test_a_function_longer_than_a_page_is_parted(project):
    body = "".join(f"    a = {n}\n" for n in range(150))
    made = project(f"```{{python, evaluate=False}}\ndef long():\n{body}```\n")
    made.build()
    first, second, *_ = made.text().split("\f")
    assert first.count("a = ") > 50
    assert second.count("a = ") > 50
