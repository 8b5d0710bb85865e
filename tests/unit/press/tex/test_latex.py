"""Real runs of pdflatex, on documents of a few words."""

import os

from treadle.press.tex.engine import tex_environment
from treadle.press.tex.log import first_error
from treadle.press.tex.passes import Job, run_pass
from treadle.press.tex.places import Places
from treadle.press.tex.typeset import typeset
from treadle.problem import has_errors

BIB = "@book{Knuth, author={Donald Knuth}, title={Digital}, publisher={CSLI}, year={1999}}\n"


def run(folder, body, name="report"):
    tex = f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (folder / f"{name}.tex").write_text(tex, "utf-8")
    job = Job(folder, name, tex_environment((), 0))
    return typeset(job, Places("report.pmd", f"{name}.tex", tex, tuple(range(1, 100))))


def test_passes_until_nothing_changes_and_one_when_nothing_has_changed(tmp_path):
    body = r"\section{A}\label{a} See \ref{a} on page \pageref{a}."
    first = run(tmp_path, body)
    assert first.problems == ()
    assert first.pdf == tmp_path / "report.pdf"
    assert first.passes == 2  # the first writes the label, the second uses it
    assert run(tmp_path, body).passes == 1


def test_bibtex_runs_and_runs_again_when_the_database_changes(tmp_path):
    (tmp_path / "refs.bib").write_text(BIB)
    body = r"Read \cite{Knuth}. \bibliographystyle{plain}\bibliography{refs}"
    assert run(tmp_path, body).problems == ()
    assert "Digital" in (tmp_path / "report.bbl").read_text()
    (tmp_path / "refs.bib").write_text(BIB.replace("Digital", "Literate"))
    assert run(tmp_path, body).problems == ()
    assert "Literate" in (tmp_path / "report.bbl").read_text()


def test_a_citation_that_is_gone_leaves_no_bibliography(tmp_path):
    (tmp_path / "refs.bib").write_text(BIB)
    end = r"\bibliographystyle{plain}\bibliography{refs}"
    run(tmp_path, r"Read \cite{Knuth}." + end)
    run(tmp_path, "Read." + end)
    assert not (tmp_path / "report.bbl").exists()


def test_problems_of_the_database_are_at_its_lines(tmp_path):
    (tmp_path / "refs.bib").write_text("\n" + BIB + "@book{Lamport, title={X} year={1}}\n")
    body = r"\cite{Knuth}\bibliographystyle{plain}\bibliography{refs,absent}"
    outcome = run(tmp_path, body)
    found = {(item.span.file, item.span.line) for item in outcome.problems}
    assert outcome.pdf is None
    assert ("refs.bib", 3) in found
    assert ("report.pmd", 3) in found  # no database `absent`


def test_auxiliary_files_of_a_failed_build_do_no_harm(tmp_path):
    assert run(tmp_path, r"\section{A \nosuch}").pdf is None
    assert run(tmp_path, r"\section{A}").problems == ()
    (tmp_path / "report.aux").write_text(r"\nosuch")
    assert run(tmp_path, r"\section{A}").problems == ()


def test_all_errors_are_collected(tmp_path):
    outcome = run(tmp_path, "\\one\n\n\\two\n\n\\begin{three}")
    assert has_errors(outcome.problems)
    assert [item.span.line for item in outcome.problems][:3] == [3, 5, 7]


def test_no_pages_is_an_error(tmp_path):
    outcome = run(tmp_path, "")
    assert [item.message for item in outcome.problems] == ["LaTeX gave no PDF"]


def test_no_shell_and_no_file_outside(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    run(folder, r"\immediate\write18{touch ../shell}\newwrite\w\immediate\openout\w=../file x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_a_pass_that_fails_without_a_word_in_its_log_is_an_error(tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, status in (("pdflatex", 1), ("bibtex", 0)):
        (programs / name).write_text(f"#!/bin/sh\necho odd > report.log; exit {status}\n")
        (programs / name).chmod(0o755)
    (tmp_path / "report.tex").write_text("x")
    environment = tex_environment((), 0) | {"PATH": f"{programs}:{os.environ['PATH']}"}
    log = run_pass(Job(tmp_path, "report", environment))
    error = first_error(log)
    assert error is not None
    assert "exit status 1" in error.text
