"""How much faster the report trains than the usual first draft of a loop, in one run.

    python benchmarks/training_speed.py [--images 6400] [--texts 3200] [--rounds 2] [--threads 1]

Each model is trained for one pass over the same examples in two ways. Naive: images come one by
one out of torchvision's data set through a DataLoader; texts in random batches, each padded to
its own longest; Adam as it comes. Ours: tensors in memory indexed by a shuffled permutation,
fused Adam, `channels_last` for the convolutions; texts in batches of similar length. Needs the
extracted modules in `code/`. The best of the rounds counts: other work on the machine only adds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset

sys.path.insert(0, str(Path(__file__).parents[1] / "code"))

import torchvision

from assignment9.autoencoders import ConvAutoencoder, DenseAutoencoder
from assignment9.batching import Texts, batches_of_similar_length, encode_all, random_batches
from assignment9.cache import cache_dir
from assignment9.mnist import load_mnist
from assignment9.reviews import load_sentiment
from assignment9.rnn import ElmanClassifier
from assignment9.training import minibatches, reconstruction_loss
from assignment9.vocabulary import build_vocabulary

Pass = Callable[[], object]  # one pass over the examples, all set up
to_flat = torchvision.transforms.Lambda(torch.flatten)


@dataclass(frozen=True)
class Case:
    """A model and its two ways of training; the second is ours."""

    name: str
    naive: Pass
    ours: Pass


def train(model: nn.Module, losses: Callable[[nn.Module], Iterable[Tensor]], fused: bool) -> None:
    """One step of Adam for every loss."""
    optimizer = torch.optim.Adam(model.parameters(), fused=fused)
    for loss in losses(model):
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def dense_case(images: Tensor) -> Case:
    """Exercise 1, batches of 32."""
    x = images.reshape(len(images), -1)
    transform = torchvision.transforms.Compose([torchvision.transforms.ToTensor(), to_flat])
    return Case(
        "dense autoencoder",
        lambda: train(DenseAutoencoder(), loaded(transform, len(x), 32), fused=False),
        lambda: train(DenseAutoencoder(), indexed(x, 32), fused=True),
    )


def conv_case(images: Tensor) -> Case:
    """Exercise 2, batches of 64."""
    x = images[:, None].contiguous(memory_format=torch.channels_last)
    transform = torchvision.transforms.ToTensor()

    def ours() -> None:
        model = ConvAutoencoder().to(memory_format=torch.channels_last)
        train(model, indexed(x, 64), fused=True)

    return Case(
        "convolutional autoencoder",
        lambda: train(ConvAutoencoder(), loaded(transform, len(x), 64), fused=False),
        ours,
    )


def loaded(
    transform: Callable[[object], Tensor], n: int, size: int
) -> Callable[[nn.Module], Iterator[Tensor]]:
    """Losses on n images from a DataLoader."""
    data = Subset(torchvision.datasets.MNIST(cache_dir(), transform=transform), range(n))

    def losses(model: nn.Module) -> Iterator[Tensor]:
        for x, _ in DataLoader(data, batch_size=size, shuffle=True, drop_last=True):
            yield reconstruction_loss(model(x), x)

    return losses


def indexed(x: Tensor, size: int) -> Callable[[nn.Module], Iterator[Tensor]]:
    """Losses on images in memory."""

    def losses(model: nn.Module) -> Iterator[Tensor]:
        for rows in minibatches(len(x), size):
            batch = x[rows]
            yield reconstruction_loss(model(batch), batch)

    return losses


def recurrent_case(n: int) -> Case:
    """Exercise 4, batches of 64."""
    some = load_sentiment(seed=0).train[:n]
    vocabulary = build_vocabulary(text for text, _ in some)
    texts: Texts = encode_all(some, vocabulary, 300)
    generator = torch.Generator().manual_seed(0)

    def run(order: Callable[..., Iterator[Tensor]], fused: bool) -> None:
        def losses(model: nn.Module) -> Iterator[Tensor]:
            for rows in order(texts.lengths, 64, generator):
                batch = texts.at(rows)
                logits = model(batch.tokens, batch.lengths)
                yield nn.functional.binary_cross_entropy_with_logits(logits, batch.labels)

        train(ElmanClassifier(len(vocabulary)), losses, fused)

    return Case(
        "Elman network",
        lambda: run(random_batches, fused=False),
        lambda: run(batches_of_similar_length, fused=True),
    )


def seconds(run: Pass) -> float:
    """The wall time of one pass."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    """Time all cases, the two ways in turn, and print seconds and ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, default in (("images", 6400), ("texts", 3200), ("rounds", 2), ("threads", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    images = load_mnist()[0][: given.images] / 255
    print(f"{given.images} images, {given.texts} texts, {given.threads} threads; seconds a pass")
    for case in (dense_case(images), conv_case(images), recurrent_case(given.texts)):
        timed = [(seconds(case.naive), seconds(case.ours)) for _ in range(given.rounds)]
        naive, ours = (min(times) for times in zip(*timed, strict=True))
        print(f"{case.name:26} naive {naive:6.2f}  ours {ours:6.2f}  ratio {naive / ours:.1f}")


if __name__ == "__main__":
    main()
