import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.cell import Cell, InlinePiece
from treadle.engine.messages import (
    Define,
    Load,
    PluginSetup,
    Step,
    Touched,
    Unrestored,
    Unstored,
    WorkerSetup,
    decode,
    encode,
)
from treadle.engine.trace import Binding, Display, Echo, Failure, Observed, Stream, Trace

MESSAGES = [
    WorkerSetup(
        "/doc",
        "/code",
        "/store",
        {"n": 1, "rates": [0.1, 2], "x": {"y": None}},
        key=b"\x00secret\xff",
        plugins=(PluginSetup("package.module:Plugin", {"style": {"size": 10.0}}),),
        environment={"MPLBACKEND": "agg"},
    ),
    WorkerSetup("", "", "", {"day": datetime.date(2026, 3, 1)}),
    Step(Cell(0, "a", "x = 'é\\n'", "r.pmd", 3, 2**31, names=("x", "y"), options={"dpi": 200})),
    Step(
        Cell(
            1,
            "text",
            "x",
            "r.pmd",
            pieces=(InlinePiece("x", True, 4), InlinePiece("f()", False, 9)),
        )
    ),
    Step(
        Cell(2, "a", "", "r.pmd", 3),
        restores=(Load("e", ("x",), "t"), Define("f", "def f(): ...", "r.pmd", 9, "t")),
        reaches=(),
    ),
    Trace(
        (
            Stream("stdout", "a\u2028\x00\n"),
            Echo(">>> 1"),
            Display({"text/plain": "1"}, {"application/pdf": "blob"}, {"width": 6.0}),
        ),
        failure=Failure("ValueError: bad", "Traceback", "r.pmd", 7),
        seconds=1.5,
        notes={"comparisons": [{"cases": 3}]},
    ),
    Trace(texts=("a", ""), seconds=0.1),
    Trace((Stream("stderr", "half a pair: \ud800"),)),
    Trace(
        bindings=(
            Binding(("x", "y"), "", trouble="a generator"),
            Binding(("f",), "t", ("__main__:f",), "e"),
        ),
        observed=Observed(
            reads=(("/caf\udce9", "d"),), stats=(("/", "all", "1"),), facts=(("lines", ""),)
        ),
        blobs=("d",),
        nonce="n",
    ),
    Unrestored(("x",), ("damaged entry",)),
    Touched(("/a/file",)),
    Unstored(28, "No space left on device", "/store/a"),
    "epoch 3",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_what_is_decoded_is_what_was_encoded(message):
    line = encode(message)
    assert decode(line) == message
    assert line.count(b"\n") == 1


@given(st.text(st.characters()))
def test_any_text_travels(text):
    printed = Trace((Stream("stdout", text),))
    assert decode(encode(printed)) == printed


def test_a_parameter_that_is_no_data_is_refused():
    with pytest.raises(TypeError, match="can't be sent"):
        encode(WorkerSetup("", "", "", {"f": object()}))
