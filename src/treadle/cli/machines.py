"""Problems for programs: a JSON object a line, or an annotation of a GitHub workflow a line."""

from __future__ import annotations

import json

from treadle.diagnostics import Diagnostic


def as_json(problem: Diagnostic) -> str:
    """One line of JSON: file, line, end_line, column (0: none), severity, message, hint."""
    span = problem.span
    values = {
        "file": span.file,
        "line": span.line,
        "end_line": span.end_line,
        "column": span.column,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
    }
    return json.dumps(values)


def as_annotation(problem: Diagnostic) -> str:
    """A workflow command, which GitHub shows beside the line: `::error file=a.pmd,line=3::...`."""
    span = problem.span
    values = {"file": span.file, "line": str(span.line), "endLine": str(span.end_line)}
    if span.column:
        values["col"] = str(span.column)
    properties = ",".join(f"{name}={_property(value)}" for name, value in values.items())
    words = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return f"::{problem.severity.value} {properties}::{_data(words)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
