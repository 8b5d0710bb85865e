"""Pweave's own reader, on the same text, finds the same chunks, options, prose and inline code."""

import warnings
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.press.document.model import Chunk, Document, Prose
from treadle.press.document.reader import read_document
from treadle.press.document.source_text import split_lines

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pweave.processors.base import PwebProcessorBase  # type: ignore[import-untyped]
    from pweave.readers import PwebMarkdownReader  # type: ignore[import-untyped]

REPORTS = sorted((Path(__file__).parents[4] / "report").glob("*.pmd"))

Doc = tuple[str, str]
Code = tuple[str, int, str, dict[str, object]]


class _InlineRecorder(PwebProcessorBase):  # type: ignore[misc]
    """Pweave's handling of inline code, with a stand-in for its kernel."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def load_inline_string(self, code_string: str) -> str:
        self.codes.append(unindented(code_string))
        return "[RESULT]"


def unindented(code: str) -> str:
    """Inline code that begins on a line of its own may be indented; Pweave can't run that."""
    return "\n".join(line.strip() for line in code.strip().split("\n"))


def by_pweave(text: str) -> list[Doc | Code]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = PwebMarkdownReader(string=text)
        reader.parse()
    blocks: list[Doc | Code] = []
    for chunk in reader.getparsed():
        if chunk["type"] == "doc":
            blocks.append(("doc", chunk["content"]))
            continue
        options = {k: v for k, v in chunk["options"].items() if k != "option_string"}
        blocks.append(("code", chunk["number"], chunk["content"].removeprefix("\n"), options))
    return joined(blocks)


def by_treadle(document: Document) -> list[Doc | Code]:
    blocks: list[Doc | Code] = [("doc", document.front.text)]
    for block in document.blocks:
        if isinstance(block, Prose):
            blocks.append(("doc", block.text))
        else:
            blocks.append(("code", block.number, block.code, options_of(block)))
    return joined(blocks)


def options_of(chunk: Chunk) -> dict[str, object]:
    """Pweave keeps `label` and sets `name` to it."""
    options = dict(chunk.options.given)
    if "label" in options:
        options["name"] = options["label"]
    return options


def joined(blocks: list[Doc | Code]) -> list[Doc | Code]:
    """Neighbouring pieces of prose as one: Pweave has an empty one between two chunks."""
    out: list[Doc | Code] = []
    for block in blocks:
        if block[0] == "doc" and out and out[-1][0] == "doc":
            out[-1] = ("doc", f"{out[-1][1]}{block[1]}")
        elif block != ("doc", ""):
            out.append(block)
    return out


def inline_by_pweave(text: str) -> tuple[list[str], str]:
    """Each inline code, and the text with a stand-in for each result."""
    recorder = _InlineRecorder()
    result = recorder.loadinline(text)
    return recorder.codes, result


def inline_by_treadle(prose: Prose) -> tuple[list[str], str]:
    text, position = "", 0
    for inline in prose.inlines:
        text += prose.text[position : inline.start] + "[RESULT]"
        position = inline.end
    return [unindented(inline.code) for inline in prose.inlines], text + prose.text[position:]


def assert_agreement(text: str) -> Document:
    document, problems = read_document(Path("a.pmd"), text)
    assert [str(problem) for problem in problems if problem.severity.value == "error"] == []
    assert by_treadle(document) == by_pweave(text)
    for block in document.blocks:
        if isinstance(block, Prose):
            assert inline_by_treadle(block) == inline_by_pweave(block.text)
    return document


FENCES = [
    ("```python", "```"),
    ("```{python}", "```"),
    ("```{.python}", "```"),
    ("~~~python", "~~~"),
    ("~~~~{.python}", "~~~~"),
    ("`````{python}", "``````"),
    ("```python", "   ```   "),
    ("```python ", "```"),
    ("```python,", "```"),
    ("```{python;}", "```"),
]
OPTIONS = [
    "fig-1",
    "fig1, echo=False",
    "echo=False",
    "name='a b', echo = False",
    "label='x'",
    "fig1, label='y', dpi=100",
    "caption='a, b = c'",
    'fig1, caption="it\'s = , } {", f_size=(8, 4.5)',
    "results='tex', wrap=False, width=r'0.5\\linewidth'",
    "term=True, evaluate=False, complete=True, include=False, fig=False",
    "f_env='center', f_pos='ht', main=True, f_spines=False,",
    "source='numpy.mean'",
    "display_data=False, display_stream=False",
]
TEXTS = [
    "no chunk at all\n",
    "no newline at the end",
    "---\ntitle: T\ndate: 2023-11-12\n---\n\n# One\n\n```python\nx = 1\n```\n",
    "% T\n% A\n% 2023\n\nText\n```python\nx\n```\n",
    "```python\n\n   \n```\ntext\n```python\nx\n```\n",
    "```python\n```\n```python source='f'\n\n```\n```python\nx\n```\n",
    "```python\nx\n```\n```python\ny\n```\n",
    "```bash\nls\n```\n\n```python\nx\n```\n\n~~~latex\n\\x\n~~~\n",
    "``` python\nx\n```\n ```python\ny\n```\n",
    "```python\n\n\n  x\n\n\ty   \n\n\n```\n",
    "```python\nx = '''\n# heading <%= not inline %>\n'''\n```\n",
    "```python3\nx\n```\n",
    "a <%= x %> b <% y = 1 %>\n\n`<%= z %>` <%=\n 1 + \n 1 %> %> <%x%>\n",
    "<%= f('a%', \"b>\") %><%=g%>\n```python\n<%= in_code %>\n```\n<%open\n",
]


@pytest.mark.parametrize(("opening", "closing"), FENCES)
def test_fences(opening: str, closing: str) -> None:
    document = assert_agreement(f"before\n\n{opening}\nx = 1\n{closing}\n\nafter\n")
    assert [chunk.code for chunk in document.chunks] == ["x = 1"]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize(
    "fence", ["```python %s", "~~~python, %s", "```{python %s}", "```{.python;%s}"]
)
def test_options(fence: str, options: str) -> None:
    document = assert_agreement(f"{fence % options}\nx\n{fence[:3]}\n")
    assert document.chunks[0].options.given


@pytest.mark.parametrize("text", TEXTS)
def test_documents(text: str) -> None:
    assert_agreement(text)


def test_the_reports() -> None:
    """Each report there is; the documents above are always there."""
    for path in REPORTS:
        document = assert_agreement(path.read_text(encoding="utf-8"))
        assert document.blocks


# Documents made up: lines that are no fence, in a text that both readers cut into lines alike.
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_CHARACTERS = st.characters(exclude_characters=_LINE_ENDS + "\ufeff", exclude_categories=["Cs"])
_LINE = st.text(_CHARACTERS, max_size=20).filter(lambda line: line.strip()[:1] not in ("`", "~"))
_PROSE_LINE = _LINE.filter(lambda line: "<%" not in line and line.strip()[:1] not in ("-", "%"))
_INLINE = st.sampled_from(["<%= x %>", "a <%y%>", "<%= f(1,\n 2) %>", "%>", "< %", "```bash\n```"])
_NAME = st.from_regex(r"[a-z][a-z0-9_:-]{0,8}", fullmatch=True)
_TEXT_VALUE = st.text(_CHARACTERS, max_size=12)
_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "caption": _TEXT_VALUE,
        "results": _TEXT_VALUE,
        "echo": st.booleans(),
        "dpi": st.integers(1, 600),
        "f_size": st.tuples(st.integers(1, 20), st.floats(0.5, 20)),
        "width": _TEXT_VALUE | st.none(),
        "wrap": st.sampled_from([True, False, "code", "output"]),
    },
)


@dataclass(frozen=True)
class Part:
    """Prose (`code` is None) or a chunk, and how it is written."""

    lines: tuple[str, ...]
    is_chunk: bool = False
    style: str = "```python %s"
    name: str | None = None
    options: dict[str, object] = field(default_factory=dict)

    def text(self) -> str:
        body = "".join(f"{line}\n" for line in self.lines)
        if not self.is_chunk:
            return body
        options = [f"{key}={value!r}" for key, value in self.options.items()]
        opening = self.style % ", ".join([self.name, *options] if self.name else options)
        fence = opening[: len(opening) - len(opening.lstrip("`~"))]
        return f"{opening}\n{body}{fence}\n"


_STYLES = ["```python %s", "```{python %s}", "```{.python, %s}", "~~~python;%s", "````python, %s"]
_PROSE = st.lists(_PROSE_LINE | _INLINE, max_size=4).map(lambda lines: Part(tuple(lines)))
_CHUNK = st.builds(
    Part,
    st.lists(_LINE, max_size=4).map(tuple),
    st.just(True),
    st.sampled_from(_STYLES),
    _NAME | st.none(),
    _OPTIONS,
)
_PARTS = st.lists(_PROSE | _CHUNK, min_size=1, max_size=6).filter(
    lambda parts: "".join(part.text() for part in parts).strip() != ""
)


def _names_unique(parts: list[Part]) -> bool:
    names = [part.name for part in parts if part.name]
    return len(names) == len(set(names))


@settings(deadline=None, max_examples=200)
@given(_PARTS.filter(_names_unique))
def test_made_up_documents_are_read_back_and_alike(parts: list[Part]) -> None:
    text = "".join(part.text() for part in parts)
    document = assert_agreement(text)
    chunks = [part for part in parts if part.is_chunk and "".join(part.lines).strip()]
    for part, chunk in zip(chunks, document.chunks, strict=True):
        assert chunk.code == "\n".join(part.lines).rstrip()
        expected = {"name": part.name, **part.options} if part.name else part.options
        assert chunk.options.given == expected
        # Each line of code stands on the line of the file that the chunk says.
        code = chunk.code.split("\n")
        start = chunk.code_line - 1
        assert [a.rstrip() for a in split_lines(text)[start : start + len(code)]] == [
            b.rstrip() for b in code
        ]
