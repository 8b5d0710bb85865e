# Extracted by treadle from assignment9.pmd: edit that, not this file. [85b66e4327c3b7f4]

# %% assignment9.pmd:664-695 pca
"""Principal component analysis: the best linear code of a given size."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class PCA:
    """The mean and the eigenvectors of the covariance, those of most variance first."""

    mean: torch.Tensor  # (d,)
    axes: torch.Tensor  # (d, d), one a column
    variances: torch.Tensor  # (d,), the eigenvalues


def fit_pca(x: torch.Tensor) -> PCA:
    """PCA of the rows of x (N, d), in double precision."""
    x = x.double()
    mean = x.mean(dim=0)
    covariance = (x.T @ x) / len(x) - torch.outer(mean, mean)  # (d, d)
    variances, axes = torch.linalg.eigh(covariance)  # in ascending order
    return PCA(mean, axes.flip(1), variances.flip(0).clamp(min=0))


def reconstruct(pca: PCA, x: torch.Tensor, k: int) -> torch.Tensor:
    """The rows of x (N, d) projected on the k leading axes, as float32."""
    axes = pca.axes[:, :k]  # (d, k)
    code = (x.double() - pca.mean) @ axes  # (N, k)
    return (code @ axes.T + pca.mean).float()
