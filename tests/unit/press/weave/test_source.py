from treadle.press.markdown.context import Place
from treadle.press.weave.fragment import Line
from treadle.press.weave.markdown_source import Markdown, join


def test_every_line_has_its_origin_and_there_is_none_after_the_last():
    source = join([Markdown("a\nb\n", 3), Place((Line("x", 5),)), Markdown("c\n", 8)])
    assert source.text.count("\n") == len(source.origins) == 4
    assert source.origins == (3, 4, 5, 8)


def test_an_unended_line_counts():
    assert join([Markdown("a\nb", 3)]).origins == (3, 4)
    assert join([]).origins == (0,)
