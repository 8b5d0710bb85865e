# Extracted by treadle from assignment9.pmd: edit that, not this file. [e72a12b0c283aeda]

# %% assignment9.pmd:2078-2147 batching
"""Labelled texts as tensors in memory, and the ways to cut them into batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torchtext.vocab import Vocab

from assignment9.vocabulary import PAD, UNKNOWN, encode


@dataclass(frozen=True)
class Texts:
    """N encoded texts, padded on the right to the longest."""

    tokens: Tensor  # (N, T) integers, PAD after the end of a text
    lengths: Tensor  # (N,) integers, all at least 1
    labels: Tensor  # (N,) 0.0 or 1.0

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.lengths)

    def at(self, rows: Tensor) -> Texts:
        """The texts in `rows`, with no more padding than the longest of them needs."""
        lengths = self.lengths[rows]
        return Texts(self.tokens[rows, : int(lengths.max())], lengths, self.labels[rows])


def encode_all(pairs: Sequence[tuple[str, int]], vocabulary: Vocab, longest: int) -> Texts:
    """The (text, label) pairs as tensors; texts are cut after `longest` words."""
    rows = [torch.tensor(encode(text, vocabulary, longest)) for text, _ in pairs]
    return Texts(
        torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD),
        torch.tensor([len(row) for row in rows]),
        torch.tensor([float(label) for _, label in pairs]),
    )


Order = Callable[[Tensor, int, torch.Generator], Iterator[Tensor]]


def random_batches(lengths: Tensor, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """The rows of each batch: a random order, cut into pieces of `size`."""
    yield from torch.randperm(len(lengths), generator=generator).split(size)


def batches_of_similar_length(
    lengths: Tensor, size: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """The rows of each batch: sorted by length, ties broken anew each time; batches shuffled."""
    noise = 2 * torch.rand(len(lengths), generator=generator)  # mixes neighbouring lengths
    pieces = torch.argsort(lengths + noise).split(size)
    for piece in torch.randperm(len(pieces), generator=generator).tolist():
        yield pieces[piece]


def padded_share(lengths: Tensor, batches: Iterator[Tensor]) -> float:
    """The share of all positions in these batches that is padding."""
    positions = sum(len(rows) * int(lengths[rows].max()) for rows in batches)
    return 1 - int(lengths.sum()) / positions


def drop_words(tokens: Tensor, rate: float, generator: torch.Generator) -> Tensor:
    """`tokens` with a share `rate` of the words made unknown; padding stays padding."""
    dropped = torch.rand(tokens.shape, generator=generator) < rate
    return tokens.masked_fill(dropped & (tokens != PAD), UNKNOWN)
