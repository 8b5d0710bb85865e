"""Random documents; `edits.py` edits them at random, and the files beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from .statements import (
    BINDS,
    CHANGES,
    DEFINITIONS,
    FARAWAY,
    INLINES,
    MODULES,
    NAMES,
    SHOWS,
)
from .themes import Theme

OPTIONS = (
    "",
    "error=True",
    "echo=False",
    'results="hidden"',
    "evaluate=False",
    "complete=False",
    "term=True",
    'depends=["data.txt"]',
    "volatile=True",
)
CHUNK_NAMES = ("first", "second", "third", "fourth", "fifth", "sixth")
GUARD = "try:\n{}\nexcept Exception:\n    print('missing')"
WORDS = ("Some prose.", "Other prose, with *stress*.", "Prose with a formula, $a^2$.")


@dataclass(frozen=True)
class Code:
    """A chunk; `name` and `options` may be empty."""

    code: str
    name: str = ""
    options: str = ""

    def text(self) -> str:
        options = ", ".join(part for part in (self.name, self.options) if part)
        return f"```{{python {options}}}\n{self.code.rstrip()}\n```"


@dataclass(frozen=True)
class Words:
    """A paragraph, with inline code or without."""

    words: str

    def text(self) -> str:
        return self.words


Block = Code | Words


@dataclass(frozen=True)
class Version:
    """A document at one moment; `loom` is an environment variable."""

    blocks: tuple[Block, ...]
    loom: str | None = None
    seed: int = 0
    warp: int = 1

    def text(self) -> str:
        """The document."""
        head = f"---\nseed: {self.seed}\nparams: {{warp: {self.warp}}}\n---\n"
        taken: set[str] = set()
        texts = [head]
        for block in self.blocks:
            if isinstance(block, Code) and block.name:
                block = replace(block, name="" if block.name in taken else block.name)
                taken.add(block.name)
            texts.append(block.text())
        return "\n\n".join(texts) + "\n"


def filled(templates: tuple[str, ...]) -> SearchStrategy[str]:
    """One of the templates, with names and digits for its placeholders."""

    @st.composite
    def fill(draw: DrawFn) -> str:
        text = draw(st.sampled_from(templates))
        letters = sorted(set(re.findall(r"\$(\w)", text)))
        names = {letter: draw(st.sampled_from(NAMES[letter])) for letter in letters}
        return re.sub(r"\$(\w)", lambda found: names[found[1]], text)

    return fill()


def guarded(statement: str) -> str:
    """`statement` such that it prints a word where it fails."""
    return GUARD.format("\n".join(f"    {line}" for line in statement.splitlines()))


def maybe_guarded(statements: SearchStrategy[str]) -> SearchStrategy[str]:
    """Mostly guarded, that documents may get far."""
    return st.one_of(statements, *[statements.map(guarded)] * 7)


def statements(theme: Theme) -> SearchStrategy[str]:
    """A statement of any kind."""
    kinds = [
        filled(BINDS),
        filled(DEFINITIONS),
        *[maybe_guarded(filled(CHANGES))] * 3,
        *[maybe_guarded(filled(SHOWS))] * 3,
        maybe_guarded(filled(FARAWAY)),
    ]
    if theme.does:
        does, shows = filled(theme.does), filled(theme.shows)
        kinds += [maybe_guarded(does)] * 3 + [maybe_guarded(shows)] * 2
    return st.one_of(kinds)


def chunks(theme: Theme) -> SearchStrategy[Code]:
    """A chunk: one to four statements, mostly without options."""
    names = st.sampled_from(("", "", *CHUNK_NAMES))
    options = st.one_of(*[st.just("")] * 5, st.sampled_from(OPTIONS))
    code = st.lists(statements(theme), min_size=1, max_size=4).map("\n".join)
    modules = filled(MODULES).map(lambda code: Code(code, options='module="tools"'))
    return st.one_of(*[st.builds(Code, code, names, options)] * 12, modules)


def blocks(theme: Theme) -> SearchStrategy[Block]:
    """A chunk, or now and then a paragraph."""
    words = st.one_of(st.sampled_from(WORDS), filled(INLINES)).map(Words)
    return st.one_of(*[chunks(theme)] * 6, words)


def beginning() -> SearchStrategy[list[Block]]:
    """Chunks that bind much of what the others use, so that they find something."""
    kinds = (
        "a = [1, 2]\nb = [3]",
        "n = 1\nm = 2",
        "d = {'x': 1, 'y': [2]}\ne = {1, 2}",
        "c = [a]",
        "r = __import__('random').Random(1)\ng = iter([1, 2, 3])",
    )
    bound = st.lists(st.sampled_from(kinds), max_size=3, unique=True)
    defined = st.lists(filled(DEFINITIONS), max_size=2)
    return st.tuples(bound, defined).map(
        lambda both: [Code(code) for part in both for code in part]
    )


@st.composite
def versions(draw: DrawFn, theme: Theme) -> Version:
    """A first version."""
    body = draw(st.lists(blocks(theme), min_size=3, max_size=9))
    if theme.begins:
        body.insert(0, Code(theme.begins))
    return Version((*draw(beginning()), *body))
