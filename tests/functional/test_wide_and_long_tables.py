"""Tables wider and longer than a page: nothing is too small to read, sticks out or is lost."""

import re

import pytest

WORD = re.compile(
    r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</word>'
)
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)

WIDE = """---
{front}
---

```{{python wide, caption="Twenty-two columns.", echo=False}}
import pandas as pd
wide = pd.DataFrame([[1000 * i + j for j in range(22)] for i in range(1, 4)],
                    columns=[f"measure_{{i}}" for i in range(22)])
wide
```

```{{python some, caption="Fourteen columns.", echo=False}}
wide.iloc[:, :14]
```

```{{python url, echo=False}}
pd.DataFrame({{"url": ["https://example.org/a/very/long/path/that_never/ends?query=1&more=2" * 3],
              "n": [3]}})
```

See @tbl:wide and @tbl:some.
"""

LONG = """---
{front}
---

# Words

```{{python t, caption="C.", echo=False}}
import pandas as pd
pd.set_option("display.max_rows", 100)
pd.DataFrame({{"x": range(1000, 1060)}})
```

# More

```{{python u, echo=False}}
pd.DataFrame({{"x": range(2000, 2060)}})
```

```{{python v, caption="Next.", echo=False}}
pd.DataFrame({{"x": range(2)}})
```

See @tbl:t and @tbl:v.
"""
FRONTS = {
    "article": "title: T",
    "two columns": "title: T\nclassoption: [twocolumn]",
    "slides": "title: T\ndocumentclass: beamer",
}


def words_of(made):
    """The words of each page, with their places; none is outside of it."""
    done = made.run("pdftotext", "-bbox", "build/report.pdf", "-")
    pages = []
    for width, height, text in PAGE.findall(done.stdout):
        words = WORD.findall(text)
        for left, top, right, bottom, word in words:
            assert float(left) >= 0, word
            assert float(top) >= 0, word
            assert float(right) <= float(width), word
            assert float(bottom) <= float(height), word
        pages.append(words)
    return pages


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_wide_tables(project, front):
    made = project(WIDE.format(front=front))
    done = made.build()
    assert done.returncode == 0, done.stderr
    assert "sticks out" not in done.stderr
    assert "overfull" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "too wide" in line]
    assert len(lines) == 2, done.stderr
    assert "parts" in lines[0]
    assert all("show fewer columns" in line for line in lines)
    words = [word for page in words_of(made) for word in page]
    shown = [word[4] for word in words]
    assert {f"measure_{i}" for i in range(22)} <= set(shown)
    assert {str(1000 * i + j) for i in range(1, 4) for j in range(22)} <= set(shown)
    # A line of type of seven points is some eight points high.
    heights = [
        min(float(bottom) - float(top), float(right) - float(left))
        for left, top, right, bottom, word in words
        if word.startswith("measure_")
    ]
    assert min(heights) > 6.5
    assert "that_never/ends?query=1&more=2" in made.text().replace("\n", "").replace(" ", "")
    assert "-\n" not in made.text()


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_long_tables(project, front):
    made = project(LONG.format(front=front))
    done = made.build()
    assert done.returncode == 0, done.stderr
    assert "overfull" not in done.stderr
    shown = [word[4] for page in words_of(made) for word in page]
    expected = [str(number) for number in (*range(1000, 1060), *range(2000, 2060))]
    assert sorted(word for word in shown if word in set(expected)) == expected
    assert "Table 3" not in " ".join(shown)  # what has no caption has no number
    assert "Table 2" in " ".join(shown)


def test_a_caption_is_that_of_a_table_that_is_printed(project):
    source = """---
title: x
---

```{python t, caption="C^[A note.]", results="markdown"}
print("| a | b |\\n|--|--|\\n| 1 | 2 |")
```

See @tbl:t.
"""
    made = project(source)
    done = made.build()
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    text = " ".join(made.text().split())
    assert "Table 1: C" in text
    assert "See table 1." in text
    assert "A note." in text


NOTES = r"""---
title: x{front}
---

# One^[In a heading.]

| a^[In a head.] | b |
|----|---|
| x^[In a cell.] | y |

: A caption^[In a caption.] {{#tbl:a}}

```{{python long, caption="A long one^[In a long one.].", echo=False}}
import pandas as pd
pd.DataFrame({{"x": range(40)}})
```

# Two

```{{python turned, caption="A turned one^[In a turned one.].", echo=False}}
pd.DataFrame([[1.25] * 14], columns=[f"measure_{{i}}" for i in range(14)])
```

```{{python parts, caption="In parts^[In a parted one.].", echo=False}}
pd.DataFrame([[1.25] * 30], columns=[f"measure_{{i}}" for i in range(30)])
```

# Three

```{{python printed, caption="Printed^[In a printed one.].", echo=False, results="markdown"}}
print("| a | b |\n|---|---|\n| 1^[In a printed cell.] | 2 |")
```

```{{python tab, caption="A tabular^[In a tabular.].", echo=False, results="tex"}}
print(r"\begin{{tabular}}{{l}}a\end{{tabular}}")
```
"""
NOTED = (
    *("heading", "head", "cell", "caption", "long one", "turned one", "parted one"),
    *("printed one", "printed cell", "tabular"),
)


@pytest.mark.parametrize("front", ["", "\ndocumentclass: beamer"], ids=["article", "slides"])
def test_notes_of_all_tables_are_there_once(project, front):
    made = project(NOTES.format(front=front))
    done = made.build()
    assert done.returncode == 0, done.stderr
    text = " ".join(made.text().split())
    assert [text.count(f"In a {word}.") for word in NOTED] == [1] * len(NOTED)
