"""The TeX engines: their programs, their command lines and their variables."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

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
    dumps: bool = True  # whether a format can hold what a preamble does
    unicode: bool = False  # whether it knows all characters, and finds fonts of the system
    falls_back: bool = False  # from a font that lacks a character to another one
    files: tuple[str, ...] = ()  # without which its program does not work

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

    def font_folders(self) -> tuple[str, ...]:
        """Print the folders in which it looks for fonts, with colons between."""
        return self.finder, "-expand-path=$OPENTYPEFONTS:$TTFONTS"

    def missing(self, span: Span) -> Iterator[Problem]:
        """An error for each program that a PDF needs and that is not installed, or not whole."""
        for name in self.programs:
            if not shutil.which(name):
                text = f"the program `{name}` is not installed, and the PDF needs it"
                yield error(span, text, self.install)
        if self.files and shutil.which(self.program) and not self._has_files():
            text = f"the program `{self.program}` is not installed as a whole: it lacks files"
            yield error(span, text, self.install)

    @property
    def works(self) -> bool:
        """Whether it is installed."""
        return not any(self.missing(Span.at("", 1)))

    def _has_files(self) -> bool:
        command = self.find(self.files)
        try:
            found = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            return False
        return len(found.stdout.splitlines()) == len(self.files)


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
# What Lua has made of fonts and callbacks is in no format.
LUALATEX = replace(
    PDFLATEX,
    program="lualatex",
    dumps=False,
    unicode=True,
    falls_back=True,
    files=("luaotfload-main.lua", "fontspec.sty"),
    install=(
        "install it: `make tex` in Treadle's folder, or `apt-get install texlive-luatex`; or write "
        "the LaTeX alone with `--to tex`"
    ),
)
XELATEX = replace(
    LUALATEX,
    program="xelatex",
    falls_back=False,
    draft_options=("-no-pdf",),
    files=("xetex.def", "fontspec.sty"),
    install="install it: `apt-get install texlive-xetex`; or let `engine: auto` choose",
)
AUTO = "auto"
ENGINES: Mapping[str, Engine] = MappingProxyType(
    {engine.program: engine for engine in (PDFLATEX, LUALATEX, XELATEX)}
)

# Packages, classes and commands that one engine alone knows: a preamble with them asks for it.
ASKS_FOR = (
    (XELATEX, r"xeCJK|xltxtra|xunicode|mathspec|ucharclasses|bidi", r"XeTeX\w+"),
    (
        LUALATEX,
        r"fontspec|unicode-math|polyglossia|luatex\w*|lua\w+|ltj\w+|emoji|selnolig|lua-\w+",
        r"directlua|latelua|luaexec|babelfont|set(?:main|sans|mono|math)font|newfont(?:family|face)",
    ),
    # Its 8-bit encodings and those of the Chinese, Japanese and Korean fonts made for it.
    (PDFLATEX, r"CJK\w*|cjhebrew|arabtex|ibygrk|betababel|substitutefont", r"pdfoutput"),
)
SEVERAL = re.compile(r"\\if(?:(?:pdf|xe|lua|tu)tex|PDFTeX|XeTeX|LuaTeX|TUTeX)(?![A-Za-z])")
ENCODED = re.compile(
    r"\\usepackage\s*\[[^\]]*\b(?:T2[ABC]|X2|LGR|T5|T4|OT2|LHE|LAE)\b[^\]]*\]\{fontenc\}"
)
LOADS = (
    r"\\(?:usepackage|RequirePackage|documentclass)\s*(?:\[[^\]]*\])?\s*\{[^{}]*?\b(?:%s)\b[^{}]*\}"
)


def asked_for(preamble: str) -> tuple[Engine, str] | None:
    """The engine without which this LaTeX does not work, and the words that tell; None: any will
    do."""
    if SEVERAL.search(preamble):
        return None
    for engine, packages, commands in ASKS_FOR:
        asks = re.compile(rf"{LOADS % packages}|\\(?:{commands})(?![A-Za-z@])")
        if found := asks.search(preamble):
            return engine, found[0]
    if found := ENCODED.search(preamble):
        return PDFLATEX, found[0]
    return None


FONT_FOLDERS = "OSFONTDIR"  # where fonts of the system are looked for
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
    exact = {"HOME", "SOURCE_DATE_EPOCH", "FORCE_SOURCE_DATE", "TZ", "PATH", FONT_FOLDERS}
    names = (
        name for name in sorted(environment) if name in exact or any(word in name for word in words)
    )
    return combined(f"{name}={environment[name]}" for name in names)
