"""`prompt=True`: statements as typed at Python's prompt."""

from tests.unit.displays import plain

from treadle.engine.trace import Echo, Stream

CODE = '''\
# first
x = 1

for i in range(2):
    # inside
    print(i)

x; x + 1
def f(a,
      b=2):
    """Text."""

    return a
f("é")
None
# last
'''


def test_each_statement_is_followed_by_what_it_shows(run):
    assert run(CODE, prompt=True).outputs == (
        Echo(">>> # first\n>>> x = 1"),
        Echo(">>> for i in range(2):\n...     # inside\n...     print(i)\n..."),
        Stream("stdout", "0\n1\n"),
        Echo(">>> x; x + 1"),
        plain("1"),
        plain("2"),
        Echo('>>> def f(a,\n...       b=2):\n...     """Text."""\n...\n...     return a\n...'),
        Echo('>>> f("é")'),
        plain("'é'"),
        Echo(">>> None\n>>> # last"),
    )


def test_expressions_inside_a_loop_are_shown_as_well(run):
    assert run("for i in range(2):\n    i", prompt=True).outputs[1:] == (plain("0"), plain("1"))


def test_the_last_value_is_underscore(run):
    assert run("6 * 7\n_ + 1", prompt=True).outputs[-1] == plain("43")


def test_a_failure_comes_after_its_statement(run):
    result = run("x = 1\n1/0\ny = 2", prompt=True, line=3)
    assert result.outputs == (Echo(">>> x = 1"), Echo(">>> 1/0"))
    assert result.failure.line == 4


def test_decorators_belong_to_their_function(run):
    result = run("@staticmethod\ndef f(): ...", prompt=True)
    assert result.outputs == (Echo(">>> @staticmethod\n... def f(): ...\n..."),)
