"""Modules whose import is nothing that a document can notice."""

from __future__ import annotations

import subprocess
import sys

from treadle.engine.plan.imports import QUIET

_WATCHING = """
import sys
import os
seen = []
def audit(event, arguments):
    if event in ("os.listdir", "os.scandir"):  # the import system's own, of its folders
        if sys._getframe(1).f_globals["__name__"] != "importlib._bootstrap_external":
            if "importlib" not in sys._getframe(1).f_code.co_filename:
                seen.append((event, arguments))
    elif event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")):
        seen.append((event, arguments))
class Watched(type(os.environ)):
    def __getitem__(self, name):
        seen.append(("environment", name))
        return super().__getitem__(name)
    def __contains__(self, name):
        seen.append(("environment", name))
        return super().__contains__(name)
    def __iter__(self):
        seen.append(("environment", "*"))
        return super().__iter__()
os.environ.__class__ = Watched
settings = (list(sys.path), dict(vars(__import__("builtins"))), sys.displayhook, sys.excepthook)
sys.addaudithook(audit)
for name in sys.argv[1:]:
    __import__(name)
assert settings == (sys.path, vars(__import__("builtins")), sys.displayhook, sys.excepthook)
print(seen)
"""


def test_none_of_them_asks_or_tells_anything():
    command = [sys.executable, "-I", "-c", _WATCHING, *sorted(QUIET)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")
