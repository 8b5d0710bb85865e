import pytest

from treadle.press.latex.languages import language_of, words_of
from treadle.press.tex.engine import PDFLATEX
from treadle.problem import Span

AT = Span.at("a.pmd", 2)
needs_babel = pytest.mark.skipif(not PDFLATEX.works, reason="TeX is not installed")


@pytest.mark.parametrize("lang", ["de", "fr", "es", "it", "pt", "nl", "ru", "zh", "ja", "ko", "pl"])
def test_every_language_has_every_word(lang):
    words, english = words_of(lang), words_of("en")
    needed = set(words.__struct_fields__) - {"cleveref", "package", "references"}
    assert all(getattr(words, name) for name in needed)
    assert words.theorem != english.theorem
    assert words.cleveref or {"figure", "table", "equation", "to", "and"} <= {*words.references}


@pytest.mark.parametrize("lang", [None, "en", "en-GB", "en_US"])
def test_english_needs_nothing(lang):
    assert language_of(lang, AT) == (None, ())


@needs_babel
@pytest.mark.parametrize(
    ("lang", "tag"),
    [("de", "de"), ("de-AT", "de-AT"), ("pt_BR", "pt-BR"), ("zh-TW", "zh-Hant"), ("ja-JP", "ja")],
)
def test_a_region_counts_where_babel_knows_it(lang, tag):
    language, _ = language_of(lang, AT)
    assert language is not None
    assert language.tag == tag


@needs_babel
def test_what_babel_does_not_know_is_said():
    language, (problem,) = language_of("xx", AT)
    assert language is None
    assert str(problem).startswith("a.pmd:2: warning: babel knows no language `xx`")


def test_words_of_an_unknown_language_are_english():
    assert words_of("xx") is words_of("en")
