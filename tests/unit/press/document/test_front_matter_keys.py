from datetime import date
from pathlib import Path

import pytest
from tests.conftest import Within

from treadle.press.document.authors import Author
from treadle.press.document.front_matter_keys import Settings, read_settings
from treadle.press.document.reader import read_document


def settings(block: str) -> tuple[Settings, list[str]]:
    document, _ = read_document(Path("a.pmd"), f"---\n{block}\n---\nbody\n")
    found, problems = read_settings(document)
    return found, [str(problem) for problem in problems]


def test_all_keys() -> None:
    found, problems = settings(
        """title: Nets
subtitle: 9
author:
  - name: Ada
    id: 12
  - Bob
course: AMCS 215
date: 2023-11-12
abstract: |
  Short.
keywords: a, b
classoption: [a4paper, twoside]
geometry: margin=2cm,top=1cm
preamble: |
  \\newcommand{\\R}{\\mathbb R}
header-includes: ["\\\\usepackage{x}", "\\\\usepackage{y}"]
bibliography: refs.bib
link-citations: true
toc: yes
params: {epochs: 2, lr: 0.1, tag: x, fast: false}
seed: 0
threads: 2"""
    )
    assert problems == []
    assert found == Settings(
        title="Nets",
        subtitle="9",
        authors=(Author("Ada", id="12"), Author("Bob")),
        course="AMCS 215",
        date=date(2023, 11, 12),
        abstract="Short.",
        keywords=("a", "b"),
        classoption=("a4paper", "twoside"),
        geometry=("margin=2cm", "top=1cm"),
        preamble="\\newcommand{\\R}{\\mathbb R}\n\\usepackage{x}\n\\usepackage{y}",
        bibliography=("refs.bib",),
        link_citations=True,
        toc=True,
        params={"epochs": 2, "lr": 0.1, "tag": "x", "fast": False},
        seed=0,
        threads=2,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2023-11-12", date(2023, 11, 12)),
        ("'2023-11-12'", date(2023, 11, 12)),
        ("2023-11-12 10:00:00", date(2023, 11, 12)),
        ("November 2023", "November 2023"),
        ("today", r"\today"),
        ("Now", r"\today"),
        ("3/14/2023", "3/14/2023"),
        ("Spring 2023", "Spring 2023"),
        ("29 February 2024", "29 February 2024"),
    ],
)
def test_date(text: str, value: object) -> None:
    found, problems = settings(f"date: {text}")
    assert (found.date, problems) == (value, [])


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        ("'2026-02-30'", "correct"),
        ("31.2.2026", "correct"),
        ("13/13/2026", "correct"),
        ("30 February 2026", "correct"),
        ("Sep. 31st, 2026", "correct"),
        ("31st June 2026", "correct"),
        ("last-modified", r"`\today`"),
    ],
)
def test_a_date_that_is_no_day_is_told(text: str, way_out: str) -> None:
    found, (problem,) = settings(f"title: T\ndate: {text}")
    assert found.date == text.strip("'")
    assert problem.startswith("a.pmd:3: warning:")
    assert way_out in problem


@pytest.mark.parametrize(
    "line",
    [
        "title: [a]",
        "lang: no",
        "toc: 1",
        "seed: -1",
        "seed: 1.5",
        "seed: true",
        "threads: 0",
        "author: {nam: x}",
        "author: {id: 1}",
        "author: [[a]]",
        "params: [a]",
        "params: {a: [1]}",
        "params: {a-b: 1}",
        "params: {a: 2023-11-12}",
        "params: {a: .nan}",
        "preamble: 3",
        "bibliography: {a: b}",
    ],
)
def test_a_wrong_type_is_an_error_at_its_line(line: str) -> None:
    found, problems = settings(f"course: x\n{line}")
    assert len(problems) == 1
    key = line.partition(":")[0]
    assert problems[0].startswith(f"a.pmd:3: error: `{key}` must be ")
    assert found == Settings(course="x")


def test_an_unknown_key_is_a_warning_with_the_nearest() -> None:
    _, problems = settings("titel: x")
    assert problems == [
        "a.pmd:2: warning: unknown key `titel` in the front matter (did you mean `title`?)"
    ]


def test_an_empty_value_is_none_given() -> None:
    assert settings("title:\nparams:") == (Settings(), [])


def test_a_parameter_that_is_a_long_story(within: Within) -> None:
    again = "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(40))
    with within(1):
        _, problems = settings(f"a0: &a0 []\n{again}params: {{p: *a40}}")
    assert any("`params` must be" in problem for problem in problems)


def test_authors_and_affiliations_as_quarto_has_them() -> None:
    front = """author:
  - name: {given: Ada, family: Lovelace}
    attributes: {corresponding: true}
    affiliations: [{ref: a}, {id: b, name: Second}]
  - name: Bo
    affiliation: b
affiliations:
  - {id: a, name: First, city: London}
"""
    found, problems = settings(front)
    ada, bo = found.authors
    assert (ada.name, ada.corresponding, problems) == ("Ada Lovelace", True, [])
    assert [place.name for place in ada.affiliations] == ["First", "Second"]
    assert bo.affiliations == ada.affiliations[1:]


JOSS = """authors:
  - name: Ada Lovelace
    affiliation: "1, 2"
    equal-contrib: true
  - given-names: Ludwig
    dropping-particle: van
    surname: Beethoven
    affiliation: 2
affiliations:
  - {name: First, index: 1}
  - name: Second
    index: 2
"""


def test_authors_and_affiliations_as_joss_has_them() -> None:
    found, problems = settings(JOSS)
    ada, ludwig = found.authors
    assert problems == []
    assert [place.name for place in ada.affiliations] == ["First", "Second"]
    assert ada.equal_contribution
    assert (ludwig.name, ludwig.affiliations) == ("Ludwig van Beethoven", ada.affiliations[1:])


def test_affiliations_as_papaja_has_them() -> None:
    front = """author:
  - {name: Ada, affiliation: "1,2", corresponding: yes}
affiliation:
  - {id: "1", institution: First}
  - {id: "2", institution: Second}
"""
    found, problems = settings(front)
    assert [place.name for place in found.authors[0].affiliations] == ["First", "Second"]
    assert problems == []


@pytest.mark.parametrize(
    ("affiliation", "names"),
    [
        ("a", ["First"]),
        ("[a, b]", ["First", "Second, Ltd."]),
        ("a, b", ["First", "Second, Ltd."]),
        ("b, University of London", ["b, University of London"]),  # not all of it is known
        ("Second, Ltd.", ["Second, Ltd."]),  # its name
        ("{ref: b}", ["Second, Ltd."]),
        ("", []),
    ],
)
def test_what_an_affiliation_refers_to(affiliation: str, names: list[str]) -> None:
    places = "affiliations: [{id: a, name: First}, {id: b, name: 'Second, Ltd.'}]"
    found, _ = settings(f"author: [{{name: Ada, affiliation: {affiliation}}}]\n{places}")
    if affiliation in ("a, b", "b, University of London", "Second, Ltd."):
        found, _ = settings(f"author: [{{name: Ada, affiliation: '{affiliation}'}}]\n{places}")
    assert [place.name for place in found.authors[0].affiliations] == names


@pytest.mark.parametrize("affiliation", ["3", "'1, 3'", "{ref: c}"])
@pytest.mark.parametrize("places", ["\naffiliations: [{name: First, index: 1}]", ""])
def test_a_reference_to_no_affiliation_is_an_error(affiliation: str, places: str) -> None:
    _, problems = settings(
        f"course: x\nauthor:\n  - name: Ada\n    affiliation: {affiliation}{places}"
    )
    assert problems[0].startswith("a.pmd:4: error: `author` must be authors whose affiliations")
    assert len(problems) == 1


def test_an_affiliation_to_which_nobody_refers_is_a_warning_at_its_line() -> None:
    front = """author: [{name: Ada, affiliation: 1}, Bo]
affiliations:
  - {name: First, index: 1}
  - name: Second
    index: 2
  - University of Leeds
"""
    _, problems = settings(front)
    said = "warning: no author refers to this affiliation: it is shown nowhere"
    assert [problem.partition(" (")[0] for problem in problems] == [
        f"a.pmd:5: {said}",
        f"a.pmd:7: {said}",
    ]
    assert len(settings("affiliations: [First]")[1]) == 1  # without an author, too


def test_two_affiliations_of_one_index_are_an_error() -> None:
    places = "affiliations:\n  - {name: First, index: 1}\n  - {name: Second, index: 1}"
    _, problems = settings(f"author: Ada\n{places}")
    assert problems[0].startswith("a.pmd:5: error: `affiliations` must be")


def test_what_of_an_author_has_no_place_is_a_warning() -> None:
    front = """author:
  - name: Ada
    url: https://ada.example.org
    affiliation: {name: First, ror: 03yrm5c26}
  - {name: Bo, affiliation: 1, attributes: {deceased: true}}
affiliations:
  - {name: Second, index: 1, ror: 04yrm5c26}
"""
    found, problems = settings(front)
    assert len(found.authors) == 2
    assert [problem.partition(" is shown")[0] for problem in problems] == [
        "a.pmd:3: warning: `url` of an author",
        "a.pmd:3: warning: `affiliation.ror` of an author",
        "a.pmd:6: warning: `deceased` of an author",
        "a.pmd:8: warning: `ror` of an affiliation",
    ]


def test_all_parts_of_a_name() -> None:
    name = "{given: Ludwig, non-dropping-particle: van, family: Beethoven, suffix: Jr.}"
    found, problems = settings(f"author: [{{name: {name}}}]")
    assert (found.authors[0].name, problems) == ("Ludwig van Beethoven Jr.", [])
    _, problems = settings("author: [{name: {given: Ada, familly: Lovelace}}]")
    assert "`familly` is not known" in problems[0]


def test_authors_beside_author_is_an_unknown_key() -> None:
    found, problems = settings("author: Ada\nauthors: [Bo]")
    assert [author.name for author in found.authors] == ["Ada"]
    assert "unknown key `authors`" in problems[0]


@pytest.mark.parametrize("size", ["13", "37pt"])
def test_of_a_wrong_front_matter_all_is_told_at_once(size: str) -> None:
    _, told = settings(f"toc: perhaps\nfontsize: {size}\nengine: tecks")
    assert [line.partition(" (")[0] for line in told] == [
        "a.pmd:2: error: `toc` must be true or false",
        "a.pmd:4: error: `engine` must be one of auto, pdflatex, lualatex, xelatex",
        f"a.pmd:3: warning: the class has no option `{size.removesuffix('pt')}pt`",
    ]
    assert all("known are" not in line for line in told)


@pytest.mark.parametrize("block", ["fontsize: 13", "toc: perhaps\nfontsize: 12"])
def test_a_size_is_told_by_latex_or_is_right(block: str) -> None:
    assert not any("has no option" in line for line in settings(block)[1])


def test_of_a_class_of_other_sizes_nothing_is_known() -> None:
    _, told = settings("toc: perhaps\nfontsize: 14pt\ndocumentclass: extarticle")
    assert len(told) == 1


@pytest.mark.parametrize(
    "block",
    [
        "params: {index: 5, ref: 1.50, affiliation: 3, id: 7, group: 8}",
        "format: {pdf: {params: {index: 5, ref: 1.50, affiliation: 3, id: 7, group: 8}}}",
    ],
)
def test_a_parameter_is_a_number_whatever_its_name(block: str) -> None:
    document, _ = read_document(Path("a.pmd"), f"---\n{block}\n---\nText.\n")
    params = read_settings(document)[0].params
    assert params == {"index": 5, "ref": 1.5, "affiliation": 3, "id": 7, "group": 8}


@pytest.mark.parametrize(
    "block",
    [
        "id: 0042",
        "authors: [{name: Ada, id: 0042}]",
        "author: {name: Ada, attributes: {id: 0042}}",
        "all: &all {id: 0042}\nauthor: {name: Ada, <<: *all}",
        "format: {pdf: {id: 0042}}",
    ],
)
def test_the_id_of_a_person_stays_as_typed(block: str) -> None:
    document, _ = read_document(Path("a.pmd"), f"---\n{block}\n---\nText.\n")
    settings = read_settings(document)[0]
    assert "0042" in {settings.id, *(person.id for person in settings.authors)}


@pytest.mark.parametrize(
    ("person", "dropped"),
    [
        ("{name: Ada Lovelace, suffix: Jr., surname: Byron}", ["surname", "suffix"]),
        ("{name: {given: Ada, family: Lovelace}, suffix: Jr.}", ["suffix"]),
        ("{name: Ada, attributes: {family: Lovelace}}", ["family"]),
        ("{name: Ada Lovelace, given: Ada, family: Lovelace, suffix: }", []),
        ("{given: Ada, family: Lovelace, suffix: Jr.}", []),
    ],
)
def test_what_stands_beside_a_whole_name_is_told(person: str, dropped: list[str]) -> None:
    _, problems = settings(f"title: T\nauthor:\n  - {person}")
    said = [f"a.pmd:4: warning: `{part}` of an author is shown nowhere" for part in dropped]
    assert [problem.partition(" (")[0] for problem in problems] == said


def test_a_wrong_name_is_an_error_whatever_stands_beside_it() -> None:
    block = "author: {name: {nick: A}, suffix: Jr.}\naffiliations: [{name: U, id: u}]"
    assert "a.pmd:2: error: `author` must be authors with a name of" in settings(block)[1][0]


def test_every_key_may_be_what_was_meant() -> None:
    _, (problem,) = settings("afiliations: X")
    assert "did you mean `affiliations`?" in problem
