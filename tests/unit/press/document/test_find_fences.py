"""Fences at the start of a line are told without the parser, and as it tells them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.press.document.find_fences import fences
from treadle.press.document.nested_fences import nested_fences

LINES = (
    *(
        "",
        " ",
        "words",
        "- an item",
        "> quoted",
        ": a definition",
        "[^1]: a note",
        "    code",
        "---",
    ),
    *("```python", "```{python, echo=False}", "~~~python", "````python", "```text", "~~~ `a`"),
    *(
        "```",
        "~~~",
        "````",
        " ```",
        "   ```  ",
        "\t```",
        "    ```",
        "``` x",
        "```a`b",
        "- ```python",
    ),
    *(
        "> ```python",
        "  ```python",
        "a ``` b",
        r"\begin{verbatim}",
        r"\end{verbatim}",
        "# A heading",
    ),
    *(r"\begin{figure}", r"\end{figure}", "<div>", "1. ~~~", "\x0b```", "```python\r"),
)


@given(lines=st.lists(st.sampled_from(LINES), max_size=14), last=st.sampled_from(["", "\n"]))
def test_the_lines_tell_what_the_parser_tells(lines, last):
    text = "\n".join(lines) + last
    assert list(fences(text)) == list(nested_fences(text))


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("Words.\n\n```python\nx = '''\n```text\n'''\n```\n\n````text\n```python\n````\n", False),
        ("- An item\n\n  ```python\n  x = 1\n  ```\n", True),
    ],
    ids=["at the margin", "in a list"],
)
def test_the_parser_is_loaded_for_others_alone(text, parsed):
    code = (
        "import sys; from treadle.press.document.find_fences import fences; "
        f"found = list(fences({text!r})); "
        "print(found[0].is_chunk, 'markdown_it' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", f"{parsed}"]
