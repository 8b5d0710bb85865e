import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.engine.store.traces import KEPT, RECENT, Traces

UNIT, OTHER = "ab" * 32, "cd" * 32
KEY = bytes(range(32))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=10,
)


def only(files):
    (path,) = files.values()
    return path


@given(record=st.dictionaries(st.text(), json_values, max_size=4))
def test_what_is_saved_is_found(tmp_path_factory, record):
    root = tmp_path_factory.mktemp("store")
    Traces(root, KEY).save(UNIT, record)
    assert Traces(root, KEY).find(UNIT) == [record]


def test_names_that_are_not_unicode_survive(traces):
    traces.save(UNIT, {"file": "caf\udce9"})
    assert traces.find(UNIT) == [{"file": "caf\udce9"}]


def test_nothing_is_found_under_another_key(traces):
    traces.save(UNIT, {"n": 1})
    assert traces.find(OTHER) == []


def test_the_last_saved_comes_first(traces, root):
    for n in range(5):
        traces.save(UNIT, {"n": n})
    for found in (traces.find(UNIT), Traces(root, KEY).find(UNIT)):
        assert [record["n"] for record in found] == [4, 3, 2, 1, 0]


def test_what_is_used_comes_first(traces):
    for n in range(3):
        traces.save(UNIT, {"n": n})
    long_ago = time.time_ns() - 2 * RECENT
    for age, record in enumerate(traces.find(UNIT)):
        os.utime(record.path, ns=(long_ago, long_ago - age))
    traces.touch(traces.find(UNIT)[2])
    assert [record["n"] for record in traces.find(UNIT)] == [0, 2, 1]


def test_what_was_used_a_moment_ago_is_left_alone(traces):
    traces.save(UNIT, {"n": 1})
    (record,) = traces.find(UNIT)
    traces.touch(record)
    assert Path(record.path).stat().st_mtime_ns == record.used


def test_only_the_newest_are_kept(traces, root, files_in):
    for n in range(KEPT + 5):
        traces.save(UNIT, {"n": n})
    assert [record["n"] for record in traces.find(UNIT)] == [*range(KEPT + 4, 4, -1)]
    assert len(files_in(root)) == KEPT


def test_the_same_record_is_kept_once(traces):
    traces.save(UNIT, {"n": 1})
    traces.save(UNIT, {"n": 1})
    assert traces.find(UNIT) == [{"n": 1}]


def test_a_truncation_at_any_length_is_noticed(root, files_in):
    Traces(root, KEY).save(UNIT, {"n": 1})
    path = only(files_in(root))
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        traces = Traces(root, KEY)
        assert traces.find(UNIT) == []
        assert traces.damaged == [str(path)]
        assert not path.exists()


def test_a_flipped_bit_anywhere_is_noticed(root, files_in):
    Traces(root, KEY).save(UNIT, {"n": 1})
    path = only(files_in(root))
    data = path.read_bytes()
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 1 << place % 8
        path.write_bytes(altered)
        traces = Traces(root, KEY)
        assert traces.find(UNIT) == []
        assert traces.damaged == [str(path)]


def test_what_was_appended_is_noticed(traces, root, files_in):
    traces.save(UNIT, {"n": 1})
    with only(files_in(root)).open("ab") as file:
        file.write(b" ")
    assert traces.find(UNIT) == []


def test_a_damaged_trace_does_not_hide_the_others(traces, root):
    traces.save(UNIT, {"n": 1})
    traces.save(UNIT, {"n": 2})
    newest = traces.find(UNIT)[0].path
    Path(newest).write_bytes(b"?")
    assert traces.find(UNIT) == [{"n": 1}]
    assert traces.damaged == [newest]


def test_a_trace_is_not_good_for_another_unit(traces, root, files_in):
    traces.save(UNIT, {"n": 1})
    path = only(files_in(root))
    path.rename(path.with_name(path.name.replace(UNIT, OTHER)))
    assert Traces(root, KEY).find(OTHER) == []


def test_what_has_no_seal_of_ours_is_not_believed(traces, root, files_in):
    traces.save(UNIT, {"n": 1})
    path = only(files_in(root))
    theirs = Traces(root.parent / "theirs", bytes(32))
    theirs.save(UNIT, {"n": 666})
    path.write_bytes(only(files_in(root.parent / "theirs")).read_bytes())
    assert traces.find(UNIT) == []


def test_traces_of_another_key_are_left_alone(traces, root):
    theirs = Traces(root, bytes(32))
    theirs.save(UNIT, {"n": 1})
    traces.save(UNIT, {"n": 2})
    assert traces.find(UNIT) == [{"n": 2}]
    assert traces.damaged == []
    assert theirs.find(UNIT) == [{"n": 1}]


def test_a_trace_that_another_process_removes_is_not_found(traces, root, files_in):
    traces.save(UNIT, {"n": 1})
    only(files_in(root)).unlink()
    assert traces.find(UNIT) == []
    assert traces.damaged == []


def test_json_cannot_hold_it(traces):
    with pytest.raises(TypeError):
        traces.save(UNIT, {"n": object()})
    assert traces.find(UNIT) == []


def test_documents_are_replaced(traces, root, files_in):
    for n in range(3):
        traces.save_record("build/of this", {"n": n})
    assert Traces(root, KEY).load_record("build/of this") == {"n": 2}
    assert len(files_in(root)) == 1


def test_a_document_that_is_not_there(traces):
    assert traces.load_record("last") is None
    assert traces.damaged == []


def test_a_damaged_document_is_noticed(traces, root, files_in):
    traces.save_record("last", {"n": 1})
    path = only(files_in(root))
    path.write_bytes(path.read_bytes()[:32] + json.dumps({"n": 2}).encode())
    assert traces.load_record("last") is None
    assert traces.damaged == [str(path)]
