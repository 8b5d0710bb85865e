"""What counts as a check: what asserts or compares, of what it says, and is run."""

import pytest

from .ledgers import ONE, ledger_of


def test_a_check_that_fails_where_it_may_is_in_no_ledger(project):
    made = project(ONE.format(code="assert 1 == 2", options=", error=True"))
    done = made.build()
    assert done.returncode == 0
    assert "report.pmd:5: warning: one failed, so it checks nothing of eq:a" in done.stderr
    assert "Checked" not in made.text()
    assert "checkedmark{eq:a}" not in made.tex


def test_a_comparison_of_what_the_chunk_does_not_check_is_an_error(project):
    code = 'agree(1, 1, against="x", tolerance=1e-9, of="eq:b")'
    done = project(ONE.format(code=code, options="")).build("--to", "tex")
    assert done.returncode == 1
    assert "report.pmd:5: error: one compares something of `eq:b`" in done.stderr


def test_a_check_that_checks_nothing_is_told(project):
    made = project(ONE.format(code="x = 1", options=""))
    said = made.build().stderr
    assert "report.pmd:5: warning: one asserts and compares nothing of `eq:a`" in said
    assert "Checked" not in made.text()
    assert "one has `checks=`" in made.treadle("check", "report.pmd").stderr


HELPER = (
    "```{python helper, echo=False}\nfrom treadle.checks import agree\ndef check(x): CODE\n```\n\n"
)


@pytest.mark.parametrize("code", ["agree(x, 2, against='two', tolerance=1e-9)", "assert x == 2"])
def test_what_a_function_of_the_document_asserts_counts(project, code):
    made = project(HELPER.replace("CODE", code) + ONE.format(code="check(2)", options=""))
    assert "nothing" not in made.build().stderr
    assert "asserts" not in made.treadle("check", "report.pmd").stderr
    assert any(row.startswith("Equation (1)") for row in ledger_of(made))


def test_a_test_checks_nothing_in_a_build(project):
    made = project(
        ONE.format(code="def test_it(): assert 2 == 3", options=", test=True, module='m'")
    )
    for done in (made.build("--to", "tex"), made.treadle("check", "report.pmd")):
        assert "report.pmd:5: warning: one checks nothing: a build runs no tests" in done.stderr


def test_a_comparison_of_another_label_is_told_once(project):
    code = "agree(1, 1, against='it', tolerance=1e-9, of='eq:b')"
    made = project(ONE.format(code=code, options=""))
    assert made.build("--to", "tex").stderr.count("report.pmd:5:") == 1


@pytest.mark.parametrize(
    "code",
    [
        "assert (1 == 2, 'words')",
        "# assert 1 == 1",
        "x = 'raise it'",
        "def never(): assert 1 == 2",
        "if False: assert 1 == 2",
    ],
)
def test_what_only_looks_like_an_assertion_is_none(project, code):
    made = project(ONE.format(code=code, options=""))
    assert "one asserts and compares nothing of `eq:a`" in made.build().stderr
    assert "Checked" not in made.text()


def test_a_library_s_assertion_is_one(project):
    code = "import numpy as np\nnp.testing.assert_allclose(1, 1)"
    made = project(ONE.format(code=code, options=""))
    made.build()
    assert "Equation (1) assertions of one" in ledger_of(made)


def test_what_other_code_compares_is_not_the_chunk_s(project):
    before = (
        '```{python m, module="m", echo=False}\nfrom treadle.checks import agree\n'
        'agree(1, 1, against="an import", tolerance=1)\n```\n'
        'Text <%= agree(1, 1, against="inline", tolerance=1) or "" %>\n\n'
    )
    code = 'agree(1, 1, against="itself", tolerance=1e-9)'
    made = project(before + ONE.format(code=code, options=""))
    assert made.build().returncode == 0
    assert not {"an import", "inline"} & {*" ".join(ledger_of(made)).split()}
    first = ledger_of(made)
    assert [row for row in first if "import" in row or "inline" in row] == []
    made.write("report.pmd", before + ONE.format(code=code + "  #", options=""))
    made.build()
    assert ledger_of(made) == first


def test_a_label_of_which_nothing_is_compared_has_no_mark(project):
    text = "Also @eq:b.\n\n$$ b $$ {#eq:b}\n\n" + ONE.format(
        code='agree(1, 1, against="x", tolerance=1e-9, of="eq:a")', options=""
    ).replace('"eq:a", echo', '"eq:a, eq:b", echo')
    made = project(text)
    assert "warning: one asserts and compares nothing of `eq:b`" in made.build().stderr
    assert len(ledger_of(made)) < 4
    assert r"\checkedmark{eq:b}" not in made.tex


def test_assertions_count_whatever_the_environment_says(project, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    made = project(ONE.format(code="assert 1 == 2", options=""))
    assert made.build("--to", "tex").returncode == 1
