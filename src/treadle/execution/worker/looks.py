"""What of a step's result depends on more than values: on lines, and on how figures look."""

from __future__ import annotations

import os

from msgspec.structs import replace

from treadle.execution.result import ChunkResult, Figure, InlineResult, Result, Stepped, Stream


def with_looks(stepped: Stepped, file: str, *, styled: bool) -> Stepped:
    """`stepped`, told whether it names lines of `file` and whether it drew."""
    result = stepped.result
    drawn = isinstance(result, ChunkResult) and any(
        isinstance(output, Figure) for output in result.outputs
    )
    placed = result.failure is not None or _names(result, os.path.basename(file))  # noqa: PTH119
    if not (placed or drawn or styled):
        return stepped
    observed = replace(stepped.observed, placed=placed, styled=drawn or styled)
    return replace(stepped, observed=observed)


def _names(result: Result, file: str) -> bool:
    """Whether a text of the result names the file: a warning does, with the line."""
    if isinstance(result, InlineResult):
        return any(file in text for text in result.texts)
    return any(isinstance(output, Stream) and file in output.text for output in result.outputs)
