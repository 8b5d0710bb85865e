"""What is woven compiles with its engine, and its text can be read back from the PDF."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata

import pytest
from tests.unit import displays

from treadle.engine.trace import Stream
from treadle.press.document.model import Prose
from treadle.press.latex import escape as table
from treadle.press.latex.escape import declarations, escape
from treadle.press.results import ChunkResult
from treadle.press.weave.weave import weave
from treadle.problem import Span

pytestmark = pytest.mark.skipif(not shutil.which("pdflatex"), reason="TeX is not installed")

PRINTED = [
    r"\end{verbatim} \end{chunkoutput} \begin{document}",
    r"{a} }{ {{}} \{ \}",
    r"C:\new\table \\ \x41 \n",
    "100% # $x_1^2$ & ~ ^^M ^^5c",
    "-- --- << >> ,, ?` !` '' `` \" ' `",
    '| <a href="x"> [1] (2) *3* _4_ @fig:x <%= y %>',
    "élan Größe naïve Łódź œuvre",
    "αβγ λ ≤ ≥ ≠ → ∞ ∑ ∈ ℝ",
    "┌──┬──┐ │ ║ ╬ █",
    "x² x₁ 10⁻³ ᵀ",
    "emoji 😀 中文 日本",
]
CONTROLS = "a\x00b\x01c\x07d\x08e\x0bf\x0cg\x1bh\x7fi\x85j\u2028k\ufeffl\u200bm\u0301n\ud800o"


@pytest.fixture
def compile_tex(tmp_path):
    def run(tex: str) -> tuple[str, str]:
        (tmp_path / "report.tex").write_text(tex, "utf-8")
        environment = {**os.environ, "max_print_line": "1000"}
        engine = named[1] if (named := re.match("% !TeX program = (.*)", tex)) else "pdflatex"
        done = subprocess.run(
            [engine, "-interaction=nonstopmode", "-halt-on-error", "report.tex"],
            cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            check=False, timeout=60,
        )  # fmt: skip
        log = done.stdout.decode("utf-8", "replace")
        assert done.returncode == 0, log[-3000:]
        text = subprocess.run(
            ["pdftotext", "-layout", "report.pdf", "-"],
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        return text.stdout.decode("utf-8"), log

    return run


def squeezed(text: str) -> str:
    """Without blanks, and with equal characters of different codes made one."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def document_of(make_document, make_chunk, *printed):
    chunks = [make_chunk("f()", n + 1, 10 * n + 1, echo=False) for n in range(len(printed))]
    results = [ChunkResult((Stream("stdout", text),)) for text in printed]
    return weave(make_document(*chunks, title="T"), results).tex


def test_printed_text_is_in_the_pdf(make_document, make_chunk, compile_tex):
    text, log = compile_tex(document_of(make_document, make_chunk, *PRINTED, CONTROLS))
    read = squeezed(text)
    missing = [line for line in PRINTED if squeezed(line) not in read]
    assert missing == []
    assert "a^@b^Ac^Gd^He^Kf^Lg^[h^?i" in read
    assert "Overfull" not in log


def test_every_known_symbol_compiles_in_text_code_maths_and_titles(
    make_document, make_chunk, compile_tex
):
    symbols = "".join(declarations())
    tex = document_of(make_document, make_chunk, symbols)
    maths = [char for char in symbols if unicodedata.category(char) == "Sm" or "α" <= char <= "ω"]
    title = rf"\section{{{escape(symbols[:60])}}}"
    body = f"{title}\n{escape(symbols)}\n\n$" + "$ $".join(maths) + "$\n\\end{document}"
    text, log = compile_tex(tex.replace("\\end{document}", body))
    assert "invalid in math mode" not in log
    # Each stands there three times: in code, in the text, in the title or in mathematics.
    lost = [char for char in "αΩ→≤∈∑√∞≠─█⁻²" if char not in text]
    assert lost == []


def test_nasty_prose_cells_and_titles(make_document, make_chunk, compile_tex):
    nasty = r"\end{document} {} 100% # $ & ~ ^ _ \ 😀 ' ` < >> --"
    chunk = make_chunk("f()", echo=False, caption="Cap", name="t")
    table = displays.table((nasty, "[a"), (("*x", nasty), ("[y]", "-1")), ("l", "r"))
    document = make_document(
        chunk, title=r"A \\ 100\% & # _ title", author="O’Neil 100% 😀 & Söhne"
    )
    text, _ = compile_tex(weave(document, [ChunkResult((table,), caption="100% # & _ ^")]).tex)
    assert squeezed(nasty) in squeezed(text)
    assert "A\\100%&#_title" in squeezed(text)
    assert "100%#&_^" in squeezed(text)


def test_notes_of_a_table_and_titles_of_sections(make_document, compile_tex):
    text = (
        "# One {#sec:one}\n\n# Two *b* {#sec:two}\n\n# Three {- #sec:c}\n\n"
        "See @sec:one. All: [@sec:one; @sec:two; @sec:c].\n\n"
        "| a | b |\n|---|---|\n| x[^1] | y[^2] |\n\n"
        ": Cap {#tbl:a}\n\n[^1]: First note.\n[^2]: Second *note*.\n"
    )
    prose = Prose(text, Span("report.pmd", 5, 17))
    tex = weave(make_document(prose, numbersections=False, fontsize="12pt"), [None]).tex
    compile_tex(tex)
    shown, log = compile_tex(tex)
    assert "See section “One”. All: sections “One”, “Two b” and “Three”." in " ".join(shown.split())
    assert "First note." in shown
    assert "Second note." in shown
    assert "Hfootnote" not in log
    assert "cref reference format" not in log


def test_a_long_table_goes_over_pages(make_document, make_chunk, compile_tex):
    chunk = make_chunk("f()", echo=False, caption="Cap", name="t")
    table = displays.table(("n", "m"), tuple((f"row{n}", "x") for n in range(120)), ("l", "r"))
    tex = weave(make_document(chunk), [ChunkResult((table,), caption="Cap")]).tex
    compile_tex(tex)
    shown, log = compile_tex(tex)
    assert [n for n in range(120) if f"row{n} " not in shown] == []
    assert shown.count("Table 1: Cap") == 1
    assert "Overfull" not in log


def test_long_lines_stay_on_the_page(make_document, make_chunk, compile_tex):
    code = "value = function(" + "argument_of_some_length, " * 12 + ")  # " + "x" * 200
    tex = weave(
        make_document(make_chunk(code)),
        [ChunkResult((Stream("stdout", "word " * 99 + "y" * 400),))],
    ).tex
    text, log = compile_tex(tex)
    assert "Overfull" not in log
    assert squeezed(text).replace("↪", "").count("y" * 400) == 1


@pytest.mark.parametrize(
    ("title", "authors", "both"),
    [
        ("Autoencoders of handwritten digits", ["Ada Lovelace", "Kurt Gödel"], True),
        ("What networks learn " * 5, ["Augusta Ada King Lovelace", "Kurt Friedrich Gödel"], False),
        ("WWWW " * 20, ["Ada Lovelace"], False),
        (r"$\underbrace{xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}_{n}$ " * 2, ["Ada Lovelace"], False),
    ],
)
def test_the_running_head_stays_in_its_line(make_document, compile_tex, title, authors, both):
    prose = Prose("One.\n\n\\newpage\n\nTwo.\n", Span("report.pmd", 5, 9))
    document = make_document(prose, title=title, author=authors, geometry="a5paper,margin=15mm")
    shown, log = compile_tex(weave(document, [None]).tex)
    (head,) = [page.splitlines()[0] for page in shown.split("\f")[1:] if page.strip()]
    assert head.strip()
    assert (authors[0] in head) is both
    assert "Overfull" not in log


def test_the_title_block_spans_both_columns(make_document, compile_tex):
    title = "A title [in brackets] wider than a column"
    prose = Prose("Text.\n", Span("report.pmd", 5, 5))
    front = {"title": title, "author": "Ada Lovelace", "classoption": ["twocolumn"]}
    shown, log = compile_tex(weave(make_document(prose, **front), [None]).tex)
    assert shown.splitlines()[0].strip() == title
    assert "Overfull" not in log
    assert "\f" not in shown.strip("\f\n")  # all on one page


@pytest.mark.parametrize("family", ["", r"\usepackage{palatino}"])
@pytest.mark.parametrize("marks", ["", "`"])
def test_what_is_copied_from_the_pdf_is_what_was_typed(
    make_document, compile_tex, tmp_path, marks, family
):
    letters = {char for span in table.OF_PARTS.split() for char in span_of(span)}
    typed = [*table.symbols(), *table.LIKE, *sorted(letters)]
    # The typewriter font lacks these.
    typed = [char for char in typed if not (marks and char in "Ĳĳẞ‱℠")]
    text = "\n\n".join(f"A{marks}{char}{marks}B" for char in typed)
    block = Prose(text, Span("report.pmd", 5, 5 + text.count("\n")), ())
    compile_tex(weave(make_document(block, preamble=family), [None]).tex)
    command = ["pdftotext", "-raw", str(tmp_path / "report.pdf"), "-"]  # in the order of the text
    copied = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    found = re.findall(r"A([^AB]*)B", re.sub(r"\s", "", copied))
    assert len(found) == len(typed)
    assert [(a, b) for a, b in zip(typed, found, strict=True) if a != b] == []


def span_of(codes: str) -> list[str]:
    first, _, last = codes.partition("-")
    return [chr(code) for code in range(int(first, 16), int(last or first, 16) + 1)]
