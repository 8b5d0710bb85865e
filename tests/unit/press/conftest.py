from pathlib import Path

import pytest

from treadle.press.document.model import Chunk, Document, FrontMatter
from treadle.press.document.options import ChunkOptions
from treadle.press.latex.fragment import text_of
from treadle.press.markdown.render import render_markdown
from treadle.press.markdown.text_context import Findings, RenderOptions, TextContext
from treadle.problem import Span


@pytest.fixture
def findings():
    return Findings()


@pytest.fixture
def fragment(findings, tmp_path):
    """Markdown to lines of LaTeX, the Markdown being lines 1, 2, ... of the document."""

    def render(markdown: str, **options):
        given = RenderOptions(tmp_path / "report.pmd", "report", **options)
        origins = range(1, markdown.count("\n") + 2)
        return render_markdown(markdown, origins, TextContext(given, findings))

    return render


@pytest.fixture
def latex(fragment):
    """Markdown to the text of its LaTeX."""
    return lambda markdown, **options: text_of(fragment(markdown, **options))


@pytest.fixture
def make_chunk():
    def make(code: str = "pass", number: int = 1, line: int = 10, **options):
        last = line + code.count("\n") + 2
        span = Span("report.pmd", line, last)
        return Chunk(number, code, ChunkOptions(**options, given=options), span, line + 1)

    return make


@pytest.fixture
def make_document():
    def make(*blocks, **front):
        lines = {key: number for number, key in enumerate(front, start=2)}
        text = "---\n" + "".join(f"{key}: |\n" for key in front) + "---\n"
        return Document(Path("report.pmd"), FrontMatter(front, lines, text), blocks)

    return make
