# Extracted by treadle from assignment9.pmd: edit that, not this file. [62bf0849c8b2ead7]

# %% assignment9.pmd:1683-1742 vae
"""Exercise 3: a variational autoencoder, the runnable twin of its pseudo-code."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class VAEConfig:
    """The sizes: those of the dense autoencoder of exercise 1."""

    n_pixels: int = 784
    n_hidden: int = 100
    n_code: int = 30


class VAE(nn.Module):
    """A Gaussian encoder q(z | x) and a decoder that gives one logit a pixel."""

    def __init__(self, config: VAEConfig) -> None:
        """Linear layers of the sizes in `config`."""
        super().__init__()
        self.hidden = nn.Linear(config.n_pixels, config.n_hidden)
        self.mu = nn.Linear(config.n_hidden, config.n_code)
        self.log_var = nn.Linear(config.n_hidden, config.n_code)
        self.expand = nn.Linear(config.n_code, config.n_hidden)
        self.logits = nn.Linear(config.n_hidden, config.n_pixels)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z | x)."""
        h = F.selu(self.hidden(x))  # (B, 100)
        return self.mu(h), self.log_var(h)  # (B, D) each

    def decode(self, z: Tensor) -> Tensor:
        """Logits of the pixels; their sigmoid is the reconstruction."""
        return self.logits(F.selu(self.expand(z)))  # (B, 784)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, reparameterise, decode: logits, mean and log variance."""
        mu, log_var = self.encode(x)  # x: (B, 784)
        z = reparameterise(mu, log_var)  # (B, D)
        return self.decode(z), mu, log_var


def reparameterise(mu: Tensor, log_var: Tensor) -> Tensor:
    """A sample of N(mu, exp(log_var)) through which gradients reach both arguments."""
    return mu + torch.exp(0.5 * log_var) * torch.randn_like(mu)  # (B, D)


def kl_to_prior(mu: Tensor, log_var: Tensor) -> Tensor:
    """KL(N(mu, exp(log_var)) || N(0, I)), summed over the code: one value an image."""
    return -0.5 * (1 + log_var - mu.square() - log_var.exp()).sum(dim=-1)  # (B,)


def vae_loss(x: Tensor, logits: Tensor, mu: Tensor, log_var: Tensor) -> Tensor:
    """The negative ELBO: sums over pixels and code, the mean over the images."""
    bce = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(dim=-1)  # (B,)
    return (bce + kl_to_prior(mu, log_var)).mean()
