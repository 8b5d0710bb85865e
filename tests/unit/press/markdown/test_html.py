"""HTML: tags are left out and told, what stands between them stays, comments go without a word."""

import time

import pytest


def told(findings) -> list[tuple[int, str]]:
    return [(item.span.line, item.message) for item in findings.problems]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ('<div\n  class="a"\n  id=b>\nA *b*.\n</div>', r"A \emph{b}."),
        ("<div\nclass='a>b'>\n\n- c\n\n</div\n>", "\\begin{itemize}\n  \\item c\n\\end{itemize}"),
        ("> <div\n>  class=a>\n> b\n> </div>", "\\begin{quote}\n  b\n\\end{quote}"),
        ("- a\n  <div\n   class=b>\n  c", "\\begin{itemize}\n  \\item a\n\n    c\n\\end{itemize}"),
        ("a\n<DIV\n id=b>c</DIV>", "a\n\nc"),
        ('a <span\n class="b">c</span>\nd', "a c\nd"),
        ("<span class=a>\nb\n</span> c", "b\n c"),
        ("<br>\na", "a"),
        ("<br/>a<br />b", r"a \\{} b"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\n\nb"),
        ("<h2\n id=a>B</h2>\n<hr>\nc", "B\n\nc"),
        ('<a\n href="b">c</a>', "c"),
        ("<blockquote>\n\na\n\n</blockquote>", "a"),
        ("<my-tag>\na\n</my-tag>", "a"),
        ("<table\n border=1>\n<tr><td>a</td></tr>\n</table>\n\nb", "b"),
        ("<svg\n width=3>\n<text>a</text>\n</svg>\n\nb", "b"),
        ("<script>\na\n\nb\n</script>\nc", "c"),
    ],
)
def test_what_stands_between_tags_stays(latex, findings, markdown, expected):
    assert "\n".join(filter(None, latex(markdown).split("\n"))) == "\n".join(
        filter(None, expected.split("\n"))
    )
    assert told(findings)
    assert all("left out" in message and "\n" not in message for _, message in told(findings))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("<!-- a\nb -->\nc", "c"),
        ("<!-- a\n\n# b\n\n-->\nc", "c"),
        ("<!-- a --> *b*", r"\emph{b}"),
        ("<!-- a\nb --> c", "c"),
        ("<!-- a\n\nb --> *c*\nd", "\\emph{c}\nd"),
        ("<!-- a --> <!-- b -->\nc", "c"),
        ("a\n<!-- b -->\nc", "a\n\nc"),
        ("a\n<!-- b --> c", "a\n c"),
        ("- a <!-- b\n  c --> d", "\\begin{itemize}\n  \\item a  d\n\\end{itemize}"),
        ("- <!-- a\n\n  b -->\n- c", "\\begin{itemize}\n  \\item\n  \\item c\n\\end{itemize}"),
        ("> <!-- a\n>\n> b --> c", "\\begin{quote}\n  c\n\\end{quote}"),
        ("<!-->a", "a"),
        (r"\<!-- a", "<!-- a"),
        ("`<!--` a", r"\codetext{<!-{}-} a"),
        ("    <!-- a", "\\begin{listing}\n<!-- a\n\\end{listing}"),
        ("<p < 0.05.", "<p < 0.05."),
        ("a < b > c", "a < b > c"),
        ("<b>\nc\n</b>", "\\textbf{\nc\n}"),
        ("a<BR>b", r"a \\{} b"),
    ],
)
def test_what_needs_no_word(latex, findings, markdown, expected):
    assert latex(markdown).strip() == expected
    assert told(findings) == []


@pytest.mark.parametrize(
    ("markdown", "line"),
    [
        ("<!-- a\n\nb\n\n# C", 1),
        ("a\nb <!-- c\n\nd --> e", 2),
        ("> <!-- a\n\nb -->", 1),
        ("- a\n- <!-- b\n\nc -->", 2),
    ],
)
def test_a_comment_that_nothing_closes_takes_nothing_along(latex, findings, markdown, line):
    made = latex(markdown)
    assert all(letter in made for letter in set(markdown) if letter.isalpha())
    assert [(at, "not closed" in message) for at, message in told(findings)] == [(line, True)]


@pytest.mark.parametrize("text", [r"\[^1] a", r"a \[b][c]", r"- \[ ] a", r"- \[x] a", "&#91;a][b]"])
def test_an_escaped_bracket_begins_nothing(latex, findings, text):
    made = latex(text)
    assert "square" not in made
    assert "boxtimes" not in made
    assert told(findings) == []


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("<math><mi>x</mi></math> is the *value*\nof b", "is the \\emph{value}\nof b"),
        ("<svg\n width=3><g/>\n</svg> b\nc", "b\nc"),
        ("<svg/> b", "b"),
        ("<map><map>a</map>b</map> c", "c"),
        ("> <math>x</math> b\n> c", "\\begin{quote}\n  b\n  c\n\\end{quote}"),
        ("- <math>x</math> b\n  c", "\\begin{itemize}\n  \\item b\n    c\n\\end{itemize}"),
        ("<math>x</math>\n<math>y</math> b", "b"),
        ("</table> b", "b"),
        ("<math>x</math>\n# B", "\\section{B}"),
    ],
)
def test_what_is_left_out_as_a_whole_ends_where_it_is_closed(latex, findings, markdown, expected):
    assert latex(markdown) == expected
    assert [line for line, _ in told(findings)] == [1]
    assert "left out" in told(findings)[0][1]


@pytest.mark.parametrize("markdown", ["<td>a</td>\n<td>b</td></tr>\n</table>", "<td>a\n<td>b"])
def test_parts_of_a_table_are_left_out_together(latex, findings, markdown):
    assert latex(markdown) == ""
    assert len(findings.problems) == 1


@pytest.mark.parametrize("line", ["<p>a</p>\n", "<p < a\n", "<td>a</td>\n", "<div class='b'> c\n"])
def test_many_lines_of_tags_take_no_longer_each(latex, line):
    took = []
    for number in (100, 1600):
        start = time.process_time()
        latex(line * number)
        took.append(time.process_time() - start)
    assert took[1] < 16 * 4 * max(took[0], 0.005)
