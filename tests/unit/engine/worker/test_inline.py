"""Inline code of prose."""

import pytest

from treadle.engine.cell import Cell, InlinePiece
from treadle.engine.messages import Step
from treadle.engine.run.workers import run_step
from treadle.engine.trace import Trace


@pytest.fixture
def inline(executor):
    def inline(*codes: str, line: int = 5) -> Trace:
        pieces = tuple(
            InlinePiece(code.removeprefix("="), code.startswith("="), line + number)
            for number, code in enumerate(codes)
        )
        cell = Cell(0, "inline code", "\n".join(codes), "report.pmd", line, 1, pieces)
        trace = executor.submit(run_step, Step(cell)).result(timeout=60)
        assert isinstance(trace, Trace)
        assert trace.outputs == ()
        return trace

    return inline


def test_expressions_show_their_value_and_statements_what_they_print(inline):
    result = inline(
        "=1 + 1", "x = 'é'", "= x ;", "print(x, end='')", "=print('p', end='')", "=None"
    )
    assert result.texts == ("2", "", "é", "é", "p", "")
    assert result.failure is None


def test_the_last_expression_of_statements_shows_its_value(inline):
    result = inline("7", "x = 1; x + 1", "x;", "x\n# words", "print('p', end=''); 'v'", "None")
    assert result.texts == ("7", "2", "", "1", "pv", "")


def test_several_lines(inline):
    assert inline("for i in range(2):\n    print(i)", "=(1 +\n 2)").texts == ("0\n1", "3")


def test_names_are_shared_with_the_cells(run, inline):
    run("shared = 7")
    assert inline("=shared").texts == ("7",)


def test_errors_have_their_line_and_stop_the_rest(inline):
    result = inline("=1", "=1/0", "=2", line=20)
    assert result.texts == ("1",)
    assert (result.failure.message, result.failure.line) == (
        "ZeroDivisionError: division by zero",
        21,
    )


def test_a_statement_is_not_an_expression(inline):
    assert inline("=x = 1").failure.message == "SyntaxError: inline code takes one expression"


def test_warnings_do_not_enter_the_prose(inline):
    assert inline("import sys; print('w', file=sys.stderr)").texts == ("",)


def test_what_is_no_text_is_told(inline):
    trace = inline("=1", "display(2); print(3)", "=4")
    assert trace.texts == ("1", "3", "4")
    ((remark,),) = [trace.remarks]
    assert (remark.text, remark.statement) == (
        "inline code is text: what it displays is left out",
        1,
    )
