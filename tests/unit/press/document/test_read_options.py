import pytest

from treadle.press.document.options import ChunkOptions
from treadle.press.document.read_options import parse_options
from treadle.problem import Severity, Span

SPAN = Span.at("a.pmd", 7)


def read(rest: str) -> tuple[ChunkOptions, list[str]]:
    options, problems = parse_options(rest, SPAN)
    assert all(problem.span == SPAN for problem in problems)
    return options, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("rest", "given"),
    [
        ("", {}),
        ("}", {}),
        ("} ", {}),
        (", fit", {"name": "fit"}),
        (" fit}", {"name": "fit"}),
        (";fit, echo=False", {"name": "fit", "echo": False}),
        (" fit , echo=False}", {"name": "fit", "echo": False}),
        (" label='a', name='b'", {"label": "a", "name": "b"}),
        (' caption="a, b = c", f_size=(8, 4.5),', {"caption": "a, b = c", "f_size": (8, 4.5)}),
        (" echo=FALSE, term=TRUE", {"echo": False, "term": True}),
        (' caption=r"$\\theta$"', {"caption": r"$\theta$"}),
        (' depends=["a.csv", "b.csv"]', {"depends": ["a.csv", "b.csv"]}),
    ],
)
def test_given_options(rest: str, given: dict[str, object]) -> None:
    options, problems = read(rest)
    assert options.given == given
    assert problems == []


def test_label_is_another_word_for_name() -> None:
    assert read(" label='a'")[0].name == "a"
    assert read(" name='b', label='a'")[0].name == "a"
    assert read(" , echo=False")[0].name is None


def test_a_name_holds_what_a_label_can_hold() -> None:
    assert read(" name='fig:a-b_2 c'")[0].name == "fig:a-b_2 c"
    (problem,) = read(" name='a%b'")[1]
    assert "a name without '%'" in problem


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (" evl=True", "unknown chunk option `evl` (did you mean `evaluate`?)"),
        (" eco=True", "unknown chunk option `eco` (did you mean `echo`?)"),
        (" echo=1", "the option `echo` must be True or False, not `1`"),
        (" echo=false", "the option `echo` is `false`, which is not a literal (did you mean"),
        (" dpi=1.5", "the option `dpi` must be a whole number of dots per inch"),
        (" dpi=True", "the option `dpi` must be a number"),
        (" f_size=(8, 0)", "the option `f_size` must be a number above zero"),
        (" f_size=8", "the option `f_size` must be a pair"),
        (" timeout=-1", "the option `timeout` must be a number above zero"),
        (" timeout=1e999", "the option `timeout` must be a number above zero"),
        (" depends=[1]", "the option `depends` must be a list of file names"),
        (" wrap='all'", "the option `wrap` must be True, False,"),
        (" module='a/b'", "the option `module` must be a Python identifier"),
        (" module='class'", "the option `module` must be a Python identifier"),
        (" module='m.py'", "the option `module` must be a Python identifier"),
        (" module='test_m'", "the option `module` must be a name that does not begin with test_"),
        (" module='__init__'", "the option `module` must be a name"),
        (" module='m', term=True", "a chunk of a module is imported: it can't have `term=True`"),
        (" name='a{b'", "the option `name` must be a name without '{'"),
        (" results=None", "the option `results` must be a string"),
        (" echo=True, echo=False", "the option `echo` is given twice"),
        (" a, b", "can't read the options `a, b`: positional argument"),
        (" echo=", "can't read the options `echo=`"),
        (" caption='x", "can't read the options"),
        (" echo=True, **{}", "can't read the options"),
        (" echo=True)(dpi=1", "can't read the options"),
        (" echo=True) or dict(dpi=1", "can't read the options"),
        (' caption=f"{1}"', "the option `caption` is"),
        (" caption='a\0'", "can't read the options"),
    ],
)
def test_a_wrong_option_is_an_error_at_its_line(rest: str, message: str) -> None:
    options, problems = read(rest)
    assert len(problems) == 1
    assert problems[0].startswith(f"a.pmd:7: error: {message}")
    assert options.echo or "echo" in rest


def test_options_are_never_executed(capsys: pytest.CaptureFixture[str]) -> None:
    _, problems = read(" caption=print('run'), name=__import__('os').getcwd()")
    assert len(problems) == 2
    assert capsys.readouterr().out == ""


def test_all_problems_of_a_fence_are_reported_and_the_good_options_kept() -> None:
    options, problems = read(" ehco=True, dpi='x', name='fit', term=True")
    assert len(problems) == 2
    assert (options.name, options.term, options.dpi) == ("fit", True, 200)


@pytest.mark.parametrize("rest", ["3", " caption='$\\theta$'"])
def test_what_is_legal_but_hardly_meant_is_a_warning(rest: str) -> None:
    _, problems = parse_options(rest, SPAN)
    assert [problem.severity for problem in problems] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("value", "hint"), [("hiden", "`hidden`?"), ("Markdown", "`markdown`?"), ("qqq", "known are ")]
)
def test_an_unknown_kind_of_results_is_a_warning(value: str, hint: str) -> None:
    options, (problem,) = read(f" results='{value}'")
    assert options.results == value
    start = f'a.pmd:7: warning: `results="{value}"` is unknown and taken as raw LaTeX'
    assert problem.startswith(start)
    assert hint in problem


@pytest.mark.parametrize("value", ["verbatim", "hide", "md", "tex", "latex", "raw", "asis", "rst"])
def test_known_kinds_of_results(value: str) -> None:
    assert read(f" results='{value}'")[1] == []


@pytest.mark.parametrize(
    ("rest", "hint"),
    [
        (" c, width=80%", 'text needs quotes: width="80%"'),
        (" c, width=8cm, echo=False", 'text needs quotes: width="8cm"'),
        (r" c, width=.5\linewidth", r'text needs quotes: width=r".5\linewidth"'),
        (" c, caption=The loss", 'text needs quotes: caption="The loss"'),
        (" c, results=hidden", 'text needs quotes: results="hidden"'),
        (" c echo=False", "a comma is missing before `echo=`"),
        (" c, echo=False width='3cm'", "a comma is missing before `width=`"),
        (" f_size=(3, 4) caption='a b = c'", "a comma is missing before `caption=`"),
        (" c, caption='It's'", "a quotation mark is missing"),
        (" echo=False, c", "options are `name=value`"),
    ],
)
def test_options_that_cannot_be_read_have_a_way_out(rest: str, hint: str) -> None:
    (problem,) = read(rest)[1]
    assert "error" in problem
    assert hint in problem


HEX = "0x" + "f" * 5000


@pytest.mark.parametrize("name", ["caption", "width", "dpi", "f_size", "depends", "nonsense"])
@pytest.mark.parametrize("value", [HEX, f"({HEX}, 1)", f"x({HEX})"])
def test_a_number_of_thousands_of_digits(name: str, value: str) -> None:
    _, problems = read(f" {name}={value}")
    assert len(problems) == 1


@pytest.mark.parametrize("name", ["dpi", "timeout", "memory"])
def test_a_number_beyond_all_bounds(name: str) -> None:
    _, problems = read(f" {name}={'9' * 400}")
    assert len(problems) == 1


def test_half_a_character() -> None:
    _, problems = read(r' caption="\ud800"')
    assert problems == [r"a.pmd:7: error: can't read the options: `\ud800` is half a character"]
