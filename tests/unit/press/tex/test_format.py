"""Dumped preambles: real runs of pdflatex, on documents of a few words."""

import hashlib
import json
import os

import pytest

from treadle.press.plugin.figure_style import FigureStyle
from treadle.press.tex.engine import tex_environment
from treadle.press.tex.format import Format, format_of, preamble_of
from treadle.press.tex.passes import Job
from treadle.press.tex.places import Places
from treadle.press.tex.typeset import typeset

HEAD = "\\documentclass{article}\n\\pdftrailerid{}\\pdfsuppressptexinfo=-1\n"


class Desk:
    """A folder with a document's own files, one where it is typeset, one for formats."""

    def __init__(self, root):
        self.root = root
        self.own = root / "own"
        self.stage = root / ".treadle" / "tex"
        self.own.mkdir(parents=True)
        self.stage.mkdir(parents=True)
        self.environment = tex_environment((self.own,), 0)
        self.formats = root / ".treadle" / "formats"

    def format(self, preamble):
        return format_of(preamble, Job(self.stage, "report", self.environment), self.formats)

    def typeset(self, preamble, body):
        tex = f"{preamble}\\begin{{document}}\n{body}\n\\end{{document}}\n"
        (self.stage / "report.tex").write_text(tex, "utf-8")
        job = Job(self.stage, "report", self.environment, formats=self.formats)
        lines = tuple(range(1, tex.count("\n") + 1))
        return typeset(job, Places("report.pmd", "report.tex", tex, lines))

    def dumped(self):
        return [path for path in self.formats.rglob("report.fmt") if path.stat().st_size]

    def pdf(self):
        return hashlib.sha256((self.stage / "report.pdf").read_bytes()).hexdigest()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "one")


def found(outcome):
    return [(item.span.file, item.span.line, item.message) for item in outcome.problems]


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("a\nb\n\\begin{document}\nc\n", "a\nb\n"),
        ("a\n%\\begin{document}\n\\begin{document} c", "a\n%\\begin{document}\n"),
        ("\\begin{document}", ""),
        ("a\nb", ""),
        ("", ""),
    ],
)
def test_preamble_of(tex, expected):
    assert preamble_of(tex) == expected


@pytest.mark.parametrize(
    ("preamble", "expected"),
    [
        ("\\documentclass[11pt]{article}\\textwidth=6in\n", FigureStyle(6.0, 10.95)),
        (
            "\\documentclass[twocolumn]{article}\\textwidth=6in\\columnsep=0.5in\n",
            FigureStyle(2.75, 10.0, page_width=6.0),
        ),
    ],
)
def test_the_measure_is_that_of_the_preamble_and_kept(desk, preamble, expected):
    made = desk.format(preamble)
    assert made.file is not None
    assert made.style.text_width == pytest.approx(expected.text_width, abs=1e-3)
    assert made.style.font_size == expected.font_size
    assert made.style.page_width == pytest.approx(expected.page_width, abs=1e-3)
    written = made.file.stat().st_mtime_ns
    assert desk.format(preamble) == made
    assert made.file.stat().st_mtime_ns == written


def test_an_error_in_the_preamble_gives_its_log_and_is_not_kept(desk):
    preamble = "\\documentclass{article}\n\\usepackage{nosuchpackage}\n"
    made = desk.format(preamble)
    assert made.failed
    assert "nosuchpackage" in made.log
    assert made.style == FigureStyle()
    (desk.own / "nosuchpackage.sty").write_text("")
    assert not desk.format(preamble).failed


def test_lines_are_those_of_the_whole_document(desk):
    preamble = HEAD + "% three\n\n\\newcommand{\\five}{5}\n"
    outcome = desk.typeset(preamble, "\\five\n\\nosuch\n\n{ä\\label{ß}}\\undefined{}")
    assert [line for _, line, _ in found(outcome)] == [8, 10]
    assert len(desk.dumped()) == 1
    good = desk.typeset(preamble, "\\five\n\n\\ref{nothing}")
    assert [line for _, line, _ in found(good)] == [9]


def test_an_error_in_the_preamble_is_at_its_line(desk):
    outcome = desk.typeset(HEAD + "\n\\nosuch\n", "text")
    assert [line for _, line, _ in found(outcome)] == [4]
    assert "nosuch" in found(outcome)[0][2]


def test_a_warning_of_the_preamble_is_told_at_every_build(desk):
    preamble = HEAD + "\\makeatletter\\@latex@warning{Beware}\\makeatother\n"
    first, second = desk.typeset(preamble, "a"), desk.typeset(preamble, "b")
    assert [message for _, _, message in found(first)] == ["LaTeX: Beware"]
    assert found(second) == found(first)
    assert desk.typeset(preamble, "b").passes == 0


def test_a_warning_of_a_preamble_that_is_not_dumped_is_told_once_at_every_build(desk):
    preamble = HEAD + "\\openin1=no\n\\makeatletter\\@latex@warning{Beware}\\makeatother\n"
    first, second = desk.typeset(preamble, "a"), desk.typeset(preamble, "a")
    assert desk.dumped() == []
    assert second.passes == 0
    assert found(second) == found(first) == [("report.pmd", 4, "LaTeX: Beware")]
    assert found(desk.typeset(preamble, "b")) == found(first)


def test_the_same_bytes_in_two_folders_and_from_two_dumps(tmp_path):
    desks = [Desk(tmp_path / "one"), Desk(tmp_path / "another one")]
    preamble = HEAD + "\\usepackage[T1]{fontenc}\\usepackage{lmodern}\\usepackage{hyperref}\n"
    for desk in desks:
        desk.typeset(preamble, r"\section{Ärger}\label{a} \ref{a} $x^2$")
        assert len(desk.dumped()) == 1
    first = desks[0].pdf()
    assert desks[1].pdf() == first
    # A document that was edited and edited back is as if it were new.
    desks[0].typeset(preamble, "other")
    assert desks[0].pdf() != first
    desks[0].typeset(preamble, r"\section{Ärger}\label{a} \ref{a} $x^2$")
    assert desks[0].pdf() == first


def test_what_the_preamble_writes_to_the_auxiliary_file_is_written(desk):
    preamble = HEAD + "\\addtocontents{toc}{\\protect\\setcounter{tocdepth}{1}}\n"
    outcome = desk.typeset(preamble, r"\tableofcontents\section{A}")
    assert outcome.problems == ()
    assert len(desk.dumped()) == 1
    assert r"\setcounter {tocdepth}{1}" in (desk.stage / "report.toc").read_text()


@pytest.mark.parametrize(
    "line",
    [
        r"\newwrite\w\immediate\openout\w=\jobname.own \AtBeginDocument{\immediate\write\w{word}}",
        r"\immediate\pdfobj{(word)}",
        r"\chardef\s=\pdfcolorstackinit page direct{1 g}",
        r"\pdfmapline{+nofont < nofont.pfb}",
        r"\IfFileExists{folder/own.tex}{}{}",
        r"\begingroup",
    ],
)
def test_a_preamble_that_a_format_can_not_hold_is_read_at_every_pass(desk, line):
    outcome = desk.typeset(HEAD + line + "\n", "word\\label{a}\n\n\\nosuch")
    assert [line for _, line, _ in found(outcome)] == [7]
    assert desk.typeset(HEAD + line + "\n", "word").pdf is not None
    assert desk.dumped() == []


def test_the_way_does_not_depend_on_what_was_built_before(tmp_path):
    preamble = HEAD + "\\newwrite\\w\\immediate\\openout\\w=\\jobname.own\n"
    old, new = Desk(tmp_path / "old"), Desk(tmp_path / "new")
    old.typeset(preamble, "one")
    old.typeset(preamble, "two")
    new.typeset(preamble, "two")
    assert old.pdf() == new.pdf()


@pytest.mark.parametrize("name", ["mine.cls", "article.cfg", "mine.tex"])
def test_a_changed_file_of_the_author_renews_the_format(desk, name):
    (desk.own / "mine.cls").write_text("\\LoadClass{article}\\newcommand{\\word}{one}\n")
    (desk.own / "mine.tex").write_text("% nothing\n")
    preamble = "\\documentclass{mine}\n\\input{mine}\n\\InputIfFileExists{article.cfg}{}{}\n"
    assert desk.typeset(preamble, r"\word").pdf is not None
    first = desk.pdf()
    with (desk.own / name).open("a") as file:
        file.write("\\renewcommand{\\word}{two}\n")
    desk.typeset(preamble, r"\word")
    assert desk.pdf() != first
    assert len(desk.dumped()) == 1


def test_files_the_preamble_reads_are_in_the_record_of_the_pass(desk):
    (desk.own / "mine.tex").write_text("% nothing\n")
    desk.typeset(HEAD + "\\input{mine}\n", "word")
    assert f"INPUT {desk.own / 'mine.tex'}" in (desk.stage / "report.fls").read_text()


def test_a_damaged_format_is_made_anew(desk):
    desk.typeset(HEAD, "one")
    (file,) = desk.dumped()
    data = bytearray(file.read_bytes())
    os.truncate(file, len(data) // 2)
    outcome = desk.typeset(HEAD, "two")
    assert outcome.problems == ()
    record = json.loads((file.parent / "record.json").read_text())
    half = file.read_bytes()[: len(data) // 2]
    file.write_bytes(half)
    # Even where its record says that it is as it was.
    found_ = file.stat()
    said = f"{found_.st_size} {found_.st_mtime_ns} {found_.st_ctime_ns} {found_.st_ino}"
    stats = record["observed"]["stats"]
    others = [item for item in stats if item[0] != str(file)]
    assert len(others) == len(stats) - 1
    record["observed"]["stats"] = [*others, [str(file), "inode", said]]
    (file.parent / "record.json").write_text(json.dumps(record))
    assert desk.typeset(HEAD, "three").problems == ()


def test_few_formats_are_kept(desk):
    for number in range(7):
        assert isinstance(desk.format(HEAD + f"% {number}\n"), Format)
    assert len(desk.dumped()) == 6


def test_nothing_runs_where_nothing_has_changed(desk):
    assert desk.typeset(HEAD, "one").passes > 0
    first = desk.pdf()
    outcome = desk.typeset(HEAD, "one")
    assert (outcome.passes, outcome.pdf) == (0, desk.stage / "report.pdf")
    assert desk.pdf() == first


@pytest.mark.parametrize("change", ["pdf", "figure", "own", "aux", "gone"])
def test_latex_runs_where_something_has_changed(desk, change):
    (desk.own / "part.tex").write_text("part one")
    (desk.stage / "figure.tex").write_text("figure one")
    body = r"\input{part}\input{figure}\section{A}\label{a}"
    assert desk.typeset(HEAD, body).passes > 0
    first = desk.pdf()
    assert desk.typeset(HEAD, body).passes == 0
    if change == "figure":
        (desk.stage / "figure.tex").write_text("figure two")
    elif change == "own":
        (desk.own / "part.tex").write_text("part two")
    elif change == "gone":
        (desk.stage / "report.pdf").unlink()
    else:
        (desk.stage / f"report.{change}").write_text("% other")
    assert desk.typeset(HEAD, body).passes > 0
    assert (desk.pdf() != first) == (change in {"figure", "own"})


def test_a_warning_is_told_again_where_nothing_runs(desk):
    first = desk.typeset(HEAD, r"\noindent\rule{90cm}{1pt}")
    again = desk.typeset(HEAD, r"\noindent\rule{90cm}{1pt}")
    assert again.passes == 0
    assert found(again) == found(first) != []


def test_an_error_is_told_again(desk):
    assert desk.typeset(HEAD, "word").pdf is not None
    for _ in range(2):
        outcome = desk.typeset(HEAD, "\\nosuch")
        assert outcome.pdf is None
        assert [line for _, line, _ in found(outcome)] == [4]
