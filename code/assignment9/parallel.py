# Extracted by treadle from assignment9.pmd: edit that, not this file. [98a7117b2c29f3b5]

# %% assignment9.pmd:511-553 parallel
"""Independent trainings side by side, each in a process and a thread of its own."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import torch

MOST_PROCESSES = 4  # each takes most of a gigabyte
T = TypeVar("T")


def side_by_side(function: Callable[..., T], shared: object, jobs: Sequence[tuple]) -> list[T]:
    """`[function(shared, *job) for job in jobs]`, as many at a time as there are processors.

    `function` and what the jobs name must be importable; `shared` holds the data, tensors in
    tuples. One thread each: threads of one small model wait for one another, the more so the
    busier the machine. And sums of one thread are the same on every number of processors.
    """
    processes = min(len(jobs), os.cpu_count() or 1, MOST_PROCESSES)
    spawn = get_context("spawn")  # a fork of a process that has run torch can hang
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shared.pt"
        torch.save(shared, path)
        with ProcessPoolExecutor(processes, spawn) as pool:
            results = pool.map(run, [(function, path, job) for job in jobs])
            return [pickle.loads(result) for result in results]


def run(call: tuple[Callable[..., object], Path, tuple]) -> bytes:
    """Do one job, in its process."""
    function, path, job = call
    torch.set_num_threads(1)
    shared = torch.load(path, mmap=True)
    # A plain pickle copies tensors; those of multiprocessing go through shared memory, often small.
    return pickle.dumps(function(shared, *job))
