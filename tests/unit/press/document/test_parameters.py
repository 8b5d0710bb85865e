import pytest

from treadle.press.document.parameters import override, read_assignments

PARAMS: dict[str, object] = {"epochs": 2, "lr": 0.1, "tag": "x", "fast": False, "free": None}


def assigned(params: dict[str, object], *texts: str) -> tuple[dict[str, object], tuple[str, ...]]:
    given, malformed = read_assignments(texts)
    values, problems = override(params, given)
    return values, (*malformed, *problems)


@pytest.mark.parametrize(
    ("assignment", "name", "value"),
    [
        ("epochs=10", "epochs", 10),
        ("lr=1", "lr", 1.0),
        ("lr=1e-3", "lr", 0.001),
        ("tag=12", "tag", "12"),
        ("tag=a=b", "tag", "a=b"),
        ("tag=", "tag", ""),
        ("fast=true", "fast", True),
        ("free=3", "free", 3),
    ],
)
def test_a_value_of_the_right_type(assignment: str, name: str, value: object) -> None:
    values, problems = assigned(PARAMS, assignment)
    assert problems == ()
    assert values == {**PARAMS, name: value}
    assert type(values[name]) is type(value)


@pytest.mark.parametrize(
    ("assignment", "problem"),
    [
        ("epochs", "`epochs` is not name=value"),
        ("epoch=1", "the document has no parameter `epoch` (did you mean `epochs`?)"),
        ("epochs=1.5", "parameter `epochs`: `1.5` is not a value of type int"),
        ("epochs=true", "parameter `epochs`: `true` is not a value of type int"),
        ("lr=true", "parameter `lr`: `true` is not a value of type float"),
        ("lr=.inf", "parameter `lr`: `.inf` is not a value of type float"),
        ("fast=1", "parameter `fast`: `1` is not a value of type bool"),
        ("free=[1]", "parameter `free`: `[1]` is not a value of type string, number or boolean"),
        ("epochs=[1", "parameter `epochs`: can't read `[1` as a value"),
    ],
)
def test_a_wrong_value_is_a_problem_and_changes_nothing(assignment: str, problem: str) -> None:
    assert assigned(PARAMS, assignment) == (PARAMS, (problem,))


def test_all_problems_are_reported_and_the_last_value_wins() -> None:
    values, problems = assigned({"n": 1}, "n=2", "m=1", "n=3", "x")
    assert values == {"n": 3}
    assert len(problems) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 10), ("lr", 1), ("lr", 1e-3), ("tag", "12"), ("fast", True), ("free", "x")],
)
def test_a_value_of_python_of_the_right_type(name: str, value: object) -> None:
    values, problems = override(PARAMS, {name: value})
    assert (values, problems) == ({**PARAMS, name: value}, ())
    assert type(values[name]) is type(PARAMS[name]) or PARAMS[name] is None


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("epoch", 1, "the document has no parameter `epoch` (did you mean `epochs`?)"),
        ("epochs", "3", "parameter `epochs`: `'3'` is not a value of type int"),
        ("epochs", True, "parameter `epochs`: `True` is not a value of type int"),
        ("epochs", None, "parameter `epochs`: `None` is not a value of type int"),
        ("tag", 12, "parameter `tag`: `12` is not a value of type str"),
        ("lr", float("inf"), "parameter `lr`: `inf` is not a value of type float"),
        ("free", [1], "parameter `free`: `[1]` is not a value of type string, number or boolean"),
    ],
)
def test_a_wrong_value_of_python(name: str, value: object, problem: str) -> None:
    assert override(PARAMS, {name: value}) == (PARAMS, (problem,))
