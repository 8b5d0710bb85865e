from treadle.press.tex.places import inputs_of


def test_files_that_are_read_and_those_that_they_read(tmp_path):
    (tmp_path / "a.tex").write_text("in a \\include{sub/b} \\input{a}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.tex").write_text("in b")
    found = inputs_of("\\input{a} \\input{a.tex} \\input{nowhere}", tmp_path)
    assert [(item.name, item.text[:4]) for item in found] == [
        (str(tmp_path / "a.tex"), "in a"),
        (str(tmp_path / "sub/b.tex"), "in b"),
    ]
