# Extracted by treadle from assignment9.pmd: edit that, not this file. [45856523cba29b51]

# %% assignment9.pmd:2047-2074 vocabulary
"""From texts to numbers: torchtext's tokenizer and vocabulary."""

from collections import Counter
from collections.abc import Iterable

from torchtext.data.utils import get_tokenizer
from torchtext.vocab import Vocab

PAD = 0  # fills a batch up to its longest text
UNKNOWN = 1  # a word that is not in the vocabulary

tokenize = get_tokenizer("basic_english")  # lower case, punctuation apart


def build_vocabulary(texts: Iterable[str], min_freq: int = 2, max_size: int = 20_000) -> Vocab:
    """The words that occur at least `min_freq` times in `texts`, at most `max_size` of them.

    Build it from the training texts alone: the others count as unseen.
    """
    counts = Counter(word for text in texts for word in tokenize(text))
    return Vocab(counts, max_size, min_freq, specials=("<pad>", "<unk>"))


def encode(text: str, vocabulary: Vocab, longest: int) -> list[int]:
    """The numbers of the first `longest` words of `text`; one unknown word if it has none."""
    # .get, since looking a missing word up in the default dictionary would add it.
    words = tokenize(text)[:longest]
    return [vocabulary.stoi.get(word, UNKNOWN) for word in words] or [UNKNOWN]
