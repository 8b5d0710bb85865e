"""Documents that are built into one folder: none replaces what is another's, or nobody's."""

from __future__ import annotations

import shutil

import pytest
from tests.command import treadle

TEXT = "---\ntitle: {0}\n---\n\nText {0}.\n\n```python\nprint('{0}')\n```\n"


@pytest.fixture
def folder(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.pmd").write_text(TEXT.format(name))
    return tmp_path


def build(folder, name, *arguments):
    return treadle("build", name, "-o", "out", "--to", "tex", *arguments, folder=folder)


def made(folder):
    return (folder / "out/report.tex").read_text()


def test_of_two_documents_of_one_name_the_first_has_the_folder(folder):
    assert build(folder, "a/report.pmd").returncode == 0
    done = build(folder, "b/report.pmd")
    assert done.returncode == 1
    assert done.stderr.startswith("b/report.pmd:1: error: out/report.pdf is made of another doc")
    assert "a/report.pmd (build into another folder by -o, or rename one" in done.stderr
    assert "Text a." in made(folder)
    assert "ran 0 of 1 chunks" in build(folder, "a/report.pmd").stdout
    done = treadle("clean", "b/report.pmd", "-o", "out", folder=folder)
    assert done.returncode == 2
    assert "was made of" in done.stderr
    assert "Text a." in made(folder)


def test_a_document_that_is_gone_leaves_the_folder_to_another(folder):
    assert build(folder, "a/report.pmd").returncode == 0
    (folder / "a/report.pmd").rename(folder / "a/report.md")
    assert build(folder, "a/report.md").returncode == 0
    assert build(folder, "b/report.pmd").returncode == 1
    (folder / "a/report.md").unlink()
    assert build(folder, "b/report.pmd").returncode == 0
    assert "Text b." in made(folder)


def test_a_copy_of_a_folder_with_its_build_builds_as_it_stands(folder):
    """And what it was copied from keeps what is its own."""
    assert treadle("build", "report.pmd", "--to", "tex", folder=folder / "a").returncode == 0
    shutil.copytree(folder / "a", folder / "deeper/copy")
    done = treadle("build", "report.pmd", "--to", "tex", folder=folder / "deeper/copy")
    assert (done.returncode, done.stderr) == (0, "")
    done = treadle("build", "b/report.pmd", "-o", "a/build", "--to", "tex", folder=folder)
    assert "a/report.pmd (build into another folder" in done.stderr


def test_a_folder_that_is_moved_with_its_document_stays_its_own(folder):
    assert build(folder, "a/report.pmd").returncode == 0
    (folder / "new").mkdir()
    for name in ("a", "out"):
        (folder / name).rename(folder / "new" / name)
    (folder / "b").rename(folder / "new/b")
    assert build(folder / "new", "a/report.pmd").returncode == 0
    assert build(folder / "new", "b/report.pmd").returncode == 1


def test_two_kinds_of_one_name(folder):
    (folder / "a/report.md").write_text(TEXT.format("other"))
    assert build(folder, "a/report.pmd").returncode == 0
    done = build(folder, "a/report.md")
    assert "a/report.md:1: error: out/report.pdf is made of another document" in done.stderr


def test_a_link_to_a_document_is_that_document(folder):
    assert build(folder, "a/report.pmd").returncode == 0
    (folder / "c").mkdir()
    (folder / "c/report.pmd").symlink_to(folder / "a/report.pmd")
    assert build(folder, "c/report.pmd").returncode == 0


def test_a_tex_that_somebody_wrote_by_hand_stays(folder):
    (folder / "out").mkdir()
    (folder / "out/report.tex").write_text("mine")
    done = build(folder, "a/report.pmd")
    assert done.returncode == 2
    assert "out/report.tex is no build's, and would be replaced: move it" in done.stderr
    assert made(folder) == "mine"


def test_what_a_build_has_made_is_its_own_though_its_list_is_lost(folder):
    assert build(folder, "a/report.pmd").returncode == 0
    (folder / "out/.treadle/report/manifest.json").unlink()
    assert build(folder, "a/report.pmd", "--no-cache").returncode == 0


MACROS = "---\ntitle: x\npreamble: |\n  \\usepackage{my}\n---\nHello \\hi.\n"


def test_a_style_edited_between_the_builds_of_two_documents(tmp_path):
    for name in ("one.pmd", "two.pmd"):
        (tmp_path / name).write_text(MACROS)
    style = tmp_path / "my.sty"
    style.write_text("\\newcommand{\\hi}{first}\n")
    assert treadle("build", "one.pmd", folder=tmp_path).returncode == 0
    style.write_text("\\newcommand{\\hi}{second}\n")
    done = treadle("build", "two.pmd", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    copy = tmp_path / "build/my.sty"
    assert copy.read_text() == style.read_text()
    copy.write_text("edited by hand")  # it is a build's, which puts it there anew
    assert treadle("build", "one.pmd", folder=tmp_path).returncode == 0
    assert copy.read_text() == style.read_text()
    assert treadle("clean", "one.pmd", folder=tmp_path).returncode == 0
    assert copy.exists()  # the other still needs it
    assert treadle("clean", folder=tmp_path).returncode == 0
    assert not (tmp_path / "build/my.sty").exists()


def test_styles_of_one_name_in_two_folders(tmp_path):
    for name, word in (("one", "first"), ("two", "second")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.pmd").write_text(MACROS)
        (tmp_path / name / "my.sty").write_text(f"\\newcommand{{\\hi}}{{{word}}}\n")
    assert treadle("build", "one/one.pmd", folder=tmp_path).returncode == 0
    done = treadle("build", "two/two.pmd", folder=tmp_path)
    assert "a different file" in done.stderr
    assert (tmp_path / "build/my.sty").read_text() == "\\newcommand{\\hi}{first}\n"


def test_a_file_that_is_one_documents_text_and_anothers_result(tmp_path):
    (tmp_path / "one.pmd").write_text("# One\n\n\\input{two}\n")
    (tmp_path / "two.tex").write_text("Two.\n")
    assert treadle("build", "one.pmd", folder=tmp_path).returncode == 0
    (tmp_path / "two.pmd").write_text("# Two\n\nOther.\n")
    done = treadle("build", "two.pmd", folder=tmp_path)
    assert done.returncode != 0
    assert "two.tex is" in done.stderr
    assert (tmp_path / "build/two.tex").read_text() == "Two.\n"
