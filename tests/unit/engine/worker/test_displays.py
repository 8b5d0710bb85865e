"""`display` and its kin, as notebooks have them."""

import textwrap

import pytest
from tests.unit.displays import plain

from treadle.engine.trace import Echo, Stream


@pytest.fixture
def displayed(run):
    def displayed(code, **traits):
        trace = run(textwrap.dedent(code), **traits)
        assert trace.failure is None, trace.failure
        return trace

    return displayed


def test_several_at_once(displayed):
    assert displayed("display(1, 'two', None, [3])").outputs == (
        plain("1"),
        plain("'two'"),
        plain("None"),  # as IPython shows it: who displays a value asks for it
        plain("[3]"),
    )


def test_an_update_takes_the_place_of_what_was_shown(displayed):
    code = """
        handle = display(0, display_id=True)
        print("between")
        for step in range(3):
            handle.update(step)
    """
    assert displayed(code).outputs == (plain("2"), Stream("stdout", "between\n"))


def test_a_handle_without_a_value_keeps_a_place(displayed):
    code = "handle = display(display_id='x')\nprint('a')\nhandle.update('b')"
    assert displayed(code).outputs == (plain("'b'"), Stream("stdout", "a\n"))
    assert displayed("display(display_id='y');").outputs == ()


def test_what_another_cell_has_shown_stays_and_that_is_told(displayed):
    displayed("handle = display(1, display_id='far')")
    trace = displayed("1 + 1;\n\nhandle.update(2)")
    assert trace.outputs == (plain("2"),)
    ((remark,),) = [trace.remarks]
    assert "`far` is no display of this chunk" in remark.text
    assert remark.statement == 1


def test_clearing(displayed):
    assert displayed("print(1); display(2)\ndisplay(3, clear=True)").outputs == (plain("3"),)
    assert displayed("print(1); display(2, clear=True); print(3)").outputs[1:] == (
        Stream("stdout", "3\n"),
    )


IPYTHON = "from IPython.display import display as d, clear_output, update_display, DisplayHandle\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("d(1, 2)", (plain("1"), plain("2"))),
        ("print(1)\nclear_output()\nprint(2)", (Stream("stdout", "2\n"),)),
        ("print(1)\nclear_output(wait=True)", (Stream("stdout", "1\n"),)),
        ("print(1)\nclear_output(wait=True)\nd(2)", (plain("2"),)),
        ("d(1, display_id='a'); update_display(2, display_id='a')", (plain("2"),)),
        ("h = d(1, display_id=True)\nassert isinstance(h, DisplayHandle); h.update(3)",
         (plain("3"),)),
        ("h = DisplayHandle(); h.display(4); h.update(5)", (plain("5"),)),
        ("import IPython; IPython.display.display(6); assert IPython.get_ipython() is None",
         (plain("6"),)),
        ("display(7)", (plain("7"),)),
    ],
)  # fmt: skip
def test_in_the_place_of_ipythons(displayed, code, expected):
    pytest.importorskip("IPython")
    assert displayed(IPYTHON + code + ";").outputs == expected


def test_a_session_keeps_what_was_typed(displayed):
    pytest.importorskip("IPython")
    outputs = displayed(f"{IPYTHON}1\nclear_output()\n2", prompt=True).outputs
    assert [item.text for item in outputs if isinstance(item, Echo)] == [
        f">>> {line}" for line in (IPYTHON.strip(), "1", "clear_output()", "2")
    ]
    assert plain("1") not in outputs
    assert plain("2") in outputs


def test_addresses_are_left_out_at_their_statements(displayed):
    trace = displayed("class A: pass\n# a comment\nprint(A())\nfor i in 1, 2:\n    display([A()])")
    assert trace.outputs == (
        Stream("stdout", "<__main__.A object>\n"),
        *[plain("[<__main__.A object>]")] * 2,
    )
    assert [remark.statement for remark in trace.remarks] == [1, 2]


def test_addresses_that_other_processes_print_are_left_out(displayed):
    code = """
        import os, subprocess, sys
        print("\\d", end="")
        subprocess.run([sys.executable, "-c", "print(object())"])
        child = os.fork()
        if child == 0:
            print(object())
            os._exit(0)
        os.waitpid(child, 0)
        print("end")
    """
    trace = displayed(code)
    printed = "".join(item.text for item in trace.outputs)
    assert printed.endswith("<object object>\n<object object>\nend\n")
    assert trace.remarks
