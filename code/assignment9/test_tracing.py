# Extracted by treadle from assignment9.pmd: edit that, not this file. [e963cdd80312ecff]

# %% assignment9.pmd:954-979 tracing-tests
"""Traced sizes, and the linear code the autoencoders are compared with."""

import torch
from torch import nn

from assignment9.pca import fit_pca, reconstruct
from assignment9.tracing import trace


def test_trace_sees_every_layer_once() -> None:
    """Shapes and counts of the leaves in the order they ran; the hooks are gone afterwards."""
    model = nn.Sequential(nn.Sequential(nn.Linear(4, 3), nn.SELU()), nn.Linear(3, 2, bias=False))
    steps = trace(model, torch.zeros(5, 4))
    seen = [(step.name, step.shape, step.parameters) for step in steps]
    assert seen == [("Linear", (3,), 15), ("SELU", (3,), 0), ("Linear", (2,), 6)]
    model(torch.zeros(5, 4))
    assert len(steps) == 3


def test_pca_is_the_truncated_svd() -> None:
    """The reconstruction with k axes is the best of rank k, as the SVD gives it."""
    x = torch.randn(200, 12, generator=torch.Generator().manual_seed(0)) @ torch.randn(12, 12)
    u, s, vt = torch.linalg.svd(x - x.mean(0), full_matrices=False)
    best = (u[:, :4] * s[:4]) @ vt[:4] + x.mean(0)
    assert torch.allclose(reconstruct(fit_pca(x), x, 4), best, atol=1e-3)
    assert torch.allclose(reconstruct(fit_pca(x), x, 12), x, atol=1e-4)
