# Extracted by treadle from assignment9.pmd: edit that, not this file. [03bf207509ffdcb0]

# %% assignment9.pmd:1033-1036 dense-imports
"""The autoencoders of exercises 1 and 2."""

import torch
from torch import nn


# %% assignment9.pmd:1040-1057 dense-model
class DenseAutoencoder(nn.Module):
    """784 -> 100 -> 30 -> 100 -> 784."""

    def __init__(self) -> None:
        """Weights ready for training."""
        super().__init__()
        self.encoder = nn.Sequential(  # SELU after both layers: the code is its output, too
            nn.Linear(784, 100), nn.SELU(), nn.Linear(100, 30), nn.SELU()
        )
        self.decoder = nn.Sequential(  # its last layer has no sigmoid: that is in the loss
            nn.Linear(30, 100), nn.SELU(), nn.Linear(100, 784)
        )
        lecun_normal(self)  # what SELU asks for: see Training

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of the pixels of B images."""
        z = self.encoder(x)  # (B, 784) -> (B, 30)
        return self.decoder(z)  # (B, 784)


# %% assignment9.pmd:1061-1083 lecun
def lecun_normal(model: nn.Module) -> None:
    """Weights from N(0, 1 / fan-in), biases zero: what SELU asks for."""
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, std=fan_in(layer) ** -0.5)
            nn.init.zeros_(layer.bias)


def dense_with_default_weights() -> DenseAutoencoder:
    """The dense autoencoder with the weights that nn.Linear comes with."""
    model = DenseAutoencoder()
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
    return model


def fan_in(layer: nn.Module) -> float:
    """How many inputs an output of the layer is a sum of, on average."""
    if isinstance(layer, nn.ConvTranspose2d):  # a stride of s: s * s outputs share a kernel
        a, b = layer.stride
        return layer.weight[:, 0].numel() / (a * b)
    return layer.weight[0].numel()


# %% assignment9.pmd:1426-1451 conv-model
def halve(channels: int, filters: int) -> tuple[nn.Module, ...]:
    """A stage of the encoder: the side becomes half, rounded down."""
    return nn.Conv2d(channels, filters, 3, padding="same"), nn.MaxPool2d(2), nn.SELU()


class ConvAutoencoder(nn.Module):
    """28 -> 14 -> 7 -> 3 with 16, 32, 64 channels, and back."""

    def __init__(self) -> None:
        """Weights ready for training."""
        super().__init__()
        self.encoder = nn.Sequential(*halve(1, 16), *halve(16, 32), *halve(32, 64))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 3, stride=2),
            nn.SELU(),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
            nn.SELU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
        )
        lecun_normal(self)
        self.to(memory_format=torch.channels_last)  # convolutions are faster so

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of the pixels."""
        z = self.encoder(x)  # (B, 1, 28, 28) -> (B, 64, 3, 3)
        return self.decoder(z)  # (B, 1, 28, 28)
