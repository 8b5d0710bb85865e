"""What code prints is in the PDF as printed, whatever it is."""

import pytest

SOURCE = r"""---
title: Printed
---

```python, echo=False
print(r"braces {a} }{ backslash \n \alpha percent 100% hash # dollar $x_1$ & ~ ^")
print(r"\end{verbatim} \end{Verbatim} \begin{document} %>")
print("quotes ' ` \" -- --- << >>")
print("élan Größe naïve")
print("greek αβγ λ, arrows → ≤ ≥, done")
print("bell \x07 escape \x1b[31mred\x1b[0m null \x00 end")
print("tab\there")
print("    four spaces")
print("<%= 1 + 1 %> stays")
print("x" * 300 + "y")
```

```python, term=True
r"\textbf{%}"
```
"""


@pytest.fixture(scope="module")
def printed(project):
    made = project(SOURCE)
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return made.text(), done


@pytest.mark.parametrize(
    "expected",
    [
        r"braces {a} }{ backslash \n \alpha percent 100% hash # dollar $x_1$ & ~ ^",
        r"\end{verbatim} \end{Verbatim} \begin{document} %>",
        "quotes ' ` \" -- --- << >>",
        "élan Größe naïve",
        "<%= 1 + 1 %> stays",
        r"'\\textbf{%}'",
    ],
)
def test_printed_as_it_is(printed, expected):
    assert expected in printed[0]


def test_letters_of_other_alphabets_and_symbols_are_in_the_text_layer(printed):
    text = "".join(printed[0].split())
    assert "greekαβγλ,arrows→≤≥,done" in text


def test_control_characters_are_shown(printed):
    line = next(line for line in printed[0].splitlines() if "bell" in line)
    assert line.index("bell") < line.index("escape") < line.index("red") < line.index("end")


def test_long_lines_are_wrapped_not_lost(printed):
    assert printed[0].count("x" * 20) >= 3
    assert "overfull" not in printed[1].stderr
    assert "margin" not in printed[1].stderr
