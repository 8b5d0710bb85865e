import json
import os
import shutil

import pytest

from treadle.app.clean import clean
from treadle.app.publish import find_supplements, publish
from treadle.app.scratch import Scratch
from treadle.press.latex.images import Copy


@pytest.fixture
def scratch(tmp_path):
    made = Scratch(tmp_path / "build", "report")
    made.assets.mkdir(parents=True)
    (made.stage / "report.tex").write_text("tex")
    (made.stage / "report.pdf").write_text("pdf")
    (made.assets / "a-1.pdf").write_text("figure")
    return made


def files(scratch):
    paths = (path for path in scratch.out_dir.rglob("*") if path.is_file())
    names = (str(path.relative_to(scratch.out_dir)) for path in paths)
    return sorted(name for name in names if not name.startswith(".treadle"))


def test_everything_is_put_where_the_user_looks(scratch):
    written = publish(scratch, (".tex", ".pdf"))
    assert [path.name for path in written] == ["report.tex", "report.pdf"]
    assert files(scratch) == ["report.pdf", "report.tex", "report/a-1.pdf"]


def test_builds_of_two_documents_put_the_same_image_there(scratch, monkeypatch):
    other = Scratch(scratch.out_dir, "other")
    for made in (scratch, other):
        made.stage.mkdir(parents=True, exist_ok=True)
        (made.stage / "image.png").write_text("image")
    copies = [Copy(made.stage / "image.png", "image.png") for made in (scratch, other)]
    copyfile = shutil.copyfile

    def meanwhile(source, target):
        monkeypatch.setattr(shutil, "copyfile", copyfile)
        copyfile(source, target)
        publish(other, (), copies[1:])

    monkeypatch.setattr(shutil, "copyfile", meanwhile)
    publish(scratch, (), copies[:1])
    assert files(scratch) == ["image.png", "report/a-1.pdf"]


def test_without_the_pdf_the_old_one_stays(scratch):
    publish(scratch, (".tex", ".pdf"))
    (scratch.stage / "report.pdf").write_text("broken")
    publish(scratch, (".tex",))
    assert (scratch.out_dir / "report.pdf").read_text() == "pdf"


def test_stale_figures_go_and_unknown_files_stay(scratch):
    publish(scratch, (".tex",))
    (scratch.out_dir / "report" / "mine.txt").write_text("mine")
    (scratch.assets / "a-1.pdf").rename(scratch.assets / "b-1.pdf")
    publish(scratch, (".tex",))
    assert files(scratch) == ["report.tex", "report/b-1.pdf", "report/mine.txt"]


def test_a_file_that_has_not_changed_is_not_replaced(scratch):
    publish(scratch, (".tex",))
    before = (scratch.out_dir / "report" / "a-1.pdf").stat()
    publish(scratch, (".tex",))
    after = (scratch.out_dir / "report" / "a-1.pdf").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_result_that_has_not_changed_is_new_for_make(scratch):
    result = scratch.out_dir / "report.tex"
    publish(scratch, (".tex",))
    os.utime(result, (1, 1))
    inode = result.stat().st_ino
    publish(scratch, (".tex",))
    assert result.stat().st_ino == inode
    assert result.stat().st_mtime > 1


def test_clean_removes_what_was_published_and_what_latex_by_hand_left(scratch, tmp_path):
    macros = tmp_path / "macros.tex"
    macros.write_text("macros")
    publish(scratch, (".tex", ".pdf"), (Copy(macros, "macros.tex"),))
    for name in ("report.aux", "report.log", "other.aux", "notes.txt"):
        (scratch.out_dir / name).write_text("")
    clean(scratch.out_dir)
    assert files(scratch) == ["notes.txt", "other.aux"]
    assert macros.exists()


def test_clean_leaves_no_empty_folder(scratch):
    publish(scratch, (".tex", ".pdf"))
    clean(scratch.out_dir)
    assert not scratch.out_dir.exists()


@pytest.mark.parametrize("name", ["../victim", "/victim", "report/../../victim", 3])
def test_a_manifest_names_nothing_outside(scratch, tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    given = str(victim) if name == "/victim" else name
    scratch.manifest.write_text(json.dumps([given]))
    assert scratch.published() == frozenset()
    clean(scratch.out_dir)
    assert victim.exists()


def test_a_truncated_manifest_is_no_manifest(scratch):
    scratch.manifest.write_text('["report.te')
    assert scratch.published() == frozenset()


@pytest.fixture
def typeset(tmp_path):
    made = Scratch(tmp_path / "build", "report")
    made.stage.mkdir(parents=True)
    macros = tmp_path / "macros.tex"
    macros.write_text("macros")
    record = f"INPUT /usr/share/x.sty\nINPUT ./report.tex\nINPUT {macros}\nINPUT {macros}\n"
    (made.stage / "report.fls").write_text(record)
    return made


def test_files_beside_the_document_that_tex_read(typeset, tmp_path):
    found = find_supplements(typeset, tmp_path, "report.pmd")
    assert [(copy.source.name, copy.target) for copy in found.copies] == [
        ("macros.tex", "macros.tex")
    ]
    assert found.problems == ()


def test_a_file_of_the_users_in_the_way_is_an_error(typeset, tmp_path):
    (typeset.out_dir / "macros.tex").write_text("other macros")
    found = find_supplements(typeset, tmp_path, "report.pmd")
    assert found.copies == ()
    assert "macros.tex" in found.problems[0].message


def test_a_build_into_the_documents_folder_copies_nothing(tmp_path, typeset):
    here = Scratch(tmp_path, "report")
    here.stage.mkdir(parents=True)
    (here.stage / "report.fls").write_text(f"INPUT {tmp_path / 'macros.tex'}\n")
    found = find_supplements(here, tmp_path, "report.pmd")
    assert found.copies == ()
    assert found.problems == ()
