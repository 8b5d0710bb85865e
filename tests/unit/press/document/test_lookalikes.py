from pathlib import Path

import pytest

from treadle.press.document.reader import read_document


def warned_lines(text: str) -> list[int]:
    _, found = read_document(Path("a.pmd"), text)
    assert all("looks like a chunk" in item.message for item in found)
    return [item.span.line for item in found]


@pytest.mark.parametrize(
    "fence",
    [
        "``` {python",
        "``` {python fit, echo=False}",
        "```{Python}",
        "```{.Python}",
        "```{py}",
        "~~~ { python }",
        "``` python, echo=False",
        "  ```{python fit}",
        "  ```python fit, echo=False",
        " ```python",
        "   ~~~python",
        "```{code-cell} ipython3",
        "```{code-cell}",
    ],
)
def test_a_fence_that_opens_no_chunk_is_a_warning(fence: str) -> None:
    assert warned_lines(f"a\n\n{fence}\nx = 1\n{fence.strip()[:3]}\n") == [3]


@pytest.mark.parametrize("language", ["r", "R", "julia", "bash", "ojs", "mermaid"])
def test_code_of_another_language_is_not_run(language: str) -> None:
    text = f"a\n\n```{{{language} fit, echo=FALSE}}\nx\n```\n"
    ((number, message),) = [(p.span.line, p.message) for p in read_document(Path("a.pmd"), text)[1]]
    assert (number, f"code of `{language}`" in message) == (3, True)


def test_a_chunk_in_a_table_is_not_run() -> None:
    text = "+-----------+\n| ```python |\n| x         |\n| ```       |\n+-----------+\n"
    (found,) = read_document(Path("a.pmd"), text)[1]
    assert (found.span.line, "in a table" in found.message) == (2, True)


def test_each_of_them_and_not_the_chunks_between() -> None:
    text = "``` {python}\nx\n```\n```python\ny\n```\na\n```{Python}\nx\n```\n"
    assert warned_lines(text) == [1, 8]


@pytest.mark.parametrize(
    "text",
    [
        "```py\nx\n```\n",
        "```pycon\n>>> f(x=1)\n```\n",
        "``` python\nx\n```\n",
        "```Python\nx\n```\n",
        "``` {.python .numberLines}\nx\n```\n",
        "```r\nx\n```\n",
        "```{.r}\nx\n```\n",
        "```{=latex}\nx\n```\n",
        "````markdown\n``` {python}\nx\n```\n````\n",
        "~~~markdown\n```{Python}\nx\n```\n~~~\n",
        "````markdown\n```python\nx\n```\n``` {python}\n````\n",
        "```\n``` {python}\n```\n",
        "a\n\n    ```{python fit}\n    x\n    ```\n",
        "A line with ```{python}``` in it, and\n``` {python} ``` too.\n",
        "```python\ns = '''\n``` {python}\n'''\n```\n",
    ],
)
def test_no_warning(text: str) -> None:
    assert warned_lines(text) == []


def test_a_text_for_captions_is_told() -> None:
    (found,) = read_document(Path("a.pmd"), "a\n\n(ref:cap) A caption.\n")[1]
    assert (found.span.line, "(ref:cap)" in found.message) == (3, True)


def test_what_is_of_myst_is_told_at_its_line() -> None:
    text = "(top)=\n# A\n\n+++\n\nSee {ref}`top`, {doc:x}`b`.\n\n```{list-table}\na\n```\n"
    text += ":class: tip\n\nSee :ref:`b`.\n\n"
    text += "$$\nx\n$$ (eq:a)\n\n$$ y $$ (1)\n\n"
    text += "No {a} `b`, x_{i}`c`, \\emph{so}`d`, `{python} 1`, f(x)= or a +++ b.\n"
    found = [(item.span.line, item.message) for item in read_document(Path("a.pmd"), text)[1]]
    said = [
        "`(top)=` is",
        "`+++` is",
        "`{ref}`top`` is",
        "code of `list-table`",
        "`:class:` is",
        "`:ref:`b`` is",
    ]
    said += ["`(eq:a)` is"]
    assert [line for line, _ in found] == [1, 4, 6, 8, 11, 13, 17]
    assert all(words in message for words, (_, message) in zip(said, found, strict=True))


MYST = "{ref}`a`"


@pytest.mark.parametrize(
    "text",
    [
        f"A `` {MYST} `` and `` :ref:`b` ``.",
        "A `(a)=`\n`+++`\n`.. note::` b\n`:class: tip`",
        f"- a\n\n      {MYST}\n\n      (a)=\n",
        f"> - a\n>\n>   ```\n>   {MYST}\n>   ```\n",
        f"<!-- {MYST}\n\n(a)=\n\n```python\n1\n```\n\n{MYST} -->\n",
        f"a <!-- {MYST} --> b",
        "$$\n+++\n:a: b\n$$\n\n\\[\n(a)=\n\\]\n\n$(a)=\n$",
        f"\\begin{{verbatim}}\n{MYST}\n.. note::\n\\end{{verbatim}}\n",
        "\\begin{align}\n+++\n(a)=\n\\end{align}\n",
        f"    {MYST}\n\n    <<a>>=\n\n    | ```python\n\n    ---\n    a: b\n    ---\n",
        "<!--\n\n---\na: b\n---\n\n| ```python\n-->\n",
        "- a\n\n      ---\n      a: b\n      ---\n",
        r"\{ref}`a`, \:ref:`a`, {ref\}`a`",
        "A `$$ x $$ (a-b)`\n\n`(ref:a) b`, see <%= d[':ref:`a`'] %>",
        "`{ref}`a`b`",
        f"[^1] a\n\n[^1]: b\n\n        {MYST}\n",
    ],
)
def test_what_is_no_prose_is_not_asked(text: str) -> None:
    assert read_document(Path("a.pmd"), text)[1] == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"- a\n  {MYST}", 2),
        (f"> a\n> - {MYST}", 2),
        ("> (a)=\n> b", 1),
        (f"a\n\n```python\n1\n```\n\n{MYST}", 7),
        (f"- a\n\n  ```python\n  1\n  ```\n\n  b {MYST}", 7),
        (f"a <!-- b\nc --> d\n{MYST}", 3),
        (f"\\begin{{center}}\n*a*\n{MYST}\n\\end{{center}}", 3),
        (f"| a | b |\n|---|---|\n| c | {MYST} |", 3),
        (f"---\ntitle: a\n---\n\n# b {MYST}", 5),
        (f"`a\nb` c\n{MYST}", 3),
        ("a\n:ref:`b`", 2),
    ],
)
def test_prose_is_asked_wherever_it_stands(text: str, line: int) -> None:
    (found,) = read_document(Path("a.pmd"), text)[1]
    assert (found.span.line, "MyST's" in found.message) == (line, True)


def test_latex_is_asked_for_no_markdown() -> None:
    text = "\\documentclass{article}\n\\begin{document}\n{a}`b` and\n\\end{document}\n"
    assert read_document(Path("a.texw"), text)[1] == ()


SHOWN = "```python\nx = 1\n```\n"
RUN = "```{python}\n#| echo: false\ny = 2\n```\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{SHOWN}\n{RUN}", 1),
        (f"{RUN}\n{SHOWN}\n{SHOWN}", 6),
        (f"{RUN}\n```{{.python}}\nx = 1\n```\n", 6),
        (f"{RUN}\n- a\n\n  ```python\n  x = 1\n  ```\n", 8),
        (f"---\nformat: pdf\n---\n{SHOWN}", 4),
        ("---\noutput: {pdf_document: {toc: true}}\n---\n~~~python\nx = 1\n~~~\n", 4),
    ],
)
def test_code_that_is_only_shown_elsewhere_is_told_once(text: str, line: int) -> None:
    (found,) = read_document(Path("a.pmd"), text)[1]
    assert (found.span.line, "run here" in found.message) == (line, True)
    assert "evaluate=False" in found.hint
    assert "{.python}" in found.hint


@pytest.mark.parametrize(
    "text",
    [
        SHOWN,
        RUN,
        f"```{{python}}\ny = 2\n```\n\n{SHOWN}",  # both are ours
        f"{SHOWN}\n```python, echo=False\nx\n```\n",
        f"{RUN}\n```python fit\nx = 1\n```\n",
        f"{RUN}\n```python, evaluate=False\nx = 1\n```\n",
        f"{RUN}\n```python\n#| eval: false\nx = 1\n```\n",
        f"{RUN}\n``` {{.python}}\nx = 1\n```\n",
        f"{RUN}\n```{{.python .cb.run}}\nx = 1\n```\n",
        f"---\nformat: pdf\n---\n{RUN}",
        "```python\n#| echo: false\nx = 1\n```\n",
    ],
)
def test_a_chunk_of_ours_or_of_theirs_is_not(text: str) -> None:
    assert read_document(Path("a.pmd"), text)[1] == ()
