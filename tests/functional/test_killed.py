"""Builds killed at random moments: the next one is right, and runs no finished chunk again.

`TREADLE_KILLS=50` sets how often, 8 times unless given.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .killing import Ended, Running, build

KILLS = int(os.environ.get("TREADLE_KILLS", "8"))
TEX = ("report.pmd", "--to", "tex")
CHUNKS = 12
FIGURE = """import matplotlib.pyplot as plt
plt.plot(v4)
plt.title(f"{len(log)} chunks");"""
CLASS = """class Box:
    def __init__(self, content):
        self.content = content
box = Box(log)"""


def chunk(number: int) -> str:
    """A chunk that takes a moment, rests on those before it, and changes what they made."""
    extra = {0: "log = []", 3: CLASS, 5: FIGURE, 8: "box.content.append('eight')"}
    earlier = f"v{number - 1}" if number else "[]"
    return f"""```{{python c{number}}}
import time
time.sleep(0.05)
{extra.get(number, "pass")}
v{number} = {earlier} + [{number}]
log.append({number})
with open("out{number}.txt", "w") as file:
    file.write(str(log))
print("here", v{number}, log)
```
"""


HOLLOW = 25 * 10**8  # bytes: to read them takes half a second, on fast machines too
READS_LARGE = """```{python first}
open("done", "w").write("1")
```
```{python second}
print(open("large", "rb").read(1))
```
"""

SOURCE = "\n".join(
    [*(chunk(number) for number in range(CHUNKS)), "Last: <%= len(log) %> and <%= v11 %>.\n"]
)


@dataclass(frozen=True)
class Right:
    """What a build without a cache makes, and how long it took."""

    tex: str
    pdf: bytes
    figures: dict[str, bytes]
    files: dict[str, str]
    seconds: float


def files_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.txt")}


def figures_of(folder: Path, stem: str = "report") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "build" / stem).iterdir()}


def made(folder: Path, source: str = SOURCE) -> Path:
    """A project folder."""
    folder.mkdir()
    (folder / "report.pmd").write_text(source)
    return folder


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Right:
    folder = made(tmp_path_factory.mktemp("right") / "project")
    out = folder / "build"
    assert build(folder, "report.pmd", "--no-cache").status == 0  # the machine is warm now
    pdf = (out / "report.pdf").read_bytes()
    done = build(folder, *TEX, "--no-cache")
    assert done.status == 0, done.errors
    tex = (out / "report.tex").read_text()
    return Right(tex, pdf, figures_of(folder), files_of(folder), done.seconds)


def moments(count: int, seconds: float, seed: int) -> list[float]:
    """Random moments, spread over so many seconds."""
    chance = random.Random(seed)
    return [seconds * (number + chance.random()) / count for number in range(count)]


def assert_right(folder: Path, done: Ended, right: Right) -> None:
    assert done.status == 0, done.output + done.errors
    assert (folder / "build" / "report.tex").read_text() == right.tex
    assert figures_of(folder) == right.figures
    assert files_of(folder) == right.files


def test_killed_at_any_moment(tmp_path: Path, right: Right) -> None:
    """Every third one twice."""
    lost: dict[float, set[str]] = {}
    for number, moment in enumerate(moments(KILLS, right.seconds, seed=1)):
        folder = made(tmp_path / str(number))
        finished: set[str] = set()
        for time in (moment, right.seconds / 3)[: 2 if number % 3 == 2 else 1]:
            killed = Running(folder, *TEX).kill_all_after(time)
            lost[moment] = lost.get(moment, set()) | (finished & killed.finished)
            finished |= killed.finished
        done = build(folder, *TEX)
        assert_right(folder, done, right)
        lost[moment] |= finished & done.finished
        shutil.rmtree(folder)
    assert not any(lost.values()), f"ran again though finished, by the moment of the kill: {lost}"


def test_a_command_killed_alone(tmp_path: Path, right: Right) -> None:
    """Its worker may go on for a moment, beside the next build's."""
    for number, moment in enumerate(moments(max(2, KILLS // 4), right.seconds, seed=2)):
        folder = made(tmp_path / str(number))
        killed = Running(folder, *TEX).kill_the_command_after(moment)
        done = build(folder, *TEX)
        assert_right(folder, done, right)
        assert not killed.finished & done.finished


def test_killed_while_typesetting(tmp_path: Path, right: Right) -> None:
    """The PDF is the old one, whole, or the new one; and then the new one. There and back."""
    folder = made(tmp_path / "project")
    report = folder / "report.pmd"
    pdf = folder / "build" / "report.pdf"
    assert build(folder, "report.pmd").status == 0
    assert pdf.read_bytes() == right.pdf
    (edited := made(tmp_path / "edited") / "report.pmd").write_text(SOURCE + "\nMore.\n")
    assert build(edited.parent, "report.pmd", "--no-cache").status == 0
    new = (edited.parent / "build" / "report.pdf").read_bytes()
    assert new != right.pdf
    report.write_text(edited.read_text())
    seconds = build(folder, "report.pmd").seconds
    ways = itertools.cycle([(SOURCE, right.pdf), (edited.read_text(), new)])
    for moment, (text, after) in zip(
        moments(max(4, KILLS // 2), seconds, seed=3), ways, strict=False
    ):
        report.write_text(text)
        killed = Running(folder, "report.pmd").kill_all_after(moment)
        assert pdf.read_bytes() in (right.pdf, new)
        done = build(folder, "report.pmd")
        assert done.status == 0, done.errors
        assert pdf.read_bytes() == after
        assert not killed.finished
        assert not done.finished


def test_interrupted_while_a_large_file_is_read(tmp_path: Path) -> None:
    """To find out whether a chunk is kept can take long: what ran before it is kept by then."""
    folder = made(tmp_path / "project", READS_LARGE)
    (large := folder / "large").touch()
    os.truncate(large, HOLLOW)
    assert build(folder, *TEX).status == 0
    os.utime(large)
    (folder / "report.pmd").write_text(READS_LARGE.replace('"1"', '"2"'))
    done = folder / "done"
    running = Running(folder, *TEX)
    ended = running.interrupt_when(lambda: done.read_text() == "2")
    assert ended.status not in (0, None)
    assert ended.finished == {"first"}
    assert build(folder, *TEX).finished == frozenset()


def test_two_builds_of_one_document_at_once(tmp_path: Path, right: Right) -> None:
    folder = made(tmp_path / "project")
    both = [Running(folder, *TEX) for _ in range(2)]
    for done in [running.end() for running in both]:
        assert_right(folder, done, right)
    assert build(folder, *TEX).finished == frozenset()


def test_two_documents_into_one_folder_at_once(tmp_path: Path, right: Right) -> None:
    """They have chunks in common, and others that only look like it."""
    folder = made(tmp_path / "project")
    other = SOURCE.replace("log = []", "log = ['other']")
    other = re.sub(r"out(\d+)\.txt", r"other\1.text", other)
    (folder / "other.pmd").write_text(other)
    for number in range(2):
        both = [Running(folder, *TEX), Running(folder, "other.pmd", "--to", "tex")]
        mine, theirs = (running.end() for running in both)
        assert_right(folder, mine, right)
        assert theirs.status == 0, theirs.errors
        tex = (folder / "build" / "other.tex").read_text()
        assert tex.count("other") > CHUNKS
        if number == 1:
            assert not mine.finished | theirs.finished
    apart = made(tmp_path / "apart", other)
    (apart / "report.pmd").rename(apart / "other.pmd")
    assert build(apart, "other.pmd", "--to", "tex", "--no-cache").status == 0
    assert (apart / "build" / "other.tex").read_text() == tex
    assert figures_of(apart, "other") == figures_of(folder, "other") != right.figures


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 4 MB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder))
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as failure:
        pytest.skip(f"only root can mount a tiny disk: {failure}")
    yield folder
    subprocess.run(("umount", str(folder)), check=True)


LARGE = "import random\nlarge = random.Random(1).randbytes({size})\nprint(len(large))"
SMALL = "```{python small}\nx = 1\nprint(x)\n```\n"


def with_large(size: int) -> str:
    return f"{SMALL}\n```{{python large}}\n{LARGE.format(size=size)}\n```\n\n<%= large[:2] %>\n"


def assert_clear(done: Ended, *words: str) -> None:
    """Exit status 1, and what is wrong in words, not as a traceback of the program."""
    assert done.status == 1, done.output + done.errors
    assert "Traceback" not in done.errors, done.errors
    assert any(word in done.errors for word in words), done.errors


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are kept, however little time making them took."""
    monkeypatch.setenv("TREADLE_KEEPING", "100")


def test_a_full_disk_is_a_clear_error_and_harms_nothing(tmp_path: Path, tiny_disk: Path) -> None:
    folder = made(tmp_path / "project", SMALL)
    arguments = (*TEX, "-o", str(tiny_disk / "build"))
    tex = tiny_disk / "build" / "report.tex"
    assert build(folder, *arguments).status == 0
    before = tex.read_text()
    (folder / "report.pmd").write_text(with_large(8_000_000))
    assert_clear(build(folder, *arguments), "No space left on device")
    assert tex.read_text() == before
    (folder / "report.pmd").write_text(with_large(8_000))
    assert build(folder, *arguments).status == 0
    assert "8000" in tex.read_text()


def limit_files() -> None:
    """A file can't grow beyond 40 MB: to a program that is as if the disk were full."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000_000, 40_000_000))


def test_a_write_that_fails_is_a_clear_error_and_harms_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path / "project", with_large(50_000_000))
    assert_clear(Running(folder, *TEX, before=limit_files).end(), "File too large")
    assert not (folder / "build" / "report.tex").exists()
    done = build(folder, *TEX)
    assert done.status == 0, done.errors
    assert "small" not in done.finished
    tex = (folder / "build" / "report.tex").read_text()
    assert build(folder, *TEX, "--no-cache").status == 0
    assert (folder / "build" / "report.tex").read_text() == tex


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    """A file lies where its folder should: an error that names it."""
    folder = made(tmp_path / "project", SMALL)
    store = folder / "build" / ".treadle" / "store"
    store.parent.mkdir(parents=True)
    store.write_text("in the way")
    done = build(folder, *TEX)
    assert done.status == 1
    assert_clear(done, str(store), "build/.treadle/store")
