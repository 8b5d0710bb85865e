"""Arrays: how they lie in memory is theirs, and shared memory is shared after a restore."""

import numpy as np
import pytest
from tests.unit.engine.values.conftest import Session

KINDS = [
    "np.arange(12.).reshape(3, 4)",
    "np.arange(12, dtype='>i4')",
    "np.asfortranarray(np.arange(6).reshape(2, 3))",
    "np.arange(24).reshape(2, 3, 4)[:, ::-1, 1:3]",
    "np.arange(9)[::-2]",
    "np.zeros(())",
    "np.zeros((0, 3))",
    "np.arange(5)[2:2]",
    "np.array([True, False])",
    "np.ones(3, np.float16)",
    "np.ones(3, np.complex64) * 1j",
    "np.array(['a', 'bc'])",
    "np.array([b'a', b'bc'])",
    "np.array(['2020-01-01'], 'M8[D]')",
    "np.array([(1, 2.5)], [('a', 'i2'), ('b', '>f8')])",
    "np.zeros(2, np.dtype([('a', 'i1'), ('b', 'f8', (2, 2))], align=True))",
    "np.array([[1, 'a'], [None, [2]]], dtype=object)",
    "np.array([[1, 'a'], [None, [2]]], dtype=object).T",
    "np.array([(1, 'a')], [('a', 'i2'), ('b', 'O')])",
    "np.array(['a', 'b' * 99], np.dtypes.StringDType())",
    "np.broadcast_to(np.arange(3), (2, 3))",
    "np.frombuffer(b'abcd', 'u1')",
    "np.lib.stride_tricks.sliding_window_view(np.arange(5), 2)",
    "np.matrix([[1, 2]])",
    "np.rec.array([(1, 2.5)], dtype=[('a', 'i2'), ('b', 'f8')])",
    "np.ma.array([1, 2, 3], mask=[0, 1, 0])",
    "np.random.default_rng(3)",
    "np.random.RandomState(3)",
    "np.float32(1.5)",
    "np.datetime64('2020-01-01')",
    "np.dtype([('a', 'i2')])",
    "np.sin",
    "np.arange(50_000.)",
    "np.arange(3).astype(np.longlong)",
    "[np.random.rand, np.random.mtrand._rand]",
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_comes_back_as_it_was(session: Session, kind: str) -> None:
    before = session.token(f"import numpy as np\nx = {kind}")
    assert session.token(f"x = {kind}") == before
    session.run("y = x")
    session.again("x", "y")
    x = session.get("x")
    wanted = session.get(kind)
    assert session.get("y is x") or session.get("y == x")
    assert type(x) is type(wanted)
    if isinstance(wanted, np.ndarray):
        assert (x.dtype, x.shape, x.strides) == (wanted.dtype, wanted.shape, wanted.strides)
        assert x.flags.writeable == wanted.flags.writeable
        assert repr(x) == repr(wanted)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("x = np.arange(3.)", "x[1] = 7"),
        ("x = np.arange(3.)", "x = x.astype('f4')"),
        ("x = np.arange(3.)", "x = x.astype('>f8')"),
        ("x = np.arange(6.)", "x = x.reshape(2, 3)"),
        ("x = np.arange(6.).reshape(2, 3)", "x = np.asfortranarray(x)"),
        ("x = np.zeros(3)", "x[0] = -0.0"),
        ("x = np.zeros(3)", "x.flags.writeable = False"),
        ("x = np.full(3, np.nan)", "x.view('u8')[0] += 1"),
        ("x = np.zeros(3)", "x = list(x)"),
        ("x = [np.zeros(3), np.zeros(3)]", "x[1] = x[0]"),
        ("x = [np.zeros(3), np.zeros(3)]", "x[1] = x[0][:]"),
        ("a = np.zeros(9); x = [a[:3], a[3:6]]", "x[1] = a[4:7]"),
        ("a = np.zeros(9); x = a[:3]", "a[8] = 1"),
        ("x = np.array([[], 1], object)", "x[0].append(1)"),
        ("x = np.array([1, 2], object)", "x[0] = 2"),
        ("x = np.zeros(2, [('a', 'i2')])", "x = np.zeros(2, [('b', 'i2')])"),
        ("x = np.zeros(2, [('a', 'i2')])", "x['a'][1] = 3"),
        ("x = np.ma.array([1, 2], mask=[0, 1])", "x.mask[0] = True"),
        ("x = np.random.default_rng(3)", "x.random()"),
        ("x = np.float32(1.5)", "x = np.float64(1.5)"),
        ("x = np.arange(300_000)", "x[299_999] = 0"),
    ],
)
def test_a_change_is_seen(session: Session, code: str, change: str) -> None:
    before = session.token(f"import numpy as np\n{code}")
    assert session.token(change) != before


@pytest.mark.parametrize(
    ("code", "groups"),
    [
        ("x = np.zeros(3); y = x[1:]; z = [y]", [("x", "y", "z")]),
        ("x = np.zeros(3); y = x.copy()", [("x",), ("y",)]),
        ("a = np.zeros(9); x = a[:3]; y = a[3:]", [("x", "y")]),
        ("x = np.zeros((0,)); y = x[:]; z = np.zeros(0)", [("x",), ("y",), ("z",)]),
        ("x = np.array([[], 1], object); y = x[:1]; z = x[0]", [("x", "y", "z")]),
        ("x = np.dtype([('a', 'i2')]); y = np.zeros(1, x); z = [x]", [("x",), ("y",), ("z",)]),
        ("x = np.float64(1); y = [x]", [("x",), ("y",)]),
        ("x = np.ma.array([1, 2]); y = x.data", [("x", "y")]),
        ("x = np.matrix([1, 2]); y = x.A", [("x", "y")]),
    ],
)
def test_memory_that_is_shared_makes_a_group(
    session: Session, code: str, groups: list[tuple[str, ...]]
) -> None:
    session.run(f"import numpy as np\n{code}")
    assert session.together(*(name for names in groups for name in names)) == groups


@pytest.mark.parametrize("size", [12, 100_000])
@pytest.mark.parametrize(
    ("code", "change", "seen"),
    [
        ("x = np.zeros(N); y = x[2:9]", "x[3] = 5", "y[1] == 5"),
        ("x = np.zeros(N); y = x[::-1]", "y[0] = 5", "x[-1] == 5"),
        ("a = np.zeros(N); x = a[:6]; y = a[4:]", "x[5] = 5", "y[1] == 5"),
        ("x = np.zeros(N); y = x.view('u1')", "y[7] = 64", "x[0] == 2"),
        ("x = np.zeros((N, 2)); y = [x.T]", "x[3, 1] = 5", "y[0][1, 3] == 5"),
        ("x = np.zeros(N); y = x[:3].view(np.matrix)", "x[1] = 5", "y[0, 1] == 5"),
        ("x = np.zeros(N); y = x[:]; y.flags.writeable = False", "x[1] = 5", "y[1] == 5"),
        ("x = np.array([None] * 3); y = [x, x]", "x[1] = 5", "y[1][1] == 5"),
    ],
)
def test_memory_that_was_shared_is_shared_again(
    session: Session, code: str, change: str, seen: str, size: int
) -> None:
    session.run(f"import numpy as np\nN = {size}\n{code}")
    session.again("x", "y")
    session.run(change)
    assert session.get(seen)
    session.again("x", "y")  # memory that came from the store goes there again
    assert session.get(seen)


def test_two_loads_do_not_share(session: Session) -> None:
    from treadle.engine.messages import Load

    session.run("import numpy as np\nx = np.zeros(100_000)")
    (group,) = session.values.stored_groups(["x"])
    load = Load(group.entry, group.names, group.token)
    assert session.values.load(load)
    session.run("a = x; a[0] = 1")
    assert session.values.load(load)
    assert session.get("x[0]") == 0
    assert session.together("a", "x") == [("a",), ("x",)]


def test_a_large_array_is_stored_once_for_all_who_hold_it(session: Session) -> None:
    session.run("import numpy as np\nx = np.arange(50_000.); y = [1, np.arange(50_000.)]")
    one, other = session.values.stored_groups(["x", "y"])
    (blob,) = session.values.blobs_of(one.entry)
    assert session.values.blobs_of(other.entry) == (blob,)
    assert len(session.blobs.open(blob)) == 400_000
    assert len(session.blobs.open(one.entry)) < 1000


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = np.memmap(path, 'u1', 'w+', shape=3)", "`x` is an array in a mapped file"),
        ("x = np.frombuffer(bytearray(3), 'u1')", "an array in the memory of a bytearray"),
        ("import mmap; x = np.frombuffer(mmap.mmap(-1, 9), 'u1')", "the memory of a mmap"),
        ("import ctypes; x = np.ctypeslib.as_array((ctypes.c_int * 3)())", "the memory of a"),
        ("a = np.array([1, 2], object); x = [a, a[:1]]", "does not come back"),
        ("x = iter(np.zeros(3))", "an iterator"),
    ],
)
def test_memory_of_others_is_opaque(
    session: Session, code: str, words: str, tmp_path: object
) -> None:
    session.names["path"] = f"{tmp_path}/mapped"
    assert words in session.trouble(f"import numpy as np\n{code}")


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("x = np.arange(6.); y = x[1:3]", "y.base is x and x.base is None and x.flags.owndata"),
        ("y = np.arange(6.)[1:3]; x = y.base", "y.base is x and len(x) == 6"),
        ("x = np.asfortranarray(np.ones((2, 3))); y = x.T", "y.base is x and x.flags.owndata"),
        ("x = np.arange(6.); y = x.reshape(2, 3)", "y.base is x and y.flags.c_contiguous"),
        ("x = np.arange(3, dtype='>i2'); y = [x]", "x.flags.owndata and x.dtype == '>i2'"),
        ("x = np.arange(6.); x.flags.writeable = False; y = x[:]", "y.base is x"),
        ("x = np.arange(6.); y = [0]", "x.resize((7,), refcheck=False) is None and x[6] == 0"),
    ],
)
def test_small_arrays_own_their_memory_again(session: Session, code: str, seen: str) -> None:
    session.run(f"import numpy as np\n{code}")
    session.again("x", "y")
    assert session.get(seen)
