# Extracted by treadle from assignment9.pmd: edit that, not this file. [d90542aaeb3ace84]

# %% assignment9.pmd:1965-2041 vae-tests
"""The twin does what the pseudo-code of exercise 3 says."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from assignment9.vae import VAE, VAEConfig, kl_to_prior, reparameterise, vae_loss

BATCH = 8


@pytest.fixture
def vae():
    torch.manual_seed(0)
    return VAE(VAEConfig())


@pytest.fixture
def images():
    torch.manual_seed(1)
    return torch.rand(BATCH, 784)


def test_the_forward_pass_has_the_sizes_of_the_pseudo_code(vae, images):
    logits, mu, log_var = vae(images)
    assert logits.shape == (BATCH, 784)
    assert mu.shape == log_var.shape == (BATCH, 30)


def test_the_gradient_of_the_loss_reaches_mean_log_variance_and_every_weight(vae, images):
    logits, mu, log_var = vae(images)
    mu.retain_grad()
    log_var.retain_grad()
    vae_loss(images, logits, mu, log_var).backward()
    for tensor in (mu, log_var):
        assert tensor.grad.ne(0).all()
    for name, parameter in vae.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_the_sample_carries_the_derivatives_that_the_text_states():
    mu = torch.randn(5, 30, requires_grad=True)
    log_var = torch.randn(5, 30, requires_grad=True)
    z = reparameterise(mu, log_var)
    z.sum().backward()
    torch.testing.assert_close(mu.grad, torch.ones_like(mu))
    torch.testing.assert_close(log_var.grad, 0.5 * (z - mu).detach())  # sigma * epsilon / 2


def test_samples_have_the_mean_and_the_variance_asked_for():
    torch.manual_seed(0)
    mu, log_var = torch.tensor([[2.0, -1.0]]), torch.tensor([[0.5, -3.0]])
    z = reparameterise(mu.expand(200_000, 2), log_var.expand(200_000, 2))
    torch.testing.assert_close(z.mean(dim=0), mu[0], atol=0.02, rtol=0)
    torch.testing.assert_close(z.var(dim=0), log_var[0].exp(), atol=0, rtol=0.02)


def test_the_divergence_is_that_of_torch_distributions():
    mu, log_var = torch.randn(50, 30).double(), torch.randn(50, 30).double()
    expected = kl_divergence(Normal(mu, torch.exp(log_var / 2)), Normal(0.0, 1.0)).sum(dim=-1)
    torch.testing.assert_close(kl_to_prior(mu, log_var), expected)


def test_the_divergence_is_zero_at_the_prior_and_positive_elsewhere():
    assert kl_to_prior(torch.zeros(1, 30), torch.zeros(1, 30)).item() == 0
    assert kl_to_prior(torch.randn(100, 30), torch.randn(100, 30)).min() > 0


def test_the_loss_sums_over_coordinates_and_averages_over_images(vae, images):
    logits, mu, log_var = (t.detach().double() for t in vae(images))
    x = images.double()
    total = 0.0
    for b in range(BATCH):
        total += sum(torch.log1p(logits[b, i].exp()) - x[b, i] * logits[b, i] for i in range(784))
        total += kl_to_prior(mu[b], log_var[b])
    torch.testing.assert_close(vae_loss(x, logits, mu, log_var), total / BATCH)
