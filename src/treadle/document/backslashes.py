r"""Backslashes that a quoted string of Python or YAML takes for its own: `\f` of `\frac`."""

from __future__ import annotations

import re

# A line break may be meant, unless it begins a command such as `\nu` or `\newcommand`.
SWALLOWED = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029]"
    r"|\n(?=(?:u|abla|eq?|eg|ot|oindent|ew[a-z]+)(?![a-z]))"
)
