# Extracted by treadle from assignment9.pmd: edit that, not this file. [5239e0fc1df18cd5]

# %% assignment9.pmd:699-739 tracing
"""The sizes inside a running model, seen by forward hooks."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Step:
    """One layer that ran: its class, the shape it gave, its number of parameters."""

    layer: nn.Module
    shape: tuple[int, ...]  # of its output, without the batch
    parameters: int

    @property
    def name(self) -> str:
        """The layer's class, such as "Conv2d"."""
        return type(self.layer).__name__


@torch.no_grad()
def trace(model: nn.Module, *inputs: torch.Tensor) -> list[Step]:
    """Run the model on a batch; every layer without sub-layers, in the order they ran."""
    steps: list[Step] = []

    def note(layer: nn.Module, _: object, output: torch.Tensor) -> None:
        parameters = sum(p.numel() for p in layer.parameters())
        steps.append(Step(layer, tuple(output.shape[1:]), parameters))

    leaves = [layer for layer in model.modules() if not list(layer.children())]
    handles = [leaf.register_forward_hook(note) for leaf in leaves]
    try:
        model(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    return steps
