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


def _read(text: str) -> tuple[ChunkOptions, list[str]]:
    options, problems = parse_options(f" {text}", Span.at("a.pmd", 7))
    return options, [str(problem) for problem in problems]


def test_a_list_of_captions_is_of_the_figures_one_by_one() -> None:
    options, problems = _read("caption=['A', 'B'], alt=('C', 'D')")
    assert (options.caption, options.subcaptions) == (None, ("A", "B"))
    assert (options.alt, options.alts) == (None, ("C", "D"))
    assert options.captioned
    assert options.texts == ("", "A", "B", "", "C", "D")
    assert not problems
    alone, _ = _read("caption=['A'], alt=['C']")
    assert (alone.caption, alone.subcaptions, alone.alt, alone.alts) == ("A", (), "C", ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "caption=['A', 'B'], subcaptions=['C', 'D']",
            "`caption` and `subcaptions` are both lists",
        ),
        ("caption=['A', 3]", "the option `caption` must be a list of texts, one for each figure"),
        ("subcaptions=True", "the option `subcaptions` must be a list of texts"),
        ("columns=0", "the option `columns` must be a whole number of figures from 1 to 20"),
        ("columns=True", "the option `columns` must be a whole number"),
        ("columns='2'", "the option `columns` must be a whole number"),
    ],
)
def test_lists_that_do_not_fit_and_columns(text: str, words: str) -> None:
    _, (problem,) = _read(text)
    assert words in problem
