# Extracted by treadle from assignment9.pmd: edit that, not this file. [fa7ec978fb61e280]

# %% assignment9.pmd:2151-2291 classifying
"""Training and judging a classifier of texts; validation chooses the epoch, test never does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from assignment9.batching import Order, Texts, batches_of_similar_length, drop_words
from assignment9.training import seed_everything


@dataclass(frozen=True)
class Settings:
    """How to train; `order` is a way to cut the texts into batches."""

    epochs: int
    learning_rate: float = 5e-4
    word_dropout: float = 0.1
    clip: float = 1.0  # largest norm of the gradient
    batch_size: int = 64
    order: Order = batches_of_similar_length


@dataclass(frozen=True)
class Score:
    """Mean loss in nats and share of right answers on a set of texts."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class Curves:
    """The scores after each epoch, and the epoch (from 1) whose weights were kept."""

    train: tuple[Score, ...]
    validation: tuple[Score, ...]
    best_epoch: int


def log_odds(output: Tensor) -> Tensor:
    """One logit a text from a model with one output, (B,), or one a class, (B, 2)."""
    return output if output.dim() == 1 else output[:, 1] - output[:, 0]


@torch.no_grad()
def predict(model: nn.Module, texts: Texts, order: Order = batches_of_similar_length) -> Tensor:
    """The logit of each text, (N,), dropout off."""
    model.eval()
    logits = torch.empty(len(texts))
    for rows in order(texts.lengths, 256, torch.Generator().manual_seed(0)):
        batch = texts.at(rows)
        logits[rows] = log_odds(model(batch.tokens, batch.lengths))
    return logits


def score(logits: Tensor, labels: Tensor) -> Score:
    """Binary cross-entropy and accuracy; a logit of 0 or less says negative."""
    loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
    return Score(float(loss), float(((logits > 0) == (labels > 0.5)).float().mean()))


@dataclass(frozen=True)
class Run:
    """A trained model, how its training went, and its logits on the test texts."""

    model: nn.Module
    curves: Curves
    logits: Tensor


def merit(score: Score) -> tuple[float, float]:
    """What chooses the epoch: accuracy, then loss."""
    return score.accuracy, -score.loss


def run_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    texts: Texts,
    settings: Settings,
    generator: torch.Generator,
) -> None:
    """One pass of gradient steps over `texts`."""
    model.train()
    for rows in settings.order(texts.lengths, settings.batch_size, generator):
        batch = texts.at(rows)
        tokens = drop_words(batch.tokens, settings.word_dropout, generator)
        logits = log_odds(model(tokens, batch.lengths))
        loss = nn.functional.binary_cross_entropy_with_logits(logits, batch.labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()


def fit_classifier(
    model: nn.Module, train: Texts, validation: Texts, settings: Settings, seed: int
) -> Curves:
    """Train with Adam; leave in `model` the weights of the epoch with the best validation accuracy.

    The training scores are those of as many training texts as there are validation texts.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=True)
    scores: tuple[list[Score], list[Score]] = ([], [])
    sample = train.at(torch.arange(min(len(train), len(validation))))
    best, weights = 0, copy.deepcopy(model.state_dict())
    for epoch in range(settings.epochs):
        run_epoch(model, optimizer, train, settings, generator)
        for texts, kept in zip((sample, validation), scores, strict=True):
            kept.append(score(predict(model, texts, settings.order), texts.labels))
        print(f"epoch {epoch + 1}: validation {scores[1][-1]}", flush=True)
        if max(scores[1], key=merit) is scores[1][-1]:
            best, weights = epoch, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    return Curves(tuple(scores[0]), tuple(scores[1]), best + 1)


Tensors = tuple[Tensor, Tensor, Tensor]  # of a Texts


def train_run(
    data: tuple[Tensors, Tensors, Tensors],
    make: Callable[[], nn.Module],
    seed: int,
    settings: Settings,
) -> Run:
    """Make a model, train it, and let it answer the test texts, all from one seed.

    `data` are the training, validation and test texts.
    """
    train, validation, test = (Texts(*tensors) for tensors in data)
    seed_everything(seed)
    model = make()
    curves = fit_classifier(model, train, validation, settings, seed)
    return Run(model, curves, predict(model, test, settings.order))
