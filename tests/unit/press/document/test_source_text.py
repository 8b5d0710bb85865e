import pytest

from treadle.press.document.wrong_values import did_you_mean, nearest


@pytest.mark.parametrize(
    ("name", "expected"), [("ECHO", "echo"), ("ecoh", "echo"), ("capton", "caption"), ("zzz", None)]
)
def test_nearest(name: str, expected: str | None) -> None:
    assert nearest(name, ["echo", "caption"]) == expected


def test_hints() -> None:
    assert did_you_mean("ecoh", ["echo"]) == "did you mean `echo`?"
    assert did_you_mean("zzz", ["b", "a"]) == "known are a, b"
    assert did_you_mean("zzz", []) == "none is defined"
