"""matplotlib's figures as PDF files among the output."""

import subprocess
import textwrap
from pathlib import Path

import matplotlib as mpl
import pikepdf
import pytest
from tests.unit.displays import plain

from treadle.engine.trace import Display, Stream
from treadle.press.plugin import font_files
from treadle.press.plugin.figure_style import FigureStyle
from treadle.press.plugin.figures import EMPTY, PDF, finished
from treadle.press.plugin.press_plugin import PARTLY_DRAWN, STANDS_STILL

PLOT = "import matplotlib.pyplot as plt\n"


@pytest.fixture
def draw(run):
    """What a cell with these options shows that must not fail."""

    def draw(code: str, *, prompt: bool = False, **options):
        trace = run(PLOT + textwrap.dedent(code), prompt=prompt, options=options)
        assert trace.failure is None, trace.failure
        return trace.outputs

    return draw


def is_figure(output) -> bool:
    return isinstance(output, Display) and list(output.files) == [PDF]


def kinds(outputs) -> list[str]:
    return ["figure" if is_figure(output) else type(output).__name__ for output in outputs]


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
    assert is_figure(figure)
    assert missing.name == "stderr"
    assert missing.text.count("Glyph 26085") == 1
    assert "treadle" not in missing.text


def test_shown_where_show_is_called_and_the_rest_at_the_end(draw, file_of):
    code = """
        plt.plot([1, 2])
        print("one")
        plt.show()
        print("two")
        plt.figure(); plt.plot([3, 4])
        plt.figure(); plt.plot([5, 6])
        print("three")
    """
    first, figure, second, *rest = draw(code)
    assert first == Stream("stdout", "one\n")
    assert is_figure(figure)
    assert figure.metadata == {"width": 6.3, "height": 3.906}
    assert second == Stream("stdout", "two\nthree\n")
    assert kinds(rest) == ["figure", "figure"]
    assert file_of(rest[1]).read_bytes().startswith(b"%PDF")


def test_a_figure_as_a_value_and_by_its_own_show(draw):
    code = "f = plt.figure(); print('a'); f.show(); print('b'); g = plt.figure(); g"
    assert kinds(draw(code)) == ["Stream", "figure", "Stream", "figure"]


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
        "plt.hist([[1, 2], [3, 4]])",
        "plt.hist2d([1, 2], [3, 4])",
        "plt.acorr([1, 2], maxlags=1)",
        "plt.pie([1, 2])",
        "plt.pie([1, 2], autopct='%.0f')",
        "import numpy as np; o = np.ones((2, 2)); plt.streamplot(np.arange(2), np.arange(2), o, o)",
        "plt.violinplot([1, 2])",
        "plt.xticks([1, 2])",
        "fig, ax = plt.subplots(); [ax, [ax, ax.plot([1])], None]",
    ],
)
def test_what_plotting_returns_is_not_shown(draw, code):
    (output,) = draw(code)
    assert is_figure(output)


@pytest.mark.parametrize(
    "value",
    [
        "{'acc': 0.93, 'ax': 'AX'}",
        "('AX', 0.93)",
        "['AX', {'loss': 1.5}]",
        "('AX', np.array([1, 2]))",
        "[np.array([1, 2]), 'AX']",
        "(0.93, [['AX']])",
    ],
)
def test_what_holds_more_than_parts_of_a_plot_is_printed(run, value):
    code = f"{PLOT}import numpy as np; ax = plt.gca()\n{value.replace(repr('AX'), 'ax')}"
    trace = run(code)
    printed, drawn = trace.outputs
    assert "<Axes: >" in printed.data["text/plain"]
    assert is_figure(drawn)
    assert [(remark.text, remark.hint) for remark in trace.remarks] == [PARTLY_DRAWN]


def test_a_figure_of_nobody_is_not_dropped_with_its_axes(run):
    trace = run("from matplotlib.figure import Figure; f = Figure(); f, f.subplots()")
    (printed,) = trace.outputs
    assert "<Figure size" in printed.data["text/plain"]


def test_a_list_that_holds_itself_is_printed(run):
    assert run("import matplotlib.pyplot; a = []; a.append(a); a").outputs == (plain("[[...]]"),)


def test_figures_belong_to_their_chunk(draw):
    draw("kept = plt.figure()", fig=False)
    assert draw("plt.get_fignums()") == (plain("[]"),)
    assert kinds(draw("kept")) == ["figure"]


def test_no_figures_on_request(draw):
    assert draw("plt.plot([1]); plt.show(); print('x')", fig=False) == (Stream("stdout", "x\n"),)


def test_the_page_is_as_wide_as_asked(draw, file_of):
    (figure,) = draw("plt.plot([1, 2]); plt.ylabel('y');", f_size=(3.0, 2.0))
    assert figure.metadata == {"width": 3.0, "height": 2.0}
    with pikepdf.open(file_of(figure)) as pdf:
        assert [float(side) for side in pdf.pages[0].MediaBox] == [0, 0, 216, 144]


def test_the_users_own_size_counts(draw):
    (figure,) = draw("plt.figure(figsize=(2, 1));")
    assert figure.metadata == {"width": 2.0, "height": 1.0}


@pytest.mark.parametrize(
    ("width", "inches"),
    [
        ("60%", 3.78),
        ("0.5", 3.15),
        ("5cm", 1.9685),
        (r"0.5\linewidth", 3.15),
        (r"\textwidth", 6.3),
        ("200px", 2.0833),
        ("3.0in", 3.0),
        (r"\dimexpr1cm+1pt\relax", 6.3),
    ],
)
def test_it_is_drawn_at_the_width_at_which_it_is_shown(draw, file_of, width, inches):
    (figure,) = draw("plt.plot([1, 2]); plt.ylabel('y');", width=width)
    assert figure.metadata == {"width": inches, "height": pytest.approx(0.62 * inches, abs=1e-4)}
    with pikepdf.open(file_of(figure)) as pdf:
        assert float(pdf.pages[0].MediaBox[2]) == pytest.approx(72 * inches, abs=0.01)


def test_a_figure_shown_again_has_the_size_of_where_it_is_shown(draw):
    (half,) = draw("kept = plt.figure(); kept.gca().plot([1, 2]);", width="50%")
    (full,) = draw("kept")
    (own,) = draw("kept", f_size=(3.0, 2.0))
    (third,) = draw("print(kept.get_size_inches()[0]); kept", width="2in")[1:]
    shown = [figure.metadata["width"] for figure in (half, full, own, third)]
    assert shown == [3.15, 6.3, 3.0, 2.0]


def test_a_size_of_the_code_s_own_is_scaled(draw):
    (figure,) = draw("plt.figure(figsize=(2, 1));", width="60%")
    assert figure.metadata == {"width": 2.0, "height": 1.0}
    (figure,) = draw("plt.plot([1]);", width="60%", f_size=(3.0, 2.0))
    assert figure.metadata == {"width": 3.0, "height": 2.0}


@pytest.mark.parametrize(
    ("options", "width"),
    [
        ({}, 3.0),
        ({"f_env": "figure"}, 3.0),
        ({"f_env": "figure*"}, 7.0),
        ({"f_env": "figure*", "width": "50%"}, 3.5),
        ({"width": r"0.5\textwidth"}, 3.5),
        ({"width": "50%"}, 1.5),
    ],
)
def test_a_float_across_the_columns_is_drawn_as_wide(options, width):
    from matplotlib.figure import Figure

    style = FigureStyle(3.0, page_width=7.0)
    drawn = Figure(figsize=style.figure_size)
    with finished(drawn, options, style):
        assert drawn.get_size_inches()[0] == width


@pytest.mark.parametrize(("width", "drawn"), [("70%", 3.0), ("40%", 2.4), (None, 3.0)])
def test_no_figure_is_too_high_for_a_slide(width, drawn):
    from matplotlib.figure import Figure

    style = FigureStyle(3.0, line_width=6.0, widest=3.0)
    made = Figure(figsize=style.figure_size)
    with finished(made, {"width": width}, style):
        assert made.get_size_inches()[0] == pytest.approx(drawn)


def test_the_documents_fonts_are_embedded_as_truetype(draw, file_of):
    code = r"""
        plt.plot([1, 2], label="é – fi")
        plt.title(r"$\theta_i^2$", family="monospace")
        plt.xlabel("x", style="italic")
        plt.legend()
    """
    (figure,) = draw(code)
    fonts = fonts_of(file_of(figure))
    assert {"LMRoman8-Regular", "LMRoman8-Italic", "Cmmi10"} <= fonts.keys()
    assert set(fonts.values()) == {"/CIDFontType2"}


def test_characters_that_latin_modern_lacks_are_drawn_without_a_warning(draw, file_of):
    (figure,) = draw("plt.plot([1]); plt.title('α → β');", figure_stem="greek")
    assert "DejaVuSerif" in fonts_of(file_of(figure))


@pytest.mark.parametrize("typed", ["λ", "→", "Ж", "≤ μ"])
def test_what_a_font_lacks_comes_from_another_beside_formulas_too(draw, file_of, typed):
    (figure,) = draw(f"plt.plot([1]); plt.title(r'{typed} on $R^2$');")  # and no stream
    assert "STIXGeneral-Regular" in fonts_of(file_of(figure))


def test_what_no_font_has_is_told_once(draw):
    told, _ = draw("plt.plot([1]); plt.title('日 on $R^2$'); plt.xlabel('$日$');")
    assert told.text.count("does not have a glyph for '\\u65e5'") == 1


def test_the_bytes_do_not_depend_on_the_day(draw, file_of):
    code = "plt.plot([1, 2]); plt.title('same');"
    first, second = draw(code)[0], draw(code)[0]
    assert first.files == second.files
    assert b"CreationDate" not in file_of(first).read_bytes()


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
    assert is_figure(figure)
    assert run("type(fig.get_layout_engine()) is before").outputs == (plain("True"),)


def test_rcparams_stay_from_chunk_to_chunk(draw):
    draw("plt.rcParams['lines.linewidth'] = 7")
    assert draw("plt.rcParams['lines.linewidth']") == (plain("7.0"),)
    draw("plt.rcParams['lines.linewidth'] = 1.2")


def test_another_backend_does_no_harm(draw):
    code = "import matplotlib; matplotlib.use('svg'); plt.figure(); plt.show(); print('x')"
    assert kinds(draw(code)) == ["figure", "Stream"]


def test_pixels_have_the_density_asked_for(draw, file_of):
    code = "plt.figure(figsize=(1, 1)); plt.axes([0, 0, 1, 1]).set_axis_off()\n"
    code += "plt.plot(range(9), rasterized=True);"
    for dpi in (100, 300):
        (figure,) = draw(code, dpi=dpi)
        with pikepdf.open(file_of(figure)) as pdf:
            (image,) = pdf.pages[0].get_images().values()
            assert image.Width == pytest.approx(dpi, rel=0.1)


def test_a_figure_that_can_not_be_drawn_is_a_failure(run):
    failure = run(PLOT + "plt.title('$\\\\nosuchthing$');", line=30).failure
    assert "nosuchthing" in failure.traceback
    assert (failure.file, failure.line) == ("report.pmd", 31)


def test_after_a_failure_half_drawn_figures_are_dropped(run, draw):
    result = run(PLOT + "plt.plot([1])\n1/0")
    assert result.outputs == ()
    assert draw("plt.get_fignums()") == (plain("[]"),)


def test_in_term_mode_the_figure_comes_at_the_end(draw):
    *first, value, figure = draw("plt.plot([1, 2])\n1", prompt=True)
    assert kinds(first) == ["Echo", "Echo", "Echo"]
    assert value == plain("1")
    assert is_figure(figure)


def test_spines_are_left_out_on_request(draw, run):
    code = "plt.rcParams['axes.spines.top'] = True\nfig, ax = plt.subplots();"
    draw(code, f_spines=False)
    draw("plt.rcParams['axes.spines.top'] = False")
    assert run("ax.spines['top'].get_visible()").outputs == (plain("False"),)


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
    assert is_figure(figure)


@pytest.mark.parametrize(
    ("family", "fonts"),
    [
        ("lmr", {"LMRoman9-Regular"}),
        ("ptm", {"utmr8a"}),
        ("pplj", {"uplr8a"}),
        ("bch", {"bchr8a"}),
        ("nobodyknows", {"LMRoman9-Regular"}),
    ],
)
def test_the_texts_font_is_found(family, fonts, monkeypatch, tmp_path):
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = [TTFont(path) for path in font_files.converted(family, 9.3)]
    names = {font["name"].getDebugName(1): font for font in found}
    assert names.keys() == {"Treadle Roman", "Treadle Sans", "Treadle Mono"}
    roman = [font for font in found if font["name"].getDebugName(1) == font_files.ROMAN]
    assert len(roman) == 3
    assert {font["name"].getDebugName(6) for font in roman} >= fonts
    assert all(ord("é") in font.getBestCmap() for font in roman)
    weights = sorted(font["OS/2"].usWeightClass for font in roman)
    assert weights[0] < weights[-1]


def test_an_empty_figure_beside_others_is_left_out_and_noted(run):
    trace = run(PLOT + "plt.figure(); plt.figure(); plt.plot([1, 2]);")
    assert kinds(trace.outputs) == ["figure"]
    assert trace.notes[EMPTY] == 1
    assert EMPTY not in run(PLOT + "plt.plot([1, 2]);").notes


def test_a_list_of_figures_is_these(draw):
    code = (
        "from matplotlib.figure import Figure\nf = Figure(figsize=(2, 1)); g = plt.figure(); [f, g]"
    )
    first, second = draw(code)
    assert [first.metadata["width"], second.metadata["width"]] == [2.0, 6.3]
    assert kinds(draw("[]")) == ["Display"]  # no figure is in it


def test_an_animation_is_a_picture_and_told(run):
    code = """
from matplotlib.animation import FuncAnimation
fig, axes = plt.subplots()
line, = axes.plot([0, 1])
FuncAnimation(fig, lambda k: line.set_ydata([0, k]), frames=2)
"""
    trace = run(PLOT + code)
    assert kinds(trace.outputs) == ["figure"]
    assert [remark.text for remark in trace.remarks] == [STANDS_STILL]
    assert run("del fig, line; import gc; gc.collect();").outputs == ()  # no warning of its end


def test_figures_of_a_chunk_that_may_fail_and_does_are_shown(run):
    code = PLOT + "plt.plot([1, 2]); 1 / 0"
    assert kinds(run(code, may_fail=True).outputs) == ["figure"]
    assert kinds(run(code).outputs) == []


@pytest.mark.parametrize("family", ["ptm", "pplj", "phv"])
def test_greek_letters_of_formulas_are_slanted_as_latin_ones_are(family, monkeypatch, tmp_path):
    from fontTools.ttLib import TTFont

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    fonts = [TTFont(path) for path in font_files.converted(family, 9.3)]
    roman = [font for font in fonts if font["name"].getDebugName(1) == font_files.ROMAN]
    having = [font for font in roman if ord("α") in font.getBestCmap()]
    assert len(having) == 1
    assert having[0]["post"].italicAngle or having[0]["head"].macStyle & 2


@pytest.mark.parametrize(("units", "own"), [(1000, ""), (2048, ""), (2048, "αω")])
def test_greek_letters_are_as_large_as_the_font_s_which_keeps_its_own(
    tmp_path, monkeypatch, units, own
):
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.scaleUpem import scale_upem  # type: ignore[import-untyped]

    path = tmp_path / "a.ttf"
    font = TTFont(Path(mpl.get_data_path(), "fonts", "ttf", "STIXGeneralItalic.ttf"))
    for table in font["cmap"].tables:
        latin = {char: name for char, name in table.cmap.items() if char < 0x370}
        table.cmap = latin | {ord(char): latin[ord("x")] for char in own if ord("x") in latin}
    scale_upem(font, units)
    font.save(path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(font_files, "installed_faces", lambda _: (path, path, path))
    made = next(TTFont(each) for each in font_files.converted("Own(0)", 9) if "a-" in each.name[:2])
    names, glyphs = made.getBestCmap(), made["glyf"]
    assert {*map(ord, "αβω")} <= names.keys()
    assert glyphs[names[ord("α")]].yMax / glyphs[names[ord("a")]].yMax == pytest.approx(1, abs=0.1)
    assert (names[ord("α")] == names[ord("x")]) == bool(own)


def test_a_font_that_fontspec_takes_from_the_machine(monkeypatch):
    lines = "\n".join(
        f"Deja Serif,Deja\t{style}\t/f/Deja-{style}.{end}"
        for style, end in [("Bold", "ttf"), ("Book", "ttf"), ("Italic", "otf"), ("Regular", "ttc")]
    )
    done = subprocess.CompletedProcess([], 0, stdout=lines)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    font_files.installed_faces.cache_clear()
    names = [path.name for path in font_files.installed_faces("DejaSerif(0)")]
    assert names == ["Deja-Book.ttf", "Deja-Italic.otf", "Deja-Bold.ttf"]
    assert font_files.has_other_letters("DejaSerif(0)")
    assert not font_files.installed_faces("DejaSerif")  # no family of fontspec's
    assert not font_files.is_known("Nobody(0)")
    font_files.installed_faces.cache_clear()
