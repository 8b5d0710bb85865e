"""State of the whole process that a step changes, and what is no change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.engine.observe.conftest import Observe, observed_in

from treadle.engine.observe.process_state import Probe, State
from treadle.engine.trace import Observed

Seen = Callable[..., Observed]

IMPORTS = """
import builtins, decimal, locale, logging, os, signal, sys, warnings
import matplotlib, matplotlib.pyplot as plt, numpy as np, pandas as pd, torch
import helpers
"""

# Code that changes something, code that takes it back, and the words for it.
CHANGES = {
    "variable": ("os.environ['A'] = '1'", "del os.environ['A']", "the environment variable `A`"),
    "folder": ("os.chdir('code')", "os.chdir('..')", "the working directory"),
    "path": ("sys.path.append('x')", "sys.path.pop()", "the module search path"),
    "arguments": ("sys.argv.append('x')", "sys.argv.pop()", "`sys.argv`"),
    "recursion": (
        "old = sys.getrecursionlimit(); sys.setrecursionlimit(5000)",
        "sys.setrecursionlimit(old)",
        "Python's settings",
    ),
    "decimals": (
        "decimal.getcontext().prec = 5",
        "decimal.getcontext().prec = 28",
        "the settings of decimal numbers",
    ),
    "warnings": (
        "warnings.simplefilter('error')",
        "warnings.filters.pop(0)",
        "the warnings filter",
    ),
    "signals": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "signal.signal(signal.SIGTERM, signal.SIG_DFL)",
        "the signal handlers",
    ),
    "hooks": (
        "sys.displayhook = print",
        "sys.displayhook = sys.__displayhook__",
        "`sys.displayhook`",
    ),
    "locale": (
        "locale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')",
        "",
        "the locale of category",
    ),
    "logging": (
        "logging.basicConfig(level=10)",
        "logging.root.handlers.clear(); logging.root.setLevel(30)",
        "how messages are logged",
    ),
    "a logger": (
        "logging.getLogger('a.b').setLevel(10)",
        "",
        "`logging.Logger.manager.loggerDict['a.b']`",
    ),
    "builtins": ("builtins.seven = 7", "del builtins.seven", "the builtin `seven`"),
    "rcParams": (
        "old = plt.rcParams['font.size']; plt.rcParams['font.size'] = 3",
        "plt.rcParams['font.size'] = old",
        "matplotlib's setting `font.size`",
    ),
    "rcParams in place": (
        "plt.rcParams['font.serif'].append('x')",
        "plt.rcParams['font.serif'].pop()",
        "matplotlib's setting `font.serif`",
    ),
    "print options": (
        "np.set_printoptions(precision=3)",
        "np.set_printoptions(precision=8)",
        "NumPy's print options",
    ),
    "errors": (
        "old = np.seterr(all='raise')",
        "np.seterr(**old)",
        "how NumPy treats errors",
    ),
    "pandas": (
        "pd.options.display.max_rows = 7",
        "pd.reset_option('display.max_rows')",
        "pandas' option `display.max_rows`",
    ),
    "dtype": (
        "torch.set_default_dtype(torch.float64)",
        "torch.set_default_dtype(torch.float32)",
        "torch's settings",
    ),
    "threads": (
        "old = torch.get_num_threads(); torch.set_num_threads(old + 1)",
        "torch.set_num_threads(old)",
        "torch's settings",
    ),
    "gradients": (
        "torch.set_grad_enabled(False)",
        "torch.set_grad_enabled(True)",
        "torch's settings",
    ),
    "algorithms": (
        "torch.use_deterministic_algorithms(True)",
        "torch.use_deterministic_algorithms(False)",
        "torch's settings",
    ),
    "precision": (
        "torch.set_float32_matmul_precision('medium')",
        "torch.set_float32_matmul_precision('highest')",
        "torch's settings",
    ),
    "device": (
        "torch.set_default_device('meta')",
        "torch.set_default_device(None)",
        "torch's default device",
    ),
    "tensors' print": (
        "torch.set_printoptions(precision=2)",
        "torch.set_printoptions(precision=4)",
        "torch's print options",
    ),
    "a library": ("np.seven = 7", "del np.seven", "`numpy.seven`"),
    "a library's function": (
        "old = torch.add; torch.add = lambda *_: 7",
        "torch.add = old",
        "`torch.add`",
    ),
    "an own module": ("helpers.N = 5", "helpers.N = 1", "`helpers.N`"),
    "a private name": ("helpers._n = 5", "helpers._n = 1", "`helpers._n`"),
}


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> list[Observed]:
    """What was observed of each change, of taking it back, and of both in one step."""
    folder = tmp_path_factory.mktemp("document")
    (folder / "code").mkdir()
    (folder / "code" / "helpers.py").write_text("N = 1\n_n = 1\n")
    steps = [IMPORTS]
    for change, back, _ in CHANGES.values():
        steps += [change, back, f"{change}\n{back}"]
    return observed_in(folder, folder, steps, {})


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_an_effect_as_long_as_it_lasts(changes: list[Observed], what: str) -> None:
    words = CHANGES[what][2]
    start = 1 + 3 * list(CHANGES).index(what)
    there, back, both = (
        [words for words, _ in each.effects] for each in changes[start : start + 3]
    )
    assert any(each.startswith(words) for each in there)  # its module may hold it, too
    if CHANGES[what][1]:
        assert any(each.startswith(words) for each in back)
        assert both == []
    else:
        assert back == both == []


def test_imports_alone_have_no_effect(changes: list[Observed]) -> None:
    assert changes[0].effects == ()


def test_what_is_set_right_after_the_import_counts(observe: Observe, folder: Path) -> None:
    (folder / "code" / "helpers.py").write_text("N = 1\n")
    observed, after = observe(
        """
        import numpy as np, helpers
        np.set_printoptions(precision=3)
        np.seven = 7
        helpers.N = 2
        """,
        "helpers.N",
    )
    words = {words for words, _ in observed.effects}
    assert words == {"NumPy's print options", "`numpy.seven`", "`helpers.N`"}
    assert after.effects == ()


def test_what_an_own_module_sets_is_an_effect(seen: Seen, folder: Path) -> None:
    (folder / "code" / "helpers.py").write_text(
        "import numpy, os\nnumpy.set_printoptions(precision=3)\nos.environ['A'] = '1'\n"
    )
    observed = seen("import helpers")
    words = {words for words, _ in observed.effects}
    assert words == {"NumPy's print options", "the environment variable `A`"}


def test_what_a_library_sets_is_none(seen: Seen, folder: Path) -> None:
    place = folder / "lib" / "site-packages"
    place.mkdir(parents=True)
    (place / "sets.py").write_text(
        "import os, warnings\nos.environ['A'] = '1'\nwarnings.simplefilter('ignore')\n"
    )
    observed = seen("import sys; sys.path.append('lib/site-packages'); import sets")
    assert [words for words, _ in observed.effects] == ["the module search path"]


def test_the_digest_says_what_the_new_state_is(observe: Observe) -> None:
    one, other, again = observe(
        "import os; os.environ['A'] = '1'", "os.environ['A'] = '2'", "os.environ['A'] = '1'"
    )
    assert one.effects == again.effects != other.effects


def test_equal_functions_have_equal_digests(observe: Observe) -> None:
    steps = [
        f"import sys\ndef hook(*_):\n    return {value}\nsys.excepthook = hook"
        for value in (1, 2, 1)
    ]
    one, other, again = observe(*steps)
    assert one.effects == again.effects != other.effects


def test_each_step_warns_by_itself(observe: Observe, folder: Path) -> None:
    (folder / "code" / "helpers.py").write_text(
        "import warnings\ndef warn():\n    warnings.warn('beware')\n"
    )
    code = """
        import helpers, io, contextlib
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            helpers.warn()
            helpers.warn()
        assert said.getvalue().count("UserWarning: beware") == 1
    """
    observe(code, code)


@pytest.mark.parametrize("words", ["the library's mode", "the option `{}`"])
@pytest.mark.parametrize("tells", [(False, True), (True, False)], ids=["then", "before"])
def test_what_can_t_be_told_may_have_changed(words: str, tells: tuple[bool, bool]) -> None:
    told = iter(tells)

    def take() -> dict[str, int]:
        if not next(told):
            raise AttributeError("another version of the library")
        return {"a": 1}

    state = State()
    state.add(Probe(words, take))

    assert [effect for effect, _ in state.effects()] == [words.format("...")]
