"""What the analysis says, against what programs do when they run."""

from hypothesis import HealthCheck, assume, event, example, given, settings
from hypothesis import strategies as st
from tests.unit.engine.scan.programs import FUNCTIONS, VARIABLES, programs, run

from treadle.engine.scan.code import analyse

EXAMPLES = 200

absent = st.sets(st.sampled_from(VARIABLES + FUNCTIONS), max_size=2)
choices = st.lists(st.booleans(), min_size=1, max_size=5)

# Python binds and deletes `b` here as it does in `g`.
GLOBAL = "b = a\ndel b\na = b\ndef g():\n  global b\n"


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=programs, absent=absent, choices=choices)
@example(program=GLOBAL, absent=set(), choices=[True])
@example(program=GLOBAL, absent={"b"}, choices=[True])
def test_nothing_is_read_bound_or_deleted_that_was_not_foretold(program, absent, choices):
    try:
        compile(program, "program", "exec")
    except SyntaxError:
        assume(False)
    code = analyse(program)
    assert code.opaque is None
    own = set(VARIABLES + FUNCTIONS)
    log = run(program, own - absent, choices)
    assert log.reads & own <= set(code.uses)
    assert log.bound & own <= code.binds
    assert log.missing <= code.deletes
    event(f"reads {len(log.reads & own)}")
