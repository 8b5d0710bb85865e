"""Cases that share a document, which is built three times for all of them.

A worker's start takes longer than most cases, and loading a library longer than all else.
`together.txt` says which share one, a line a document: the N-th has names and labels that end with
`_N`, and so have its modules. The second build of the whole must equal a clean one, show all that
each case shows, and run what each runs, and no more. A case whose change is one of the process, of
a library's state, or of files that chunks read and write could stand in for another: it is alone.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

from .case import Case
from .changes import edited

DOCUMENT = "report.pmd"
CHUNK = re.compile(r"^(```+)\{python (\w[\w-]*)(.*?)\}\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"<%(=?)(.*?)%>", re.DOTALL)
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
F_STRING = re.compile("[rR]?[fF]")
IN_BRACES = re.compile(r"\{[^{}]*\}")
OF_DOCUMENT = re.compile(r"(?:edit|sneak) report\.pmd: ")
MODULE = re.compile(r'\bmodule="(\w+)"')
NAME = re.compile(r"(?<![.\w])[A-Za-z_]\w*")


def names(cases: Sequence[Case]) -> str:
    """The name of a test of these."""
    return "+".join(map(name_of, cases))


def name_of(case: Case) -> str:
    """The name of a case among those of all files."""
    return f"{case.theme}:{case.name}"


def joined(cases: Sequence[Case]) -> Case:
    """One case of them all; of one, itself."""
    if len(cases) == 1:
        return cases[0]
    parts = [_renamed(case, f"_{number}") for number, case in enumerate(cases, 1)]
    whole = Case(names(cases), "together")
    whole.files[DOCUMENT] = "\n".join(part.files[DOCUMENT] for part in parts)
    whole.after[DOCUMENT] = "\n".join(part.after[DOCUMENT] for part in parts)
    whole.files.update(pair for part in parts for pair in part.files.items() if pair[0] != DOCUMENT)
    whole.after.update(pair for part in parts for pair in part.after.items() if pair[0] != DOCUMENT)
    whole.actions += [action for part in parts for action in part.actions]
    whole.headers["now"] = [text for part in parts for text in part.now]
    whole.headers["runs"] = [_all_that_run(parts)]
    return whole


def _all_that_run(parts: Sequence[Case]) -> str:
    names = sorted(chain.from_iterable(part.runs.chunks for part in parts))
    exactly = all(part.runs.exactly for part in parts)
    return ("" if exactly else "at least ") + (", ".join(names) or "none")


def _renamed(case: Case, suffix: str) -> Case:
    """The case, both its documents whole; its labels, names, modules, files end with `suffix`."""
    before = case.files[DOCUMENT]
    after = case.after.get(DOCUMENT, before)
    for action in filter(OF_DOCUMENT.match, case.actions):
        after = edited(after, action.partition(": ")[2])
    renaming = _Renaming.of(case, before + after, suffix)
    labels = [f"{label}{suffix}" for label in sorted(case.runs.chunks)]
    runs = ("" if case.runs.exactly else "at least ") + (", ".join(labels) or "none")
    made = Case(case.name, case.theme, headers={**case.headers, "runs": [runs]})
    made.files.update({renaming.file(name): renaming.text(case.files[name]) for name in case.files})
    made.after.update({renaming.file(name): renaming.text(case.after[name]) for name in case.after})
    made.files[DOCUMENT] = renaming.document(before)
    made.after[DOCUMENT] = renaming.document(after)
    others = [action for action in case.actions if not OF_DOCUMENT.match(action)]
    made.actions += [renaming.text(action) for action in others]
    return made


@dataclass(frozen=True)
class _Renaming:
    """What of a case has another name where it shares a document."""

    suffix: str
    names: frozenset[str]  # of the session, and of modules
    modules: frozenset[str]
    files: frozenset[str]

    @classmethod
    def of(cls, case: Case, text: str, suffix: str) -> _Renaming:
        files = {*case.files, *case.after} - {DOCUMENT}
        modules = {name.removesuffix(".py") for name in files if name.endswith(".py")}
        modules.update(MODULE.findall(text))
        names = {name for code in _codes(text) for name in _bound(code)} | modules
        return cls(suffix, frozenset(names), frozenset(modules), frozenset(files))

    def file(self, name: str) -> str:
        stem, dot, ending = name.partition(".")
        return f"{stem}{self.suffix}{dot}{ending}" if name in self.files else name

    def text(self, text: str) -> str:
        """What stands in a file, or an action: other names of files and of modules in it."""
        for name in self.files:
            text = re.sub(rf"(?<![\w./]){re.escape(name)}(?![\w])", self.file(name), text)
        for name in self.modules:
            text = re.sub(
                rf"\b((?:import|from) |module=\"){name}\b", rf"\1{name}{self.suffix}", text
            )
        return text

    def document(self, text: str) -> str:
        return self.text(_with_suffix(text, set(self.names), self.suffix))


def _codes(text: str) -> list[str]:
    return [m[4] for m in CHUNK.finditer(text)] + [m[2].strip() for m in INLINE.finditer(text)]


def _bound(code: str) -> set[str]:
    """The names of the session that code binds, but for what it imports."""
    found: set[str] = set()
    nodes: list[ast.AST] = [ast.parse(code)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
            inner = [each for each in ast.walk(node) if isinstance(each, ast.Global)]
            found.update(name for each in inner for name in each.names)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        nodes += ast.iter_child_nodes(node)
    return found


def _with_suffix(text: str, names: set[str], suffix: str) -> str:
    def chunk(found: re.Match[str]) -> str:
        fence, label, options, code = found.groups()
        return f"{fence}{{python {label}{suffix}{options}}}\n{_code(code, names, suffix)}{fence}"

    def inline(found: re.Match[str]) -> str:
        return f"<%{found[1]} {_code(found[2].strip(), names, suffix).strip()} %>"

    return INLINE.sub(inline, CHUNK.sub(chunk, text))


def _code(code: str, names: set[str], suffix: str) -> str:
    """The code, whose names have the suffix; what follows a dot is no name, nor is the `key` of
    `call(key=value)`."""
    starts = [0, *accumulate(map(len, code.splitlines(keepends=True)))]
    tokens = [*tokenize.generate_tokens(io.StringIO(code).readline)]
    made, at, depth, last = "", 0, 0, ""
    for token, follows in pairwise(tokens):
        string = token.string
        depth += (string in OPENING) - (string in CLOSING) if token.type == tokenize.OP else 0
        is_key = depth > 0 and follows.string == "="
        if token.type == tokenize.NAME and string in names and last != "." and not is_key:
            string += suffix
        elif token.type == tokenize.STRING and F_STRING.match(string):
            string = IN_BRACES.sub(lambda m: _named(m[0], names, suffix), string)
        if string != token.string:
            begin, end = (starts[row - 1] + column for row, column in (token.start, token.end))
            made += code[at:begin] + string
            at = end
        last = token.string
    return made + code[at:]


def _named(text: str, names: set[str], suffix: str) -> str:
    return NAME.sub(lambda m: m[0] + suffix * (m[0] in names), text)
