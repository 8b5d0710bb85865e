"""What loads packages comes first, as the author has it; the rest at the end."""

from pathlib import Path

import pytest

from treadle.press.document.front_matter_keys import read_settings
from treadle.press.document.model import Document
from treadle.press.document.reader import read_document
from treadle.press.latex.fragment import text_of
from treadle.press.weave.author_preamble import AuthorPreamble, author_preamble
from treadle.press.weave.weave import weave


def parted(preamble: str, folder: Path = Path()) -> AuthorPreamble:
    return author_preamble(*written(preamble, folder))


def written(preamble: str, folder: Path = Path()):
    lines = "".join(f"  {line}\n" for line in preamble.split("\n"))
    document, _ = read_document(folder / "a.pmd", f"---\npreamble: |\n{lines}---\n\nText.\n")
    return document, read_settings(document)[0]


def test_packages_come_first_and_the_rest_last_each_with_its_line() -> None:
    found = parted(
        "\\newcommand{\\one}{1}\n\\usepackage{tikz}\n\\usetikzlibrary{arrows}\n\\usepackage{array}"
    )
    assert [(line.text, line.origin) for line in found.early] == [
        (r"\usepackage{tikz}", 4),
        (r"\usepackage{array}", 6),
    ]
    assert text_of(found.rest) == "\\newcommand{\\one}{1}\n\\usetikzlibrary{arrows}"
    assert found.loads == {"tikz", "array"}


@pytest.mark.parametrize(
    "block",
    [
        "\\usepackage[a4paper,\n  margin=2cm]{geometry}",
        "\\usepackage{one,\n  two}",
        "\\ifpdftex\n  \\usepackage{one}\n\\else\n  \\usepackage{two}\n\\fi",
        "\\PassOptionsToPackage{table}{xcolor}",
        "\\let\\Bbbk\\relax",
    ],
)
def test_what_is_one_stays_together(block: str) -> None:
    found = parted(f"\\newcommand{{\\a}}{{b}}\n{block}\n\\newcommand{{\\c}}{{d}}")
    assert text_of(found.early) == block
    assert text_of(found.rest) == "\\newcommand{\\a}{b}\n\\newcommand{\\c}{d}"


@pytest.mark.parametrize(
    "line",
    [
        r"% \usepackage{geometry}",
        r"\newif\ifdraft",
        r"\newcommand{\x}{\ifnum1=1 y\fi}",
        r"\DeclareMathOperator{\tr}{tr}",
        r"\geometry{margin=1cm}",
    ],
)
def test_what_loads_nothing_stays(line: str) -> None:
    found = parted(line)
    assert (found.early, found.late, found.loads) == ((), (), frozenset())
    assert text_of(found.rest) == line


def test_from_hyperref_on_packages_come_in_its_place() -> None:
    found = parted("\\usepackage{array}\n\\usepackage[draft]{hyperref}\n\\usepackage{bookmark}")
    assert text_of(found.early) == r"\usepackage{array}"
    assert text_of(found.late) == "\\usepackage[draft]{hyperref}\n\\usepackage{bookmark}"


def test_styles_beside_the_document_tell_what_they_load_and_make(tmp_path: Path) -> None:
    (tmp_path / "conference.sty").write_text(
        "\\RequirePackage{inner}\n%\\RequirePackage{not}\n\\renewcommand{\\@maketitle}{x}\n"
    )
    (tmp_path / "inner.sty").write_text("\\RequirePackage[margin=1in]{geometry}\n\\def\\And{}\n")
    found = parted("\\usepackage{conference}", tmp_path)
    assert found.loads == {"conference", "inner", "geometry"}
    assert (found.titles, found.author_and) == ("maketitle", r"\And")
    assert [path.name for path in found.files] == ["conference.sty", "inner.sty"]


def test_a_file_that_loads_packages_is_read_early(tmp_path: Path) -> None:
    (tmp_path / "head.tex").write_text("\\usepackage{enumitem}\n")
    (tmp_path / "macros.tex").write_text("\\newcommand{\\x}{y}\n")
    found = parted("\\input{macros}\n\\input{head}", tmp_path)
    assert text_of(found.early) == r"\input{head}"
    assert text_of(found.rest) == r"\input{macros}"
    assert "enumitem" in found.loads


# And what comes of it in the whole preamble.


def tex_of(preamble: str) -> str:
    document: Document = written(preamble)[0]
    return weave(document, [None] * len(document.blocks)).tex


@pytest.mark.parametrize(
    ("loaded", "not_by_us"),
    [
        (r"\usepackage[margin=1cm]{geometry}", r"{geometry}"),
        (r"\usepackage[dvipsnames]{xcolor}", r"{xcolor}"),
        (r"\usepackage[draft]{hyperref}", r"{hyperref}"),
        (r"\usepackage[capitalise]{cleveref}", r"{cleveref}"),
        (r"\usepackage[numbers]{natbib}", r"{natbib}"),
        (r"\usepackage{biblatex}", r"{natbib}"),
        (r"\usepackage{cite}", r"{natbib}"),
        (r"\usepackage{subfig}", r"{subcaption}"),
        (r"\usepackage[ruled]{algorithm2e}", r"{algorithm,algpseudocode}"),
        (r"\usepackage[inline]{enumitem}", r"{enumitem}"),
        (r"\usepackage{fancyhdr}", r"\pagestyle{fancy}"),
        (r"\usepackage[compact]{titlesec}", r"\titleformat*"),
    ],
)
def test_nothing_is_loaded_twice_or_set_anew(loaded: str, not_by_us: str) -> None:
    tex = tex_of(loaded)
    assert tex.count(loaded) == 1
    assert not_by_us not in tex.replace(loaded, "")


def test_theorems_of_the_author_take_the_place_of_ours() -> None:
    tex = tex_of("\\newtheorem{theorem}{Satz}[section]\n\\newenvironment{proof}{}{}")
    freed = tex.index(r"\let\theorem\relax\let\endtheorem\relax")
    assert tex.index(r"\newtheorem{theorem}{Theorem}") < freed < tex.index("{Satz}")
    assert r"\let\proof\relax" in tex
    assert r"\let\lemma\relax" not in tex


def test_without_packages_all_is_as_ever() -> None:
    tex = tex_of(r"\newcommand{\R}{\mathbb{R}}")
    assert r"\needpackage" not in tex
    assert "\\usepackage{lmodern}\n" in tex


def test_what_wants_hyperref_before_it_finds_it() -> None:
    tex = tex_of("\\usepackage[capitalise]{cleveref}\n\\usepackage{array}")
    assert tex.index("{hyperref}") < tex.index(r"\usepackage[capitalise]{cleveref}")
    tex = tex_of("\\usepackage[draft]{hyperref}\n\\usepackage{glossaries}")
    assert tex.index("{fancyvrb}") < tex.index("[draft]{hyperref}") < tex.index("{glossaries}")
