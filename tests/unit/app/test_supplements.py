import pytest

from treadle.app.publish import find_supplements
from treadle.app.scratch import Scratch


@pytest.fixture
def scratch(tmp_path):
    made = Scratch(tmp_path / "build", "report")
    made.stage.mkdir(parents=True)
    macros = tmp_path / "macros.tex"
    macros.write_text("macros")
    record = f"INPUT /usr/share/x.sty\nINPUT ./report.tex\nINPUT {macros}\nINPUT {macros}\n"
    (made.stage / "report.fls").write_text(record)
    return made


def test_files_beside_the_document_that_tex_read(scratch, tmp_path):
    found = find_supplements(scratch, tmp_path, "report.pmd")
    assert [(copy.source.name, copy.target) for copy in found.copies] == [
        ("macros.tex", "macros.tex")
    ]
    assert found.diagnostics == ()


def test_a_file_of_the_users_in_the_way_is_an_error(scratch, tmp_path):
    (scratch.out_dir / "macros.tex").write_text("other macros")
    found = find_supplements(scratch, tmp_path, "report.pmd")
    assert found.copies == ()
    assert "macros.tex" in found.diagnostics[0].message


def test_a_build_into_the_documents_folder_copies_nothing(tmp_path, scratch):
    here = Scratch(tmp_path, "report")
    here.stage.mkdir(parents=True)
    (here.stage / "report.fls").write_text(f"INPUT {tmp_path / 'macros.tex'}\n")
    found = find_supplements(here, tmp_path, "report.pmd")
    assert found.copies == ()
    assert found.diagnostics == ()
