"""Problems for people and for programs: text, colour on a terminal, JSON, annotations."""

import contextlib
import json
import os
import pty
import sys

SOURCE = "# T\n\n```python\nx = (\n```\n\n```python, ecco=1\n```\n"


def test_json_is_all_that_standard_output_holds(project):
    done = project(SOURCE).build("--format", "json")
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(item["file"], item["line"], item["severity"]) for item in found] == [
        ("report.pmd", 4, "error"),
        ("report.pmd", 7, "error"),
    ]
    assert found[0]["column"] == 5
    assert "did you mean `echo`?" in found[1]["hint"]
    assert done.stderr == ""


def test_annotations_of_a_workflow(project):
    done = project(SOURCE).build("--format", "github")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=report.pmd,line=4,endLine=4,col=5::SyntaxError")


def test_a_chunk_that_fails_is_told_once_in_json(project):
    done = project("```python\n1 / 0\n```\n").build("--format", "json")
    [line] = done.stdout.splitlines()
    assert json.loads(line)["message"] == "chunk 1 failed: ZeroDivisionError: division by zero"
    assert "Traceback" in done.stderr


def on_terminal(project, source=SOURCE, command="check", **variables):
    """What the command prints to a terminal."""
    made = project(source)
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **variables}
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "treadle", command, str(made.folder / "report.pmd")],
        environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, child, 1), (os.POSIX_SPAWN_DUP2, child, 2)],
    )
    os.close(child)
    text = b""
    with contextlib.suppress(OSError):  # when nothing has the other side open any more
        while data := os.read(parent, 100_000):
            text += data
    os.waitpid(pid, 0)
    os.close(parent)
    return text.decode()


def test_a_terminal_shows_the_line_in_colour(project):
    text = on_terminal(project)
    assert "\x1b[31merror:" in text
    assert "x = (" in text
    assert "^" in text


def test_colour_can_be_declined(project):
    text = on_terminal(project, NO_COLOR="1")
    assert "\x1b" not in text
    assert "report.pmd:4: error: SyntaxError" in text


def test_a_chunk_that_fails_is_told_once_on_a_terminal(project):
    text = on_terminal(project, "```{python bad}\n1 / 0\n```\n", "build")
    assert text.count("ZeroDivisionError") == 2  # once in the traceback
    assert text.count("1 / 0") == 2
    assert "^" in text


def test_a_title_that_quotes_a_result(project):
    made = project(
        '---\ntitle: "Accuracy <%= acc %>, **all**"\nabstract: Of <%= n %> cases.\n---\n\n'
        "# A\n\n```python\nacc, n = 0.917, 12\n```\n"
    )
    done = made.build()
    assert (done.returncode, done.stderr) == (0, "")
    assert "Accuracy 0.917, all" in made.text()
    assert "Of 12 cases." in made.text()
    assert "Title:           Accuracy 0.917, all" in made.run("pdfinfo", str(made.pdf)).stdout
    assert made.treadle("verify", "report.pmd").returncode == 0
