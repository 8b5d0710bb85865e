# Extracted by treadle from assignment9.pmd: edit that, not this file. [82d4611eea4b9c63]

# %% assignment9.pmd:2487-2500 elman-imports
"""An Elman network that classifies texts, and its equations in NumPy."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from assignment9.vocabulary import PAD


def state_at_last_word(states: Tensor, lengths: Tensor) -> Tensor:
    """The states h_n of texts of different lengths n."""
    return states[torch.arange(len(states)), lengths - 1]  # (B, T, H) -> (B, H)


# %% assignment9.pmd:2504-2522 elman
class ElmanClassifier(nn.Module):
    """Embedding, Elman recurrence, and a linear map of one state to one logit."""

    def __init__(self, V: int, M: int = 100, H: int = 256, dropout: float = 0.5,
                 read: Callable = state_at_last_word) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, M, padding_idx=PAD)
        self.recurrence = nn.RNN(M, H, nonlinearity="tanh", batch_first=True)
        self.readout = nn.Linear(H, 1)
        self.dropout = nn.Dropout(dropout)
        self.read = read
        init_embedding(self.embedding)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """The logits (B,) of texts (B, T), padded after their lengths (B,)."""
        vectors = self.dropout(self.embedding(tokens))  # (B, T, M)
        states, _ = self.recurrence(vectors)  # (B, T, H)
        last = self.dropout(self.read(states, lengths))  # (B, H): states[b, lengths[b] - 1]
        return self.readout(last).squeeze(1)  # (B,)


# %% assignment9.pmd:2526-2540 elman-rest
def state_after_padding(states: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG001
    """The naive reading: the state at the end of the batch, (B, T, H) -> (B, H)."""
    return states[:, -1]


def init_embedding(embedding: nn.Embedding) -> None:
    """Small random vectors; that of padding is zero, and gets no gradient."""
    nn.init.normal_(embedding.weight, std=0.1)
    with torch.no_grad():
        embedding.weight[PAD] = 0


def elman_parameters(V: int, M: int, H: int) -> int:
    """Embedding VM; recurrence MH + H^2 and two biases of H; readout H + 1."""
    return V * M + (M * H + H * H + 2 * H) + (H + 1)


# %% assignment9.pmd:2544-2553 elman-numpy
def elman_in_numpy(w: list[int], P: dict[str, np.ndarray]) -> float:
    """The logit of one text; P holds the model's parameters by name."""
    h = np.zeros(len(P["recurrence.bias_hh_l0"]))
    for w_t in w:
        e_t = P["embedding.weight"][w_t]
        h = np.tanh(
            P["recurrence.weight_ih_l0"] @ e_t + P["recurrence.bias_ih_l0"]
            + P["recurrence.weight_hh_l0"] @ h + P["recurrence.bias_hh_l0"]
        )
    return float(P["readout.weight"][0] @ h + P["readout.bias"][0])
