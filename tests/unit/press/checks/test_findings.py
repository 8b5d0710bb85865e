"""What a strict reader asks: each question at its line, and none where there is nothing to ask."""

from pathlib import Path

import pytest

from treadle.press.checks.findings import findings
from treadle.press.document.reader import read_document

SOUND = """# A {#sec:a}

See @sec:a, @eq:e and @fig:f. In section 4.2 we use Python 3.11 and `0.5`, as in $x = 0.7$.

$$ a = b $$ {#eq:e}

```{python e-check, echo=False, checks="eq:e"}
assert 1 == 1
```

```{python f, caption="A figure.", alt="A line."}
plt.plot([1])
```

It is <%= 0.93 %> in all.
"""


def found(text):
    document, problems = read_document(Path("report.pmd"), text)
    assert not problems
    return [(item.span.line, item.message) for item in findings(document, text)]


def test_of_a_sound_document_nothing_is_asked():
    assert found(SOUND) == []


def test_a_label_that_nothing_refers_to():
    text = SOUND.replace("@sec:a, ", "").replace(" and @fig:f", "")
    assert found(text) == [
        (1, "nothing refers to `sec:a`"),
        (11, "nothing refers to `fig:f` or `tbl:f`"),
    ]


def test_a_label_that_code_refers_to():
    assert found(SOUND.replace("@sec:a, ", "<%= show('sec:a') %>, ")) == []


@pytest.mark.parametrize(
    "reference", [r"\eqref{eq:e}", r"\cref{sec:a,eq:e}", r"\hyperref[eq:e]{it}", "[@eq:e]"]
)
def test_references_of_all_kinds(reference):
    assert found(SOUND.replace("@eq:e", reference)) == []


def test_an_equation_without_a_check():
    assert found(SOUND.replace('"eq:e"', '"eq:f"')) == [
        (5, "no chunk checks the equation `eq:e`"),
        (7, "e-check checks `eq:f`, and nothing has this label"),
    ]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("$0.93$", "0.93"),
        (r"$93\,\%$", r"93 \%"),
        (r"$\pm 0.93$", "0.93"),
        (r"$\approx 0.93$", "0.93"),
        (r"$= \mathbf{0.93}$", "0.93"),
        ("93–95 %", "93–95 %"),
        ("93-95%", "93-95%"),
        ("![A 93 % here](a.png){#fig:a}, @fig:a", "93 %"),
        ("$1{,}234.5$", "1,234.5"),
        ("$0{.}93$", "0.93"),
    ],
)
def test_a_number_by_itself_is_no_formula(number, told):
    told_of = [item for item in found(SOUND + f"\nIt is {number} in all.\n") if "hand" in item[1]]
    assert told_of == [(17, f"the number {told} is typed by hand and looks like a result")]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('caption="A figure."', 'caption="It ends at 0.93, <%= n %> times."', 11),
        ('caption="A figure."', 'caption="It ends at $0.93$ of $x_0$."', 11),
        ("# A", "---\ntitle: Of 0.93\n---\n\n# A", 2),
        ("# A", "---\nabstract: We reach 0.93.\n---\n\n# A", 2),
    ],
)
def test_numbers_in_captions_and_in_front(old, new, line):
    ((at, message),) = found(SOUND.replace(old, new))
    assert at == line
    assert message.startswith("the number 0.93 is typed")


def test_several_are_checked_by_one_chunk():
    text = SOUND.replace('"eq:e"', '"eq:e, sec:a"')
    assert found(text) == []


def test_a_label_that_may_stand():
    text = SOUND.replace(', checks="eq:e"', "")
    assert len(found(text)) == 1
    assert found(text.replace("{#eq:e}", "{#eq:e .literal}")) == []


def test_a_table_that_code_labels_is_checked():
    table = '```{python}\nprint(r"\\label{tbl:t}")\n```\n\n'
    assert found(table + SOUND.replace('"eq:e"', '"eq:e tbl:t"')) == []


def test_a_table_that_brings_its_caption_has_a_label():
    chunk = "\n```{python styled}\nframe.style.set_caption('Own')\n```\n\nSee @tbl:styled.\n"
    assert found(SOUND + chunk) == []
    assert found(SOUND + chunk.replace("set_caption('Own')", "hide()"))


def test_a_figure_without_alternative_text():
    assert found(SOUND.replace(', alt="A line."', "")) == [
        (11, "the figure of f has no alternative text")
    ]


@pytest.mark.parametrize(
    "number", ["0.93", "93%", "-1.5", "93.4 %", r"94\%", "1,234.5", "5 percent"]
)
def test_numbers_typed_by_hand(number):
    shown = number.replace("\\", "")
    text = SOUND + f"\n*One\nand* {number} are.\n\n| a |\n|---|\n| {number} |\n"
    found_lines = [item for item in found(text) if "typed by hand" in item[1]]
    assert [line for line, _ in found_lines] == [18, 22]
    assert all(shown in message for _, message in found_lines)


@pytest.mark.parametrize(
    "words",
    [
        "equation 6.32",
        "Sections 4.1, 4.2 and 4.3",
        "pages 1.2–1.3",
        "version 1.2.3",
        "10 epochs",
        "2023-11-12",
        "[a link](http://x.org/0.93)",
        "`0.93`",
        "$p = 0.93$",
        "$0.93 x$",
        r"\vspace{0.5em}",
        "0.93 <!-- treadle: literal -->",
    ],
)
def test_numbers_that_are_no_results(words):
    assert found(SOUND + f"\nThere are {words} here.\n") == []


def test_references_and_citations_of_nothing():
    text = SOUND.replace("@sec:a,", "@sec:a, @eq:f, [@knuth],").replace("<%= 0.93 %>", "more")
    text = text.replace("\nassert 1 == 1", "\nassert 1 == 1  # eq:f", 1)
    assert found(
        SOUND.replace("@sec:a,", "@sec:a, @eq:g, [@knuth],").replace("<%= 0.93 %>", "more")
    ) == [
        (3, "the reference `eq:g` is not defined"),
        (3, "the citation `knuth` is not defined"),
    ]
    assert found(text) == [(3, "the citation `knuth` is not defined")]


def test_entries_that_the_document_has(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.bib").write_text("@string{a = {b}} @book{Knuth84, title={x}}\n@misc{b,}\n", "utf-8")
    text = "---\nbibliography: a\n---\nAs @knuth84 and [@b; @knuht84] say. \\nocite{*}\n"
    assert found(text) == [(4, "the citation `knuht84` is not defined")]
    assert found(text.replace(": a", ": b")) == [(2, "there is no bibliography file `b.bib`")]
    text = "See [@a].\n\n\\begin{thebibliography}{9}\n\\bibitem{a} A.\n\\end{thebibliography}\n"
    assert found(text) == []


def test_labels_in_a_file_that_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("part.tex").write_text("\\section{A}\\label{sec:there}\n", "utf-8")
    assert found("\\input{part}\n\nSee @sec:there and @sec:her.\n") == [
        (3, "the reference `sec:her` is not defined")
    ]


EARLY = """# A

The dimension is $D$ here, and $x_1$.

Some words.

$$ D = n $$ {{#eq:d .literal}}

where $n$ is the number, $D$ is the dimension{more}. See @eq:d.
"""


def test_a_symbol_introduced_at_the_beginning_of_a_paragraph():
    text = "# A\n\nThe output is $W x + b$, here.\n\nAnd so on.\n\nLet $W$ be the weights.\n"
    (found_late,) = found(text)
    assert found_late[0] == 7
    assert "the symbol $W$ is introduced here, and used on line 3" in found_late[1]


def test_symbols_that_are_introduced_too_late():
    assert found(EARLY.format(more="")) == [
        (9, "the symbol $D$ is introduced here, and used on line 3 already")
    ]
    assert found(EARLY.format(more=", and $x_1$ is a point")) == [
        (9, "the symbol $D$ is introduced here, and used on line 3 already"),
        (9, "the symbol $x_1$ is introduced here, and used on line 3 already"),
    ]
    assert found(EARLY.format(more="").replace("Some words.", "# B")) == []
    assert found(EARLY.format(more="").replace("is $D$ here", "is $\\mathrm{D} \\Delta$")) == []


def test_a_reference_to_a_chunk_without_a_caption_says_so():
    text = "See @fig-x.\n\n```{python}\n#| label: fig-x\n#| fig-alt: A line\nplt.plot([1])\n```\n"
    document, _ = read_document(Path("report.pmd"), text)
    (problem,) = findings(document, text)
    assert (problem.span.line, problem.hint) == (1, "chunk `fig-x` (line 3) has no caption")


def test_words_of_latex_are_not_asked_after():
    text = "\\documentclass{article}\n\\begin{document}\nIt is 93.2\\%.\n\\end{document}\n"
    document, _ = read_document(Path("report.texw"), text)
    assert findings(document, text) == ()


@pytest.mark.parametrize("front", ["", "---\nbibliography: a\n---\n"])
def test_a_handle_has_a_way_to_be_none(front, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.bib").write_text("@misc{b,}\n", "utf-8")
    text = f"{front}Ask @someone_else on the list.\n"
    document, _ = read_document(Path("report.pmd"), text)
    (problem,) = findings(document, text)
    assert "the citation `someone_else` is not defined" in problem.message
    assert r"`\@` where no citation is meant" in problem.hint


@pytest.mark.parametrize(("said", "asked"), [("false", 0), ("true", 1)])
def test_a_document_may_want_no_checks_of_equations(said, asked):
    text = f"---\ncheck-equations: {said}\n---\n\nSee @eq:e.\n\n$$ a = b $$ {{#eq:e}}\n"
    assert len(found(text)) == asked


def test_values_that_are_not_known_yet_open_and_close_formulas():
    text = "Of $<%= a %> \\times <%= b %>$, $\\alpha = <%= c %>$ and $x_1$<%= d %>.\n"
    assert not any("opens no formula" in message for message in map(str, found(text)))


PANELS = SOUND.replace('f, caption="A figure.", alt=', 'f, caption=["A.", "B."], alt=')


@pytest.mark.parametrize("reference", ["@fig:f", "@fig:f-a", "@fig:f-b", "@tbl:f-b", "@fig:f-2"])
def test_a_panel_is_a_part_of_the_figure_that_is_labelled(reference):
    assert found(PANELS.replace("@fig:f", reference)) == []


def test_a_panel_that_is_not_there():
    assert found(PANELS.replace("@fig:f", "@fig:f and @fig:f-c")) == [
        (3, "the reference `fig:f-c` is not defined")
    ]


def test_numbers_typed_into_captions_of_figures():
    said = found(PANELS.replace("B.", "Up to 12.7 here."))
    assert [line for line, message in said if "12.7" in message] == [11]
