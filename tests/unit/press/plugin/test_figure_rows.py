"""Figures are drawn for their place in the rows under a caption, when it is known how many come."""

from types import SimpleNamespace
from typing import cast

import pytest

from treadle.app.measuring import PLUGIN
from treadle.engine.cell import Cell
from treadle.engine.messages import PluginSetup
from treadle.engine.plugin import Bundle, Host
from treadle.engine.trace import Display
from treadle.press.plugin.figure_rows import MOST, NUMBER, ROWS, FigureRows

LINE = 6.3
HALF, THIRD, QUARTER = (round(share * LINE, 4) for share in (0.48, 0.32, 0.24))


@pytest.fixture(scope="module")
def plugins():
    """All that the cells of this file show stands under captions."""
    return (PluginSetup(PLUGIN, {"rows": {"captioned": list(range(200))}}),)


@pytest.fixture(scope="module")
def figures(run):
    """The figures that a cell shows."""

    def figures(code, **options):
        trace = run(f"import matplotlib.pyplot as plt\n{code}", options=options)
        assert trace.failure is None, trace.failure
        return [output for output in trace.outputs if isinstance(output, Display)]

    return figures


def widths(shown) -> list[float]:
    """Those of the figures as they were drawn last."""
    last = {figure.metadata.get(NUMBER, number): figure for number, figure in enumerate(shown)}
    return [figure.metadata["width"] for figure in last.values()]


OPEN = "for k in range({}): plt.figure(); plt.plot([k, 1])\n"
SHOWN = "for k in range({}): plt.plot([k, 1]); plt.show()\n"


@pytest.mark.parametrize(
    ("count", "width"), [(1, LINE), (2, HALF), (4, HALF), (8, THIRD), (20, QUARTER)]
)
def test_those_that_are_open_at_the_end_are_drawn_once_for_their_rows(figures, count, width):
    shown = figures(OPEN.format(count))
    assert [figure.metadata["width"] for figure in shown] == [width] * count


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_those_that_are_shown_one_by_one_are_as_wide(figures, count):
    assert widths(figures(SHOWN.format(count))) == widths(figures(OPEN.format(count)))


@pytest.mark.parametrize(
    ("count", "sized", "options", "rests"),
    [
        (1, 0, {}, False),
        (2, 0, {}, True),
        (1, 1, {}, True),
        (0, 2, {}, False),
        (2, 0, {"width": "45%"}, False),
        (2, 0, {"columns": 2}, False),
    ],
)
@pytest.mark.parametrize("captioned", [[], [3]])
def test_a_caption_counts_where_several_have_no_size(count, sized, options, rests, captioned):
    facts: list[str] = []
    host = SimpleNamespace(settings={"rows": {"captioned": captioned}}, rest_on=facts.append)
    rows = FigureRows(cast(Host, host))
    rows.begin(Cell(3, "it", "", "report.pmd", options=options))
    for _ in range(count):
        rows.note(SimpleNamespace(stale=True), 0)
    for _ in range(sized):
        rows.note_sized()
    list(rows.end(lambda *_: Bundle()))
    assert facts == [ROWS] * rests


def test_a_figure_that_was_changed_since_is_what_it_was(figures):
    shown = figures("f, a = plt.subplots(); a.plot([1, 2]); f.show(); a.plot([2, 1]); f.show()")
    assert widths(shown) == [LINE, HALF]


def test_more_than_a_chunk_may_hold_on_to_are_not_drawn_again(figures):
    shown = figures(SHOWN.format(MOST + 1))
    assert len(shown) == MOST + 1


@pytest.mark.parametrize(("columns", "width"), [(1, LINE), (2, HALF), (3, THIRD)])
def test_the_columns_that_a_chunk_asks_for(figures, columns, width):
    assert widths(figures(SHOWN.format(2), columns=columns)) == [width] * 2


def test_what_has_a_width_or_a_size_of_its_own_keeps_it(figures):
    assert widths(figures(SHOWN.format(4), width="50%")) == [LINE / 2] * 4
    assert widths(figures(SHOWN.format(4), f_size=(3.0, 2.0))) == [3.0] * 4
    code = "plt.figure(figsize=(2, 1)); plt.plot([1]); plt.figure(); plt.plot([1]);"
    assert widths(figures(code)) == [2.0, HALF]


def test_text_flows_around_half_a_line_where_nobody_says_more(figures):
    assert widths(figures(SHOWN.format(1), f_env="wrapfigure")) == [LINE / 2]
    assert widths(figures(SHOWN.format(1), f_env="wrapfigure", width="40%")) == [0.4 * LINE]
