"""Documents whose text is LaTeX: their own lines, what chunks show, and the line of each."""

from pathlib import Path

from treadle.engine.trace import Stream
from treadle.press.document.model import Chunk
from treadle.press.document.reader import read_document
from treadle.press.results import ChunkResult, InlineResult
from treadle.press.weave.preamble import preamble
from treadle.press.weave.weave import Woven, weave

SOURCE = r"""% A comment, and no title
\documentclass[a4paper]{article}
\usepackage{palatino}

\begin{document}
\section{One} % it's *LaTeX*
The total is <%= total %>, that's
<<echo=False>>=
print("a_b")
@
the end. \\
<<name='fit', results='markdown'>>=
x = 1
@
\end{document}
"""

BODY = r"""\section{One} % it's *LaTeX*
The total is 6, that's
\begin{chunkoutput}
a_b
\end{chunkoutput}
the end. \\
\begin{chunkcode}
x = \hlnumber{1}
\end{chunkcode}
\emph{words}
\end{document}
"""


def woven(source: str = SOURCE) -> tuple[Woven, list[str]]:
    document, _ = read_document(Path("a.texw"), source)
    given = {"print": "a_b\n", "x": "*words*\n"}
    results: list[ChunkResult | InlineResult | None] = []
    for block in document.blocks:
        if isinstance(block, Chunk):
            text = next(text for key, text in given.items() if key in block.code)
            results.append(ChunkResult((Stream("stdout", text),)))
        else:
            results.append(InlineResult(("6",)) if block.inlines else None)
    made = weave(document, results)
    return made, made.tex.split("\n")


def test_the_text_stays_and_chunks_show_what_they_do():
    _, lines = woven()
    text = "\n".join(lines)
    assert text.startswith(SOURCE.partition("\n\n")[0])
    assert text.partition("\\begin{document}\n")[2] == BODY


def test_each_line_knows_its_own():
    made, lines = woven()
    source = SOURCE.split("\n")
    own = {line: number for number, line in enumerate(source, 1) if line and "<%" not in line}
    found = {line: origin for line, origin in zip(lines, made.lines, strict=False) if line in own}
    assert found == {line: own[line] for line in found}
    assert found.keys() >= {r"\begin{document}", r"the end. \\", r"\end{document}"}
    assert made.lines[lines.index("The total is 6, that's")] == 7
    assert made.lines[lines.index(r"\emph{words}")] == 12


def test_its_preamble_is_its_own_and_has_what_chunks_need():
    document, _ = read_document(Path("a.texw"), SOURCE)
    made, _ = woven()
    text, _ = preamble(document)
    assert made.tex.startswith(text.rstrip("\n"))  # what is measured is what is built
    assert r"\DefineVerbatimEnvironment{chunkcode}" in text
    assert text.count(r"\documentclass") == 1
    assert "geometry" not in text


def test_a_text_without_a_class_is_the_body_of_a_document():
    made, _ = woven("\\section{One}\n<<>>=\nprint(1)\n@\n")
    assert made.tex.startswith(r"\documentclass")
    assert "\\section{One}\n\\begin{chunkcode}" in made.tex


def test_minted_is_told_at_its_line():
    made, lines = woven(SOURCE.replace("palatino", "palatino, minted"))
    (problem,) = made.problems
    assert (problem.span.line, "minted" in problem.message) == (3, True)
    assert lines[0] == r"\PassOptionsToPackage{draft}{minted}"


def test_a_title_without_a_date_has_none():
    titled = SOURCE.replace(r"\section", r"\title{T}\maketitle \section")
    assert r"\date{}" in woven(titled)[0].tex
    assert (
        preamble(read_document(Path("a.texw"), titled)[0])[0]
        .rstrip("\n")
        .endswith(r"\date{}\fi\makeatother")
    )
    for source in (SOURCE, titled.replace("{T}", r"{T}\date{\today}")):
        assert r"\date{}" not in woven(source)[0].tex
