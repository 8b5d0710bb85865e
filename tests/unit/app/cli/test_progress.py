from pathlib import Path

import pytest

from treadle.app.cli.problems import Printer, ProblemFormat
from treadle.app.cli.progress import of_build, shown
from treadle.press.document.reader import read_document
from treadle.problem import Span, error

ERROR = error(Span.at("report.pmd", 2), "train failed")


@pytest.fixture
def chunk():
    document, _ = read_document(Path("report.pmd"), "```python, name='train'\n1 / 0\n```\n")
    return document.chunks[0]


@pytest.mark.parametrize("quiet", [True, False])
def test_a_line_for_each_chunk_unless_quiet(chunk, capsys, quiet):
    with shown(of_build(Printer(ProblemFormat.TEXT), quiet=quiet)) as listener:
        listener.chunk_started(chunk)
        listener.problem(ERROR)
        listener.chunk_finished(chunk, 1.25)
    printed = capsys.readouterr()
    assert printed.out == ("" if quiet else "report.pmd:1 train 1.25 s\n")
    assert printed.err == "report.pmd:2: error: train failed\n"


def broken_off(chunk, *, finished):
    """A build that Ctrl-C ends."""
    with shown(of_build(Printer(ProblemFormat.TEXT), quiet=False)) as listener:
        listener.chunk_started(chunk)
        if finished:
            listener.chunk_finished(chunk, 0.1)
        raise KeyboardInterrupt


@pytest.mark.parametrize("finished", [True, False])
def test_what_was_running_when_the_build_was_broken_off(chunk, capsys, finished):
    with pytest.raises(KeyboardInterrupt):
        broken_off(chunk, finished=finished)
    said = "" if finished else "treadle: report.pmd:1: train was running\n"
    assert capsys.readouterr().err == said
