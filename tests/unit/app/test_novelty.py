import pytest

from treadle.app.novelty import has_new_code, save_code
from treadle.app.planning import runnables_of
from treadle.app.prepare import prepare
from treadle.app.report import Request
from treadle.app.units import Analyses
from treadle.engine.store.store import Store

TWO = "```{python a}\nx = 1  # one\n```\n\nProse <%= x %>.\n\n```{python b}\nprint(x)\n```\n"


@pytest.fixture
def is_new(tmp_path):
    """Whether a document's code is new; then it is remembered, as after a build."""
    store = Store.with_key(tmp_path / "store", bytes(32))
    path = tmp_path / "report.pmd"

    def ask(text):
        path.write_text(text)
        prepared = prepare(Request(path, out_dir=tmp_path / "build", code_dir=tmp_path / "code"))
        answer = has_new_code(prepared.planned, store, path)
        save_code(store, path, [runnable.unit for runnable in runnables_of(prepared, Analyses())])
        return answer

    return ask


def test_code_is_new_once(is_new):
    assert is_new(TWO)
    assert not is_new(TWO)


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ("x = 1  # one", "x = 2  # one", True),
        ("x = 1  # one", "x = 1  # another comment", False),
        ("Prose", "Other prose", False),
        ("print(x)", "print(x);", True),  # its value is not shown
        ("print(x)", "print(x", True),
    ],
)
def test_what_is_new(is_new, old, new, answer):
    is_new(TWO)
    assert is_new(TWO.replace(old, new)) is answer


def test_code_that_ran_earlier_is_not_new(is_new):
    is_new(TWO)
    is_new(TWO.replace("x = 1", "x = 2"))
    assert not is_new(TWO)


def test_a_document_without_code_has_none_that_is_new(is_new):
    assert not is_new("Prose.\n")


def test_a_module_is_no_matter_of_its_text(is_new):
    module = '```{python a, module="mod"}\ndef f():\n    return 1\n```\n'
    is_new(module)
    assert not is_new(module.replace("return 1", "return 2"))
