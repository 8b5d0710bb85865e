"""Running text: pandoc's Markdown on the left, LaTeX on the right."""

import pytest


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("*a* _b_ **c** ~~d~~", r"\emph{a} \emph{b} \textbf{c} \sout{d}"),
        ("snake_case_name", r"snake\_case\_name"),
        ("H~2~O x^2^", r"H\textsubscript{2}O x\textsuperscript{2}"),
        ("Fig.~1 and Sec.~2", "Fig.~1 and Sec.~2"),
        (r"a\ b", "a~b"),
        ('"a" it\'s', "``a'' it's"),
        ('书"中"文"x"和"*文*"。"so"', "书``中''文``x''和``\\emph{文}''。``so''"),
        ("1--2 --- so...", r"1--2 --- so\dots{}"),
        (r"100\% 50% \$ \# \_ \*", r"100\% 50\% \$ \# \_ *"),
        ("`x_1 -- 'a'`", r"\codetext{x\_1 -{}- \textquotesingle{}a\textquotesingle{}}"),
        # Mathematics
        ("$x_1 < y$", "$x_1 < y$"),
        ("it costs $5 and $6", r"it costs \$5 and \$6"),
        ("$5 or $ 6 $", r"\$5 or \$ 6 \$"),
        (r"\(x_1\) and $\text{a \$ b}$", r"$x_1$ and $\text{a \$ b}$"),
        (r"$a*b$ and $c*d$", "$a*b$ and $c*d$"),
        # Raw LaTeX
        (r"\cref{fig:a_b} \SI{3}{\metre} \LaTeX{}", r"\cref{fig:a_b} \SI{3}{\metre} \LaTeX{}"),
        (r"\citep[see][p. 3]{a} \emph{x_1}", r"\citep[see][p. 3]{a} \emph{x_1}"),
        (r"\foo*[a]{b{c}d}{e} f", r"\foo*[a]{b{c}d}{e} f"),
        (r"\newcommand{\R}[1]{\mathbb{R}^{#1}}", r"\newcommand{\R}[1]{\mathbb{R}^{#1}}"),
        (r"\def\x#1{a #1}", r"\def\x#1{a #1}"),
        (r"\verb|a_b%c*d*| x_y \verb*+a b+", r"\verb|a_b%c*d*| x\_y \verb*+a b+"),
        ("`\\vspace{1em}`{=latex} `<b>`{=html}", r"\vspace{1em} "),
        (r"\alpha [a]", r"\alpha [a]"),
        # Links
        ("[a b](https://e.org/x_y#z)", r"\href{https://e.org/x_y\#z}{a b}"),
        ("<https://e.org/x_y>", r"\url{https://e.org/x_y}"),
        ("<https://e.org/50%>", r"\href{https://e.org/50\%25}{https://e.org/50\%}"),
        (
            "<https://e.org/a-very-long/path?x=1&y=2>",
            r"\href{https://e.org/a-very-long/path?x=1\&y=2}"
            r"{https:\allowbreak{}/\allowbreak{}/\allowbreak{}e.\allowbreak{}org/\allowbreak{}"
            r"a-\allowbreak{}very-\allowbreak{}long/\allowbreak{}path?\allowbreak{}"
            r"x=\allowbreak{}1\&\allowbreak{}y=\allowbreak{}2}",
        ),
        (
            "<https://e.org/some-repository/and/what/else>",
            r"\href{https://e.org/some-repository/and/what/else}"
            r"{https:\allowbreak{}/\allowbreak{}/\allowbreak{}e.\allowbreak{}org/\allowbreak{}"
            r"some-\allowbreak{}repository/\allowbreak{}and/\allowbreak{}what/\allowbreak{}else}",
        ),
        (
            "at https://e.org/blob/0123456789abcdef01234567#L1--2, it's",
            r"at https:\allowbreak{}/\allowbreak{}/\allowbreak{}e.\allowbreak{}org/\allowbreak{}"
            r"blob/\allowbreak{}01234567\allowbreak{}89abcdef\allowbreak{}01234567\#\allowbreak{}"
            r"L1-{}-\allowbreak{}2, it's",
        ),
        ("(https://e.org/a_b--c)", r"(https://e.org/a\_b-{}-c)"),
        ("[a](#sec:b)", r"\hyperref[sec:b]{a}"),
        # What is not LaTeX
        ("a <!-- b --> c", "a  c"),
        (r"a \\ b", r"a \textbackslash{} b"),
        ("Ω → β 😀", "Ω → β 😀"),
    ],
)
def test_inline(latex, markdown, expected):
    assert latex(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("@fig:a", r"\cref{fig:a}"),
        ("@Fig:a shows", r"\Cref{fig:a} shows"),
        ("[@fig:a; @tbl:b]", r"\cref{fig:a,tbl:b}"),
        ("(see @eq:kl).", r"(see \cref{eq:kl})."),
        ("@sec:a-b_c.", r"\cref{sec:a-b_c}."),
        ("[@key]", r"\citep{key}"),
        ("[@a; @b]", r"\citep{a,b}"),
        ("[see @a, p. 3]", r"\citep[see][p.~3]{a}"),
        ("[@a, ch. 2; see @b]", r"\citetext{\citealp[ch. 2]{a}; \citealp[see][]{b}}"),
        ("[@a, @b]", r"\citep{a,b}"),
        ("[@fig:a, @fig:b]", r"\cref{fig:a,fig:b}"),
        ("[@a and @b]", r"\citetext{\citealp{a}; \citealp[and][]{b}}"),
        (
            "[@a, p. 3, see @b, @c]",
            r"\citetext{\citealp[p.~3]{a}; \citealp[see][]{b}; \citealp{c}}",
        ),
        ("[@a, of me@x.org]", r"\citep[of me@x.org]{a}"),
        # Words are Markdown, and braces hold a locator.
        ("[@a, *so* $x$]", r"\citep[\emph{so} $x$]{a}"),
        (r"[see \@you and @a]", r"\citep[see @you and][]{a}"),
        (r"[@a, \S 3]", r"\citep[\S 3]{a}"),
        ("@a [*so*]", r"\citet[\emph{so}]{a}"),
        ("[@a, so [sic]; @b]", r"\citetext{\citealp[{{so [sic]}}]{a}; \citealp{b}}"),
        ("[@a{p. 3}, so]", r"\citep[p.~3, so]{a}"),
        ("[@a, {pp. iv, x} so]", r"\citep[pp.~iv, x so]{a}"),
        ("[@a{}, 99 years]", r"\citep[99 years]{a}"),
        # What the document has a label for is a reference, among citations as well.
        ("[@a, see also @fig:x]", r"\citetext{\citealp{a}; see also \cref{fig:x}}"),
        ("[@Fig:x, left; @a]", r"\citetext{\Cref{fig:x}, left; \citealp{a}}"),
        ("[@{fig:x}; -@b]", r"\citetext{\cref{fig:x}; \citeyear{b}}"),
        ("[-@fig:x; @b]", r"\citetext{\ref{fig:x}; \citealp{b}}"),
        # References with words between them, which are said.
        ("[see @sec:i, p. 3]", r"see \cref{sec:i}, p.~3"),
        ("[@fig:x, @fig:y and @tbl:z]", r"\cref{fig:x,fig:y,tbl:z}"),
        ("[@fig:x or @fig:y]", r"\cref{fig:x} or \cref{fig:y}"),
        ("[@fig:x; see also @fig:y]", r"\cref{fig:x}; see also \cref{fig:y}"),
        ("[@fig:x; -@fig:y]", r"\cref{fig:x}; \ref{fig:y}"),
        ("@fig:x [p. 3] [so]", r"\cref{fig:x} [p. 3] [so]"),
        ("[-@a]", r"\citeyearpar{a}"),
        ("@a says", r"\citet{a} says"),
        ("@a [p. 3] says", r"\citet[p.~3]{a} says"),
        ("-@a", r"\citeyear{a}"),
        ("@doe:2020x.", r"\citet{doe:2020x}."),
        ("me@example.org", "me@example.org"),
        (r"\@a", "@a"),
        ("`@a`", r"\codetext{@a}"),
        ("[a@b](x)", r"\href{x}{a@b}"),
    ],
)
def test_citations_and_references(latex, markdown, expected):
    assert latex(markdown) == expected


def test_line_breaks_are_the_author_s(latex):
    assert latex("one\ntwo  \nthree\\\nfour") == "one\ntwo \\\\\nthree \\\\\nfour"


def test_footnotes(latex):
    text = latex("a[^1] b^[in *line*].\n\n[^1]: Note\n    on.\n\n    More.\n\nc")
    assert text == ("a\\footnote{%\nNote\non.\n\\par\nMore.}\nb\\footnote{in \\emph{line}}.\n\nc")


def test_a_footnote_holds_blocks(latex):
    note = ["- a", "- b", "", "$$ x $$", "", "```python", "if {}:", "    x_1", "```"]
    text = latex("c[^1]\n\n[^1]: Note.\n\n" + "\n".join("    " + line for line in note))
    assert text == (
        "c\\footnote{%\nNote.\n\\par\n\\begin{itemize}\n  \\item a\n  \\item b\n\\end{itemize}\n"
        "\\[\n  x\n\\]\n\\par\n\\codetext{if \\{\\}:}\\\\\n\\codetext{~~~~x\\_1}}"
    )


def test_what_follows_a_footnote_goes_on_without_a_blank(latex):
    assert latex("a[^1], *b[^1]* c[^1]\n\n[^1]: N.\n") == (
        "a\\footnote{%\nN.}%\n, \\emph{b\\footnote{%\nN.}%\n} c\\footnote{%\nN.}"
    )


def test_a_heading_with_a_footnote_is_one_line(latex):
    text = latex("# A[^1] b\n\n[^1]: N $x$ 5\\%\n    m.\n")
    assert "A\\footnote{N $x$ 5\\% m.} b" in text


def test_an_undefined_footnote_is_told(latex, findings):
    latex("a\n\nb [^no] c")
    assert [(d.span.line, d.message) for d in findings.problems] == [
        (3, "footnote `[^no]` is not defined")
    ]


def test_html_is_told(latex, findings):
    assert latex("a <font>c</font> <b>d") == "a c d"
    assert "`<font>`" in findings.problems[0].message


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a](#b%7D%5Cnosuch)", r"\hyperref[b--nosuch]{a}"),
        ("# A {#sec:a%b\\c}", r"\section{A}\label{sec:a-b-c}"),
        ("@sec:a%b", r"\cref{sec:a-b}"),
        ("[@a#b; @c~d]", r"\citep{a-b,c-d}"),
        ("@{a\\b,c}", r"\citet{a-b-c}"),
    ],
)
def test_no_name_of_a_label_is_latex(latex, markdown, expected):
    assert latex(markdown) == expected


@pytest.mark.parametrize("sign", ["[", "\\*"])
def test_what_follows_the_end_of_a_line_is_no_option(latex, sign):
    shown = sign.removeprefix("\\")
    assert latex(f"a\\\n{sign}b]") == f"a \\\\\n{{}}{shown}b]"
    assert latex(f"a<br>{sign}b]") == f"a \\\\{{}} {shown}b]"


@pytest.mark.parametrize("name", ["a" * 300 + ".png", "a/" * 3000, "/", "%00.png"])
def test_an_image_with_a_name_no_file_can_have(latex, findings, name):
    latex(f"![a]({name})")
    assert ["not found" in item.message for item in findings.problems] == [True]


def test_private_use_characters_are_printed_as_such(latex):
    assert latex("a\ue0ffb `\ue0ff` \ue0fe") == (
        r"a\missingchar{E0FF}b \codetext{\missingchar{E0FF}} \missingchar{E0FE}"
    )


def test_a_label_of_the_document_may_be_referred_to_whatever_its_kind(latex):
    given = "\\begin{claim}\\label{cla:a}A\\end{claim}"
    assert latex(f"{given}\n\n@cla:a [@cla:a] @cla:b").endswith(
        r"\cref{cla:a} \cref{cla:a} \citet{cla:b}"
    )


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("<div class='x'>\nThe *text*.\n</div>", r"The \emph{text}."),
        ("<center>Words</center>", "Words"),
        ("a\n<div>\nb", "a\n\nb"),
    ],
)
def test_what_stands_between_tags_stays(latex, findings, markdown, expected):
    assert latex(markdown) == expected
    assert all("is left out" in item.message for item in findings.problems)
    assert findings.problems


def test_a_link_that_nothing_defines_is_told(latex, findings):
    assert latex("a\nb [c][d], x[i][j]\n") == "a\nb [c][d], x[i][j]"
    (found,) = findings.problems
    assert (found.span.line, "`[c][d]`" in found.message) == (2, True)
    latex("[c][d]\n\n[d]: https://e.org")
    assert len(findings.problems) == 1
