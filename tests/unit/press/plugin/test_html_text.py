"""The text of HTML, as Markdown."""

import pytest

from treadle.press.plugin.html_text import html_text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("plain", "plain"),
        ("<b>bold </b>and <i>so</i> <code>a_b</code>", "**bold** and *so* `a_b`"),
        ("5 * 3 < 4 &amp; a_b", r"5 \* 3 \< 4 & a\_b"),
        ("a formula $x_1^2$, and $5", "a formula $x_1^2$, and $5"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("one<br>two", "one\\\ntwo"),
        ("<h2>Title</h2>text", "**Title**\n\ntext"),
        ("<ul><li>a<li>b</ul>", "- a\n\n- b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n\n1. b"),
        ("<a href='https://e.org/x'>here</a> <a href='#y'>there</a>",
         "[here](https://e.org/x) there"),
        ("H<sub>2</sub>O x<sup>2</sup>", "H~2~O x^2^"),
        ("<h2><p>Title</p></h2>", "**Title**"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("1. no list", "1\\. no list"),
        ("<style>p {}</style><title>t</title>x", "x"),
        ("", ""),
        ("<div>  </div>", ""),
    ],
)  # fmt: skip
def test_text(html, expected):
    assert html_text(html).text == expected
    assert html_text(html).left_out == ()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<pre>```\n\\input{a}</pre>", "````\n```\n\\input{a}\n````"),
        ("<code>a`\\b</code>", "``a`\\b``"),
        ("<code>`\\b</code>", "`` `\\b ``"),
        ("<code>a</code><code>\\b``c</code>", "`a` ```\\b``c```"),
        ("<code>a<p>\\b</p></code>", "```\na\n\\b\n```"),
        ("<pre><code>a <b>b</b><br>c</code></pre>", "```\na b\nc\n```"),
        ("<code><pre>a\n\n\\b</pre></code>", "```\na\n\n\\b\n```"),
        ("<b><pre>a\n\n\\b</pre></b>", "```\na\n\n\\b\n```"),
        ("<a href='https://e.org'><pre>a\n\n\\b</pre></a>", "```\na\n\n\\b\n```"),
        ("<table><tr><pre><td>\\b</table>", "|  |\n| :-- |\n| \\\\b |"),
        ("<table><tr><td><code><td>\\b</table>", "|  |  |\n| :-- | :-- |\n| \\\\b |  |"),
    ],
)
def test_code_ends_where_it_ends(html, expected):
    """What stands in it would be LaTeX outside of it."""
    assert html_text(html).text == expected


@pytest.mark.parametrize("code", ["<code>a|b</code>", "<b><tt>a|b</tt></b>", "<pre>a|b</pre>"])
def test_a_bar_in_code_ends_no_field(code):
    html = f"<table><tr><td>{code}</td><td>2</td></tr></table>"
    assert "a\\|b" in html_text(html).text


def test_an_address_is_one_word():
    html = "<iframe src='https://e.org> \\input{a}'></iframe>"
    assert html_text(html).text.strip() == "https://e.org\\> \\\\input\\{a\\}"


def test_tables():
    html = """<table><caption>C</caption>
      <thead><tr><th></th><th colspan="2">both</th></tr></thead>
      <tbody><tr><th>x</th><td>1</td><td>a|b</td></tr><tr><td>y<td>2.5</tr></tbody></table>"""
    assert html_text(html).text == "\n".join(
        ["C", "", "|  | both |  |", "| :-- | --: | :-- |", "| x | 1 | a\\|b |", "| y | 2.5 |  |"]
    )


@pytest.mark.parametrize(
    ("html", "lost"),
    [
        ("<img src='a.png' alt='words'>", "<img a.png>"),
        ("<video controls><source src='a.mp4'>No video here</video>", "<video>"),
        ("<svg><text>inner</text></svg>", "<svg>"),
        ("<img src='data:image/x,AAAA'>", "<img data:image/x,AAAA...>"),
        ("<form><input name='x'><button>Go</button></form>", "<form>"),
    ],
)
def test_what_is_left_out_is_named(html, lost):
    found = html_text(html)
    assert found.left_out == (lost,)
    assert found.text == ("words" if "alt" in html else "")


def test_images_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").touch()
    found = html_text("<p>See <img src='a.png' alt='a_b' width='48'> there</p>")
    assert found.text == r"See ![a\_b](a.png){width=0.500in} there"
    assert found.left_out == ()
    for width, size in (("0", ""), ("9" * 5000, "{width=100.000in}"), ("x", "")):
        assert html_text(f"<img src='a.png' width='{width}'>").text == f"![](a.png){size}"
    alone = html_text("<img src='data:image/png;base64,AAAA'>")
    assert (alone.text, alone.left_out, alone.image) == ("", (), ("image/png", "AAAA"))
    assert html_text("words <img src='data:image/png;base64,AAAA'>").left_out
