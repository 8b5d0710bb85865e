"""`make pdf`: what makes it build again, with a stand-in for the command."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from treadle.app.make_rules import dependency_rules

MAKEFILE = Path(__file__).parents[2] / "Makefile"
OF_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}  # where make runs these tests
COMMAND = """#!/bin/sh
stem=$(basename "$2" .pmd)
echo "$@" >> arguments
echo "$stem" >> built
touch "build/$stem.pdf"
"""


class Tree:
    """A work tree that is set up, with nothing built yet."""

    def __init__(self, root):
        self.root = root
        shutil.copy(MAKEFILE, root / "Makefile")
        for name in (
            *("report/assignment9.pmd", "report/proposal.pmd", "report/references.bib"),
            *("src/module.py", "templates/page.tex.j2", "data/digits.csv", "data/a b.csv"),
            *("code/assignment9/data.py", "scripts/make-venv.sh", "scripts/install-tex.sh"),
            *("requirements.lock", "pyproject.toml"),
        ):
            self.write(name, "")
        self.write(".venv/bin/treadle", COMMAND)
        (root / ".venv/bin/treadle").chmod(0o755)
        for name in (".venv/ready", ".venv/tex-ready", ".venv/data-ready"):
            self.write(name, "", 2)
        names = [str(root / "data" / name) for name in ("digits.csv", "a b.csv")]
        rules = dependency_rules(Path("build/assignment9.pdf"), names)
        self.write("build/.treadle/assignment9.d", rules)

    def write(self, name, text, age=1):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1_000_000 + age, 1_000_000 + age))

    def touch(self, name):
        os.utime(self.root / name, (4_000_000_000, 4_000_000_000))

    def arguments(self):
        """What the command has been called with, line by line."""
        return (self.root / "arguments").read_text().splitlines()

    def make(self, *arguments):
        """What is built, in order."""
        built = self.root / "built"
        built.write_text("")
        ours = {name: value for name, value in os.environ.items() if name not in OF_MAKE}
        command = ["make", "pdf", *arguments]
        subprocess.run(command, cwd=self.root, env=ours, check=True, capture_output=True)
        return built.read_text().split()


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def test_nothing_is_built_twice(tree):
    assert sorted(tree.make()) == ["assignment9", "proposal"]
    assert tree.make() == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report/assignment9.pmd", ["assignment9"]),
        ("report/references.bib", ["assignment9", "proposal"]),
        ("src/module.py", ["assignment9", "proposal"]),
        ("data/digits.csv", ["assignment9"]),
        ("data/a b.csv", ["assignment9"]),
        ("code/assignment9/data.py", []),
    ],
)
def test_what_has_changed_is_built_again(tree, name, expected):
    tree.make()
    tree.touch(name)
    if name.startswith("code/"):
        tree.touch(".venv/data-ready")
    assert sorted(tree.make()) == expected


def test_a_data_file_that_is_gone_is_no_error(tree):
    tree.make()
    (tree.root / "data" / "digits.csv").unlink()
    assert tree.make() == ["assignment9"]


def test_without_a_record_of_an_earlier_build(tree):
    (tree.root / "build" / ".treadle" / "assignment9.d").unlink()
    assert sorted(tree.make()) == ["assignment9", "proposal"]
    assert tree.make() == []


def test_a_draft_does_not_pass_for_the_report(tree):
    both = ["assignment9", "proposal"]
    tree.make()
    draft = "FLAGS=-P epochs=1 -P 'name=it $$is'"
    assert sorted(tree.make(draft)) == both
    assert tree.make(draft) == []
    assert sorted(tree.make()) == both
    assert tree.make() == []


def test_parameters_are_the_reports_and_the_proposal_has_none(tree):
    tree.make("FLAGS=-P epochs=1")
    assert sorted(tree.arguments()) == [
        "build report/assignment9.pmd -o build -P epochs=1",
        "build report/proposal.pmd -o build",
    ]


def test_other_data_make_another_report(tree, monkeypatch):
    tree.make()
    monkeypatch.setenv("TREADLE_IMDB", "/somewhere")
    assert "assignment9" in tree.make()
    assert tree.make() == []
    monkeypatch.delenv("TREADLE_IMDB")
    assert "assignment9" in tree.make()


NAMES = (
    "a b",
    "100%",
    "a%b",
    "a#b",
    "a*b",
    "a[1]",
    "a?",
    "& x",
    "a$b",
    "lr=0.1",
    "a'b",
    "ü",
    "a:b",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_counts_for_make(name, tmp_path):
    (tmp_path / "a1").write_text("")  # what a pattern would match
    data, target = tmp_path / name, tmp_path / "out.pdf"
    for path, age in ((data, 1), (target, 2)):
        path.write_text("")
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
    rules = f"{dependency_rules(target, [str(data)])}{target}:\n\t@echo made\n"
    (tmp_path / "rules").write_text(rules)

    def made():
        command = ("make", "-f", "rules", str(target))
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return "made" in done.stdout

    assert not made()
    os.utime(data, (2_000_000, 2_000_000))
    assert made()
    data.unlink()
    assert made()


def test_a_file_of_a_name_that_make_cannot_express_is_left_out(tmp_path):
    names = [str(tmp_path / name) for name in ("a;b", "a|b", "a\\b", "a\tb", "a\nb", "(x)", "fine")]
    rules = dependency_rules(Path("out.pdf"), names)
    assert rules == f"out.pdf: \\\n  {tmp_path}/fine\n{tmp_path}/fine:\n"
