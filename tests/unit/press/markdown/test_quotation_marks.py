"""Straight quotation marks become those of the language, in pairs, whatever stands beside them."""

import pytest


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("\"a\" 'b' don't", "``a'' `b' don't"),
        ('"$f(x)$"s, ("$x$")', "``$f(x)$''s, (``$x$'')"),
        ('"`f()`"s "`g`"', r"``\codetext{f()}''s ``\codetext{g}''"),
        (r'"\emph{a}" "\LaTeX"', r"``\emph{a}'' ``\LaTeX''"),
        ('--"a"-- b---"c"---d', "--``a''-- b---``c''---d"),
        ('["a"] {"b"} "[c]" "(d)"', r"[``a''] \{``b''\} ``[c]'' ``(d)''"),
        ('*"a"* "*b*" "[c](#d)"', r"\emph{``a''} ``\emph{b}'' ``\hyperref[d]{c}''"),
        ("\"A\"s and 'A'-level", "``A''s and `A'-level"),
        ("\"'a' b\"", "``{}`a' b''"),
        ("'\"a\" b'", "`{}``a'' b'"),
        ("\"a 'b'\"", r"``a `b'{}''"),
        ("'a \"b\"'", r"`a ``b''{}'"),
        ("the '90s and the Beatles' songs", "the '90s and the Beatles' songs"),
        ("'tis so, class of '99", "'tis so, class of '99"),
        ('5\'10", 6" and 7"', '5\'10", 6" and 7"'),
        ('"6 inch" 1""', "``6 inch'' 1\"\""),
        (r"\"a\" '\"b\"'", '"a" `"b"\''),
        ('"a *b" c*', '"a \\emph{b" c}'),
        ('"a\nb"', "``a\nb''"),
        ('"a."[^1] "b"\n\n[^1]: c', "``a.''\\footnote{%\nc}\n``b''"),
        ('a<br>"b"', r"a \\{} ``b''"),
    ],
)
def test_pairs(latex, markdown, expected):
    assert latex(markdown) == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ('"x"和"B"', "``x''和``B''"),
        ('他说"你好"，"$x$"值', "他说``你好''，``$x$''值"),
        ('用"`f`"值', r"用``\codetext{f}''值"),
        ('他说:"你好."然后', "他说:``你好.''然后"),
        ("他说'你好'。don't", "他说`你好'。don't"),
        ('他("你好")说 "好" 了', "他(``你好'')说 ``好'' 了"),
        ('한국어"말"입니다', "한국어``말''입니다"),
        ('6"屏和7"屏', '6"屏和7"屏'),
        ('说"好', '说"好'),
        ('"你好"\n"再见"', "``你好''\n``再见''"),
    ],
)
def test_pairs_beside_signs_that_have_no_blanks(latex, markdown, expected):
    assert latex(markdown) == expected


def test_thousands_take_no_time(latex, within):
    with within(4):
        latex("\"'" * 5000 + ' "a' * 2000)
        latex('*"a\n' * 3000)
