"""Treadle's own templates are kept compiled; a document's are not, nor where nobody may write."""

from __future__ import annotations

import pytest

from treadle.press.latex import templates as subject
from treadle.press.latex.templates import render, templates


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of ours, with a template that was never compiled."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "greeting.tex.j2").write_text(r"Hello, \VAR{name}." + "\n")
    monkeypatch.setattr(subject, "templates_folder", lambda: folder)
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    templates.cache_clear()
    yield folder
    templates.cache_clear()


def greeting(*folders):
    return [line.text for line in render("greeting.tex.j2", 1, {"name": "Ada"}, folders=folders)]


def test_ours_are_compiled_once_and_again_when_they_change(own):
    assert greeting() == ["Hello, Ada."]
    (compiled,) = (own / "__pycache__").iterdir()
    written = compiled.read_bytes()
    templates.cache_clear()
    assert greeting() == ["Hello, Ada."]
    assert compiled.read_bytes() == written
    (own / "greeting.tex.j2").write_text(r"Good day, \VAR{name}." + "\n")
    templates.cache_clear()
    assert greeting() == ["Good day, Ada."]
    assert compiled.read_bytes() != written


def test_those_of_a_document_leave_nothing(own, tmp_path):
    beside = tmp_path / "document"
    beside.mkdir()
    (beside / "greeting.tex.j2").write_text(r"Dear \VAR{name}," + "\n")
    assert greeting(beside) == ["Dear Ada,"]
    assert not (own / "__pycache__").exists()
    assert [path.name for path in beside.iterdir()] == ["greeting.tex.j2"]


def test_where_nothing_may_be_written_they_are_compiled_each_time(own, monkeypatch):
    (own / "__pycache__").write_text("no folder")
    assert greeting() == ["Hello, Ada."]
    (own / "__pycache__").unlink()
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    templates.cache_clear()
    assert greeting() == ["Hello, Ada."]
    assert not any((own / "__pycache__").glob("*"))


@pytest.mark.parametrize(
    ("line", "made"),
    [
        (r"% \VAR{name}", "% VAR{name}"),
        (r"% \BLOCK{ if no }", "% BLOCK{ if no }"),
        (r"\VAR{name}% \VAR{no.thing", "Ada% VAR{no.thing"),
        (r"50\% of \VAR{name}", r"50\% of Ada"),
        (r"\\% \VAR{name}", r"\\% VAR{name}"),
        (r'\VAR{"%s!" | format(name)}', "Ada!"),
        (r"\BLOCK{ set x = '%' }\VAR{x ~ name}", "%Ada"),
        ("%% \\VAR{name}", ""),
        (r"\href{http://x/a%20b/\VAR{name}}{x}", r"\href{http://x/a%20b/Ada}{x}"),
        (r"\url{http://x/a%20b/\VAR{name}}", r"\url{http://x/a%20b/Ada}"),
        (r"\nolinkurl{%20\VAR{name}} % \VAR{name}", r"\nolinkurl{%20Ada} % VAR{name}"),
        (r"\path {a%b/\VAR{name}}", r"\path {a%b/Ada}"),
        (r"\href[pdfnewwindow]{a%20b/\VAR{name}}{x}", r"\href[pdfnewwindow]{a%20b/Ada}{x}"),
        (r"\url{a\%20b/{c}\VAR{name}}", r"\url{a\%20b/{c}Ada}"),
        (r"\href{a}{b% \VAR{name}", r"\href{a}{b% VAR{name}"),
        (r"% \url{a%20b/\VAR{name}}", r"% \url{a%20b/VAR{name}}"),
        (r"\urlstyle{tt% \VAR{name}}", r"\urlstyle{tt% VAR{name}}"),
    ],
)
def test_a_comment_in_a_template_is_a_comment(tmp_path, line, made):
    (tmp_path / "mine.tex.j2").write_text(f"{line}\nend\n")
    lines = [item.text for item in render("mine.tex.j2", 1, {"name": "Ada"}, folders=(tmp_path,))]
    assert lines == [made, "end"]
