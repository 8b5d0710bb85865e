"""A process that runs steps under an `Observer`, as the worker does: hooks can't be removed."""

from __future__ import annotations

import builtins
import os
import sys
import traceback
from types import CodeType, ModuleType
from typing import Any

from treadle.engine.after_import import AfterImport
from treadle.engine.messages import decode, encode
from treadle.engine.observe.observer import Observer
from treadle.engine.observe.process_state import digest_of
from treadle.engine.trace import Observed, Trace
from treadle.engine.worker.fresh_imports import import_fresh_from


def main() -> None:
    """Read the setup and the steps, a line each; write what each step was seen to do."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    setup, *steps = [decode(line) for line in sys.stdin.buffer]
    module = ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = module
    os.chdir(setup.directory)
    sys.argv = [""]
    folders = [setup.code_path, setup.directory]
    observer = Observer(setup, _after_import(folders))
    for number, code in enumerate(steps):
        observer.begin(())
        compiled = compile(code, f"step-{number}", "exec")
        observer.runs(compiled, vars(module))
        _run(compiled, vars(module))
        observed = observer.finish()
        changes = [(change.words, digest_of(change.value)) for change in observer.changes()]
        fields = {name: getattr(observed, name) for name in observed.__struct_fields__}
        observed = Observed(**{**fields, "effects": (*observed.effects, *changes)})
        out.write(encode(Trace(observed=observed)))
        out.flush()


def _after_import(folders: list[str]) -> AfterImport:
    after_import = AfterImport()
    import_fresh_from(folders)
    sys.path[:0] = folders
    return after_import


def _run(code: CodeType, namespace: dict[str, Any]) -> None:
    try:
        exec(code, namespace)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
