"""The author's data in a file of their own: in print, or blanks in their place."""

import pytest

SOURCE = "---\ntitle: Report\nauthor-file: me.yaml\n---\n\nText.\n"


@pytest.fixture
def made(project):
    return project(SOURCE)


def test_the_name_is_in_print(made):
    made.write("me.yaml", "author: Ada Lovelace\ncourse: Mathematics\nid: '4711'\n")
    done = made.build()
    assert (done.returncode, done.stderr.count("warning")) == (0, 0)
    words = made.run("pdftotext", "build/report.pdf", "-").stdout
    assert "Ada Lovelace (4711)" in words
    assert "Mathematics" in words
    assert "Name:" not in words


def test_without_the_file_there_are_blanks_and_a_word(made):
    done = made.build()
    assert done.returncode == 0
    assert "report.pmd:3: warning: there is no me.yaml: blanks stand for" in done.stderr
    assert "Name:" in made.run("pdftotext", "build/report.pdf", "-").stdout


@pytest.mark.parametrize("target", ["tex", "pdf"])
def test_a_build_learns_of_the_file_that_was_not_there(made, target):
    for _ in range(2):
        assert "there is no me.yaml" in made.build("--to", target).stderr
    made.write("me.yaml", "author: Ada Lovelace\n")
    assert made.build("--to", target).stderr.count("warning") == 0
    assert "Ada Lovelace" in made.tex
    made.write("me.yaml", "author: Grace Hopper\n")
    made.build("--to", target)
    assert "Grace Hopper" in made.tex
    (made.folder / "me.yaml").unlink()
    assert "there is no me.yaml" in made.build("--to", target).stderr
    assert "Name:" in made.tex


def test_the_documents_own_word_counts_more(project):
    made = project(SOURCE.replace("title:", "author: Grace Hopper\ntitle:"))
    made.write("me.yaml", "author: Ada Lovelace\n")
    assert made.build("--to", "tex").returncode == 0
    assert "Grace Hopper" in made.tex
    assert "Ada" not in made.tex


def test_what_is_wrong_in_it_has_its_line(made):
    made.write("me.yaml", "author: Ada\nautor: Ada\n")
    done = made.build("--to", "tex")
    assert "me.yaml:2: warning: unknown key `autor`" in done.stderr
    made.write("me.yaml", "author: Ada\n  id: [\n")
    done = made.build("--to", "tex")
    assert done.returncode == 1
    assert done.stderr.startswith("me.yaml:2: error: ")


def test_strictly_the_document_is_sound_without_it(made):
    done = made.treadle("check", "--strict", "report.pmd")
    assert (done.returncode, done.stderr) == (0, "")


def test_numbers_that_are_names_are_printed_as_typed(made):
    made.write("me.yaml", "author: Ada Lovelace\nid: 0042\n")
    assert made.build().returncode == 0
    assert "Ada Lovelace (0042)" in made.run("pdftotext", "build/report.pdf", "-").stdout
