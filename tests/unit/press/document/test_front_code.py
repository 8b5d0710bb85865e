"""Inline code in the texts of the front matter: found at its lines, put in its places."""

from pathlib import Path

from treadle.press.cells import cells_of
from treadle.press.document.front_code import filled
from treadle.press.document.reader import read_document

TEXT = """---
title: "A <%= 1 + 1 %> and `{python} b`"
keywords: [one, "two <%= c %>"]
abstract: |
  Words.

  <% d = 3 %><%= d %>
course: plain
---

```python
x
```

<%= y %>
"""


def test_it_runs_behind_all_else_at_its_lines():
    document, problems = read_document(Path("a/r.pmd"), TEXT)
    assert not problems
    cells = cells_of(document, 0)
    assert [cell.label for cell in cells.cells] == [
        "chunk 1",
        "inline code at line 15",
        "inline code of the front matter",
    ]
    pieces = [(piece.code, piece.line) for piece in cells.cells[-1].pieces]
    assert pieces == [("1 + 1", 2), ("b", 2), ("d = 3", 7), ("d", 7), ("c", 3)]
    assert cells.blocks[-1] == 0


def test_what_it_gives_stands_in_its_place():
    document, _ = read_document(Path("r.pmd"), TEXT)
    values = filled(document, ("2", "**b**", "", "3", "%")).front.values
    assert values["title"] == "A 2 and **b**"
    assert values["abstract"] == "Words.\n\n3\n"
    assert values["keywords"] == ["one", "two %"]
    assert values["course"] == "plain"
    assert filled(document, ()).front.values["title"] == "A  and "


def test_without_code_nothing_is_added():
    document, _ = read_document(Path("r.pmd"), "---\ntitle: A <b\n---\nText.\n")
    assert len(document.blocks) == 1
    assert filled(document, ()) is document
