import subprocess
import sys

import pytest

from treadle.app.cli.main import main


def test_the_status_is_returned(tmp_path, capsys):
    path = tmp_path / "report.pmd"
    path.write_text("```python\nx = (\n```\n")
    assert main(["build", str(path), "-o", str(tmp_path / "out")]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{path}:2: error: SyntaxError")
    assert captured.out.startswith("ran 0 of 1 chunks in ")


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path, capsys):
    path = tmp_path / "report.pmd"
    path.write_text("Text.\n")
    (tmp_path / "file").write_text("")
    assert main(["build", str(path), "-o", str(tmp_path / "file" / "out"), "--to", "tex"]) == 1
    assert "file/out" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["build", "check", "why"])
def test_a_parameter_without_a_value_is_misuse(tmp_path, capsys, command):
    path = tmp_path / "report.pmd"
    path.write_text("Text.\n")
    assert main([command, str(path), "-P", "epochs", "-P", "rate=1"]) == 2
    assert capsys.readouterr().err == "treadle: error: `epochs` is not name=value\n"


def test_no_command_is_misuse(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_the_command_starts_without_heavy_imports():
    heavy = ("rich", "jinja2", "markdown_it", "yaml", "pygments", "torch", "matplotlib", "pandas")
    code = (
        "import sys; from treadle.app.cli.main import parser; parser()\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
