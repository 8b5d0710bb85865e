import pytest

from treadle.press.document.options import KINDS, LOOK_ONLY, ChunkOptions, computing_options
from treadle.press.document.read_options import parse_options
from treadle.problem import Span


def test_every_option_of_the_model_can_be_given_and_no_other() -> None:
    fields = set(ChunkOptions.__struct_fields__) - {"given", "alts"}  # `alt` may be a list
    assert set(KINDS) == fields | {"label"}


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"label"}))
def test_the_default_of_each_option_is_a_valid_value(name: str) -> None:
    default = getattr(ChunkOptions(), name)
    assert KINDS[name](default) == default


def test_what_an_option_may_compute_counts() -> None:
    options, _ = parse_options(
        " fit, echo=False, caption='x', timeout=3, term=True, f_size=(3, 2)", Span.at("a.pmd", 7)
    )
    counting = {"fig": True, "f_size": (3, 2), "f_spines": True, "dpi": 200, "term": True}
    counting |= {
        "width": None,
        "columns": None,
        "f_env": None,
    }  # of figures, which are drawn for them
    assert computing_options(options) == {
        **counting,
        "source": None,
        "main": False,
        "memory": None,
    }
    assert set(ChunkOptions.__struct_fields__) > LOOK_ONLY


def test_a_new_option_counts_by_itself() -> None:
    class More(ChunkOptions, frozen=True):
        shade: str = "grey"

    new = computing_options(More(shade="red"))
    assert new == {**computing_options(ChunkOptions()), "shade": "red"}
