import pytest

from treadle.press.tex.log import Message, MessageKind, first_error, messages

CLEAN = """This is pdfTeX, Version 3
(./report.tex
LaTeX2e <2022-11-01>
(/usr/share/article.cls
Document Class: article
) (./report.aux)
LaTeX Font Info:    ... okay on input line 6.
[1] (./report.aux) )
Output written on report.pdf (1 page).
"""

UNDEFINED_COMMAND = r"""(./report.tex
./report.tex:13: Undefined control sequence.
l.13 a $x \nosuch
                 {y}$ b
The control sequence at the end of the top line
of your error message was never \def'ed.

)
"""

IN_A_MACRO = r"""(./report.tex
./report.tex:8: Undefined control sequence.
\both ->\first \nosuch
                       \third
l.8 \both
         more
Help.

)
"""

UNICODE = r"""./report.tex:13: LaTeX Error: Unicode character ℵ (U+2135)
               not set up for use with LaTeX.

See the LaTeX manual or LaTeX Companion for explanation.
l.13 ℵ
         and
You may provide a definition.

"""

RUNAWAY = r"""Runaway argument?
{ a \section {$x^2$} more text
! File ended while scanning use of \@footnotetext.
<inserted text>
                \par
<*> report.tex

I suspect you have forgotten a `}'.

! Emergency stop.
<*> report.tex

*** (job aborted, no legal \end found)
"""

PACKAGE = """(./report.tex
Package natbib Warning: Citation `Zed' on page 1 undefined on input line 7.

LaTeX Font Warning: Font shape `T1/lmss/bx/sc' undefined
(Font)              using `T1/lmss/bx/n' instead on input line 11.

pdfTeX warning (ext4): destination with the same identifier (name{a}) has been used
Class report Warning: Something odd.
)
"""

BOXES = r"""(./report.tex (./report.toc
Overfull \hbox (12.5pt too wide) in paragraph at lines 3--4
[]\T1/lmr/m/n/10.95 ( unbalanced (
 []

)
Overfull \hbox (291.0pt too wide) in paragraph at lines 10--17
[]\OT1/cmr/m/n/10 x)))
 []

Overfull \vbox (3.0pt too high) has occurred while \output is active []

Overfull \hbox (5.0pt too wide) detected at line 30
 []

Missing character: There is no ⟂ in font cmr10!
)
"""


def test_nothing_to_say_of_a_clean_log():
    assert list(messages(CLEAN)) == []
    assert first_error(CLEAN) is None


def test_an_error_with_what_was_read_last():
    [message] = messages(UNDEFINED_COMMAND)
    text = "Undefined control sequence."
    assert message == Message(MessageKind.ERROR, text, "./report.tex", 13, r"a $x \nosuch")


def test_an_error_within_a_macro_shows_the_innermost_line():
    [message] = messages(IN_A_MACRO)
    assert (message.line, message.context) == (8, r"\first \nosuch")


def test_an_error_that_goes_on_in_the_next_line():
    [message] = messages(UNICODE)
    assert message.text == (
        "LaTeX Error: Unicode character ℵ (U+2135) not set up for use with LaTeX."
    )


def test_a_runaway_argument_is_the_context_of_its_error():
    found = list(messages(RUNAWAY))
    assert [message.line for message in found] == [0, 0]
    assert found[0].context == r"{ a \section {$x^2$} more text"


def test_warnings_with_their_continuation_and_line():
    found = [(message.text, message.line) for message in messages(PACKAGE)]
    assert found == [
        ("Citation `Zed' on page 1 undefined", 7),
        ("Font shape `T1/lmss/bx/sc' undefined using `T1/lmss/bx/n' instead", 11),
        ("destination with the same identifier (name{a}) has been used", 0),
        ("Something odd.", 0),
    ]


def test_boxes_belong_to_the_file_that_is_read():
    found = [(item.text, item.file, item.line) for item in messages(BOXES)]
    assert found == [
        ("hbox (12.5pt too wide)", "./report.toc", 3),
        ("hbox (291.0pt too wide)", "./report.tex", 10),
        ("vbox (3.0pt too high)", "./report.tex", 0),
        ("hbox (5.0pt too wide)", "./report.tex", 30),
        ("There is no ⟂ in font cmr10", "./report.tex", 0),
    ]


def test_two_errors_in_a_row():
    log = UNDEFINED_COMMAND + UNICODE
    assert [message.line for message in messages(log)] == [13, 13]


HUGE = "9" * 5000


@pytest.mark.parametrize(
    "log",
    [
        f"./a.tex:{HUGE}: Undefined control sequence.\n",
        f"! Undefined control sequence.\nl.{HUGE} x\n",
        f"LaTeX Warning: Odd on input line {HUGE}.\n",
        f"Overfull \\hbox (3.0pt too wide) in paragraph at lines {HUGE}--{HUGE}\n",
    ],
)
def test_no_file_has_that_many_lines(log):
    assert [message.line for message in messages(log)] in ([], [0])


def test_a_size_is_one_number():
    assert list(messages("Overfull \\hbox (1.2.3pt too wide) detected at line 3\n")) == []


@pytest.mark.parametrize(
    "name", ["/home/me/Report (1)/part.tex", "./a: b.tex", "/a b/c.tex", "/x/pn.a-b", "./a(b.tex"]
)
def test_an_error_in_a_file_of_any_name_that_was_opened(name):
    log = f"(./report.tex ({name}\n{name}:7: Undefined control sequence.\nl.7 \\foo\n    a\n\n))"
    [message] = messages(log)
    assert (message.kind, message.file, message.line) == (MessageKind.ERROR, name, 7)


def test_words_with_a_number_are_no_error():
    assert list(messages("(./report.tex\nnote 7:12: nothing is wrong (see 3:4: above)\n)")) == []


def test_warnings_in_files_of_folders_with_blanks_and_parentheses():
    log = (
        "(./report.tex\n (/home/My Report (1)/part.tex\nClass x Warning: Odd on input line 3.\n) )"
    )
    assert [item.file for item in messages(log)] == ["/home/My Report (1)/part.tex"]


@pytest.mark.parametrize("name", ["`a.vrb'.", "a.vrb"])  # as pdfTeX and LuaTeX have it
def test_the_copies_of_slides_are_told_apart(name: str) -> None:
    log = (
        f"\\openout4 = {name}\n (./a.vrb) \n\\openout4 = {name}\n (./a.vrb\n"
        "./a.vrb:3: Undefined control sequence.\nl.3 \\oops\n\n)\n"
    )
    (found,) = messages(log)
    assert (found.file, found.line) == ("./a.2.vrb", 3)
