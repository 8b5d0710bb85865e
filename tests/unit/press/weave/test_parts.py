"""A document whose text stands in a part is woven as if it stood in the document itself."""

from pathlib import Path

import pytest

from treadle.press.document.reader import read_document
from treadle.press.document.source_text import normalise
from treadle.press.weave.weave import weave
from treadle.problem import Span

DOCUMENTS = sorted(Path("tests/golden").rglob("*.pmd")) + sorted(
    Path("tests/strange").rglob("*.pmd")
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_all_but_the_front_matter_in_a_part(path, tmp_path, monkeypatch):
    text = normalise(path.read_text("utf-8"))
    monkeypatch.chdir(tmp_path)
    whole, told = read_document(Path("report.pmd"), text)
    front = whole.front.text
    body = text[len(front) :].lstrip()
    if not body or body.startswith(("---", "%")):
        return  # it would be empty, or front matter
    Path("body.pmd").write_text(text[len(front) :])
    document, found = read_document(Path("report.pmd"), f"{front}{{{{< include body.pmd >}}}}\n")
    one = weave(whole, [None] * len(whole.blocks))
    other = weave(document, [None] * len(document.blocks))
    assert other.tex == one.tex
    above = front.count("\n")
    for was, now in zip(one.lines, other.lines, strict=True):
        at = document.files.own(Span.at("report.pmd", now))
        own = Span.at("body.pmd", was - above) if was > above else Span.at("report.pmd", was)
        assert at == own or was == 1  # what stands for no line of its own is the document's
    assert len(found) == len(told)
