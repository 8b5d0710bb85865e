"""A session's names without a session: what chunks would bind, and a store to keep it in."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from treadle.engine.messages import Load
from treadle.engine.store.blobs import Blobs
from treadle.engine.trace import Binding
from treadle.engine.values.types.handlers import ValueHandler
from treadle.engine.values.values import Values
from treadle.press.plugin import figures


class Session:
    """A `__main__` of its own, whose values are stored and restored."""

    def __init__(self, store: Path, handlers: Mapping[str, ValueHandler] | None = None) -> None:
        self.module = ModuleType("__main__")
        self.names: dict[str, Any] = self.module.__dict__
        self.names["__builtins__"] = builtins
        self.blobs = Blobs(store)
        self.own: set[str] = set()
        own = self.own.__contains__
        more = (handlers or {}, figures.OPAQUE, figures.SINGLETONS)
        self.values = Values(self.names, self.blobs, own, *more)

    def run(self, code: str) -> None:
        exec(compile(code, "chunk", "exec"), self.names)

    def get(self, expression: str) -> Any:
        return eval(expression, self.names)

    def token(self, code: str, name: str = "x") -> str:
        """The token of a name after the code ran."""
        self.run(code)
        token = self.values.token_of(name)
        assert token, self.values.tokens([name])
        return token

    def group(self, name: str, *others: str) -> Binding:
        return next(g for g in self.values.stored_groups([name, *others]) if name in g.names)

    def together(self, *names: str) -> list[tuple[str, ...]]:
        return [group.names for group in self.values.tokens(names)]

    def again(self, *names: str) -> None:
        """Store these names, forget them, and bind them again from the store."""
        groups = self.values.stored_groups(names)
        for group in groups:
            assert group.entry, group.trouble
            for name in group.names:
                del self.names[name]
        for group in groups:
            assert self.values.load(Load(group.entry, group.names, group.token))
        after = [(group.names, group.token) for group in self.values.tokens(names)]
        assert after == [(group.names, group.token) for group in groups]

    def trouble(self, code: str, name: str = "x") -> str:
        self.run(code)
        (group,) = self.values.stored_groups([name])
        assert not group.entry
        return group.trouble


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    made = Session(tmp_path / "store")
    monkeypatch.setitem(sys.modules, "__main__", made.module)
    yield made
    made.names.clear()
