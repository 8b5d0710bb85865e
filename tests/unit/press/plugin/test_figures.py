"""matplotlib's figures as PDF files among the output."""

import textwrap

import pikepdf
import pytest

from treadle.engine.messages import Figure, Stream, Value

PLOT = "import matplotlib.pyplot as plt\n"


@pytest.fixture
def draw(run):
    def draw(code: str, **options):
        result = run(PLOT + textwrap.dedent(code), **options)
        assert result.failure is None, result.failure
        return result.outputs

    return draw


def fonts_of(path) -> dict[str, str]:
    """Base name of each font of a PDF, without its subset's prefix, and its kind."""
    with pikepdf.open(path) as pdf:
        fonts = pdf.pages[0].Resources.get("/Font", {}).values()
        kinds = {}
        for font in fonts:
            descendants = font.get("/DescendantFonts")
            inner = descendants[0] if descendants is not None else font
            name = str(inner.get("/BaseFont", "/Type3")).lstrip("/").partition("+")[2]
            kinds[name] = str(inner.Subtype)
            assert "/FontFile2" in inner.FontDescriptor, "embedded as TrueType"
        return kinds


def test_a_warning_of_the_drawing_is_told_once(draw):
    missing, figure = draw("plt.plot([1, 2]); plt.title('\u65e5')")
    assert isinstance(figure, Figure)
    assert missing.name == "stderr"
    assert missing.text.count("Glyph 26085") == 1
    assert "treadle" not in missing.text


def test_shown_where_show_is_called_and_the_rest_at_the_end(draw, folder):
    code = """
        plt.plot([1, 2])
        print("one")
        plt.show()
        print("two")
        plt.figure(); plt.plot([3, 4])
        plt.figure(); plt.plot([5, 6])
        print("three")
    """
    first, figure, second, *rest = draw(code, figure_stem="order")
    assert first == Stream("stdout", "one\n")
    assert figure == Figure("order-1.pdf", 6.3, 3.906)
    assert second == Stream("stdout", "two\nthree\n")
    assert [output.path for output in rest] == ["order-2.pdf", "order-3.pdf"]
    assert (folder / "figures" / "order-3.pdf").read_bytes().startswith(b"%PDF")


def test_a_figure_as_a_value_and_by_its_own_show(draw):
    code = "f = plt.figure(); print('a'); f.show(); print('b'); g = plt.figure(); g"
    kinds = [type(output) for output in draw(code)]
    assert kinds == [Stream, Figure, Stream, Figure]


@pytest.mark.parametrize(
    "code",
    [
        "plt.plot([1, 2])",
        "plt.title('x')",
        "plt.hist([1, 2])",
        "plt.bar([1], [2])",
        "plt.subplots()",
        "plt.subplots(2, 2)[1]",
        "plt.boxplot([1, 2])",
    ],
)
def test_what_plotting_returns_is_not_shown(draw, code):
    (output,) = draw(code)
    assert isinstance(output, Figure)


def test_figures_belong_to_their_chunk(draw):
    draw("kept = plt.figure()", fig=False)
    assert draw("plt.get_fignums()") == (Value("[]"),)
    assert [type(output) for output in draw("kept")] == [Figure]


def test_no_figures_on_request(draw):
    assert draw("plt.plot([1]); plt.show(); print('x')", fig=False) == (Stream("stdout", "x\n"),)


def test_the_page_is_as_wide_as_asked(draw, folder):
    (figure,) = draw("plt.plot([1, 2]); plt.ylabel('y');", f_size=(3.0, 2.0), figure_stem="size")
    assert (figure.width, figure.height) == (3.0, 2.0)
    with pikepdf.open(folder / "figures" / "size-1.pdf") as pdf:
        assert [float(side) for side in pdf.pages[0].MediaBox] == [0, 0, 216, 144]


def test_the_users_own_size_counts(draw):
    (figure,) = draw("plt.figure(figsize=(2, 1));")
    assert (figure.width, figure.height) == (2.0, 1.0)


def test_the_documents_fonts_are_embedded_as_truetype(draw, folder):
    code = r"""
        plt.plot([1, 2], label="é – fi")
        plt.title(r"$\theta_i^2$", family="monospace")
        plt.xlabel("x", style="italic")
        plt.legend()
    """
    draw(code, figure_stem="fonts")
    fonts = fonts_of(folder / "figures" / "fonts-1.pdf")
    assert {"LMRoman8-Regular", "LMRoman8-Italic", "Cmmi10"} <= fonts.keys()
    assert set(fonts.values()) == {"/CIDFontType2"}


def test_characters_that_latin_modern_lacks_are_drawn_without_a_warning(draw, folder):
    (figure,) = draw("plt.plot([1]); plt.title('α → β');", figure_stem="greek")
    assert "DejaVuSerif" in fonts_of(folder / "figures" / figure.path)


def test_the_bytes_do_not_depend_on_the_day(draw, folder, run):
    code = "plt.plot([1, 2]); plt.title('same');"
    draw(code, figure_stem="same-a")
    draw(code, figure_stem="same-b")
    first, second = ((folder / "figures" / f"same-{n}-1.pdf").read_bytes() for n in "ab")
    assert first == second
    assert b"CreationDate" not in first


def test_labels_are_not_cut_off(draw, run):
    draw("fig, axes = plt.subplots(2, 2); axes[1][1].set_ylabel('y'); kept = fig;")
    (stream,) = run("print(type(kept.get_layout_engine()).__name__)").outputs
    assert stream.text == "ConstrainedLayoutEngine\n"


@pytest.mark.parametrize(
    "code",
    [
        "fig = plt.figure(); plt.subplots_adjust(left=0.3)",
        "fig, _ = plt.subplots(); plt.tight_layout()",
        "fig = plt.figure(); fig.add_axes([0.2, 0.2, 0.7, 0.7])",
        "fig = plt.figure(layout='tight')",
    ],
)
def test_the_users_own_layout_stays(draw, run, code):
    (figure,) = draw(f"{code}\nbefore = type(fig.get_layout_engine());")
    assert isinstance(figure, Figure)
    assert run("type(fig.get_layout_engine()) is before").outputs == (Value("True"),)


def test_rcparams_stay_from_chunk_to_chunk(draw):
    draw("plt.rcParams['lines.linewidth'] = 7")
    assert draw("plt.rcParams['lines.linewidth']") == (Value("7.0"),)
    draw("plt.rcParams['lines.linewidth'] = 1.2")


def test_another_backend_does_no_harm(draw):
    code = "import matplotlib; matplotlib.use('svg'); plt.figure(); plt.show(); print('x')"
    assert [type(output) for output in draw(code)] == [Figure, Stream]


def test_pixels_have_the_density_asked_for(draw, folder):
    code = "plt.figure(figsize=(1, 1)); plt.axes([0, 0, 1, 1]).set_axis_off()\n"
    code += "plt.plot(range(9), rasterized=True);"
    for dpi in (100, 300):
        draw(code, dpi=dpi, figure_stem=f"dpi{dpi}")
        with pikepdf.open(folder / "figures" / f"dpi{dpi}-1.pdf") as pdf:
            (image,) = pdf.pages[0].get_images().values()
            assert image.Width == pytest.approx(dpi, rel=0.1)


def test_a_figure_that_can_not_be_drawn_is_a_failure(run):
    failure = run(PLOT + "plt.title('$\\\\nosuchthing$');", line=30).failure
    assert "nosuchthing" in failure.traceback
    assert (failure.file, failure.line) == ("report.pmd", 31)


def test_after_a_failure_half_drawn_figures_are_dropped(run, draw):
    result = run(PLOT + "plt.plot([1])\n1/0")
    assert result.outputs == ()
    assert draw("plt.get_fignums()") == (Value("[]"),)


def test_in_term_mode_the_figure_comes_at_the_end(draw):
    kinds = [type(output).__name__ for output in draw("plt.plot([1, 2])\n1", term=True)]
    assert kinds == ["Source", "Source", "Source", "Value", "Figure"]


def test_spines_are_left_out_on_request(draw, run):
    code = "plt.rcParams['axes.spines.top'] = True\nfig, ax = plt.subplots();"
    draw(code, f_spines=False)
    draw("plt.rcParams['axes.spines.top'] = False")
    assert run("ax.spines['top'].get_visible()").outputs == (Value("False"),)


@pytest.mark.parametrize(
    "code",
    [
        "plt.imshow([[1, 2], [3, 4]]); plt.colorbar();",
        "fig, axes = plt.subplots(1, 2); im = axes[0].imshow([[1, 2], [3, 4]])\n"
        "fig.colorbar(im, ax=axes[1], shrink=0.8);",
        "fig, ax = plt.subplots(layout='constrained'); fig.colorbar(ax.imshow([[1, 2]]), ax=ax);",
        "plt.contourf([[1, 2], [3, 4]]); plt.colorbar(orientation='horizontal');",
    ],
)
def test_a_colour_bar(draw, code):
    (figure,) = draw(code)
    assert isinstance(figure, Figure)
