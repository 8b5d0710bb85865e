"""What stands in brackets leads to the heading of these words, as pandoc has it."""

import pytest


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("[Data sets]", r"\hyperref[data-sets]{Data sets}"),
        ("[data  SETS][]", r"\hyperref[data-sets]{data  SETS}"),
        ("[*these*][Data sets]", r"\hyperref[data-sets]{\emph{these}}"),
        ("[them](#data-sets)", r"\hyperref[data-sets]{them}"),
    ],
)
@pytest.mark.parametrize("level", ["# Data sets", "Data sets\n=========", "> ## Data sets"])
def test_a_heading_is_led_to(latex, words, expected, level):
    made = latex(f"See {words}.\n\n{level}\n")
    assert made.startswith(f"See {expected}.")
    assert r"section{Data sets}\label{data-sets}" in made


@pytest.mark.parametrize(
    "words", ["`[Data]`", "$[Data]$", "\\[Data\\]", "[Data]{.smallcaps}", "[Data](http://x.org)"]
)
def test_other_brackets_are_what_they_were(latex, words):
    made = latex(f"See {words}.\n\n# Data\n")
    assert r"\hyperref" not in made


def test_brackets_of_no_heading_stay_and_headings_to_which_nothing_leads_have_no_label(latex):
    assert latex("See [Nothing].\n\n# Data\n") == "See [Nothing].\n\n\\section{Data}"


def test_a_definition_and_a_label_of_the_author_s_count_more(latex):
    made = latex("[Data] [Own]\n\n# Data\n\n# Own {#sec:own}\n\n[data]: https://x.org\n")
    assert made.startswith(r"\href{https://x.org}{Data} \hyperref[sec:own]{Own}")


def test_of_headings_of_the_same_words_the_first_and_each_has_a_label_of_its_own(latex):
    made = latex("[Same] [two](#same-1)\n\n# Same\n\n# Same {-}\n\n[x]{#same}\n")
    assert made.startswith(r"\hyperref[same-1]{Same}")
    made = latex("[Same] [two](#same-1)\n\n# Same\n\n# Same {-}\n")
    assert made.startswith(r"\hyperref[same]{Same} \hyperref[same-1]{two}")
    assert r"\namedlabel{Same}{same-1}" in made


@pytest.mark.parametrize(
    ("heading", "label"),
    [
        ("Heading identifiers in LaTeX", "heading-identifiers-in-latex"),
        ("*Dogs*?--in *my* house?", "dogs--in-my-house"),
        ("[HTML](http://x.org), [S5](b), or _RTF_?", "html-s5-or-rtf"),
        ("3. Applications", "applications"),
        ("33", "section"),
        ("Über $x_1$^[A note.]", "über-x_1"),
    ],
)
def test_labels_are_those_of_pandoc(latex, heading, label):
    assert latex(f"[x](#{label})\n\n# {heading}\n").endswith(rf"{{{label}}}")


def test_the_bibliography_is_led_to(latex):
    made = latex("[References]\n\n# References\n\nb", bibliography=(r"\bibliography{x}",))
    assert r"\bibliographylabel{References}{references}" in made


@pytest.mark.parametrize("item", ["- [x] done", "1. [x] done", "> - [x] done", "- a\n\n- [x] done"])
def test_the_box_of_a_task_leads_to_no_heading(latex, item):
    made = latex(f"# X\n\nSee [x].\n\n{item}\n\n[x] done")
    assert made.count(r"\item[$\boxtimes$] done") == 1
    assert made.count(r"\hyperref[x]{x}") == 2


def test_what_stands_behind_a_box_is_read(latex):
    made = latex("# X\n\n- [X] *a* [x]\n- [ ] ![b](c.png)")
    assert r"\item[$\boxtimes$] \emph{a} \hyperref[x]{x}" in made
    assert r"\item[$\square$] \includegraphics" in made


@pytest.mark.parametrize(
    ("title", "name"), [("Bayes", "bayes"), ("Bayes {#thm:b}", "thm:b"), ("*Bayes*", "bayes")]
)
@pytest.mark.parametrize("div", ["theorem", "callout-note", "proof", "{.lemma #lem:a}"])
def test_the_title_of_a_div_is_led_to(latex, title, name, div):
    made = latex(f"See [it](#{name}).\n\n::: {div}\n## {title}\nA.\n:::")
    assert made.startswith(rf"See \hyperref[{name}]{{it}}.")
    assert made.count(rf"\label{{{name}}}") == 1
    assert (r"\label{lem:a}" in made) == ("#lem:a" in div)


def test_a_title_of_a_div_to_which_nothing_leads_has_no_label(latex):
    assert r"\label" not in latex("::: theorem\n## Bayes\nA.\n:::")
