"""A word edited in a document of LuaLaTeX, beside bare passes of it over the same `.tex`.

`python benchmarks/scripts.py [ROUNDS]`; the same document in Latin script, by pdfLaTeX, beside it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.timing import Row, heading, median, seconds_of, times

TEXT = """---
title: {title}
---

# {heading}

{words} {{word}}.

| a | b |
|---|---|
| {words} | 1 |

$$ x = {words2} $$
"""
SAMPLES = {
    "Latin, by pdflatex": ("Title", "Results", "Some words", r"\\alpha"),
    "Cyrillic, by lualatex": ("Отчёт", "Результаты", "Несколько слов", r"\\alpha"),
    "Chinese, by lualatex": ("报告", "结果", "几个词", r"\\alpha"),
}
TREADLE = str(Path(sys.executable).with_name("treadle"))


def rows(folder: Path, rounds: int) -> list[Row]:
    """For each sample: the edit, and what its engine takes alone."""
    found: list[Row] = []
    for name, (title, head, words, maths) in SAMPLES.items():
        place = folder / name.partition(",")[0]
        place.mkdir()
        source = place / "sample.pmd"
        text = TEXT.format(title=title, heading=head, words=words, words2=maths)

        def edited(number: int, source: Path = source, text: str = text) -> float:
            source.write_text(text.format(word=f"word{number}"), "utf-8")
            return seconds_of((TREADLE, "build", "-q", source.name), source.parent)

        edited(-2)
        edited(-1)
        took = median(edited, rounds)
        engine = name.rpartition(" ")[2]
        bare = _bare(place / "build/sample.tex", engine, rounds)
        found.append(Row(f"a word edited, {name}", took, beside=f"{times(took, bare)} {engine}"))
        found.append(Row(f"  a bare {engine} pass of it", bare))
    return found


def _bare(tex: Path, engine: str, rounds: int) -> float:
    folder = tex.parent.with_name("bare")
    folder.mkdir()
    shutil.copy(tex, folder)
    command = (engine, "-interaction=batchmode", tex.name)
    seconds_of(command, folder)
    return median(lambda _: seconds_of(command, folder), rounds)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(heading())
    with tempfile.TemporaryDirectory() as name:
        for row in rows(Path(name), rounds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
