"""One paper in many classes and styles: it builds, all of its parts are there, in their places.

The classes that `make tex-classes` installs are left out where they are missing, by name.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from tests.command import treadle
from tests.formats import emptied

HERE = Path(__file__).parent
COMMON = """title: A Study of Networks
author:
  - name: Ada Lovelace
    email: ada@example.org
    orcid: 0000-0001-2345-6789
    affiliation: {name: University of London, city: London, country: United Kingdom}
    equal-contribution: true
  - name: Alan Turing
    email: alan@example.org
    affiliation:
      - {name: University of Manchester, city: Manchester, country: United Kingdom}
    equal-contribution: true
abstract: We show that the bound holds.
keywords: [recurrent networks, autoencoders]
bibliography: refs.bib
"""
WORDS = (
    *("A Study of Networks", "Ada Lovelace", "Alan Turing", "University of London"),
    *("University of Manchester", "ada@example.org", "alan@example.org", "0000-0001-2345-6789"),
    *("Equal contribution", "We show that the bound holds", "recurrent networks", "import numpy"),
    *("final loss 0.0074", "LAST", "The evidence is at least the bound", "The loss of the model"),
    *("Scores of the models", "0.8734", "another point", "The footnote", "Final loss 0.0074"),
    *("1735", "International Conference"),
)
# What LaTeX says of what is missing here, or of a short paper, and an author may know.
EXPECTED = r"You do not have the \w+|BibTeX: (?:empty|page numbers missing)"


@dataclass(frozen=True)
class Paper:
    """A front matter, the file of TeX without which it can't be made, the paper's look."""

    front: str
    needs: str = "article.cls"
    columns: int = 1
    family: str = "LMRoman"  # of the text, and of the figure's
    of_figure: str = "lmroman"
    without: tuple[str, ...] = ()  # words that its title block does not show
    said: str = "nothing"  # what is said of it, as a pattern
    line: str = ""  # a line that it has, blanks and all
    never: str = "nothing of the kind"  # what is not to be there


PAPERS = {
    "article": Paper(""),
    "twocolumn": Paper("classoption: twocolumn", columns=2),
    "times": Paper("preamble: \\usepackage{times}", family="NimbusRomNo9L", of_figure="utmr8a"),
    "palatino": Paper(
        "preamble: \\usepackage{mathpazo}", family="URWPalladioL", of_figure="uplr8a"
    ),
    "charter": Paper("preamble: \\usepackage{charter}", family="CharterBT", of_figure="bchr8a"),
    "neurips": Paper(
        "preamble: \\usepackage{neuripslike}", family="NimbusRomNo9L", of_figure="utmr8a"
    ),
    "icml": Paper(
        "preamble: \\usepackage{icmllike}",
        columns=2,
        family="NimbusRomNo9L",
        of_figure="utmr8a",
        without=("0000-0001-2345-6789",),
        said=r"report\.pmd:4: warning: `orcid` is shown nowhere",
    ),
    "clashing": Paper("documentclass: clashing", columns=2),
    "thesis": Paper("documentclass: thesis\npreamble: \\newcommand{\\code}[1]{\\textsf{#1}}"),
    "tufte": Paper(
        "documentclass: tufte-handout",
        "tufte-handout.cls",
        family="URWPalladioL",
        of_figure="uplr8a",
        said="apply patch|Shell escape",
    ),
    "amsart": Paper("documentclass: amsart", "amsart.cls"),
    "koma": Paper("documentclass: scrartcl", "scrartcl.cls"),
    "scrbook": Paper("documentclass: scrbook\ntoc: true", "scrbook.cls"),
    "memoir": Paper("documentclass: memoir\ntop-level-division: part", "memoir.cls"),
    "book": Paper("documentclass: book\ntoc: true"),
    "beamer": Paper(
        "documentclass: beamer",
        "beamer.cls",
        family="LMSans",
        of_figure="lmsans",
        line="Figure 1: The loss",  # as the text says
        never="section 2",  # no number stands at a slide
    ),
    "ieee": Paper(
        "documentclass: IEEEtran\nclassoption: [conference]",
        "IEEEtran.cls",
        2,
        "NimbusRomNo9L",
        "utmr8a",
    ),
    "ieee-journal": Paper(
        "documentclass: IEEEtran\nclassoption: [journal]",
        "IEEEtran.cls",
        2,
        "NimbusRomNo9L",
        "utmr8a",
        line="Ada Lovelace and Alan Turing",
    ),
    "acm": Paper(
        "documentclass: acmart\nclassoption: [sigconf, nonacm]",
        "acmart.cls",
        2,
        without=("0000-0001-2345-6789",),  # it leads there from the name
        said=r"margin by 4\.3 pt",  # of the class's own notes on authors
    ),
    "elsevier": Paper(
        "documentclass: elsarticle\nclassoption: [preprint, 12pt]",
        "elsarticle.cls",
        said=r"margin by 2\.6 pt",  # of the class's own line at the foot
    ),
    "llncs": Paper("documentclass: llncs", "llncs.cls", line="References", never="Bibliography"),
    "revtex": Paper(
        "documentclass: revtex4-2\nclassoption: [aps, prl, reprint]",
        "revtex4-2.cls",
        2,
        never="Dated",
    ),
    "apa": Paper(
        "documentclass: apa7\nclassoption: [man]",
        "apa7.cls",
        line="A STUDY OF NETWORKS",
        never="INSERT",
    ),
    "biber": Paper("preamble: \\usepackage{biblatex}", "biblatex.sty"),
    "biblatex": Paper("preamble: \\usepackage[backend=bibtex]{biblatex}", "biblatex.sty"),
}


def installed(file: str) -> bool:
    found = subprocess.run(["kpsewhich", file], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def plain(text: str) -> str:
    """Letters and figures alone: blanks, hyphens and line ends are the page's; so is the case."""
    return re.sub(r"[\W_]+", "", text.replace("\u21aa", "")).lower()


def words_of(pdf: Path) -> str:
    command = ["pdftotext", str(pdf), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("classes")


@pytest.fixture(params=PAPERS)
def made(request: pytest.FixtureRequest, folder: Path) -> tuple[Paper, Path, str]:
    """A paper, the folder of what was built of it, and what was said."""
    name = str(request.param)
    paper = PAPERS[name]
    if not installed(paper.needs) or (name == "biber" and shutil.which("biber") is None):
        pytest.skip(f"{paper.needs} is not installed: `make tex-classes` does it")
    shutil.copytree(HERE / "files", emptied(folder), dirs_exist_ok=True)
    body = (HERE / "body.pmd").read_text("utf-8")
    (folder / "report.pmd").write_text(f"---\n{COMMON}{paper.front}\n---\n{body}", "utf-8")
    done = treadle("build", "report.pmd", folder=folder)
    assert done.returncode == 0, done.stderr
    return paper, folder / "build", done.stderr


def test_a_paper_is_all_there(made: tuple[Paper, Path, str]) -> None:
    paper, build, said = made
    lines = [line for line in said.splitlines() if ": warning: " in line]
    assert [line for line in lines if not re.search(f"{EXPECTED}|{paper.said}", line)] == []
    text = words_of(build / "report.pdf")
    shown = plain(text)
    missing = [word for word in WORDS if plain(word) not in shown and word not in paper.without]
    assert missing == []
    assert paper.line in " ".join(text.split())
    assert paper.never not in text
    assert "??" not in text
    assert not re.search(r"(?:January|February|March|November|December) \d", text)  # made up
    with pikepdf.open(build / "report.pdf") as pdf:
        box = [float(number) for number in pdf.pages[0].mediabox]
    assert_code_in_column(build, box[2] - box[0], paper.columns)
    assert_fonts(build, paper)


def assert_code_in_column(build: Path, width: float, columns: int) -> None:
    """The widest line of code ends within its column, and the figure is as wide."""
    with pikepdf.open(next((build / "report").glob("loss-*.pdf"))) as figure:
        drawn = float(figure.pages[0].mediabox[2])
    assert drawn < width / columns
    command = ["pdftotext", "-bbox", str(build / "report.pdf"), "-"]
    boxes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ends = re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">(?:np\.arange|LAST|epochs|wrapped)', boxes)
    assert ends
    left = width / columns
    assert all(float(end) % left <= 0.99 * left for end in ends)


def assert_fonts(build: Path, paper: Paper) -> None:
    """The text is in its class's font, and so are the figure's labels."""
    fonts = subprocess.run(
        ["pdffonts", str(build / "report.pdf")], capture_output=True, text=True, check=True
    ).stdout
    assert paper.family in fonts
    figure = next((build / "report").glob("loss-*.pdf"))
    drawn = subprocess.run(
        ["pdffonts", str(figure)], capture_output=True, text=True, check=True
    ).stdout
    assert paper.of_figure in drawn.lower()


@pytest.mark.parametrize("options", ["man", "stu", "jou", "doc"])
def test_a_paper_of_apa_s_has_no_words_of_the_class_s_own(folder: Path, options: str) -> None:
    if not installed("apa7.cls"):
        pytest.skip("apa7.cls is not installed: `make tex-classes` does it")
    front = f"title: Nets\nauthor: [Ada, Bo]\ndocumentclass: apa7\nclassoption: [{options}]"
    emptied(folder).mkdir(exist_ok=True)
    (folder / "report.pmd").write_text(f"---\n{front}\n---\n\nText.\n", "utf-8")
    done = treadle("build", "report.pmd", folder=folder)
    assert done.returncode == 0, done.stderr
    text = words_of(folder / "build" / "report.pdf")
    assert not re.search(r"INSERT|Affiliation|Professor|Course|Due Date", text)


def test_a_database_that_the_preamble_names_counts_and_goes_along(folder: Path) -> None:
    if not installed("biblatex.sty"):
        pytest.skip("biblatex.sty is not installed: `make tex-classes` does it")
    shutil.copytree(HERE / "files", emptied(folder), dirs_exist_ok=True)
    loads = "\\usepackage[backend=bibtex,style=authoryear]{biblatex}"
    front = f"preamble: |\n  {loads}\n  \\addbibresource{{refs.bib}}"
    text = "\nWords [@hoch97].\n\n# References\n\nAfter them.\n"
    (folder / "report.pmd").write_text(f"---\n{front}\n---\n{text}", "utf-8")
    for title in ("Long Short-Term Memory", "Another Title"):
        done = treadle("build", "report.pmd", folder=folder)
        assert (done.returncode, done.stderr) == (0, "")
        shown = words_of(folder / "build/report.pdf")
        assert plain(title) in plain(shown)
        assert "(Hochreiter and Schmidhuber 1997)" in " ".join(shown.split())  # as the style has it
        assert shown.index("References") < shown.index("After them")
        database = folder / "refs.bib"
        assert (folder / "build/refs.bib").read_bytes() == database.read_bytes()
        database.write_text(database.read_text().replace("Long Short-Term Memory", "Another Title"))


@pytest.mark.parametrize("name", ["article", "IEEEtran"])
def test_code_and_output_stand_apart_from_what_is_around_them(folder: Path, name: str) -> None:
    if not installed(f"{name}.cls"):
        pytest.skip(f"{name}.cls is not installed: `make tex-classes` does it")
    chunks = "```{python}\nfirst = 1\nprint('shown')\n```\n\n```{python}\nthen = 2\n```"
    text = f"above\n\n{chunks}\n\nbelow"
    emptied(folder).mkdir(exist_ok=True)
    (folder / "report.pmd").write_text(f"---\ndocumentclass: {name}\n---\n\n{text}\n", "utf-8")
    done = treadle("build", "report.pmd", folder=folder)
    assert done.returncode == 0, done.stderr
    command = ["pdftotext", "-bbox", str(folder / "build/report.pdf"), "-"]
    boxes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    tops = {word: float(top) for top, word in re.findall(r'yMin="([\d.]+)".*>(\S+)</word>', boxes)}
    gaps = [tops[b] - tops[a] for a, b in (("shown", "then"), ("then", "below"))]
    assert all(gap > 12 for gap in gaps), tops
