"""Treadle: a LaTeX-first report generator with literate Python code."""

import sys

__version__ = "0.1.0"

# msgspec takes typing_extensions where it can, in vain on this Python: it loads for longer than
# msgspec itself, and would look as if the document's code had loaded it.
if "typing_extensions" not in sys.modules:
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    import msgspec as msgspec

    del sys.modules["typing_extensions"]
