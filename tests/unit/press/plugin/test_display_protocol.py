"""What values say of themselves, as notebooks ask them."""

import textwrap

import pytest
from tests.unit.displays import latex, plain

from treadle.engine.cell import InlinePiece
from treadle.engine.trace import Display


@pytest.fixture
def asked(run):
    """The one display of an object with the methods given, and what is told."""

    def asked(methods, after="X()"):
        body = textwrap.indent(textwrap.dedent(methods), "    ")
        trace = run(f"class X:\n{body}\n{after}")
        assert trace.failure is None, trace.failure
        (display,) = trace.outputs
        return display, [remark.text for remark in trace.remarks]

    return asked


def markdown(text):
    return Display({"text/markdown": text})


BUNDLE = "def _repr_mimebundle_(self, include=None, exclude=None): return "


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ("def _repr_markdown_(self): return '*m*'", markdown("*m*")),
        ("def _repr_latex_(self): return '$x$', {}", latex("$x$")),
        ("def _repr_latex_(self): return None\ndef _repr_markdown_(self): return 'm'",
         markdown("m")),
        ("def _repr_latex_(self): raise NotImplementedError\ndef _repr_markdown_(self): return 'm'",
         markdown("m")),
        ("def _repr_html_(self): return '<b>h</b>'\ndef _repr_latex_(self): return '$l$'",
         latex("$l$")),
        (f"{BUNDLE} {{'text/markdown': 'm'}}", markdown("m")),
        (f"{BUNDLE} ({{'text/latex': '$x$', 'text/plain': 'x', 'text/html': None}}, {{'a': 1}})",
         Display({"text/latex": "$x$", "text/plain": "x"}, metadata={"a": 1})),
        (f"{BUNDLE} {{}}\ndef _repr_latex_(self): return '$x$'", latex("$x$")),
        (f"{BUNDLE} None\ndef __repr__(self): return 'X()'", plain("X()")),
        ("def _repr_html_(self): return '<i>h</i>'\ndef __repr__(self): return 'X(3)'",
         Display({"text/html": "<i>h</i>", "text/plain": "X(3)"})),
        ("def _repr_json_(self): return {'a': 1}", plain('{\n  "a": 1\n}')),
        ("def __getattr__(self, name): return lambda *a, **b: 'yes'\n"
         "def __repr__(self): return 'X()'", plain("X()")),
        ("def _ipython_display_(self): display(5)", plain("5")),
        ("@property\ndef _repr_latex_(self): raise OSError\ndef __repr__(self): return 'X()'",
         plain("X()")),
    ],
)  # fmt: skip
def test_the_first_that_a_page_has_use_for(asked, methods, expected):
    assert asked(methods) == (expected, [])


def test_a_class_is_no_instance(asked):
    expected = plain("<class '__main__.X'>")
    assert asked("def _repr_latex_(self): return '$x$'", after="X") == (expected, [])


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ("def _repr_latex_(self): 1 / 0", "`_repr_latex_` of `X` raises ZeroDivisionError"),
        ("def _repr_png_(self): return '%%%'", "the `image/png` of `X` is left out"),
        (f"{BUNDLE} 3", "`_repr_mimebundle_` of `X` gives no dictionary"),
        ("def _repr_mimebundle_(self): return {}", "`_repr_mimebundle_` of `X` raises TypeError"),
        (f"{BUNDLE} {{'application/vnd.jupyter.widget-view+json': {{}}, 'text/plain': 'X()'}}",
         "`X` is a widget"),
        (f"{BUNDLE} {{'application/vnd.chart.v1+json': {{}}, 'text/html': '<script></script>'}}",
         "`X` is shown by its text: a browser draws its `application/vnd.chart.v1+json`"),
        ("def _repr_latex_(self): exit(3)", "`_repr_latex_` of `X` raises SystemExit: 3"),
        ("def _repr_latex_(self): raise ValueError(object())",
         "`_repr_latex_` of `X` raises ValueError: <object object>"),
        (f"{BUNDLE} {{3: 'a', 'text/plain': 'X()'}}", "`3` of `X` is left out"),
        (f"{BUNDLE} {{None: 'a', 'text/plain': 'X()'}}, {{None: 1}}", "`None` of `X` is left out"),
        ("def _repr_json_(self):\n    a = []\n    for _ in range(10**5): a = [a]\n    return a",
         "the `application/json` of `X` is left out: maximum recursion depth exceeded"),
    ],
)  # fmt: skip
def test_what_fails_is_told_and_the_next_best_shown(asked, methods, said):
    display, (told,) = asked(f"{methods}\ndef __repr__(self): return 'X()'")
    assert display.data["text/plain"] == "X()"
    assert told.startswith(said)


@pytest.mark.parametrize(
    "body",
    [
        "_repr_latex_ = property(lambda self: exit(3))",
        "def __getattr__(self, name): raise KeyError(name)",
        "def __getattr__(self, name): exit(3)",
        "__class__ = property(lambda self: 1 / 0)",
        "__module__ = None",
        "__module__ = property(lambda self: 1 / 0)",
    ],
)
@pytest.mark.parametrize("before", ["", "import matplotlib.pyplot, pandas, sympy"])
def test_what_asking_raises_is_no_answer(run, before, body):
    code = f"{before}\nclass X:\n    {body}\n    def __repr__(self): return 'X()'\n"
    for shown in ("X()", "[X()]", "(X(),)", "[{'a': X()}]"):
        trace = run(f"{code}{shown}")
        assert trace.failure is None, trace.failure
        assert trace.outputs == (plain(shown.replace('"', "'")),)


@pytest.mark.parametrize("failure", ["EOFError", "SyntaxError", "Image.DecompressionBombError"])
def test_a_picture_that_can_not_be_read_is_left_out(run, failure):
    """Of what the library raises, any may be what a broken one leads to."""
    pytest.importorskip("PIL")
    code = f"""
        from PIL import Image
        def opened(file): raise {failure}(f"can't read {{file!r}}")
        known, Image.open = Image.open, opened
        class X:
            def _repr_mimebundle_(self, **_): return {{"image/bmp": b"BM", "text/plain": "X()"}}
        display(X())
        Image.open = known
    """
    trace = run(textwrap.dedent(code))
    assert trace.failure is None, trace.failure
    assert trace.outputs == (plain("X()"),)
    assert [remark.text for remark in trace.remarks] == [
        "the `image/bmp` of `X` is left out: can't read <_io.BytesIO object>"
    ]


@pytest.mark.parametrize("method", ["_repr_latex_", "_repr_mimebundle_", "_ipython_display_"])
def test_what_is_raised_where_nothing_else_is_left_is_the_chunks(run, method):
    trace = run(f"class X:\n    def {method}(self, **_): raise ValueError('bad')\n\nX()", line=10)
    assert trace.failure.message == "ValueError: bad"
    assert trace.failure.line == 11
    assert "treadle" not in trace.failure.traceback


@pytest.mark.parametrize(
    ("html", "text", "lost"),
    [
        ("<b>h</b>", "**h**", ""),
        ("<p>a</p><iframe src='https://e.org'></iframe>", "a\n\n <https://e.org> ",
         ", without `<iframe https://e.org>`"),
    ],
)  # fmt: skip
def test_html_where_nothing_else_says_as_much(asked, html, text, lost):
    display, told = asked(f"def _repr_html_(self): return {html!r}")
    assert display == markdown(text)
    assert told == [f"`X` is HTML: its text is shown{lost}"]


def test_what_only_a_browser_shows_is_left_out_and_told(run):
    code = "class X:\n    def _repr_html_(self): return '<script>1</script><canvas></canvas>'\nX()"
    trace = run(code)
    assert trace.outputs == ()
    ((remark,),) = [trace.remarks]
    assert remark.text == "`X` is left out: it is HTML, `<canvas>`, and has no text"


def test_pictures_are_files(run):
    pytest.importorskip("PIL")
    code = """
        import io
        from PIL import Image
        def bytes_of(kind):
            file = io.BytesIO()
            Image.new("RGB", (3, 2)).save(file, kind)
            return file.getvalue()
        class Gif:
            def _repr_mimebundle_(self, **_): return {"image/gif": bytes_of("GIF")}
        class Jpeg:
            def _repr_jpeg_(self): return bytes_of("JPEG"), {"width": 7}
        display(Gif(), Jpeg())
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "YCbCr", "HSV"):
            display(Image.new(mode, (3, 2)))
        Image.new("F", (3, 2))
    """
    trace = run(textwrap.dedent(code))
    *pictures, plain_one = trace.outputs
    kinds = [tuple(output.files) for output in pictures]
    assert kinds == [("image/png",), ("image/jpeg",), *[("image/png",)] * 10]
    assert pictures[1].metadata == {"image/jpeg": {"width": 7}}
    assert plain_one == plain("<PIL.Image.Image image mode=F size=3x2>")


def test_a_moving_picture_is_its_first_and_that_is_told(run):
    pytest.importorskip("PIL")
    code = """
        import io
        from PIL import Image
        one, two = (Image.new("RGB", (3, 2), name) for name in ("red", "blue"))
        class Gif:
            def _repr_mimebundle_(self, **_):
                file = io.BytesIO()
                one.save(file, "GIF", save_all=True, append_images=[two], duration=100)
                return {"image/gif": file.getvalue()}
        Gif()
    """
    trace = run(textwrap.dedent(code))
    assert [list(output.files) for output in trace.outputs] == [["image/png"]]
    ((remark,),) = [trace.remarks]
    assert remark.text == "`Gif` is a moving picture, and its first is shown"


def test_words_of_its_own_are_shown_where_python_has_none(asked):
    assert asked("def __str__(self): return 'three nodes'") == (plain("three nodes"), [])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("[x**2, 1]", latex(r"$\displaystyle \left[ x^{2}, \  1\right]$")),
        ("{x: 2}", latex(r"$\displaystyle \left\{ x : 2\right\}$")),
        ("(sympy.Matrix([[x]]),)",
         latex(r"$\displaystyle \left( \left[\begin{matrix}x\end{matrix}\right],\right)$")),
        ("[[x], [1]]", latex(r"$\displaystyle \left[ \left[ x\right], \  \left[ 1\right]\right]$")),
        ("[x, 'a']", plain("[x, 'a']")),
        ("[x, True]", plain("[x, True]")),
        ("[1, 2]", plain("[1, 2]")),
        ("()", plain("()")),
    ],
)  # fmt: skip
def test_collections_of_formulas(run, code, expected):
    assert run(f"import sympy; x = sympy.Symbol('x')\n{code}").outputs == (expected,)


IPYTHON = "from IPython.display import *\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Markdown('*m*')", markdown("*m*")),
        (r"Math(r'\frac12')", latex(r"$\displaystyle \frac12$")),
        (r"Latex(r'$\alpha$')", latex(r"$\alpha$")),
        ("JSON({'a': [1]})", plain('{\n  "a": [\n    1\n  ]\n}')),
        ("Pretty('text')", plain("text")),
        ("Code('a = 1', language='python')", markdown("```python\na = 1\n```")),
        ("Code('```', language='python')", markdown("````python\n```\n````")),
        ("publish_display_data({'text/latex': '$x$'})", latex("$x$")),
        ("display({'text/plain': 'p', 'text/markdown': 'm'}, raw=True)",
         Display({"text/plain": "p", "text/markdown": "m"})),
        ("display(Markdown('m'), include=['text/plain'])",
         plain("<IPython.core.display.Markdown object>")),
    ],
)  # fmt: skip
def test_what_ipython_has(run, code, expected):
    pytest.importorskip("IPython")
    trace = run(f"{IPYTHON}{code}")
    assert trace.failure is None, trace.failure
    assert trace.outputs == (expected,)
    assert trace.remarks == ()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("HTML('<b>h</b>')", "`HTML` is HTML: its text is shown"),
        ("Video(url='https://e.org/a.mp4')", "without `<video https://e.org/a.mp4>`"),
        ("IFrame('https://e.org', 1, 1)", "without `<iframe https://e.org>`"),
        ("Javascript('1')", "`Javascript` is left out: it is `application/javascript` alone"),
        ("Image(url='https://e.org/a.png')", "the image `https://e.org/a.png` is not shown"),
    ],
)
def test_what_a_page_can_not_show_is_told(run, code, said):
    pytest.importorskip("IPython")
    trace = run(f"{IPYTHON}{code}")
    assert trace.failure is None, trace.failure
    ((remark,),) = [trace.remarks]
    assert said in remark.text
    assert remark.hint


LIBRARY = """
import sys, types
module = types.ModuleType({name!r})
sys.modules[{name!r}] = module
class Thing:
    {body}
Thing.__module__ = {name!r}
Thing()
"""


@pytest.mark.parametrize(
    ("name", "body", "said", "shown"),
    [
        ("plotly.graph_objs", "def to_image(self, format): raise RuntimeError('no Chrome')",
         "a figure of plotly is not drawn: no Chrome", "<a figure of plotly, not drawn>"),
        ("altair.api", "to_dict = 1\n    def save(self, file, format): raise ImportError('x')",
         "a chart of altair is not drawn: x", "<a chart of altair, not drawn>"),
        ("graphviz.graphs", "def pipe(self, format): raise OSError('no dot')\n"
         "    def __str__(self): return 'digraph { a }'",
         "a graph is not drawn: no dot", "digraph { a }"),
        ("bokeh.plotting", "select = 1",
         "a plot of bokeh is not drawn: bokeh draws in a browser alone",
         "<a plot of bokeh, not drawn>"),
    ],
)  # fmt: skip
def test_what_is_not_drawn_is_told(run, name, body, said, shown):
    trace = run(LIBRARY.format(name=name, body=body))
    assert trace.failure is None, trace.failure
    assert trace.outputs == (plain(shown),)
    ((remark,),) = [trace.remarks]
    assert remark.text == said
    assert remark.hint


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("plotly.graph_objs", "def to_image(self, format): return b'%PDF-1.7'"),
        ("altair.api", "to_dict = 1\n    def save(self, file, format): file.write(b'%PDF-1.7')"),
        ("graphviz.graphs", "def pipe(self, format): return b'%PDF-1.7'"),
    ],
)
def test_what_draws_itself_is_a_figure(run, name, body):
    (display,) = run(LIBRARY.format(name=name, body=body)).outputs
    assert list(display.files) == ["application/pdf"]


def test_a_viewer_is_the_document(run):
    pytest.importorskip("PIL")
    trace = run("from PIL import Image\nImage.new('RGB', (2, 2)).show()\nprint(1)")
    assert [getattr(output, "files", None) is not None for output in trace.outputs] == [True, False]


def test_bars_of_notebooks_are_text(run):
    code = "from tqdm.notebook import tqdm, trange\nfor i in tqdm(range(2)): pass"
    (stream,) = run(code).outputs
    assert stream.text.startswith("100%|")
    assert stream.text.count("\n") == 1


def test_what_sets_up_a_notebook_does_nothing(run):
    pytest.importorskip("matplotlib_inline")
    code = "from matplotlib_inline import backend_inline\n"
    trace = run(
        f"{code}backend_inline.set_matplotlib_formats('svg')\nimport threading\n"
        "[thread.name for thread in threading.enumerate() if 'IPython' in thread.name]"
    )
    assert trace.failure is None, trace.failure
    assert trace.outputs == (plain("[]"),)
    assert [remark.text for remark in trace.remarks] == [
        "`set_matplotlib_formats` sets up a notebook, and does nothing"
    ]


def test_a_series_of_axes_shows_nothing_but_its_figure(run):
    pytest.importorskip("pandas")
    code = "import pandas\nf = pandas.DataFrame({'g': list('aab'), 'y': [1, 2, 3]})\n"
    (display,) = run(f"{code}f.groupby('g').y.plot()").outputs
    assert list(display.files) == ["application/pdf"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("Markdown('**m**')", "**m**"),
        (r"Latex(r'$\alpha$')", r"$\alpha$"),
        ("HTML('<b>h</b>')", "**h**"),
        ("3", "3"),
        ("'a text'", "a text"),
        ("Pretty('p')", "<IPython.core.display.Pretty object>"),
    ],
)
def test_in_a_line_of_prose(run, code, text):
    pytest.importorskip("IPython")
    run("from IPython.display import *")
    pieces = (InlinePiece("1", True, 3), InlinePiece(code, True, 4))
    trace = run("", pieces=pieces)
    assert trace.texts == ("1", text)
    assert [remark.statement for remark in trace.remarks] == [1] * ("HTML" in code)


def test_an_address_is_told_where_it_would_be_seen(asked):
    """Not beside a picture, which is shown."""
    picture = "def _repr_svg_(self): return '<svg/>'"
    display, told = asked(picture)
    assert display.data == {"image/svg+xml": "<svg/>", "text/plain": "<__main__.X object>"}
    assert told == []
    _, told = asked(picture, "[X()]")
    assert "is shown without its address" in told[0]
    _, told = asked(
        f"{picture}\n{BUNDLE}{{'image/svg+xml': '<svg/>', 'text/plain': repr(object())}}"
    )
    assert told == []
