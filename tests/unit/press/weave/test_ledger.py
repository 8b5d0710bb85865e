"""Small numbers as a table of comparisons shows them."""

import pytest

from treadle.press.weave.ledger import power


@pytest.mark.parametrize(
    ("number", "latex"),
    [
        (1e-5, "$10^{-5}$"),
        (2.34e-7, r"$2.3\cdot10^{-7}$"),
        (9.96e-8, "$10^{-7}$"),
        (0.5, r"$5\cdot10^{-1}$"),
        (1.0, "1"),
        (12.0, "12"),
        (0.0, "0"),
        (5e-324, r"$4.9\cdot10^{-324}$"),
    ],
)
def test_two_digits_and_a_power_of_ten(number, latex):
    assert power(number) == latex
