"""Under captions figures stand in the order in which they were made, however they are shown."""

import pytest

from treadle.engine.trace import Display
from treadle.press.plugin.figure_order import as_made

THREE = """
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
a, b, c = (plt.figure(figsize=(width, 1)) for width in (1, 2, 3))
for figure in (a, b, c):
    figure.add_subplot()
"""
FREE = "f = Figure(figsize=(4, 1)); f.add_subplot(); "


@pytest.mark.parametrize(
    ("code", "widths"),
    [
        ("", [1, 2, 3]),
        ("c", [1, 2, 3]),  # the last value
        ("a", [1, 2, 3]),
        ("display(b)", [1, 2, 3]),
        ("b.show()", [1, 2, 3]),
        ("display(c); display(a)", [2, 3, 1]),  # what code shows keeps its order
        ("display(c); display(b); display(a)", [3, 2, 1]),
        ("[c, a]", [2, 3, 1]),
        ("display(b); plt.figure(figsize=(5, 1)).add_subplot();", [1, 2, 3, 5]),
        ("plt.close(a); display(c)", [2, 3]),
        ("plt.show(); plt.figure(figsize=(5, 1)).add_subplot(); " + FREE + "f", [1, 2, 3, 5, 4]),
        (FREE + "display(f)", [1, 2, 3, 4]),  # of which pyplot knows nothing
        ("display(b); display(b)", [1, 2, 3, 2]),  # shown once more it is a new one
        ("display(c); plt.figure(c); display(b); display(c)", [1, 3, 2, 3]),
    ],
)
def test_one_left_open_stands_before_what_was_made_after_it(run, code, widths):
    trace = run(THREE + code)
    assert trace.failure is None, trace.failure
    shown = [output for output in as_made(trace.outputs) if isinstance(output, Display)]
    assert [figure.metadata["width"] for figure in shown] == widths
