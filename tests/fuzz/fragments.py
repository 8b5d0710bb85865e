"""Pieces of the languages that the fuzzers put together."""

from __future__ import annotations

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
    "+---+---+\n", "| a | b |\n", "+===+===+\n", "  a    b\n---- ----\n", "  1    2\n", "-----\n",
    "(@) ", "(@a) ", "a. ", "(iv) ", "#. ", "| x\n", "|   y\n", "]{.smallcaps}", "1. A\n===\n",
    "\\begin{center}\n", "\\end{center}\n", "\\begin{b} ", "\\end{b}", "\\mod{", "}", "\\emph{",
    "::: {.callout-note}\n", "::: columns\n", ":::: {.column width=50%}\n", "::::\n",
    "::: {#fig-a layout-ncol=2}\n", "::: {.content-hidden}\n", "{{< pagebreak >}}", "{{< x >}}",
    "<b>", "</b>", "<sub>", "> [!NOTE]\n", "@fig-a", "\\@ref(fig:a)", "  ```python\n",
    "> ```python\n", "- ```python\n", "#| echo: false\n", "#| fig.cap='a'\n",
    "<<a, echo=False>>=\n", "@\n",
    "`{python} x`", "---\na: b\n---\n", "\\begin{verbatim}\n", "\\end{verbatim}\n",
)  # fmt: skip
# Characters that editors, terminals and TeX treat in their own ways.
ODD = (
    "\r\n", "\r", "\x00", "\ufeff", "\t", "\x0b", "\x0c", "\x1b[1m", "\x85", "\u2028", "\u200b",
    "\u0301", "é", "😀", "٣", "²", "\x7f", "\ud800", "ﬁ", "\n", "\n\n", " ", "a", "word ", "x",
)  # fmt: skip
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
# Markdown in which nothing is LaTeX, for all its special characters.
TAME = (
    "a ", "word ", "*b* ", "**c** ", "~~d~~ ", "x^2^ ", "H~2~O ", "100 % ", "a & b ", "#1 ",
    "a_b ", "^ ", "{", "}", "{ ", "} ", "[", "]", "\\% ", "\\# ", "\\\\ ", "\\* ", "\\{ ", "\\_",
    "$ ", "\\$5 ", "`\\end{listing}` ", "``$ ` & % # _ \\x{`` ", "`}` ", "`{` ", "`a_b^c~d` ",
    "<http://a.b/c_d%20#e&f> ", "[a](http://a.b/%7D_~c#d&e) ", "[b](#sec:%7D%5Cx) ",
    "![C & %](no_such%25.png){#fig:a_b%c} ", "@fig:a_b%c ", "@key#x ",
    "[@a&b, p. 3 & 4; @{c\\d}] ", "[see % @k] ", "[^1]", "^[n & % `\\x`] ", "<br>", "&amp; ",
    "&#35; ", "&#92;x ", "&lbrace; ", "&dollar; ", "é ", "😀 ", "≤ ", "“q” ", '"q" ', "...", "\n",
    "\n\n", "\\\n", "  \n", "\n\n[^1]: Note & % `}`.\n\n", "\n\n# A & % `\\x` {#sec:a%b}\n\n",
    "\n\n- a\n- [ ] b_c\n\n", "\n\n1) x\n2) [y]\n\n", "\n\n> q %\n\n", "\n\nT & %\n: d # e\n\n",
    "\n\n| a & b | `c|d` % |\n|---|--:|\n| #1_x | -1 |\n\n: C & % {#tbl:a}\n\n", "\n\n***\n\n",
    "\n\n```text\n\\end{listing}\n}{\\x\n```\n\n", "\n\n    a_b & % }\n\n", "<%= 1 %> ",
    '\n\n```{python a, caption="C & % `}` _", error=True}\nx = "\\end{chunkcode}"  # } %\n```\n\n',
    "\n\n```python\nprint('{\\\\}')\n```\n\n",
    "\n\n::: {.theorem #thm:a&b title=\"A & % `}`\"}\n[x] y\n:::\n\n",
    "\n\n::: lemma\n[x] %\n:::\n\n", "\t", "\x1b", "\x7f", "\ue0f00\ue0f1", "'", ", ", "@", "-",
    "--", "| ", "H<sub>2</sub>O ", "[c_d]{.smallcaps} ", "\n\n| a_b\n|   c & d\n\n",
    "\n\n(@) e & f\n\n", "\n\n+-----+---+\n| a_b | & |\n+=====+===+\n| 1 % | 2 |\n+-----+---+\n\n",
    "\n\n1. A & b\n========\n\n", "\n\n::: {.callout-tip}\n## T % &\nb_c\n:::\n\n",
    "\n\n- a\n\n  ```python\n  print('{\\}')\n  ```\n\n",
)  # fmt: skip
