import pytest

from treadle.press.document.fences import find_inlines, read_blocks
from treadle.problem import Span

SPAN = Span("a.pmd", 10, 20)


def test_expressions_and_statements() -> None:
    text = "The mean is <%= x.mean() %>;\nthen <% y = 2 %>."
    first, second = find_inlines(text, SPAN)
    assert (first.code, first.shows, first.span.line) == ("x.mean()", True, 10)
    assert (second.code, second.shows, second.span.line) == ("y = 2", False, 11)
    assert text[first.start : first.end] == "<%= x.mean() %>"
    assert text[second.start : second.end] == "<% y = 2 %>"


@pytest.mark.parametrize(
    ("text", "code", "line", "end_line"),
    [
        ("<%=x%>", "x", 10, 10),
        ("a\n<%\n  x = 1\n  y = 2\n%>", "x = 1\ny = 2", 12, 14),
        ("<%= f(1,\n  2) %>", "f(1,\n  2)", 10, 11),
        ("<%= '%' %>", "'%'", 10, 10),
        ("<%=\n%>", "", 11, 11),
    ],
)
def test_the_code_and_its_lines(text: str, code: str, line: int, end_line: int) -> None:
    (inline,) = find_inlines(text, SPAN)
    assert (inline.code, inline.span.line, inline.span.end_line) == (code, line, end_line)


@pytest.mark.parametrize("text", ["", "100 % of <x>", "<% open", "a %> b", "< %= x %>"])
def test_no_inline_code(text: str) -> None:
    assert find_inlines(text, SPAN) == ()


def test_an_open_expression_is_a_warning_at_its_line() -> None:
    ((_, (problem,)),) = read_blocks("<%= a\n %> b\n\nc <%= d", "a.pmd")
    assert str(problem).startswith("a.pmd:4: warning: `<%=` is not closed")
    ((_, none),) = read_blocks("<%= a %> <% b", "a.pmd")
    assert none == ()
