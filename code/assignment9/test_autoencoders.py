# Extracted by treadle from assignment9.pmd: edit that, not this file. [1ea8fc07e52d7f13]

# %% assignment9.pmd:1298-1402 dense-tests
"""Sizes, initial weights, loss and training of the autoencoders."""

import torch
import torch.nn.functional as F
from torch import nn

from assignment9.autoencoders import ConvAutoencoder, DenseAutoencoder, fan_in, lecun_normal
from assignment9.parallel import side_by_side
from assignment9.training import (
    Recipe,
    entropy_floor,
    evaluate,
    fit,
    fit_from_seed,
    minibatches,
    reconstruction_loss,
    seed_everything,
)


def test_dense_sizes() -> None:
    """784 -> 30 -> 784, with the parameters the sizes imply."""
    model = DenseAutoencoder()
    x = torch.rand(5, 784)
    assert model.encoder(x).shape == (5, 30)
    assert model(x).shape == x.shape
    expected = (784 + 1) * 100 + (100 + 1) * 30 + (30 + 1) * 100 + (100 + 1) * 784
    assert sum(p.numel() for p in model.parameters()) == expected


def test_conv_sizes() -> None:
    """28 -> 14 -> 7 -> 3 and back; the code is 576 numbers."""
    model = ConvAutoencoder()
    x = torch.rand(2, 1, 28, 28)
    assert model.encoder(x).shape == (2, 64, 3, 3)
    assert model(x).shape == x.shape


def test_lecun_normal_preserves_variance() -> None:
    """A sum of inputs of variance 1 has variance 1, also after a strided transposed convolution."""
    seed_everything(0)
    for layer, x in (
        (nn.Linear(400, 500), torch.randn(200, 400)),
        (nn.Conv2d(32, 64, 3), torch.randn(8, 32, 16, 16)),
        (nn.ConvTranspose2d(64, 32, 3, stride=2), torch.randn(8, 64, 16, 16)),
    ):
        lecun_normal(layer)
        y = layer(x)[..., 2:-2, 2:-2] if x.dim() == 4 else layer(x)
        assert abs(y.var().item() - 1) < 0.15, layer
        assert layer.bias.abs().max() == 0
    assert fan_in(nn.Linear(7, 3)) == 7


def test_loss_holds_the_sigmoid() -> None:
    """The loss of logits is the cross-entropy of their sigmoids, and finite far out."""
    x, logits = torch.rand(4, 784, dtype=torch.float64), torch.randn(4, 784, dtype=torch.float64)
    assert torch.isclose(
        reconstruction_loss(logits, x), F.binary_cross_entropy(logits.sigmoid(), x)
    )
    assert torch.isfinite(reconstruction_loss(1e4 * logits, x))


def test_floor_is_the_loss_of_a_perfect_reconstruction() -> None:
    """No logits have a smaller loss than those of the image itself."""
    x = torch.rand(3, 784, dtype=torch.float64).clamp(0.01, 0.99)
    assert abs(reconstruction_loss(x.logit(), x).item() - entropy_floor(x)) < 1e-9
    assert reconstruction_loss(x.logit() + 0.1, x).item() > entropy_floor(x)


def test_minibatches_partition() -> None:
    """No image twice in an epoch; only what fills no batch is left out."""
    batches = list(minibatches(103, 10))
    seen = torch.cat(batches)
    assert [len(batch) for batch in batches] == [10] * 10
    assert len(seen.unique()) == 100


def test_side_by_side_is_one_after_the_other() -> None:
    """Processes give what a loop gives, in the order of the jobs."""
    x = torch.rand(200, 784)
    recipe = Recipe(epochs=1, batch_size=20, peak_rate=5e-3)
    jobs = [(DenseAutoencoder, seed, recipe) for seed in (1, 2)]
    results = side_by_side(fit_from_seed, (x, x), jobs)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as they do: several round sums in another way
    loop = [fit_from_seed((x, x), *job) for job in jobs]
    torch.set_num_threads(threads)
    for (model, history), (alone, its_history) in zip(results, loop, strict=True):
        assert torch.equal(model.state_dict()["decoder.2.weight"], alone.decoder[2].weight)
        assert history.test == its_history.test


def test_fit_learns_and_repeats() -> None:
    """Training lowers the loss, and the same seed gives the same model."""
    x = torch.rand(64, 1, 784).round().expand(-1, 4, -1).reshape(256, 784)
    losses = []
    for _ in range(2):
        seed_everything(3)
        model = DenseAutoencoder()
        before = evaluate(model, x)[0]
        history = fit(model, x, x[:64], Recipe(epochs=3, batch_size=16, peak_rate=5e-3))
        assert len(history.train) == len(history.test) == 3
        assert history.train[-1] < 0.9 * before
        losses.append(history.test)
    assert losses[0] == losses[1]
