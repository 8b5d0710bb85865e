from treadle.engine.store.digest import unseen, variable


def test_variables():
    assert variable({}, "A") == ""
    assert variable({"A": ""}, "A") not in ("", variable({"A": "1"}, "A"))
    assert variable({"A": "1", "B": "2"}, "*") == variable({"B": "2", "A": "1"}, "*")
    assert variable({"A": "1"}, "*") != variable({"A": "2"}, "*")


def test_what_libraries_read_unseen():
    assert unseen({"SHLVL": "1"}) == unseen({})
    assert unseen({"SHLVL": "1"}, ["SHLVL"]) not in (unseen({}), unseen({"SHLVL": "2"}, ["SHLVL"]))
    for name in ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "LC_ALL", "TZ", "PYTHONPATH"):
        assert unseen({name: "1"}) not in (unseen({}), unseen({name: "2"}))
