"""How fast arrays and tensors are hashed, kept and loaded, beside copying as many bytes."""

from __future__ import annotations

import argparse
import itertools
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timing import Row, heading

BYTES = 400_000_000


def value_rows(folder: Path, rounds: int) -> Iterator[Row]:
    """GB/s for an array and a tensor of 400 MB; their bytes are others in every round."""
    import numpy as np
    import torch

    array = np.random.default_rng(0).integers(0, 2**62, BYTES // 8)
    copied = np.empty_like(array)
    np.copyto(copied, array)
    copying = rate(lambda: np.copyto(copied, array), rounds)
    yield Row("a bare copy of 400 MB in memory", copying, "GB/s")
    yield from _rows("array", array, folder / "array", rounds, copying)
    tensor = torch.from_numpy(array.astype(np.float32).repeat(2)[: BYTES // 4])
    yield from _rows("tensor", tensor, folder / "tensor", rounds, copying)
    yield from _peers(array, folder, rounds, copying)
    yield from _writing(array, folder, rounds, copying)


def nothing() -> None:
    """Done before each round."""


def rate(act: Callable[[], object], rounds: int, before: Callable[[], None] = nothing) -> float:
    """GB/s of `act` over 400 MB: the median."""
    times = []
    for _ in range(rounds):
        before()
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return BYTES / statistics.median(times) / 1e9


def _rows(kind: str, value: Any, folder: Path, rounds: int, copying: float) -> Iterator[Row]:  # noqa: ANN401
    from treadle.engine.messages import Load
    from treadle.engine.store.blobs import Blobs
    from treadle.engine.values.values import Values

    namespace = sys.modules["__main__"].__dict__
    namespace["value"] = value
    values = Values(namespace, Blobs(folder), lambda _: False)

    numbers = itertools.count()

    def change() -> None:
        value[0] = next(numbers)  # adding 1 to a large float would leave it as it is

    def beside(figure: float) -> str:
        return f"{figure / copying:.2f} of the bare copy"

    kept = rate(lambda: values.stored_groups(["value"]), rounds, change)
    yield Row(f"{kind}: hashed and kept, changed before", kept, "GB/s", beside=beside(kept))
    (group,) = values.stored_groups(["value"])
    if not group.entry:
        sys.exit(f"the {kind} was not kept: {group.trouble}")
    hashed = rate(lambda: values.stored_groups(["value"]), rounds)
    yield Row(f"{kind}: hashed, found the same", hashed, "GB/s", beside=beside(hashed))
    load = Load(group.entry, ("value",), group.token)

    def forget() -> None:
        namespace.pop("value", None)

    def restore() -> None:
        if not values.load(load):
            sys.exit(f"the {kind} did not come back")

    loaded = rate(restore, rounds, forget)
    yield Row(f"{kind}: loaded and verified", loaded, "GB/s", beside=beside(loaded))
    if not (namespace.pop("value") == value).all():
        sys.exit(f"the {kind} came back as another")


def _peers(array: Any, folder: Path, rounds: int, copying: float) -> Iterator[Row]:  # noqa: ANN401
    """What caches are commonly made of."""
    import joblib  # type: ignore[import-untyped]

    hashed = rate(lambda: joblib.hash(array), min(rounds, 3))
    yield Row("  joblib.hash of the array", hashed, "GB/s", beside=f"{hashed / copying:.2f}")
    path = folder / "array.pickle"
    path.write_bytes(pickle.dumps(array, protocol=5))
    loaded = rate(lambda: pickle.loads(path.read_bytes()), rounds)
    yield Row(
        "  pickle.loads of a file, unverified", loaded, "GB/s", beside=f"{loaded / copying:.2f}"
    )


def _writing(array: Any, folder: Path, rounds: int, copying: float) -> Iterator[Row]:  # noqa: ANN401
    """The floor of keeping: the bytes in a new file, each time."""
    numbers = itertools.count()

    def write() -> None:
        (folder / f"bare-{next(numbers)}").write_bytes(array.data)

    written = rate(write, rounds)
    yield Row("  a bare write to a new file", written, "GB/s", beside=f"{written / copying:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(heading())
    with tempfile.TemporaryDirectory() as name:
        for row in value_rows(Path(name), rounds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
