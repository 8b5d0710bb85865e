# Extracted by treadle from assignment9.pmd: edit that, not this file. [d0dcf907715a5145]

# %% assignment9.pmd:557-660 training
"""Training loops for models whose data fit in memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

EVALUATION_BATCH = 1000
MOMENTUM = (0.85, 0.95)  # the range of Adam's beta_1 over the cycle: low where the rate is high


@dataclass(frozen=True)
class Recipe:
    """How a model is trained."""

    epochs: int
    batch_size: int
    peak_rate: float  # the learning rate at the top of its one cycle


@dataclass(frozen=True)
class History:
    """Loss after every epoch, in nats a pixel."""

    train: list[float] = field(default_factory=list)  # on the first images of the training set
    test: list[float] = field(default_factory=list)  # on the images held out


def seed_everything(seed: int) -> None:
    """Seed the generators of Python, NumPy and PyTorch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def minibatches(n: int, size: int) -> Iterator[torch.Tensor]:
    """A random permutation of 0 .. n-1, cut into batches; what is left over is dropped."""
    yield from torch.randperm(n)[: n - n % size].split(size)


def fit(model: nn.Module, train: torch.Tensor, held_out: torch.Tensor, recipe: Recipe) -> History:
    """Train an autoencoder on images with values in [0, 1], which are its input and its target.

    Adam, with one cycle of the learning rate over the whole training. The images are indexed by
    a permutation where they lie: no data loader copies them one by one.
    """
    size = min(recipe.batch_size, len(train))
    steps = recipe.epochs * (len(train) // size)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        recipe.peak_rate,
        total_steps=steps,
        base_momentum=MOMENTUM[0],
        max_momentum=MOMENTUM[1],
    )
    history = History()
    for epoch in range(recipe.epochs):
        model.train()
        for indices in minibatches(len(train), size):
            x = train[indices]
            optimizer.zero_grad()
            reconstruction_loss(model(x), x).backward()
            optimizer.step()
            schedule.step()
        history.train.append(evaluate(model, train[: len(held_out)])[0])
        history.test.append(evaluate(model, held_out)[0])
        print(f"epoch {epoch + 1}/{recipe.epochs}: test loss {history.test[-1]:.4f}", flush=True)
    return history


def fit_from_seed(
    images: tuple[torch.Tensor, torch.Tensor],
    make: Callable[[], nn.Module],
    seed: int,
    recipe: Recipe,
) -> tuple[nn.Module, History]:
    """A model made and fitted from one seed to the first images, watched on the second."""
    seed_everything(seed)
    model = make()
    return model, fit(model, *images, recipe)


@torch.no_grad()
def evaluate(model: nn.Module, images: torch.Tensor) -> tuple[float, float]:
    """Mean binary cross-entropy (nats a pixel) and mean squared error a pixel."""
    model.eval()
    entropy = square = 0.0
    for x in images.split(EVALUATION_BATCH):
        logits = model(x)
        entropy += reconstruction_loss(logits, x).item() * len(x)
        square += F.mse_loss(logits.sigmoid(), x).item() * len(x)
    return entropy / len(images), square / len(images)


def entropy_floor(images: torch.Tensor) -> float:
    """The least possible reconstruction loss: that of a perfect reconstruction."""
    return F.binary_cross_entropy(images, images).item()


# %% assignment9.pmd:1143-1145 loss
def reconstruction_loss(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy of the pixels x in [0, 1], the sigmoid included; mean over all."""
    return F.binary_cross_entropy_with_logits(logits, x)
