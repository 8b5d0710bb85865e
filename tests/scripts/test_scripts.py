"""Documents in any script: they build without a word, and their text can be read in the PDF.

Beside each stands what its PDF must say, a line or a part of a line each, in that order; marks of
direction, which tell of no letter, aside.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.command import treadle
from tests.formats import emptied
from tests.scripts.needs import missing
from tests.together import grouped, joined, names

from treadle.press.tex.engine import LUALATEX
from treadle.press.tex.fonts import fonts_of

DOCUMENTS = tuple(sorted((Path(__file__).parent / "documents").glob("*.pmd")))
BY_NAME = {path.stem: path for path in DOCUMENTS}
TOGETHER = Path(__file__).with_name("together.txt")
LANGUAGES = {
    "de": ("Abbildung 1", "Inhaltsverzeichnis", "Satz 1", "Beweis", "31. Januar 2026", "„so“"),
    "fr": ("Figure 1", "Table des matières", "Théorème 1", "Démonstration", "31 janvier 2026"),
    "es": ("Figura 1", "Índice", "Teorema 1", "Demostración", "31 de enero de 2026", "«so»"),
    "it": ("Figura 1", "Indice", "Teorema 1", "Dimostrazione", "31 gennaio 2026", "«so»"),
    "pt": ("Figura 1", "Conteúdo", "Teorema 1", "Demonstração", "31 de janeiro de 2026"),
    "nl": ("Figuur 1", "Inhoudsopgave", "Stelling 1", "Bew", "31 januari 2026"),
    "ru": ("Рис. 1", "Содержание", "Теорема 1", "Доказательство", "31 января 2026", "«so»"),
    "zh": ("图 1", "目录", "定理 1", "证明", "2026年1月31日", "检验"),
    "ja": ("図 1", "目次", "定理 1", "証明", "2026年1月31日", "「so」"),
}
REPORT = """---
title: T
date: 2026-01-31
lang: LANG
toc: true
---

# One

"so", see @fig:p.

::: theorem
It is.
:::

::: proof
So.
:::

$$ a = b $$ {#eq:e}

FIGURE

```{python c, checks="eq:e", echo=False}
assert 1 == 1
```
"""
IMAGE = "![A caption.](dot.png){#fig:p}"
DRAWN = """```{python p, caption="A caption.", echo=False}
import matplotlib.pyplot as plt
plt.figure(figsize=(3, 1)); plt.plot([1, 2]);
```"""
DOT = Path(__file__).parents[1] / "golden/dot.png"

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


def words(text: str) -> str:
    """Blanks, line ends and marks of direction are the page's, not the document's."""
    return " ".join(re.sub("[\u21aa\u202a-\u202e\u2066-\u2069\u200c-\u200f]", " ", text).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("scripts")


def built(
    text: str, folder: Path, *options: str, beside: Path | None = None
) -> subprocess.CompletedProcess[str]:
    (emptied(folder) / "report.pmd").write_text(text, "utf-8")
    if beside:
        shutil.copy(beside, folder)
    return treadle("build", "report.pmd", *options, folder=folder)


def printed(folder: Path) -> str:
    command = ["pdftotext", "-layout", "build/report.pdf", "-"]
    return words(subprocess.run(command, cwd=folder, capture_output=True, text=True).stdout)


def engine(folder: Path) -> str:
    """The one that the `.tex` names; empty: pdfTeX will do."""
    first = (folder / "build/report.tex").read_text("utf-8").split("\n", 1)[0]
    return first.removeprefix("% !TeX program = ") if first.startswith("%") else ""


@pytest.mark.parametrize("documents", grouped(BY_NAME, TOGETHER), ids=names)
def test_it_is_printed(documents, folder, tmp_path):
    source = joined(documents)[0].decode()
    done = built(source, folder)
    assert (done.returncode, done.stderr) == (0, "")
    if documents[0].stem == "nine-scripts":  # another build gives the same bytes
        built(source, tmp_path)
        first, second = (place / "build/report.pdf" for place in (folder, tmp_path))
        assert first.read_bytes() == second.read_bytes()
    text, at = printed(folder), 0
    for document in documents:
        for line in document.with_suffix(".txt").read_text("utf-8").splitlines():
            found = text.find(words(line), at)
            assert found >= 0, f"{line!r} of {document.stem} is not in {text[at:]!r}"
            at = found + len(words(line))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_words_are_of_its_language(lang, folder):
    """With each engine one draws its figure: importing what draws takes longer than the rest."""
    text = REPORT.replace("LANG", lang).replace("FIGURE", DRAWN if lang in ("de", "ja") else IMAGE)
    done = built(text, folder, beside=DOT)
    said = [line for line in done.stderr.splitlines() if "no patterns for hyphens" not in line]
    assert (done.returncode, said) == (0, [])
    text = printed(folder)
    assert [word for word in LANGUAGES[lang] if word not in text] == []
    assert "Theorem" not in text
    assert "Checks" not in text


@pytest.mark.parametrize("lang", ["de", "fr", "es", "it", "pt", "nl", "ru"])
def test_words_are_broken_as_the_language_does(lang, folder):
    done = built(f"---\nlang: {lang}\n---\n\nText.\n", folder, "--to", "tex")
    if "no patterns" in done.stderr:
        pytest.skip(done.stderr)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe, naïve, Łódź, œuvre, α, ≤, ½.", ""),
        ("Ж", "lualatex"),
        ("Ελλας", "lualatex"),
        ("```{python}\nprint('\\u65e5')\n```", "lualatex"),
        ("---\npreamble: |\n  \\usepackage{fontspec}\n---\n\nText.", "lualatex"),
        ("---\nengine: lualatex\n---\n\nText.", "lualatex"),
        ("---\npreamble: |\n  \\usepackage[T2A,T1]{fontenc}\n---\n\nЖ", ""),
        ("---\nengine: pdflatex\n---\n\nЖ", ""),
        ("---\nlang: ru\n---\n\nText.", "lualatex"),
    ],
)
def test_the_engine_is_the_one_that_is_needed(text, expected, folder):
    assert built(f"{text}\n", folder, "--to", "tex").returncode == 0
    assert engine(folder) == expected


def without(program: str, folder: Path) -> dict[str, str]:
    """A PATH with all programs but one."""
    folder.mkdir()
    for place in reversed(("/usr/bin", "/usr/local/bin", "/bin")):
        for path in Path(place).glob("*"):
            link = folder / path.name
            if path.name != program and not link.exists() and not link.is_symlink():
                link.symlink_to(path)
    return {"PATH": str(folder)}


def test_without_the_engine_boxes_stand_and_it_is_said_what_to_install(folder, tmp_path):
    (emptied(folder) / "report.pmd").write_text("# Results\n\nThe word Привет.\n", "utf-8")
    environment = without("lualatex", tmp_path / "bin")
    for command in (("check",), ("build",)):
        done = treadle(*command, "report.pmd", folder=folder, environment=environment)
        assert "report.pmd:3: warning: `pdflatex` has no font with П" in done.stderr
        assert "apt-get install texlive-luatex" in done.stderr
    assert done.returncode == 0


def test_an_engine_that_is_asked_for_and_missing_is_an_error_at_its_line(folder, tmp_path):
    (emptied(folder) / "report.pmd").write_text("---\nengine: lualatex\n---\n\nText.\n", "utf-8")
    environment = without("lualatex", tmp_path / "bin")
    for command in (("check",), ("build",)):
        done = treadle(*command, "report.pmd", folder=folder, environment=environment)
        assert done.stderr.startswith("report.pmd:2: error: the program `lualatex` is not")
        assert "apt-get install texlive-luatex" in done.stderr
        assert done.returncode == 1


def test_check_says_what_nothing_prints(folder):
    (emptied(folder) / "report.pmd").write_text("# Results\n\nThe word \u0378.\n", "utf-8")
    done = treadle("check", "report.pmd", folder=folder)
    assert "report.pmd:3: warning: `lualatex` has no font with (U+0378)" in done.stderr
    assert not (folder / "build/report.pdf").exists()


def test_a_font_that_is_installed_later_is_noticed(folder, tmp_path):
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    environment = {"OSFONTDIR": f"{fonts}//"}
    known = fonts_of(LUALATEX).files
    shutil.copy(known["cmunrm"], fonts)
    (emptied(folder) / "report.pmd").write_text("Привет שלום.\n", "utf-8")
    done = treadle("build", "report.pmd", folder=folder, environment=environment)
    assert done.stderr.startswith("report.pmd:1: warning: `lualatex` has no font with ו (U+05D5, ")
    assert "apt-get install fonts-noto-core" in done.stderr
    shutil.copy(known["NotoSerifHebrew-Regular"], fonts)
    done = treadle("build", "report.pmd", folder=folder, environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
