import json

from treadle.app.cli.problems import as_annotation, as_json
from treadle.problem import Span, error, warning

ODD = error(Span.at("a,b:c.pmd", 3, 7), "100%\nbad", "mend it")


def test_json_holds_all_of_it_in_one_line():
    line = as_json(ODD)
    assert "\n" not in line
    assert json.loads(line) == {
        "file": "a,b:c.pmd",
        "line": 3,
        "end_line": 3,
        "column": 7,
        "severity": "error",
        "message": "100%\nbad",
        "hint": "mend it",
    }


def test_an_annotation_escapes_what_github_reads_itself():
    expected = "::error file=a%2Cb%3Ac.pmd,line=3,endLine=3,col=7::100%25%0Abad (mend it)"
    assert as_annotation(ODD) == expected


def test_an_annotation_without_a_column():
    found = warning(Span("a.pmd", 3, 5), "odd")
    assert as_annotation(found) == "::warning file=a.pmd,line=3,endLine=5::odd"
