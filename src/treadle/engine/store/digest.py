"""The digest all of the cache uses, BLAKE3 at memory speed: of bytes, of texts, of environment
variables; and keyed, as a seal."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping

from blake3 import blake3
from msgspec import msgpack

PARALLEL = 1 << 20  # bytes from which on more than one thread pays
SEAL = 32  # bytes of a keyed digest
FORMAT = "treadle 2"  # of what a store holds; another one does not see the entries of this one


def digest(*parts: bytes | bytearray | memoryview) -> str:
    """The digest of the concatenation of bytes: 64 hexadecimal digits."""
    if sum(map(len, parts)) < PARALLEL:
        return blake3(b"".join(parts)).hexdigest()
    hasher = blake3(max_threads=blake3.AUTO)
    for part in parts:
        hasher.update(part)
    return hasher.hexdigest()


def combined(parts: Iterable[str]) -> str:
    """The digest of several texts; their borders count."""
    texts = [*parts]
    try:
        data = msgpack.encode(texts)  # in C: a third of the time that joining them takes here
    except UnicodeEncodeError:  # half a character
        data = msgpack.encode([text.encode("utf-8", "surrogatepass") for text in texts])
    return blake3(data).hexdigest()


def sealed(data: bytes, purpose: str, key: bytes) -> bytes:
    """The data after a seal, a keyed digest that is good for this `purpose` alone.

    Only who knows the key can have written it.
    """
    return _seal(data, purpose, key) + data


def unsealed(data: bytes, purpose: str, key: bytes) -> bytes | None:
    """The data; None if it is not as it was sealed, or was sealed for another purpose."""
    body = data[SEAL:]
    return body if data[:SEAL] == _seal(body, purpose, key) else None


def key_name(key: bytes) -> str:
    """A name for the key and the format that tells nothing about the key."""
    return blake3(FORMAT.encode(), key=key).hexdigest()[:16]


def _seal(data: bytes, purpose: str, key: bytes) -> bytes:
    hasher = blake3(f"{FORMAT}\0{purpose}\0".encode("utf-8", "surrogatepass"), key=key)
    return hasher.update(data).digest()


# Environment variables: the worker and the command ask the same functions.

ALL = "*"  # in place of a variable's name: the whole environment

_UNSEEN = frozenset(
    {"LANG", "LANGUAGE", "TZ", "LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHASHSEED"}
    | {"PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONUTF8", "PYTHONSAFEPATH"}
    | {"PYTHONINTMAXSTRDIGITS"}
)
# Numerical libraries, their threads and their devices.
_UNSEEN_OF = (
    *("LC_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "GOTO_", "BLIS_", "VECLIB_"),
    *("NUMEXPR_", "NPY_", "ONEDNN_", "DNNL_", "ATEN_", "TORCH_", "PYTORCH_", "XLA_"),
    *("CUDA_", "CUBLAS_", "CUDNN_", "NVIDIA_TF32_", "HIP_", "ROCR_"),
)


_OF_SHELL = frozenset({"_", "OLDPWD", "PWD", "SHLVL"})


def variable(environment: Mapping[str, str], name: str) -> str:
    """The digest of an environment variable's value; empty: it is not set.

    Of all: `NAME=DIGEST` of each, with a NUL between two, but for the shell's own, which differ
    from one terminal to the next.
    """
    if name == ALL:
        names = sorted(environment.keys() - _OF_SHELL)
        return "\0".join(f"{each}={variable(environment, each)}" for each in names)
    value = environment.get(name)
    return "" if value is None else digest(os.fsencode(value))


def differing_variables(old: str, new: str) -> list[str]:
    """The names of the variables that differ between two digests of all."""
    pairs = {*old.split("\0")} ^ {*new.split("\0")}
    return sorted({pair.partition("=")[0] for pair in pairs if pair})


def unseen(environment: Mapping[str, str], more: Collection[str] = ()) -> str:
    """The digest of `more` variables and of those that C libraries and Python's start read."""
    chosen = {
        name: value
        for name, value in environment.items()
        if name in _UNSEEN or name in more or name.startswith(_UNSEEN_OF)
    }
    return _of_all(chosen)


def _of_all(variables: Mapping[str, str]) -> str:
    return combined(f"{name}={value}" for name, value in sorted(variables.items()))
