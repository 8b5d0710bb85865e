"""pandas, scikit-learn, SciPy, SymPy, matplotlib."""

import pytest
from tests.unit.engine.values.conftest import Session

FRAME = (
    "import pandas as pd, numpy as np\n"
    "x = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y'], 'c': [1., 2.], 'd': [3., 4.]})\n"
)


@pytest.mark.parametrize(
    "code",
    [
        FRAME,
        FRAME + "x = x['a']",
        FRAME + "x = x.groupby('b').sum()",
        FRAME + "x = x.set_index('b')",
        FRAME + "x['b'] = x['b'].astype('category')",
        FRAME + "x['e'] = pd.to_datetime(['2020-01-01', '2021-01-01'])",
        FRAME + "x = x.index",
        FRAME + "x = x.columns",
        FRAME + "x = pd.Timestamp('2020-01-01', tz='UTC')",
        FRAME + "x = x.T",
        FRAME + "x = pd.Series([1, None], dtype='Int64')",
        FRAME + "x = pd.Series([[1], {2}])",
        "from sklearn.linear_model import LogisticRegression as L\n"
        "x = L().fit([[0.], [1.], [2.]], [0, 0, 1])",
        "from sklearn.feature_extraction.text import CountVectorizer as C\n"
        "x = C().fit(['a word', 'and words'])",
        "from sklearn.pipeline import make_pipeline as m\n"
        "from sklearn.preprocessing import StandardScaler as S\n"
        "from sklearn.ensemble import RandomForestClassifier as R\n"
        "x = m(S(), R(3, random_state=0)).fit([[0.], [1.], [2.]], [0, 0, 1])",
        "import sklearn.datasets as d; x = d.load_iris()",
        "import sklearn.datasets as d; x = d.load_iris(as_frame=True)",
        "import scipy.sparse as s, numpy as np; x = s.csr_matrix(np.eye(3))",
        "import scipy.stats as s; x = s.norm(1, 2)",
        "import sympy as s; a, b = s.symbols('a b'); x = s.sin(a)**2 + s.Integral(b, (b, 0, a))",
        "import sympy as s; x = s.Matrix([[1, s.Symbol('q')]])",
        "import matplotlib.pyplot as p; x = p",
        "import matplotlib as m; x = [m.rcParams, m.colormaps['viridis']]",
    ],
)
def test_it_comes_back_as_it_was(session: Session, code: str) -> None:
    before = session.token(code)
    assert session.token(code) == before
    session.run("old = repr(x)")
    session.again("x")
    assert session.get("repr(x) == old or ' at 0x' in old")


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (FRAME, "x.loc[0, 'a'] = 7"),
        (FRAME, "x['e'] = 1"),
        (FRAME, "x.attrs['e'] = 1"),
        (FRAME, "x.index.name = 'i'"),
        (FRAME, "x = x[['b', 'a', 'c', 'd']]"),
        (FRAME, "x['a'] = x['a'].astype('int32')"),
        (FRAME + "x = x['b']", "x[0] = 'z'"),
        ("import sympy as s; x = s.Symbol('a')", "x = s.Symbol('a', real=True)"),
        ("import scipy.sparse as s; x = s.csr_matrix([[1, 2]])", "x.data[0] = 3"),
    ],
)
def test_a_change_is_seen(session: Session, code: str, change: str) -> None:
    before = session.token(code)
    assert session.token(change) != before


@pytest.mark.parametrize(
    ("other", "change"),
    [
        ("y = x.rename(columns={'a': 'q'})", "y.loc[0, 'q'] = 5; x.loc[1, 'c'] = 6."),
        ("y = x['c']", "x.loc[0, 'c'] = 5"),
        ("y = x['b']", "x.loc[0, 'b'] = 'new'"),
        ("y = x[:1]", "x.loc[0, 'c'] = 5"),
        ("y = x['c'].to_numpy()", "x.loc[0, 'c'] = 5"),
        ("y = [x.index, x.columns]", "x.loc[0, 'c'] = 5"),
        ("y = x.copy()", "x.loc[0, 'c'] = 5"),
        ("y = (x, x)", "y[0].loc[0, 'c'] = 5"),
    ],
)
def test_frames_change_together_or_apart_as_they_did(
    session: Session, other: str, change: str
) -> None:
    session.run(FRAME + other + "\n" + change + "\nwanted = repr(x), repr(y)")
    session.run(FRAME + other)
    session.again("x", "y")
    session.run(change)
    assert session.get("(repr(x), repr(y))") == session.get("wanted")


@pytest.mark.parametrize(
    "same",
    [
        "x[:]",
        "x.copy()",
        "x[list('abcd')]",
        "x.assign(d=[3., 4.])",
        "x.iloc[:, :]",
        "x.T.T.astype(x.dtypes)",
    ],
)
def test_a_frame_is_what_its_columns_hold(session: Session, same: str) -> None:
    before = session.token(FRAME)
    assert session.token(f"x = {same}") == before


@pytest.mark.parametrize(
    "other",
    ["x[list('abdc')]", "x[::-1]", "x.astype({'a': 'int32'})", "x.rename(columns={'a': 'A'})"],
)
def test_another_frame_has_another_token(session: Session, other: str) -> None:
    before = session.token(FRAME)
    assert session.token(f"x = {other}") != before


def test_how_memory_lies_counts_in_a_frame(session: Session) -> None:
    """Sums over it go another way, and may differ in their last digits."""
    start = "import pandas as pd, numpy as np; a = np.arange(6.).reshape(3, 2)\n"
    rows = session.token(start + "x = pd.DataFrame(a, copy=False)")
    assert session.token(start + "x = pd.DataFrame({0: a[:, 0], 1: a[:, 1]})") != rows


def test_names_of_symbols_are_no_group(session: Session) -> None:
    session.run("import sympy as s; x, y = s.symbols('x y'); z = x + y")
    assert session.together("x", "y", "z") == [("x",), ("y",), ("z",)]


@pytest.mark.parametrize("name", ["fig", "ax", "line", "[fig]", "axes"])
def test_figures_are_opaque(session: Session, name: str) -> None:
    words = session.trouble(
        "import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as p\n"
        "fig, axes = p.subplots(2); ax = axes[0]; line = ax.plot([1])[0]\np.close(fig)\n"
        f"x = {name}"
    )
    assert "which can't be stored" in words
