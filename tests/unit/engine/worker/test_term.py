"""`term=True`: statements as typed at Python's prompt."""

from treadle.engine.messages import Source, Stream, Value

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
    assert run(CODE, term=True).outputs == (
        Source(">>> # first\n>>> x = 1"),
        Source(">>> for i in range(2):\n...     # inside\n...     print(i)\n..."),
        Stream("stdout", "0\n1\n"),
        Source(">>> x; x + 1"),
        Value("1"),
        Value("2"),
        Source('>>> def f(a,\n...       b=2):\n...     """Text."""\n...\n...     return a\n...'),
        Source('>>> f("é")'),
        Value("'é'"),
        Source(">>> None\n>>> # last"),
    )


def test_expressions_inside_a_loop_are_shown_as_well(run):
    assert run("for i in range(2):\n    i", term=True).outputs[1:] == (Value("0"), Value("1"))


def test_the_last_value_is_underscore(run):
    assert run("6 * 7\n_ + 1", term=True).outputs[-1] == Value("43")


def test_a_failure_comes_after_its_statement(run):
    result = run("x = 1\n1/0\ny = 2", term=True, line=3)
    assert result.outputs == (Source(">>> x = 1"), Source(">>> 1/0"))
    assert result.failure.line == 4


def test_decorators_belong_to_their_function(run):
    result = run("@staticmethod\ndef f(): ...", term=True)
    assert result.outputs == (Source(">>> @staticmethod\n... def f(): ...\n..."),)
