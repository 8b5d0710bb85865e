import warnings
from pathlib import Path

import pytest

from treadle.press.document.code_syntax import check_syntax
from treadle.press.document.reader import read_document


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check_syntax(read_document(Path("a.pmd"), text)[0])]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x\n```python\na = 1\n1 +\n```\n", 4),
        ("```python\n\n\nif True:\n```\n", 4),
        ("```python\nreturn 1\n```\n", 2),
        ("```python\n  a\n b\n```\n", 2),
        ("```python\n'''\n```\n", 2),
        ("```python\na = '\0'\n```\n", 2),
        ("```python test=True\n1 +\n```\n", 2),
        ("```python term=True\nx = = 1\n```\n", 2),
        ("a <%= 1 + %>\n", 1),
        ("a\nb <% x = %>\n", 2),
        ("a\nb <%= x = 1 %>\n", 2),
        ("a\nb <%= f(); g() %>\n", 2),
        ("a\nb <%= %>\n", 2),
        ("```python x, caption='<%= 1 + %>'\ny\n```\n", 1),
        ("```python complete=False\nif x:\n```\na\n```python\n  1 +\n```\n", 6),
        (
            "```python module='m'\nx=1\n```\n```python module='m'\nfrom __future__ import x\n```\n",
            5,
        ),
    ],
)
def test_an_error_has_its_line(text: str, line: int) -> None:
    found = problems(text)
    assert found
    assert all(problem.startswith(f"a.pmd:{line}: error: ") for problem in found)


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n```\n<%= x %> <% y = 1; z = 2 %> <%= x; %> <% %>\n",
        "```python evaluate=False\n1 +\n```\n",
        "```python error=True\n1 +\n```\n",
        "```python complete=False\nif x:\n```\n```python\n  y\n```\n",
        "```python module='m'\n'''Doc.'''\nfrom __future__ import annotations\n```\n",
        "```bash\n1 +\n```\n",
    ],
)
def test_no_error(text: str) -> None:
    assert problems(text) == []


def test_all_errors_are_reported_and_nothing_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    text = "```python\nprint('run')\n```\n```python\n1 +\n```\n<%= 2 + %>\n```python\n3 +\n```\n"
    assert [problem.split(":")[1] for problem in problems(text)] == ["5", "7", "9"]
    assert capsys.readouterr().out == ""


def test_a_warning_of_the_compiler_stays_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert problems("```python\nx = '\\d'\ny = x is 1\n```\n") == []


@pytest.mark.parametrize(
    ("text", "line", "inner"),
    [
        ("a\n```python\nx = 1\n\nProse, then\n\n```python b, echo=False\ny\n```\n", 2, 7),
        ("~~~{python}\nx = 1\nProse.\n```{python}\ny\n```\n~~~\n", 1, 4),
        ("```python complete=False\nif x:\n```\na\n```python\n  y\n```python\nz\n```\n", 5, 7),
    ],
)
def test_a_forgotten_closing_fence_is_reported_at_its_chunk(
    text: str, line: int, inner: int
) -> None:
    (problem,) = problems(text)
    assert problem.startswith(
        f"a.pmd:{line}: error: this chunk's fence is not closed before the chunk on line {inner} ("
    )


def test_a_fence_within_a_string_is_code() -> None:
    assert problems("````python\nx = '''\n```python\n'''\n````\n") == []


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ("%run fit.py 1", 'source="file.py"'),
        ("files = !ls", "subprocess.run"),
        ("%%bash", "subprocess.run"),
        ("  %timeit f()", "perf_counter"),
        ("numpy.mean?", "help("),
        ("%who", "write it in Python"),
    ],
)
def test_a_line_of_ipython_is_called_so(line: str, way: str) -> None:
    (problem,) = problems(f"```python\nx = 1\nif x:\n    pass\n{line}\n```\n")
    assert problem.startswith(f"a.pmd:5: error: `{line.strip()}` is IPython's, and no Python (")
    assert way in problem


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ("%env A=1", '`os.environ["A"] = "1"`'),
        ("%set_env A some value", '`os.environ["A"] = "some value"`'),
        ("x = %env HOME", "`os.environ["),
        ("x = %pwd", "os.getcwd()"),
        ("% cd data", "os.chdir"),
        ("names = !ls *.csv", "capture_output=True"),
        ("!!ls", "subprocess.run"),
        ("%%capture out", "results='hidden'"),
        ("%%script bash", "subprocess.run"),
        ("%%writefile a.py", "module="),
        ("%%html", "write it as prose"),
        ("%%sql", "Python alone"),
        ("%precision 3", "set_printoptions"),
    ],
)
def test_the_way_out_is_that_of_the_magic(line: str, way: str) -> None:
    (problem,) = problems(f"```python\n{line}\n```\n")
    assert problem.startswith(f"a.pmd:2: error: `{line}` is IPython's, and no Python (")
    assert way in problem
    (problem,) = problems(f"```python, module='m'\n{line}\n```\n")
    assert way in problem
    if "!" not in line:  # `<%!` is a comment of templates
        (problem,) = problems(f"a <%= {line} %> b\n")
        assert way in problem


@pytest.mark.parametrize(
    "line", ["% matplotlib inline", "%xmode Plain", "%pdb on", "%colors nocolor"]
)
def test_more_of_what_sets_up_a_notebook(line: str) -> None:
    document, found = read_document(Path("a.pmd"), f"```python\n{line}\nx = 1\n```\n")
    assert [problem.message for problem in found] == [
        f"`{line}` sets up a notebook, and is not run"
    ]
    assert check_syntax(document) == ()
