"""Parts of a document in files of their own: where they are named, read, and what is wrong."""

from pathlib import Path

import pytest

from treadle.press.document.model import Chunk
from treadle.press.document.reader import read_document
from treadle.problem import Span


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Gives a function that reads `report.pmd`, beside files of these texts."""
    monkeypatch.chdir(tmp_path)

    def reading(text, **files):
        for name, content in files.items():
            path = Path(name.replace("__", "/")).with_suffix(".pmd")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return read_document(Path("report.pmd"), text)

    return reading


def texts(document):
    return [block.code if isinstance(block, Chunk) else block.text for block in document.blocks]


def said(found):
    document, problems = found
    return [str(document.files.told(problem)) for problem in problems]


WAYS = (
    '```{python, child="a.pmd"}\n```\n',
    '```{python child=["a.pmd"]}\n```\n',
    '```python, child=c("a.pmd")\n```\n',
    "```{python}\n#| child: a.pmd\n```\n",
    "```{python}\n#| child:\n#|   - a.pmd\n```\n",
    "```{r, child='a.pmd'}\n```\n",
    "```{r child-one, child = c('a.pmd'), eval=TRUE}\n```\n",
    "{{< include a.pmd >}}\n",
    "{{<include 'a.pmd'>}}\n",
    "```{include} a.pmd\n```\n",
    "~~~{include} a.pmd\n~~~\n",
)


@pytest.mark.parametrize("way", WAYS)
def test_a_part_takes_the_place_where_it_is_named(read, way):
    document, problems = read(f"Before.\n\n{way}\nAfter.\n", a="Within.\n")
    assert not problems
    assert [text.strip() for text in texts(document)] == ["Before.", "Within.", "After."]


SHOWN = (
    "````\n{{< include a.pmd >}}\n````\n",
    "````\n```{include} a.pmd\n```\n````\n",
    '````markdown\n```{python, child="a.pmd"}\n```\n````\n',
    "\\begin{verbatim}\n{{< include a.pmd >}}\n\\end{verbatim}\n",
    "<!--\n{{< include a.pmd >}}\n-->\n",
    "Text with {{< include a.pmd >}} in it.\n",
    "{{{< include a.pmd >}}}\n",
    '```{python, child="a.pmd", evaluate=False}\n```\n',
    "```{r, child='a.pmd', eval=FALSE}\n```\n",
)


@pytest.mark.parametrize("text", SHOWN)
def test_a_place_that_is_shown_or_switched_off_is_none(read, text):
    document, problems = read(f"Before.\n\n{text}\n", a="Within.\n")
    assert not problems
    assert not any("Within." in each for each in texts(document))


def test_every_line_is_that_of_its_file(read):
    text = '---\ntitle: T\n---\nOne.\n```{python, child="d/a.pmd"}\n```\n\n```python x\n1\n```\n'
    inner = "---\ntitle: A\n---\n\n{{< include b.pmd >}}\n\n```python y\n2\n```\n"
    document, problems = read(text, d__a=inner, d__b="Deep <%= 3 %>.\n")
    assert not problems
    own = [str(document.files.own(block.span)) for block in document.blocks]
    assert own == [
        *("report.pmd:4", "d/a.pmd:4", "d/b.pmd:1", "d/a.pmd:6", "d/a.pmd:7"),
        *("report.pmd:7", "report.pmd:8"),
    ]
    for block in document.blocks:
        there = document.files.own(block.span)
        assert document.files.numbered(there) == block.span
        assert Path(there.file).exists() or there.file == "report.pmd"
    chunks = document.chunks
    assert [chunk.code_line - chunk.span.line for chunk in chunks] == [1, 1]
    assert [chunk.number for chunk in chunks] == [2, 3]  # the place of the part counts
    (inline,) = [item for block in document.prose for item in block.inlines]
    assert document.files.own(inline.span) == Span.at("d/b.pmd", 1)


def test_numbers_of_lines_grow(read):
    document, _ = read("A\n\n{{< include a.pmd >}}\n{{< include b.pmd >}}\nB\n", a="C\n", b="D\n")
    starts = [block.span.line for block in document.blocks]
    assert starts == sorted(starts)
    assert [document.text.split("\n")[line - 1] for line in starts] == ["A", "C", "D", "B"]


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        (
            "\n{{< include none.pmd >}}\n",
            {},
            "report.pmd:2: error: there is no file `none.pmd` (it is looked for from the folder",
        ),
        (
            "{{< include methds.pmd >}}\n",
            {"methods": "x"},
            "report.pmd:1: error: there is no file `methds.pmd` (did you mean `methods.pmd`?)",
        ),
        (
            "{{< include a.pmd >}}\n",
            {"a": "A\n\n{{< include b.pmd >}}\n", "b": "{{< include a.pmd >}}\n"},
            "b.pmd:1: error: `a.pmd` would be a part of itself",
        ),
        (
            "{{< include report.pmd >}}\n",
            {"report": "x"},
            "report.pmd:1: error: `report.pmd` would be a part of itself",
        ),
        ("{{< include a.pmd >}}\n", {"a": " \n"}, "report.pmd:1: warning: `a.pmd` is empty"),
        (
            "{{< include a.tex >}}\n",
            {},
            "report.pmd:1: error: `a.tex` can't be a part of the document (LaTeX of a file is",
        ),
        ("{{< include a.py >}}\n", {}, "report.pmd:1: error: `a.py` can't be a part"),
        (
            '```{python, child="a.pmd"}\nx = 1\n```\n',
            {"a": "A"},
            "report.pmd:1: error: a chunk with `child=` has no code of its own",
        ),
        (
            '- Item\n\n  ```{python, child="a.pmd"}\n  ```\n',
            {"a": "A"},
            "report.pmd:3: error: the parts of a document stand in no list",
        ),
        (
            '```{python, child="a.pmd", caption="C"}\n```\n',
            {"a": "A"},
            "report.pmd:1: warning: `caption` means nothing beside `child=`",
        ),
        (
            "```{include} a.pmd\n:start-line: 2\n```\n",
            {"a": "A"},
            "report.pmd:2: warning: what stands in an `{include}` means nothing here",
        ),
        (
            "```python x\n1\n```\n{{< include a.pmd >}}\n",
            {"a": "A\n\n```python x\n2\n```\n"},
            "a.pmd:3: error: the chunk on report.pmd:1 is named `x` already",
        ),
        (
            "{{< include a.pmd >}}\n{{< include b.pmd >}}\n",
            {"a": "```python x\n1\n```\n", "b": "\n```python x\n2\n```\n"},
            "b.pmd:2: error: the chunk on a.pmd:1 is named `x` already",
        ),
        ("{{< include a.pmd >}}\n", {"a": "```python\n1\n"}, "a.pmd:1: error: this chunk's fence"),
        ("chunks: x\n{{< include a.pmd >}}\n", {"a": "---\ntitle: [\n---\n"}, "a.pmd:"),
    ],
)
def test_what_is_wrong_with_a_part(read, text, files, expected):
    found = said(read(text, **files))
    assert any(line.startswith(expected) for line in found), found
    assert len(found) == 1


def test_a_part_that_is_no_utf_8(read):
    Path("a.pmd").write_bytes(b"fine\nna\xefve\n")
    assert said(read("{{< include a.pmd >}}\n")) == [
        "a.pmd:2: error: byte 0xef is not UTF-8 (save the file as UTF-8)"
    ]


def test_a_part_of_too_long_a_name(read):
    _, problems = read(f"{{{{< include {'x' * 300}.pmd >}}}}\n")
    assert [problem.message[:16] for problem in problems] == ["there is no file"]


def test_one_part_may_stand_twice(read):
    document, problems = read("{{< include a.pmd >}}\n\n{{< include a.pmd >}}\n", a="Again.\n")
    assert not problems
    assert [text for text in texts(document) if text.strip()] == ["Again.\n", "Again.\n"]


def test_latex_in_a_part_of_markdown(read):
    Path("a.texw").write_text("\\section{A}\n")
    assert said(read("{{< include a.texw >}}\n")) == [
        "report.pmd:1: error: `a.texw` is LaTeX, and stands in Markdown (a document is of one kind)"
    ]


def test_a_part_in_noweb(read):
    Path("a.mdw").write_text("Text.\n\n<<x>>=\n1 + 1\n@\n")
    document, problems = read("{{< include a.mdw >}}\n")
    assert not problems
    assert [chunk.code for chunk in document.chunks] == ["1 + 1"]


FRONT = (
    "---\ntitle: Alone\nauthor: A\ndocumentclass: article\ndate: 2020-01-01\ntoc: true\n---\nA\n"
)


@pytest.mark.parametrize(
    ("own", "part", "expected"),
    [
        ("", "", []),
        ("seed: 3", "seed: 3", []),
        ("", "seed: 0", []),
        ("", "seed: 3", ["a.pmd:2: warning: `seed` counts for nothing in a part of `report.pmd`"]),
        ("lang: de", "lang: de", []),
        ("lang: de", "lang: en", ["a.pmd:2: warning: `lang` counts for nothing"]),
        ("preamble: \\newcommand{\\x}{1}", "preamble: \\newcommand{\\x}{1}", []),
        ("header-includes: \\newcommand{\\x}{1}", "preamble: \\newcommand{\\x}{1}", []),
        ("", "preamble: \\newcommand{\\x}{1}", ["a.pmd:2: warning: `preamble` counts for noth"]),
        ("", "bibliography: none.bib", ["a.pmd:2: error: there is no bibliography file `none"]),
        ("", "params: 3", ["a.pmd:2: error: `params` must be a mapping"]),
        ("", "titel: T", ["a.pmd:2: warning: unknown key `titel`"]),
        ("", "chunks: {ecko: 1}", ["a.pmd:2: error: unknown chunk option `ecko`"]),
        ("nocite: '@*'\nbibliography: r.bib", "nocite: '@a'", []),
    ],
)
def test_what_a_part_says_for_the_whole(read, own, part, expected):
    found = said(read(f"---\n{own}\n---\n{{{{< include a.pmd >}}}}\n", a=f"---\n{part}\n---\nA\n"))
    assert [line[: len(said)] for line, said in zip(found, expected, strict=True)] == expected


def test_what_a_part_says_for_itself_is_left_alone(read):
    document, problems = read("---\ntitle: T\n---\n{{< include a.pmd >}}\n", a=FRONT)
    assert not problems
    assert document.front.values == {"title": "T"}


def test_bibliographies_params_and_options_of_parts(read):
    Path("d").mkdir()
    for name in ("main.bib", "d/own.bib"):
        Path(name).write_text("")
    own = "---\nbibliography: main.bib\nparams: {a: 1}\nchunks: {echo: false, dpi: 90}\n---\n"
    part = "---\nbibliography: [own.bib, ../main.bib]\nparams: {a: 2, b: 3}\n"
    part += "chunks: {echo: true}\n---\n```python\n1\n```\n"
    document, problems = read(f"{own}{{{{< include d/x.pmd >}}}}\n```python\n2\n```\n", d__x=part)
    assert not problems
    assert document.front.values["bibliography"] == ["main.bib", "d/own.bib"]
    assert document.front.values["params"] == {"a": 1, "b": 3}
    assert [(it.options.echo, it.options.dpi) for it in document.chunks] == [
        (True, 90),
        (False, 90),
    ]


@pytest.mark.parametrize("command", ["\\input{a.pmd}", "Text \\include{d/a.md}", "\\input {a.Rmd}"])
def test_markdown_that_latex_would_read(read, command):
    (line,) = said(read(f"Text.\n\n{command}\n"))
    assert line.startswith("report.pmd:3: error: `\\in")
    assert "reads LaTeX, and this file is Markdown (write {{< include " in line


@pytest.mark.parametrize(
    "text",
    [
        "% \\input{a.pmd}\n",
        "\\input{a.tex}\n",
        "\\input{a}\n",
        "```\n\\input{a.md}\n```\n",
        "Write `\\input{a.md}`.\n",
    ],
)
def test_what_latex_may_read(read, text):
    assert said(read(text)) == []


def test_a_part_of_quarto_is_read_as_one(read):
    foreign = "---\nformat: pdf\n---\n```python\n1\n```\n"
    (line,) = said(read("```python\n0\n```\n{{< include a.pmd >}}\n", a=foreign))
    assert line.startswith("a.pmd:4: warning: this code is run here, and only shown by Quarto")
