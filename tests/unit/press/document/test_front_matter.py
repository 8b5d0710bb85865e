from datetime import date

import pytest
from tests.conftest import Within

from treadle.press.document.front_matter import read_front_matter
from treadle.press.document.model import FrontMatter


def first_line_below(front: FrontMatter) -> int:
    return front.text.count("\n") + 1


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_front_matter(text, "a.pmd")[1]]


@pytest.mark.parametrize("closing", ["---", "...", "--- "])
def test_yaml(closing: str) -> None:
    head = f"---\ntitle: A report\ndate: 2023-11-12\nparams:\n  lr: 1e-3\n{closing}\n"
    front, found = read_front_matter(f"{head}body\n", "a.pmd")
    assert front.values == {
        "title": "A report",
        "date": date(2023, 11, 12),
        "params": {"lr": 0.001},
    }
    assert front.lines == {"title": 2, "date": 3, "params": 4}
    assert front.text == head
    assert (first_line_below(front), found) == (7, ())


def test_blank_lines_may_come_before() -> None:
    front, _ = read_front_matter("\n\n---\ntitle: A\n---\n", "a.pmd")
    assert (front.values, front.lines) == ({"title": "A"}, {"title": 4})
    assert first_line_below(front) == 6


@pytest.mark.parametrize(
    "text", ["", "body", "---\n\nbody\n---\n", "---\nbody\n", "x\n---\ntitle: a\n---\n", "%% x\n"]
)
def test_no_front_matter(text: str) -> None:
    front, found = read_front_matter(text, "a.pmd")
    assert (front.values, front.text, first_line_below(front)) == ({}, "", 1)
    assert found == ()


def test_an_empty_block() -> None:
    front, found = read_front_matter("---\n# nothing yet\n---\nx\n", "a.pmd")
    assert (front.values, first_line_below(front), found) == ({}, 4, ())


@pytest.mark.parametrize(
    ("block", "line", "message"),
    [
        ("a: 1\nb: c: d", 3, "mapping values are not allowed here (quote a value"),
        ("title: 1\nx: 2\ntitle: 3", 4, "the key `title` is given twice"),
        ("params:\n  a: 1\n  a: 2", 4, "the key `a` is given twice"),
        ("x: 1\ndate: 2023-02-30", 3, "day is out of range"),
        ("a:\n\t- b", 3, "found character '\\t'"),
        ("a: 'b", 2, "found unexpected end of stream"),
        ("x: 1\na: \x01", 3, "special characters"),
        ("x: 1\na: !!python/object:os.system {}", 3, "could not determine a constructor"),
        ("a: [1", 2, ""),
    ],
)
def test_an_error_in_yaml_has_its_line(block: str, line: int, message: str) -> None:
    (problem,) = problems(f"---\n{block}\n---\nbody\n")
    assert problem.startswith(f"a.pmd:{line}: error: front matter: ")
    assert message in problem


def test_yaml_must_be_a_mapping_and_be_closed() -> None:
    assert problems("---\n- a\n---\n") == [
        "a.pmd:2: error: the front matter must be `key: value` lines"
    ]
    assert (
        "a.pmd:1: error: the front matter that begins here has no closing"
        in problems("---\ntitle: A\n\nbody\n")[0]
    )


def test_inline_code_in_what_is_not_printed_is_an_error() -> None:
    (problem,) = problems("---\ntitle: A\nparams: {n: <%= x %>}\n---\n")
    assert problem.startswith("a.pmd:3: error: inline code is not evaluated in `params`")
    assert problems("% T\n% <%= x %>\n")[0].startswith("a.pmd:2: error: inline code")
    assert problems("---\ntitle: <%= x %>\nabstract: |\n  A\n  <%= y %>\n---\n") == []
    assert problems("% <%= x %>\n") == []


@pytest.mark.parametrize(
    ("text", "values", "body_line"),
    [
        ("% T\n% A\n% May\nx\n", {"title": "T", "author": ["A"], "date": "May"}, 4),
        ("% T\n  more\n% A; B\n  C\n\nx\n", {"title": "T more", "author": ["A", "B", "C"]}, 5),
        ("% T\n%\n% May\n% x\n", {"title": "T", "date": "May"}, 4),
        ("%\n% A\nx", {"author": ["A"]}, 3),
        ("% T", {"title": "T"}, 2),
    ],
)
def test_title_block(text: str, values: dict[str, object], body_line: int) -> None:
    front, _ = read_front_matter(text, "a.pmd")
    assert (front.values, first_line_below(front)) == (values, body_line)
    assert front.text == "".join(f"{line}\n" for line in text.split("\n")[: body_line - 1])


@pytest.mark.parametrize(
    "value", [r'"On $\theta$"', r'"$\beta$"', r'"$\frac12$"', r'"$\rho$"', r'"$\nu$"']
)
def test_latex_in_double_quotes_is_a_warning(value: str) -> None:
    for text in (f"title: {value}", f"author:\n- name: {value}"):
        (problem,) = problems(f"---\nlang: en\n{text}\n---\n")
        line = 2 + len(text.splitlines())
        assert problem.startswith(f"a.pmd:{line}: warning: a control character")
        assert "single quotes" in problem


@pytest.mark.parametrize(
    "value",
    [r"'On $\theta$'", r"On $\theta$", r'"On $\\theta$"', '"a: b"', r'"one\ntwo"', "|\n  a\n  b"],
)
def test_latex_that_yaml_leaves_alone(value: str) -> None:
    assert problems(f"---\ntitle: {value}\n---\n") == []


def test_an_escape_that_yaml_does_not_know_has_a_way_out() -> None:
    (problem,) = problems('---\nlang: en\ntitle: "$\\alpha + \\sigma$"\n---\n')
    assert problem.startswith("a.pmd:3: error: front matter: ")
    assert "single quotes" in problem


@pytest.mark.parametrize(
    "block",
    [
        "a: !!map b",
        "a: !!bool b",
        "a: !!int",
        "a: !!timestamp b",
        'a: "\\U00110000"',
        'a: "\\ud800"',
        f"a: 0x{'f' * 5000}",
    ],
)
def test_a_value_that_is_none_of_its_type(block: str) -> None:
    [problem] = problems(f"---\nb: 1\n{block}\n---\n")
    assert problem.startswith("a.pmd:3: error: front matter: ")


def test_a_value_within_itself() -> None:
    assert problems("---\na: &a [*a]\nb: &b {c: *b}\n---\n") == []


def test_values_that_refer_to_values_again_and_again(within: Within) -> None:
    again = "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(40))
    with within(1):
        assert problems(f'---\na0: &a0 "\\theta"\n{again}---\n') != []
