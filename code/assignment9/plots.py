# Extracted by treadle from assignment9.pmd: edit that, not this file. [aa4fe7c3ab55a3bd]

# %% assignment9.pmd:743-842 plots
"""The figures of exercises 1 and 2, and the words that go with numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

from assignment9.training import History

TRAIN, TEST, QUIET = "#D55E00", "#0072B2", "#555555"  # told apart by all eyes
GAP = 3  # pixels between images
NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve")  # fmt: skip


def plot_losses(histories: Sequence[History], floor: float) -> Figure:
    """Test loss (lines) and training loss (rings, often on the lines) after each epoch."""
    figure, axes = plt.subplots(layout="constrained")
    for i, history in enumerate(histories):
        epochs = range(1, len(history.test) + 1)
        names = ("training images", "test images") if i == 0 else ("_", "_")
        axes.plot(epochs, history.test, "-", lw=1.2, color=TEST, label=names[1])
        axes.plot(epochs, history.train, "o", ms=4.5, mfc="none", color=TRAIN, label=names[0])
    axes.axhline(floor, color=QUIET, ls=":", lw=1)
    place = axes.get_yaxis_transform()  # x from 0 to 1 across the axes, y a loss
    label = f"perfect reconstruction: {floor:.4f}"
    axes.annotate(label, (0.99, floor), (0, 3), xycoords=place, textcoords="offset points",
                  ha="right", color=QUIET)
    axes.set(xlabel="epoch", ylabel="loss (nats a pixel)", xticks=epochs)
    axes.set_ylim(bottom=floor - 0.1 * (max(histories[0].test) - floor))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def plot_images(rows: Mapping[str, torch.Tensor]) -> Figure:
    """Rows of images (n, 784) under each other, each row with its name."""
    tiles = [tile(images.reshape(-1, 28, 28).numpy()) for images in rows.values()]
    sheet = np.concatenate(tiles)
    figure, axes = plt.subplots(layout="constrained")
    axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([(28 + GAP) * i + 14 for i in range(len(rows))], list(rows))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def tile(images: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28) side by side, paper between and below them."""
    return np.concatenate(np.pad(images, ((0, 0), (0, GAP), (0, GAP))), axis=1)


def in_words(n: int) -> str:
    """A number, in words up to twelve."""
    return f"{n:,}" if n >= len(NUMERALS) else NUMERALS[n]


def counted(n: int, noun: str) -> str:
    """A number in words, and a noun in the number it asks for."""
    return f"{in_words(n)} {noun}{'' if n == 1 else 's'}"


def spread(values: Sequence[float], digits: int) -> str:
    """The mean; if there are several values, also their range."""
    mean = f"{np.mean(values):.{digits}f}"
    if len(values) == 1:
        return mean
    return f"{mean} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def describe_losses(histories: Sequence[History], floor: float) -> str:
    """What the plot shows, for those who cannot see it."""
    ends = [np.mean([(h.test[i], h.train[i]) for h in histories], axis=0) for i in (0, -1)]
    (test, train), (last_test, last_train) = ends
    return (
        f"Loss against epoch: on test images from {test:.3f} to {last_test:.3f} on average, on "
        f"training images from {train:.3f} to {last_train:.3f}; a dotted line at {floor:.3f}."
    )


def describe_gap(histories: Sequence[History]) -> str:
    """What the end of the loss curves says about overfitting."""
    train = np.mean([history.train[-1] for history in histories])
    test = np.mean([history.test[-1] for history in histories])
    ends = f"At the end the loss is {train:.4f} on training and {test:.4f} on test images"
    if test - train < 0.02 * train:
        return f"{ends}: no sign of overfitting."
    return f"{ends}, {100 * (test / train - 1):.0f} % more."


def compare(mse: float, other: float, subject: str, rival: str) -> str:
    """A sentence that says which of two errors is less, and by how much."""
    if mse < other:
        return f"{subject} beats {rival}, whose MSE is {other / mse:.1f} times as large."
    return f"{subject} does not beat {rival}: its MSE is {mse / other:.1f} times as large."
