# Extracted by treadle from assignment9.pmd: edit that, not this file. [02af9c04e3684ea6]

# %% assignment9.pmd:3438-3509 test-textcnn
"""The TextCNN: sizes, parameters, padding, and a transcription of its equations."""

import numpy as np
import pytest
import torch

from assignment9.textcnn import TextCNN, textcnn_parameters
from assignment9.tracing import trace
from assignment9.vocabulary import PAD


def toy() -> TextCNN:
    """The network of the figure, with random weights."""
    torch.manual_seed(0)
    return TextCNN(M=6, widths=(2, 4), channels=(4, 5), classes=2).eval()


def test_the_network_of_the_figure_has_197_parameters() -> None:
    """By the model, by the formula, and by hand."""
    assert sum(p.numel() for p in toy().parameters()) == 197
    assert textcnn_parameters(6, (2, 4), (4, 5), 2) == 52 + 125 + 20 == 197


@pytest.mark.parametrize(
    ("M", "widths", "channels", "classes", "V"),
    [(6, (2, 4), (4, 5), 2, 40), (100, (3, 4, 5), (50, 50, 50), 2, 1000), (1, (1,), (1,), 3, 2)],
)
def test_parameter_formula(M: int, widths: tuple, channels: tuple, classes: int, V: int) -> None:
    """The formula gives the number of trainable parameters of the model."""
    model = TextCNN(M, widths, channels, classes, V)
    found = sum(p.numel() for p in model.parameters())
    assert found == textcnn_parameters(M, widths, channels, classes, V)


def test_sizes_are_those_of_the_figure() -> None:
    """Every layer of the network, in the order they run."""
    steps = trace(toy(), torch.randn(1, 6, 11), torch.tensor([11]))
    assert [(s.name, s.shape, s.parameters) for s in steps if s.name != "Dropout"] == [
        ("Identity", (6, 11), 0),
        ("Conv1d", (4, 10), 52),
        ("MaxOverTime", (4,), 0),
        ("Conv1d", (5, 8), 125),
        ("MaxOverTime", (5,), 0),
        ("ReLU", (9,), 0),
        ("Linear", (2,), 20),
    ]


def test_numpy_transcription_agrees() -> None:
    """The equations, window by window, give the logits of the model."""
    model, x = toy(), torch.randn(1, 6, 11)
    P = {name: p.detach().numpy() for name, p in model.named_parameters()}
    maxima = []
    for i, k in enumerate((2, 4)):
        W, b = P[f"convolutions.{i}.weight"], P[f"convolutions.{i}.bias"]
        X = x[0].numpy()
        maps = [(W * X[:, t : t + k]).sum(axis=(1, 2)) + b for t in range(11 - k + 1)]
        maxima.append(np.max(maps, axis=0))
    f = np.maximum(np.concatenate(maxima), 0)
    by_hand = P["readout.weight"] @ f + P["readout.bias"]
    assert np.allclose(by_hand, model(x, torch.tensor([11])).detach()[0].numpy(), atol=1e-5)


@pytest.mark.parametrize("n", [1, 3, 4, 9])
def test_padding_changes_no_answer(n: int) -> None:
    """Also for texts shorter than a kernel."""
    torch.manual_seed(0)
    model = TextCNN(6, (2, 4), (4, 5), V=20).eval()
    alone = torch.randint(2, 20, (1, n))
    padded = torch.nn.functional.pad(alone, (0, 7), value=PAD)
    lengths = torch.tensor([n])
    assert torch.allclose(model(alone, lengths), model(padded, lengths), atol=1e-6)
