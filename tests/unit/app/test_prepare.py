"""What is known before any code runs."""

from treadle.app.prepare import prepare
from treadle.app.request import Request

TEXT = """# A title

![Words](a.svg)

```{python}
import time
```

<!-- ![not shown](b.svg) -->
"""


def told(folder, text):
    path = folder / "report.pmd"
    path.write_text(text)
    return [(each.span.line, each.message) for each in prepare(Request(path)).problems]


def test_an_image_that_nothing_can_include(tmp_path, monkeypatch):
    monkeypatch.setattr("treadle.press.latex.images.converter_for", lambda _: None)
    (tmp_path / "a.svg").touch()
    (tmp_path / "b.svg").touch()
    assert told(tmp_path, TEXT) == [(3, "LaTeX can't include `a.svg`")]
    assert told(tmp_path, TEXT.replace("a.svg", "of-a-chunk.svg")) == []  # which may write it
    (tmp_path / "a.pdf").touch()
    assert told(tmp_path, TEXT) == []
