"""Texts to fuzz with: fragments of the languages, and real files cut up and put together anew."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

ROOT = Path(__file__).parents[2]
LOGS = Path(__file__).parent / "logs"
SHORT, LONG = 12, 1200  # how often a fragment is repeated

CHUNKS = (
    "```python\n", "```{python fit, echo=False}\n", "```python a, ", "~~~~python\n", "```\n",
    "~~~~\n", "````\n", "``` {python}\n", "```{Python}\n", "```py\n", 'caption="C <%= 1 %>"',
    "f_size=(1, 2)", "results='tex'", "wrap=", "dpi=", "0x" + "f" * 4000, "[1]", "(", '"', "'",
    "<%= ", "<%", "%>", "<%= x + 1 %>", "<% y = 1 %>", "x = 1\n", "def f():\n", "\\", "=", ",",
    "complete=False", 'module="m"', "test=True", "from __future__ import annotations\n", "%",
    "{{", "'\\ud800'",
)  # fmt: skip
FRONT = (
    "---\n", "...\n", "% T\n", "% A; B\n", "title: ", "author: ", "params: ", "date: ", "seed: ",
    "abstract: |\n  a\n", "preamble: ", "classoption: ", "template: ", "a: &a ", "*a", "[", "]",
    "{", "}", "? ", ": ", "- ", "!!map ", "!!bool ", "!!timestamp ", "!!int ", "<<: ",
    "2023-11-12", "1e3", "\"\\ud800\"", '"\\U00110000"', '"\\theta"', "'", '"', "\n", "  ", "\t",
    "#", "%YAML 1.2\n", "|\n", ">\n", ".nan", "9" * 4500, "&a [*a, *a]\n",
)  # fmt: skip
MARKDOWN = (
    "*", "**", "_", "`", "``", "~", "~~", "^", "^[", "[", "]", "](", "![", ")", "(", "{", "}",
    "<", ">", "&", "#", "# ", "## ", "- ", "1. ", "1) ", "> ", "    ", "* ", ": ",
    "| a | b |\n|---|:-:|\n", "| a | b |\n", "|", "---\n", "***\n", "::: theorem\n",
    '::: {.lemma #lem:a title="T"}\n', ":::\n", "[^1]", "[^1]: ", "[a]: b\n", "[a](#b%7D)",
    "<http://a.b/c_d>", "![C](x.png){#fig:a width=60%}", "{#sec:a}", "{-}", "{.unnumbered}",
    "{=latex}", "@fig:a", "@key", "[@key, p. 3; -@b]", "-@a", "$", "$$", "$$ {#eq:a}", "\\(",
    "\\)", "\\[", "\\]", "\\", "\\a{", "\\b[", "\\begin{x}", "\\begin{align}\n", "\\end{align}\n",
    "\\end{x}\n", "\\verb|", "\\%", "\\ ", "\\\n", "  \n", "<!-- ", "-->", "<br>", "<div>\n",
    "</div>\n", "&amp;", "&#0;", ": Caption {#tbl:a}\n\n", "```python\n1\n```\n", "```r\n",
    "```{=latex}\n", "``` {.python}\n", "```\n", "[ ] ", "[x] ", "\ue0f00\ue0f1", "\ue0ff", "(c)",
    "...", "--", '"', "'", "%", "\\label{a}", "# References\n",
)  # fmt: skip
ODD = ("\r\n", "\r", "\x00", "\ufeff", "\t", "\x0b", "\x0c", "\x1b[1m", "\x85", "\u2028", "\u200b",
       "\u0301", "é", "😀", "٣", "²", "\x7f", "\ud800", "ﬁ", "\n", "\n\n", " ", "a", "word ",
    "x")  # fmt: skip
LOG = (
    "(./report.tex", "(/usr/share/a.sty", ")", "(", "./report.tex:5: ", "./report.tex:0: ", "! ",
    "./other.tex:7: ", "report.bbl:3: ", "./report.tex:" + "9" * 4500 + ": ", "l.5 ", "l.0 ",
    "l.", "<*> ", "<argument> ", "\\a ->", "Undefined control sequence.", "Missing $ inserted.",
    "\\nosuch", "LaTeX Error: ", "LaTeX Warning: ", "Package natbib Warning: ", "(natbib)   ",
    "pdfTeX warning: ", "Reference `a' on page 1 undefined", "Citation `b' undefined",
    "Label `a' multiply defined", " on input line 5.", " on input line " + "9" * 4500 + ".",
    "Overfull \\hbox (", "12.5", "1.2.3", "pt too wide) in paragraph at lines 3--4",
    "pt too high) detected at line 4", "Missing character: ", "There is no é in font cmr!",
    "There is no " + "a" * 500, "Runaway argument?\n", "{a b",
    "File ended while scanning use of \\foo.", "File `x.png' not found",
    "\\begin{a} on input line 3", " ended by \\end{b}.", "Emergency stop.", "==> Fatal error",
    " in font ", "\\par", "\\ETC.", "`", "Token not allowed in a PDF string",
    "I couldn't open database file x.bib", "'", ":", ": ", "---line 3 of file refs.bib",
    "---line 0 of file refs.bib", "---line 999 of file refs.bib",
    "---while reading file refs.bib", "Warning--empty author in key", "Warning--a in missing",
    "a.tex",
)  # fmt: skip


def mixed(*kinds: tuple[str, ...]) -> SearchStrategy[str]:
    """Fragments of the given kinds one after the other, and any text between them."""
    piece = st.sampled_from([item for kind in (*kinds, ODD) for item in kind])
    text = st.one_of(piece, piece, piece, st.text(max_size=5))
    return st.lists(text, max_size=30).map("".join)


def repeated(*kinds: tuple[str, ...]) -> SearchStrategy[str]:
    """A few fragments many times over, as opening ones and what may close them."""
    few = st.lists(st.sampled_from([item for kind in (*kinds, ODD) for item in kind]), max_size=3)
    times = st.sampled_from([SHORT, LONG])
    return st.builds(
        lambda a, b, c, n: ("".join(a) * n + "".join(b) + "".join(c) * n)[:12000],
        few, few, few, times,
    )  # fmt: skip


def spliced(files: tuple[Path, ...], *kinds: tuple[str, ...]) -> SearchStrategy[str]:
    """Pieces of real files, with fragments between them."""
    texts = _texts(files)
    spot = st.tuples(st.sampled_from(texts), st.floats(0, 1), st.integers(0, 1500))
    piece = spot.map(lambda at: at[0][int(at[1] * len(at[0])) :][: at[2]])
    return st.lists(piece | mixed(*kinds), max_size=5).map("".join)


def documents() -> SearchStrategy[str]:
    """What might be a `.pmd` file."""
    texts = st.one_of(
        mixed(CHUNKS, MARKDOWN),
        mixed(CHUNKS),
        repeated(CHUNKS, MARKDOWN),
        spliced(sources(), CHUNKS, MARKDOWN),
        st.text(max_size=60),
    )
    return _endings(st.one_of(texts, texts, st.tuples(front_matter(), texts).map("".join)))


def markdown() -> SearchStrategy[str]:
    """Prose for the most part."""
    texts = st.one_of(mixed(MARKDOWN), repeated(MARKDOWN), spliced(sources(), MARKDOWN))
    return _endings(st.one_of(texts, texts, st.tuples(front_matter(), texts).map("".join)))


def front_matter() -> SearchStrategy[str]:
    """A block of YAML, more or less."""
    block = st.one_of(mixed(FRONT), st.lists(st.sampled_from(FRONT), max_size=8).map("".join))
    return block.map(lambda text: f"---\n{text}\n---\n")


def logs() -> SearchStrategy[str]:
    """What LaTeX or BibTeX might have written."""
    files = tuple(sorted(LOGS.iterdir()))
    return _endings(st.one_of(mixed(LOG), repeated(LOG), spliced(files, LOG)))


def sources() -> tuple[Path, ...]:
    """The repository's own documents."""
    return tuple(sorted([*ROOT.glob("report/*.pmd"), *ROOT.glob("tests/golden/*.pmd")]))


@lru_cache(maxsize=2)
def _texts(files: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(path.read_bytes().decode("utf-8", "replace") for path in files)


def _endings(texts: SearchStrategy[str]) -> SearchStrategy[str]:
    endings = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
    return st.tuples(texts, endings).map(lambda pair: pair[0].replace("\n", pair[1]))
