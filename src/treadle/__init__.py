"""Treadle: a LaTeX-first report generator with literate Python code.

    report = treadle.build("report.pmd", out="build", params={"epochs": 3})
    for problem in report.problems:
        print(problem)  # report.pmd:12: error: ...
    print(report.written)  # .../build/report.tex, .../build/report.pdf

What is wrong with a document is told, not raised: every function returns problems. Raised is
OSError, for a full disk and the like. Heavy imports wait until a function is called.
"""

from __future__ import annotations

import sys

# msgspec takes typing_extensions where it can, in vain on this Python: it loads for longer than
# msgspec itself, and would look as if the document's code had loaded it.
if "typing_extensions" not in sys.modules:
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    import msgspec as msgspec

    del sys.modules["typing_extensions"]

TYPE_CHECKING = False  # as type checkers read it; `typing` is not needed for that
if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from typing import Literal

    from treadle.app import __version__ as __version__
    from treadle.app.listener import Listener
    from treadle.app.report import Report
    from treadle.app.request import Request
    from treadle.app.verify.verify import Verified
    from treadle.app.why import Explained
    from treadle.press.tangle.write import Tangled
    from treadle.problem import Problem, Severity, Span

    StrPath = str | PathLike[str]
    Params = Mapping[str, object]  # strings, numbers and booleans by name

__all__ = ["Listener", "Problem", "Report", "Severity", "Span"]
__all__ += ["build", "check", "tangle", "verify", "why"]

# Every worker imports this file, for what is below it: so nothing is loaded before it is used.
_LATER = {"Listener": "treadle.app.listener", "Report": "treadle.app.report"}
_LATER |= dict.fromkeys(("Problem", "Severity", "Span"), "treadle.problem")
_LATER |= {"__version__": "treadle.app"}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    __import__(_LATER[name])
    return getattr(sys.modules[_LATER[name]], name)


def build(
    path: StrPath,
    out: StrPath = "build",
    to: Literal["tex", "pdf"] = "pdf",
    params: Params | None = None,
    listener: Listener | None = None,
    *,
    code: StrPath = "code",
    cache: bool = True,
    python: StrPath | None = None,
) -> Report:
    """Build the document at `path` into the folder `out`: its LaTeX, and with `to="pdf"` its PDF.

    `params` stand in the place of those of the front matter. Modules of the document are extracted
    to the folder `code`. Without `cache` every chunk runs, and nothing is kept for later builds.
    `python` is the interpreter, or its environment, that runs the code. Of a report with errors
    nothing is written to `out`.
    """
    from pathlib import Path

    from treadle.app.last_build import nothing_to_do
    from treadle.app.request import Request, Target

    request = Request(
        Path(path),
        Path(out),
        Target(to),
        Path(code),
        params or {},
        cache,
        python=None if python is None else str(python),
    )
    if (report := nothing_to_do(request)) is not None:
        return report
    from treadle.app.build import build as build_document  # all that a build needs takes a while

    return build_document(request, listener)


def check(path: StrPath, out: StrPath = "build", params: Params | None = None) -> Report:
    """The problems of a document that reading it tells; nothing is run or written.

    Of a sound one, what a strict reader would ask. `out`: where builds of it go.
    """
    from pathlib import Path

    from treadle.app.check import check as check_document
    from treadle.app.request import Request

    return check_document(Request(Path(path), Path(out), params=params or {}))


def why(
    path: StrPath,
    out: StrPath = "build",
    params: Params | None = None,
    *,
    code: StrPath = "code",
    python: StrPath | None = None,
) -> Explained:
    """What a build would do with each chunk, and why. Nothing is run; modules are extracted."""
    from treadle.app.why import explain

    return explain(_request(path, out, code, params, python))


def verify(
    path: StrPath,
    out: StrPath = "build",
    params: Params | None = None,
    listener: Listener | None = None,
    *,
    code: StrPath = "code",
    python: StrPath | None = None,
) -> Verified:
    """Whether the last build in `out` is, byte for byte, what a clean build gives.

    That is made of a copy of the document's folder, with the parameters of the last build; nothing
    is changed but the record of that, which tells the result.
    """
    from treadle.app.verify.verify import verify as verify_document

    return verify_document(_request(path, out, code, params, python), listener)


def _request(
    path: StrPath, out: StrPath, code: StrPath, params: Params | None, python: StrPath | None
) -> Request:
    from pathlib import Path

    from treadle.app.request import Request

    chosen = None if python is None else str(python)
    return Request(Path(path), Path(out), code_dir=Path(code), params=params or {}, python=chosen)


def tangle(path: StrPath, code: StrPath = "code") -> Tangled:
    """Extract the modules and tests of a document into the folder `code`."""
    from pathlib import Path

    from treadle.app.prepare import tangle_file

    return tangle_file(Path(path), Path(code))
