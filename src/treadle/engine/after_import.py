"""What is done right after the user's code has imported a library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class AfterImport:
    """Calls a function with a module as soon as it has been imported, once."""

    def __init__(self) -> None:
        """Listen to imports from now on."""
        self._actions: dict[str, list[Callable[[ModuleType], None]]] = {}
        self._asking: set[str] = set()
        sys.meta_path.insert(0, self)

    def do(self, name: str, action: Callable[[ModuleType], None]) -> None:
        """Call `action(module)` after the import of `name`: now, where it is imported already."""
        module = sys.modules.get(name)
        if module is not None:
            action(module)
        else:
            self._actions.setdefault(name, []).append(action)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec the other finders give, its loader followed by the actions."""
        if name not in self._actions or name in self._asking:
            return None
        self._asking.add(name)  # another one of this kind asks all finders, this one among them
        try:
            specs = (finder.find_spec(name, path, target) for finder in sys.meta_path)
            spec = next((each for each in specs if each is not None), None)
        finally:
            self._asking.discard(name)
        if spec is not None:
            self._follow(name, spec)
        return spec

    def _follow(self, name: str, spec: ModuleSpec) -> None:
        loader = spec.loader
        if loader is None:
            return
        run = loader.exec_module

        def run_and_act(module: ModuleType) -> None:
            run(module)
            for action in self._actions.pop(name, ()):
                action(module)

        # On the instance: the loader keeps its type, which resources and pickles look at.
        loader.exec_module = run_and_act  # type: ignore[method-assign]
