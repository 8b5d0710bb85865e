"""Chunks that fail: what is said, and which line."""

import textwrap

import pytest
from tests.unit.displays import plain

from treadle.engine.trace import Stream


def test_the_line_is_the_innermost_in_the_document(run):
    failure = run("def f():\n    return 1 / 0\n\nf()", line=30).failure
    assert (failure.message, failure.file, failure.line) == (
        "ZeroDivisionError: division by zero",
        "report.pmd",
        31,
    )
    assert failure.traceback == textwrap.dedent(
        """\
        Traceback (most recent call last):
          File "report.pmd", line 33, in <module>
            f()
          File "report.pmd", line 31, in f
            return 1 / 0
                   ~~^~~
        ZeroDivisionError: division by zero
        """
    )


def test_an_error_in_a_library_is_placed_at_its_call(run):
    failure = run("import json\n\njson.loads('{')", line=5).failure
    assert failure.line == 7
    assert failure.message.startswith("json.decoder.JSONDecodeError: Expecting property name")


def test_a_function_of_an_earlier_chunk_has_its_own_line(run):
    run("def g():\n    raise ValueError('bad\\nmore')", line=100)
    failure = run("g()", line=200).failure
    assert (failure.line, failure.message) == (101, "ValueError: bad more")
    assert "    raise ValueError('bad\\nmore')\n" in failure.traceback


def test_a_syntax_error_has_its_own_line(run):
    failure = run("x = 1\ny = = 2", line=7).failure
    assert (failure.message, failure.line) == ("SyntaxError: invalid syntax", 8)


def test_an_error_of_the_compiler_has_its_own_line(run):
    assert run("x = 1\n\nreturn 3", line=7).failure.line == 9


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('enough')", "SystemExit: enough"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("input('name? ')", "EOFError: input('name? '): nobody is there to answer"),
        ("class E(Exception): ...\nraise E('x')", "E: x"),
        ("class S(Exception):\n    def __str__(self): 1/0\nraise S", "S: (its message can't"),
        ("class R:\n    def __repr__(self): raise TypeError('r')\nR()", "TypeError: r"),
    ],
)
def test_what_ends_a_chunk_does_not_end_the_worker(run, shown, code, message):
    assert run(code).failure.message.startswith(message)
    assert shown("'alive'") == "'alive'"


def test_a_cause_is_part_of_the_traceback_without_our_frames(run):
    trace = run("try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError from e").failure
    assert "KeyError: 'k'" in trace.traceback
    assert "direct cause" in trace.traceback
    assert "treadle" not in trace.traceback


def test_what_was_shown_before_stays(run):
    result = run("print('a')\ndisplay(1)\n1/0")
    assert result.outputs == (Stream("stdout", "a\n"), plain("1"))


def test_standard_input_is_empty(shown):
    assert shown("import sys; sys.stdin.read()") == "''"


def test_a_chunk_that_takes_too_long(run):
    failure = run("import time\ntime.sleep(30)", timeout=0.2).failure
    assert failure.message == "TimeoutError: the chunk took longer than its timeout of 0.2 s"
    assert failure.line == 11
