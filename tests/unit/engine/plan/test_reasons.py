from treadle.engine.plan.reasons import UNKNOWN, reasons

BASE = {"program": "p", "code": "c", "options": "o", "seed": "1", "name x": "t", "params n": "3"}


def told(old, new):
    return list(reasons(old, new, lambda name: f"the maker of {name}", str))


def test_nothing_changed():
    assert told(BASE, BASE) == []


def test_each_part_has_its_words():
    assert told(BASE, {**BASE, "code": "d"}) == ["its code changed"]
    assert told(BASE, {**BASE, "name x": "u"}) == ["`x` changed: the maker of x"]
    assert told(BASE, {**BASE, "params n": "4"}) == ["the parameter `n` changed"]
    assert told(BASE, {**BASE, "name y": "t"}) == ["it now uses `y`: the maker of y"]
    assert told({**BASE, "name y": "t"}, BASE) == ["`y` is no longer there, or no longer used"]
    symbol = "symbol helpers:f"
    assert told({**BASE, symbol: "1"}, {**BASE, symbol: "2"}) == ["`f` in module helpers changed"]
    effect = "process numpy's print options"
    assert told({**BASE, effect: "1"}, {**BASE, effect: "2"}) == ["numpy's print options changed"]


def test_another_program_explains_it_all():
    [only] = told(BASE, {**BASE, "program": "q", "code": "d", "name x": "u"})
    assert only.startswith("Python")


def test_what_is_not_computed_yet_explains_the_rest():
    found = told(BASE, {**BASE, "name x": f"{UNKNOWN}3", "symbol helpers:f": "2"})
    assert found == ["`x` is computed anew by the maker of x"]
