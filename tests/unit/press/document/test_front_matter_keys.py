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
    ],
)
def test_date(text: str, value: object) -> None:
    assert settings(f"date: {text}")[0].date == value


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
