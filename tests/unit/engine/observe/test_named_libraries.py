"""What names lead to, found out without calling anything of the user's."""

from __future__ import annotations

import logging
from typing import Any

from treadle.engine.observe.named_libraries import name_in_process


def test_a_logger_is_known_by_its_name():
    assert name_in_process(logging.getLogger("a")) == "logging.getLogger('a')"


def test_to_look_is_not_to_call_what_the_user_wrote():
    calls = []

    class Mine:
        def __reduce__(self) -> Any:
            calls.append(1)
            return logging.getLogger, ("a",)

    assert name_in_process(Mine()) == ""
    assert not calls
