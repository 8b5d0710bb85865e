# Extracted by treadle from assignment9.pmd: edit that, not this file. [a7774c4d86c4b75b]

# %% assignment9.pmd:2912-3080 test-rnn
"""The Elman network, its batches and its training, on made-up texts."""

import numpy as np
import pytest
import torch

from assignment9.batching import (
    Order,
    Texts,
    batches_of_similar_length,
    drop_words,
    encode_all,
    padded_share,
    random_batches,
)
from assignment9.classifying import Settings, fit_classifier, log_odds, predict, score
from assignment9.intervals import paired, t_interval, wilson
from assignment9.rnn import (
    ElmanClassifier,
    elman_in_numpy,
    elman_parameters,
    state_after_padding,
    state_at_last_word,
)
from assignment9.vocabulary import PAD, UNKNOWN, build_vocabulary, encode


def made_up(n: int, words: int = 30, longest: int = 12) -> Texts:
    """Random texts; a text is positive if its last word has an even number."""
    torch.manual_seed(0)
    lengths = torch.randint(1, longest + 1, (n,))
    tokens = torch.randint(2, words, (n, longest))
    tokens[torch.arange(longest) >= lengths[:, None]] = PAD
    last = tokens[torch.arange(n), lengths - 1]
    return Texts(tokens, lengths, (last % 2 == 0).float())


def small(**changes: object) -> ElmanClassifier:
    """A network for 30 words with M = 5 and H = 7, dropout off."""
    torch.manual_seed(1)
    return ElmanClassifier(30, 5, 7, **changes).eval()


def test_numpy_twin_agrees() -> None:
    """The NumPy transcription of the equations gives the logits of `nn.RNN`."""
    model, texts = small(), made_up(20)
    parameters = {name: p.detach().numpy() for name, p in model.named_parameters()}
    by_hand = [
        elman_in_numpy(row[:n].tolist(), parameters)
        for row, n in zip(texts.tokens, texts.lengths, strict=True)
    ]
    logits = model(texts.tokens, texts.lengths)
    assert torch.allclose(logits, torch.tensor(by_hand), atol=1e-6)


def test_last_state_is_that_of_the_unpadded_text() -> None:
    """A text in a padded batch gets the logit it gets alone."""
    model, texts = small(), made_up(20)
    together = model(texts.tokens, texts.lengths)
    for i, n in enumerate(texts.lengths):
        alone = model(texts.tokens[i : i + 1, :n], texts.lengths[i : i + 1])
        assert torch.allclose(together[i : i + 1], alone, atol=1e-6)


def test_state_after_padding_depends_on_the_padding() -> None:
    """The naive reading changes when more padding is added."""
    model, texts = small(read=state_after_padding), made_up(20)
    longer = torch.nn.functional.pad(texts.tokens, (0, 5), value=PAD)
    shift = model(texts.tokens, texts.lengths) - model(longer, texts.lengths)
    assert shift.abs().max() > 1e-3


def test_padding_gets_no_gradient() -> None:
    """The vector of padding is zero, and stays so."""
    model, texts = small(dropout=0.0), made_up(20)
    model(texts.tokens, texts.lengths).sum().backward()
    assert model.embedding.weight.grad[PAD].abs().max() == 0
    assert model.embedding.weight[PAD].abs().max() == 0


def test_gather_takes_the_right_row() -> None:
    """The state at position n - 1 of each text, counted from 0."""
    states = torch.arange(24.0).reshape(2, 4, 3)
    last = state_at_last_word(states, torch.tensor([1, 4]))
    assert last.tolist() == [[0.0, 1.0, 2.0], [21.0, 22.0, 23.0]]


@pytest.mark.parametrize(("V", "M", "H"), [(30, 5, 7), (1000, 100, 256), (2, 1, 1)])
def test_parameter_formula(V: int, M: int, H: int) -> None:
    """The formula gives the number of trainable parameters of the model."""
    found = sum(p.numel() for p in ElmanClassifier(V, M, H).parameters())
    assert found == elman_parameters(V, M, H)


@pytest.mark.parametrize("order", [random_batches, batches_of_similar_length])
@pytest.mark.parametrize("n", [1, 64, 65, 200])
def test_batches_cover_each_text_once(order: Order, n: int) -> None:
    """Whatever the number of texts, each is in one batch, of at most 64."""
    lengths = made_up(n).lengths
    batches = list(order(lengths, 64, torch.Generator().manual_seed(0)))
    assert sorted(torch.cat(batches).tolist()) == list(range(n))
    assert all(len(batch) <= 64 for batch in batches)


def test_batches_are_of_similar_length_and_new_each_epoch() -> None:
    """Little padding, but not the same batches twice."""
    lengths = made_up(1000).lengths
    generator = torch.Generator().manual_seed(0)
    first, second = (list(batches_of_similar_length(lengths, 64, generator)) for _ in range(2))
    assert all(int(lengths[rows].max() - lengths[rows].min()) <= 4 for rows in first)
    assert sorted(map(sorted, map(torch.Tensor.tolist, first))) != sorted(
        map(sorted, map(torch.Tensor.tolist, second))
    )
    assert padded_share(lengths, iter(first)) < padded_share(
        lengths, random_batches(lengths, 64, generator)
    )


def test_word_dropout_leaves_padding_alone() -> None:
    """Words become unknown or stay; padding stays."""
    tokens = made_up(200).tokens
    dropped = drop_words(tokens, 0.3, torch.Generator().manual_seed(0))
    words = tokens != PAD
    assert (dropped[~words] == PAD).all()
    assert ((dropped == tokens) | (dropped == UNKNOWN))[words].all()
    assert 0.2 < (dropped == UNKNOWN)[words].float().mean() < 0.4


def test_vocabulary_and_encoding() -> None:
    """Rare words are unknown, looking words up adds none, rows are padded."""
    vocabulary = build_vocabulary(["A fine, fine film.", "a dull film"])
    assert vocabulary.itos[:2] == ["<pad>", "<unk>"]
    size = len(vocabulary)
    a, film, fine = (vocabulary.stoi[word] for word in ("a", "film", "fine"))
    assert encode("a fine unheard film", vocabulary, 3) == [a, fine, UNKNOWN]
    assert encode("", vocabulary, 3) == [UNKNOWN]
    assert len(vocabulary) == len(vocabulary.stoi) == size
    texts = encode_all([("a film", 1), ("film", 0)], vocabulary, 5)
    assert texts.tokens.tolist() == [[a, film], [film, PAD]]
    assert texts.at(torch.tensor([1])).tokens.tolist() == [[film]]


def test_training_learns_and_keeps_the_best_epoch() -> None:
    """An easy task is learnt; the model has the best weights."""
    texts, held = made_up(400), made_up(100)
    torch.manual_seed(0)
    model = ElmanClassifier(30, 16, 16, dropout=0.0)
    curves = fit_classifier(model, texts, held, Settings(8, 1e-2, word_dropout=0.0), seed=0)
    best = curves.validation[curves.best_epoch - 1]
    assert best.accuracy == max(s.accuracy for s in curves.validation) > 0.8
    assert score(predict(model, held), held.labels).loss == pytest.approx(best.loss, abs=1e-5)


def test_two_scores_make_one_logit() -> None:
    """The sigmoid of the difference of two scores is their softmax."""
    scores = torch.tensor([[1.0, 3.0], [2.0, -1.0]])
    assert torch.allclose(log_odds(scores).sigmoid(), scores.softmax(1)[:, 1])


def test_intervals() -> None:
    """Against values worked out by hand from the formulas."""
    right, other = np.array([1, 1, 1, 0] * 100), np.array([1, 0.5, 0.5, 0] * 100)
    with pytest.raises(ValueError, match="two texts"):
        paired(right[:1], other[:1])
    assert paired(right, other) == pytest.approx((0.2255, 0.2745), abs=1e-4)
    assert t_interval([0.7]) is None
    assert t_interval([0.74, 0.76, 0.78]) == pytest.approx((0.7103, 0.8097), abs=1e-4)
    assert wilson(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert wilson(1.0, 10)[1] <= 1
