import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.messages import (
    ChunkResult,
    ChunkTask,
    Define,
    Failure,
    Figure,
    Group,
    InlineCode,
    InlineResult,
    InlineTask,
    Load,
    Observed,
    Step,
    Stepped,
    Stream,
    Table,
    WorkerSetup,
    decode,
    encode,
)

MESSAGES = [
    WorkerSetup(
        "/doc", "/code", "/figs", {"n": 1, "rates": [0.1, 2], "x": {"y": None}}, "/figs/style.json"
    ),
    WorkerSetup("", "", "", {"day": datetime.date(2026, 3, 1)}),
    ChunkTask("a", "x = 'é\\n'", "r.pmd", 3, 2**31, "a", f_size=(3.0, 2.0), names=("x", "y")),
    InlineTask("r.pmd", 1, (InlineCode("x", True, 4), InlineCode("f()", False, 9))),
    ChunkResult(
        (
            Stream("stdout", "a\u2028\x00\n"),
            Table(("a", "b"), (("1", "2"), ("3", "")), ("r", "l")),
            Figure("a-1.pdf", 6.0, 4.0),
        ),
        Failure("ValueError: bad", "Traceback", "r.pmd", 7),
        1.5,
    ),
    InlineResult(("a", ""), None, 0.1),
    ChunkResult((Stream("stderr", "half a pair: \ud800"),)),
    Stepped(
        InlineResult(),
        (Group(("x", "y"), "", trouble="a generator"), Group(("f",), "t", ("__main__:f",), "e")),
        observed=Observed(reads=(("/caf\udce9", "d"),), stats=(("/", "all", "1"),), placed=True),
        figures=(("a-1.pdf", "d"),),
    ),
    Step(
        ChunkTask("a", "", "r.pmd", 3, 0, "a"),
        restores=(Load("e", ("x",), "t"), Define("f", "def f(): ...", "r.pmd", 9, "t")),
        reaches=(),
    ),
    "epoch 3",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_what_is_decoded_is_what_was_encoded(message):
    line = encode(message)
    assert decode(line) == message
    assert line.count(b"\n") == 1


@given(st.text(st.characters()))
def test_any_text_travels(text):
    printed = ChunkResult((Stream("stdout", text),))
    assert decode(encode(printed)) == printed


def test_a_parameter_that_is_no_data_is_refused():
    with pytest.raises(TypeError, match="can't be sent"):
        encode(WorkerSetup("", "", "", {"f": object()}))
