"""Images of kinds that LaTeX can't include."""

import io
import sys

import pikepdf
import pytest

from treadle.press.latex.conversions import (
    Converter,
    NotConvertedError,
    converted,
    converter_for,
    converters_in_words,
    is_moving,
)
from treadle.press.latex.images import Copy, find_image
from treadle.press.latex.pdf_bytes import steady_pdf
from treadle.problem import Problem, Span

AT = Span.at("a.pmd", 3)


def installed(ending: str) -> Converter:
    found = converter_for(ending)
    assert found is not None
    return found


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """The folder of programs, where nothing else is, and no package."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("treadle.press.latex.conversions.find_spec", lambda _: None)

    def programs(name, code):
        path = folder / name
        path.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
        path.chmod(0o755)

    return programs


COPY = """
target = next(word for word in sys.argv if word.startswith("--output=")).removeprefix("--output=")
open(target, "wb").write(b"%PDF-1.7 of " + open(sys.argv[-1], "rb").read())
"""


def test_what_is_installed_makes_it(programs, tmp_path):
    assert converter_for(".svg") is None
    programs("rsvg-convert", COPY)
    converter = installed(".SVG")
    assert converter.name == "rsvg-convert"
    made = converted(b"<svg/>", converter, tmp_path / "kept")
    assert (made.suffix, made.read_bytes()) == (".pdf", b"%PDF-1.5 of <svg/>")
    before = made.stat().st_mtime_ns
    assert converted(b"<svg/>", converter, tmp_path / "kept") == made  # it is kept by its data
    assert made.stat().st_mtime_ns == before
    programs("rsvg-convert", COPY.replace("1.7 of", "1.7 by a newer one of"))
    anew = converted(b"<svg/>", converter, tmp_path / "kept")
    assert anew.read_bytes() == b"%PDF-1.5 by a newer one of <svg/>"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sys.exit('bad data')", "rsvg-convert says: bad data"),
        ("pass", "rsvg-convert says: nothing"),
    ],
)
def test_what_fails_says_why(programs, tmp_path, code, said):
    programs("rsvg-convert", code)
    with pytest.raises(NotConvertedError, match=said):
        converted(b"<svg/>", installed(".svg"), tmp_path)


def test_one_that_hangs_is_ended(programs, tmp_path, monkeypatch):
    monkeypatch.setattr("treadle.press.latex.conversions.PATIENCE", 0.2)
    programs("rsvg-convert", "import time; time.sleep(30)")
    with pytest.raises(NotConvertedError, match="does not end"):
        converted(b"<svg/>", installed(".svg"), tmp_path)


def test_what_lies_in_another_file_is_not_lost(programs, tmp_path):
    programs("rsvg-convert", COPY)
    with pytest.raises(NotConvertedError, match=r"it needs the file `a\.png`"):
        converted(b'<svg><image xlink:href="a.png"/></svg>', installed(".svg"), tmp_path)


def test_postscript(programs):
    assert converter_for(".eps") is None
    programs("gs", "")
    assert installed(".eps").name == "gs"
    programs("epstopdf", "")
    assert installed(".ps").name == "epstopdf"


@pytest.mark.parametrize("kind", ["gif", "webp", "tif", "tiff", "bmp"])
def test_pictures(tmp_path, kind):
    image = pytest.importorskip("PIL.Image")
    source = tmp_path / f"a.{kind}"
    image.new("RGB", (3, 2)).save(source)
    made = converted(source.read_bytes(), installed(source.suffix), tmp_path / "kept")
    with image.open(made) as picture:
        assert (picture.format, picture.size) == ("PNG", (3, 2))


def test_an_image_of_the_prose(programs, tmp_path):
    (tmp_path / "a.svg").touch()
    found = find_image("a.svg", tmp_path, "report", AT)
    assert isinstance(found, Problem)
    assert found.message == "LaTeX can't include `a.svg`"
    assert found.hint.endswith(f"or install {converters_in_words('.svg')}")
    programs("inkscape", "")
    found = find_image("a.svg", tmp_path, "report", AT)
    assert isinstance(found, Copy)
    assert found.converter == installed(".svg")
    assert found.span == AT
    assert found.target.endswith(".pdf")
    (tmp_path / "a.png").touch()  # which its author has made himself
    assert find_image("a.svg", tmp_path, "report", AT) == Copy(
        tmp_path / "a.png", "report/images/a-svg-432749.png"
    )


def pdf_of(*objects: tuple[int, str], names: str) -> bytes:
    """A PDF with these objects, in this order."""
    text, places = "%PDF-1.7\n", {}
    for number, body in objects:
        places[number] = len(text)
        text += f"{number} 0 obj\n{body}\nendobj\n"
    end = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    text += "".join(f"{places[number]:010} 00000 n \n" for number in sorted(places))
    text += f"trailer\n<< /Size {len(objects) + 1} /Root 3 0 R /ID [{names}] >>\n"
    return f"{text}startxref\n{end}\n%%EOF\n".encode()


def test_a_pdf_is_the_same_each_time():
    root = "<< /Type /Catalog /Pages 4 0 R >>"
    pages = "<< /Type /Pages /Count 1 /Kids [5 0 R] >>"
    page = "<<\n /Type /Page /Parent 4 0 R /MediaBox [0 0 9 9]\n /Group << /S /Transparency >>\n"
    page += " /Resources << /Font <<\n  /f0 1 0 R\n  /f1 2 0 R\n >> >>\n>>"
    fonts = (1, "<< /Type /Font /Name /A >>"), (2, "<< /Type /Font /Name /B >>")
    one = pdf_of((3, root), (4, pages), (5, page), *fonts, names="1")
    swapped = page.replace("  /f0 1 0 R\n  /f1 2 0 R", "  /f1 2 0 R\n  /f0 1 0 R")
    other = pdf_of(*reversed(fonts), (5, swapped), (3, root), (4, pages), names="2")
    numbered = page.replace("1 0 R", "7 0 R").replace("2 0 R", "1 0 R").replace("7 0 R", "2 0 R")
    third = pdf_of(
        (1, fonts[1][1]), (2, fonts[0][1]), (3, root), (4, pages), (5, numbered), names="3"
    )
    steady = steady_pdf(one)
    assert steady == steady_pdf(other) == steady_pdf(third) == steady_pdf(steady)
    assert b"/Group" not in steady
    assert steady.startswith(b"%PDF-1.5")
    with pikepdf.open(io.BytesIO(steady)) as pdf:
        fonts_of_page = pdf.pages[0].Resources.Font
        assert [str(fonts_of_page[name].Name) for name in ("/f0", "/f1")] == ["/A", "/B"]


def test_dates_go_and_what_is_no_plain_pdf_stays():
    odd = b"%PDF-1.5 of /CreationDate (D:2026) 1 0 obj"
    assert steady_pdf(odd) == odd.replace(b"D:2026", b"      ")


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_moving_picture(kind):
    image = pytest.importorskip("PIL.Image")
    one, two = (image.new("RGB", (3, 2), name) for name in ("red", "blue"))
    for others in ([], [two]):
        file = io.BytesIO()
        one.save(file, kind, save_all=True, append_images=others)
        assert is_moving(file.getvalue()) == bool(others)
