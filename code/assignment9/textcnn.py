# Extracted by treadle from assignment9.pmd: edit that, not this file. [e51aa7ce5225dbf9]

# %% assignment9.pmd:3114-3120 textcnn-imports
"""A one-dimensional convolutional network that classifies texts."""

import torch
from torch import Tensor, nn

from assignment9.rnn import init_embedding
from assignment9.vocabulary import PAD


# %% assignment9.pmd:3124-3151 textcnn
class TextCNN(nn.Module):
    """Convolutions of several widths, max over time, a linear map to the classes."""

    def __init__(self, M: int, widths: tuple, channels: tuple, classes: int = 2,
                 V: int | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        # With V, texts are token numbers (B, T); without, they are X itself, (B, M, T).
        self.embedding = Columns(V, M, padding_idx=PAD) if V else nn.Identity()
        self.convolutions = nn.ModuleList(
            nn.Conv1d(M, C, k) for k, C in zip(widths, channels, strict=True)
        )
        self.pool = MaxOverTime()
        self.relu = nn.ReLU()
        self.readout = nn.Linear(sum(channels), classes)
        self.dropout = nn.Dropout(dropout)
        if V:
            init_embedding(self.embedding)

    def forward(self, texts: Tensor, lengths: Tensor) -> Tensor:
        """The logits (B, classes) of texts, padded after their lengths (B,)."""
        x = self.dropout(self.embedding(texts))  # (B, M, T)
        x = at_least_as_long(x, max(c.kernel_size[0] for c in self.convolutions))
        pooled = []
        for conv in self.convolutions:
            windows = lengths - conv.kernel_size[0] + 1  # (B,), without padding
            pooled.append(self.pool(conv(x), windows))  # (B, C_k, T - k + 1) -> (B, C_k)
        f = self.relu(torch.cat(pooled, dim=1))  # (B, C), C the sum of the C_k
        return self.readout(self.dropout(f))  # (B, classes)


# %% assignment9.pmd:3155-3184 textcnn-rest
class Columns(nn.Embedding):
    """Looks up the vectors of tokens (B, T) as the columns of (B, M, T)."""

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T) -> (B, M, T)."""
        return super().forward(tokens).transpose(1, 2)


class MaxOverTime(nn.Module):
    """The largest response of each channel, (B, C, T - k + 1) -> (B, C).

    Windows that reach into the padding don't count, but for the first window of a text that is
    shorter than the kernel: so the padding of a batch changes no answer.
    """

    def forward(self, maps: Tensor, windows: Tensor) -> Tensor:
        """`windows` says how many of them lie inside each text, (B,)."""
        outside = torch.arange(maps.shape[2]) >= windows.clamp(min=1)[:, None]  # (B, T - k + 1)
        return maps.masked_fill(outside[:, None], -torch.inf).amax(dim=2)


def at_least_as_long(x: Tensor, width: int) -> Tensor:
    """Zero vectors added at the end of (B, M, T) until T is at least `width`."""
    return nn.functional.pad(x, (0, max(0, width - x.shape[2])))


def textcnn_parameters(M: int, widths: tuple, channels: tuple, classes: int = 2, V: int = 0) -> int:
    """Embedding VM; kM weights and a bias for each channel of width k; the linear map."""
    kernels = sum((k * M + 1) * c for k, c in zip(widths, channels, strict=True))
    return V * M + kernels + (sum(channels) + 1) * classes
