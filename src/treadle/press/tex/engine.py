"""The TeX engine: its programs, their command lines and their variables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from treadle.engine.store.digest import combined
from treadle.problem import Problem, Span, error


class Engine(Struct, frozen=True):
    """A TeX, by the names of its programs and their options. No other file has them.

    `dumped` in the command lines is a format made by `dump`, from which a run begins; or None.
    """

    program: str
    bibliography: str  # makes `STEM.bbl` of what `STEM.aux` cites
    biblatex: str  # makes it of `STEM.bcf`, which biblatex writes
    finder: str  # tells where files of the installation are
    options: tuple[str, ...]  # of every run
    page_options: tuple[str, ...]  # of one that makes pages
    draft_options: tuple[str, ...]  # of one that makes none
    install: str

    @property
    def programs(self) -> tuple[str, str]:
        """Those that a PDF needs."""
        return self.program, self.bibliography

    def pages(self, stem: str, dumped: Path | None) -> tuple[str, ...]:
        """Make the pages of `STEM.tex`."""
        return self._run(dumped, self.page_options, stem)

    def draft(self, stem: str, dumped: Path | None) -> tuple[str, ...]:
        """Read `STEM.tex` for the log alone."""
        return self._run(dumped, self.draft_options, stem)

    def _run(self, dumped: Path | None, options: tuple[str, ...], stem: str) -> tuple[str, ...]:
        begin = () if dumped is None else (f"-fmt={dumped}",)
        return self.program, *self.options, *begin, *options, f"{stem}.tex"

    def dump(self, stem: str, first: str) -> tuple[str, ...]:
        """Read TeX's code `first`, then `STEM.tex`, which ends by dumping `STEM.fmt`: all that on
        top of the program's own format, which has its name."""
        start = (self.program, "-ini", f"-jobname={stem}", *self.options)
        return *start, f"&{self.program}", rf"{first}\input {stem}.tex"

    def cite(self, stem: str) -> tuple[str, ...]:
        """Make `STEM.bbl`."""
        return self.bibliography, stem

    def cite_for_biblatex(self, stem: str) -> tuple[str, ...]:
        """Make `STEM.bbl` of what biblatex asks for, in `STEM.bcf`."""
        return self.biblatex, "--noconf", stem

    def find(self, files: Sequence[str]) -> tuple[str, ...]:
        """Print the paths of these files, one a line."""
        return self.finder, *files

    def missing(self, span: Span) -> Iterator[Problem]:
        """An error for each program that a PDF needs and that is not installed."""
        for name in self.programs:
            if not shutil.which(name):
                text = f"the program `{name}` is not installed, and the PDF needs it"
                yield error(span, text, self.install)


PDFLATEX = Engine(
    program="pdflatex",
    bibliography="bibtex",
    biblatex="biber",
    finder="kpsewhich",
    options=("-interaction=nonstopmode", "-file-line-error", "-no-shell-escape", "-recorder"),
    page_options=("-synctex=1",),
    draft_options=("-draftmode",),
    install=(
        "install TeX: `make tex` in Treadle's folder, or `apt-get install texlive-latex-extra "
        "texlive-science lmodern`; or write the LaTeX alone with `--to tex`"
    ),
)


TELLING = "KPATHSEA_DEBUG"


def tex_environment(folders: tuple[Path, ...], epoch: int) -> dict[str, str]:
    """Variables for TeX's programs, which search `folders` after the current one."""
    search = os.pathsep.join([".", *(str(folder) for folder in folders), ""])
    return {
        **os.environ,
        # Unwrapped lines and long contexts: the log is read by a program.
        "max_print_line": "1000",
        "error_line": "254",
        "half_error_line": "238",
        TELLING: "32",  # each name that is looked for is told
        # TeX writes only under the scratch folder, and reads by name along its paths only.
        "openin_any": "p",
        "openout_any": "p",
        "SOURCE_DATE_EPOCH": str(epoch),
        "FORCE_SOURCE_DATE": "1",
        "TZ": "UTC",
        "TEXINPUTS": search,
        "BIBINPUTS": search,
        "BSTINPUTS": search,
    }


def relevant(environment: Mapping[str, str]) -> str:
    """A digest of the variables that TeX may look at."""
    words = ("TEX", "INPUTS", "FONTS", "texmf", "memory", "_size", "open", "shell_escape", "MKTEX")
    exact = {"HOME", "SOURCE_DATE_EPOCH", "FORCE_SOURCE_DATE", "TZ", "PATH"}
    names = (
        name for name in sorted(environment) if name in exact or any(word in name for word in words)
    )
    return combined(f"{name}={environment[name]}" for name in names)
