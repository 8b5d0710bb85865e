"""What a path is said to be, and what a variable holds, as texts to compare.

The worker takes these texts when it observes a step, the command when it asks whether they
still hold: the same functions on both sides, as `FileDigests` for what files hold.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from treadle.engine.store.digest import combined, digest

ALL = "*"  # in place of a variable's name: the whole environment

_UNSEEN = frozenset(
    {"LANG", "LANGUAGE", "TZ", "MATPLOTLIBRC", "MPLCONFIGDIR", "MPLBACKEND", "LD_PRELOAD"}
    | {"PYTHONPATH", "PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONDEVMODE"}
    | {"PYTHONUTF8", "PYTHONSAFEPATH", "PYTHONINTMAXSTRDIGITS", "LD_LIBRARY_PATH"}
)
# Numerical libraries, their threads and their devices.
_UNSEEN_OF = (
    *("LC_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "GOTO_", "BLIS_", "VECLIB_"),
    *("NUMEXPR_", "NPY_", "ONEDNN_", "DNNL_", "ATEN_", "TORCH_", "PYTORCH_", "XLA_"),
    *("CUDA_", "CUBLAS_", "CUDNN_", "NVIDIA_TF32_", "HIP_", "ROCR_"),
)


def standing(path: str, how: str) -> str:
    """What is said about a path; empty: nothing is there.

    `how` is "kind", "size", "all" (mode and time as well), "link" (its kind, not followed) or
    "access N", N as `os.access` takes it.
    """
    if how.startswith("access "):
        return "yes" if os.access(path, int(how[7:])) else "no"
    try:
        found = os.lstat(path) if how == "link" else os.stat(path)
    except (OSError, ValueError):
        return ""
    return said(found, how, path)


def said(found: os.stat_result, how: str, path: str) -> str:
    """What `standing` says, from a status at hand."""
    mode = found.st_mode
    if how == "kind":
        return _kind(mode)
    if how == "link":
        return f"link to {os.readlink(path)}" if stat.S_ISLNK(mode) else _kind(mode)
    if how == "size":
        return f"{_kind(mode)} of {found.st_size}"
    return f"{_kind(mode)} of {found.st_size}, {mode:o}, {found.st_mtime_ns}"


def variable(environment: Mapping[str, str], name: str) -> str:
    """The digest of an environment variable's value, or of all; empty: it is not set."""
    if name == ALL:
        return combined(f"{each}={value}" for each, value in sorted(environment.items()))
    value = environment.get(name)
    return "" if value is None else digest(os.fsencode(value))


def unseen(environment: Mapping[str, str]) -> str:
    """The digest of the variables that C libraries and Python's start read, unobserved."""
    chosen = {each: environment[each] for each in environment if _is_unseen(each)}
    return variable(chosen, ALL)


def _is_unseen(name: str) -> bool:
    return name in _UNSEEN or name.startswith(_UNSEEN_OF)


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    return "folder" if stat.S_ISDIR(mode) else "other"
