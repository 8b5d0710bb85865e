"""Project modules: where they lie, and what of them a name rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from os import listdir
from os.path import isdir, isfile
from typing import NamedTuple

from treadle.engine.scan.module_symbols import ModuleCode, Symbol, analyse_module
from treadle.engine.scan.scopes import ImportedName

_ALL = "*"
_SUFFIXES = (*EXTENSION_SUFFIXES, *SOURCE_SUFFIXES, *BYTECODE_SUFFIXES)  # in Python's order
Attributes = frozenset[str] | None


class Ref(NamedTuple):
    """A name of a module ("*": all of them, "": what concerns them all), and what is used of it."""

    module: str
    name: str
    attributes: Attributes = None  # by which it is used; None: as a whole

    @property
    def text(self) -> str:
        """As "module:name"."""
        return f"{self.module}:{self.name}"


class Modules:
    """Finds project modules and follows names through them."""

    def __init__(
        self,
        folders: Sequence[str],
        read: Callable[[str], str | None],
        digest: Callable[[str], str],
    ) -> None:
        """Modules lie in `folders`; `read` gives a file's text, None if there is no such file;
        `digest` that of one which is no text."""
        self._folders = tuple(folders)
        self._read = read
        self._digest = digest
        self._found: dict[str, tuple[str, bool] | None] = {}
        self._codes: dict[str, ModuleCode | None] = {}
        self._listings: dict[str, frozenset[str]] = {}
        self._walks: dict[Ref, frozenset[Ref]] = {}

    def find(self, dotted: str) -> tuple[str, bool] | None:
        """A module's file (its folder, if it has no file), and whether it is a package."""
        if dotted not in self._found:
            self._found[dotted] = self._search(dotted)
        return self._found[dotted]

    def code(self, dotted: str) -> ModuleCode | None:
        """What a module is made of; None if it is no project module."""
        if dotted not in self._codes:
            found = self.find(dotted)
            self._codes[dotted] = self._analysed(dotted, *found) if found else None
        return self._codes[dotted]

    def closure(self, refs: Iterable[str]) -> Mapping[str, str]:
        """All that the refs "module:name" rest on, with the digests of their statements.

        "module:" in the answer stands for the statements that concern all of a module.
        """
        starts = [Ref(*ref.partition(":")[::2]) for ref in refs]
        reached = self._walk(starts)
        while True:
            more = self._changing(reached) - reached
            if not more:
                break
            reached |= self._walk(more)
        return dict(sorted((ref.text, self._symbol(ref).key) for ref in reached))

    def see_callers(self, symbols: Iterable[str]) -> bool:
        """Whether code of these symbols, "module:name", may look at names of whoever calls it."""
        return any(self._symbol(Ref(*text.partition(":")[::2])).sees_callers for text in symbols)

    def _search(self, dotted: str) -> tuple[str, bool] | None:
        path = dotted.replace(".", "/")
        if not all(part.isidentifier() for part in dotted.split(".")):
            return None
        for folder in self._folders:
            for base in (f"{folder}/{path}/__init__", f"{folder}/{path}"):
                if (file := self._file(base)) is not None:
                    return file, base.endswith("/__init__")
        for folder in self._folders:
            if isdir(f"{folder}/{path}"):  # noqa: PTH112 - no need of pathlib for this
                return f"{folder}/{path}", True
        return None

    def _file(self, base: str) -> str | None:
        """The file of that name that Python would take; few of hundreds of modules have one."""
        folder, _, name = base.rpartition("/")
        if folder not in self._listings:
            with suppress(OSError):
                self._listings[folder] = frozenset(listdir(folder))  # noqa: PTH208
        names = self._listings.setdefault(folder, frozenset())
        files = (f"{base}{suffix}" for suffix in _SUFFIXES if f"{name}{suffix}" in names)
        return next(filter(isfile, files), None)

    def _analysed(self, dotted: str, file: str, is_package: bool) -> ModuleCode:
        """What is in the file of a module; of one that is compiled nothing but that it changed."""
        if file.endswith((*EXTENSION_SUFFIXES, *BYTECODE_SUFFIXES)):
            return ModuleCode({}, Symbol(self._digest(file)))
        source = self._read(file) if file.endswith(".py") else None
        return analyse_module(source or "", dotted, is_package)

    def _symbol(self, ref: Ref) -> Symbol:
        code = self.code(ref.module)
        assert code is not None
        return code.symbols[ref.name] if ref.name else code.loose

    def _walk(self, starts: Iterable[Ref]) -> set[Ref]:
        """The symbols reached from `starts`, each once, without attributes."""
        reached: set[Ref] = set()
        seen: set[Ref] = set()
        waiting = list(starts)
        while waiting:
            ref = waiting.pop()
            if ref in seen:
                continue
            seen.add(ref)
            code = self.code(ref.module)
            if code is None:
                continue
            whole = Ref(ref.module, "")
            if whole not in reached:
                reached.add(whole)
                waiting += self._on_import(ref.module, code)
            if ref.name in code.symbols:
                reached.add(Ref(ref.module, ref.name))
            waiting += self._next(ref, code)
        return reached

    def _on_import(self, dotted: str, code: ModuleCode) -> Iterator[Ref]:
        """What importing a module runs: its packages, its imports, its loose statements."""
        package = dotted.rpartition(".")[0]
        if package:
            yield Ref(package, "")
        for module in code.runs:
            yield Ref(module, "")
        yield from self._used_by(code.loose, dotted, code)
        if code.opaque:
            yield Ref(dotted, _ALL)

    def _next(self, ref: Ref, code: ModuleCode) -> Iterator[Ref]:
        if not ref.name:
            return
        if ref.name == _ALL:
            yield from (Ref(ref.module, name) for name in (*code.symbols, *code.imports))
            return
        if ref.name in code.symbols:
            yield from self._used_by(code.symbols[ref.name], ref.module, code)
        for item in code.imports.get(ref.name, ()):
            yield from self._imported(item, ref)
        if not code.binds(ref.name):
            yield from self._elsewhere(ref, code)

    def _used_by(self, symbol: Symbol, dotted: str, code: ModuleCode) -> Iterator[Ref]:
        for name, attributes in symbol.uses.items():
            if name in code.symbols or name in code.imports:
                yield Ref(dotted, name, attributes)
            elif name not in code.loose_names:
                yield from (Ref(star, name, attributes) for star in self._stars(code, name))

    def _imported(self, item: ImportedName, ref: Ref) -> Iterator[Ref]:
        """What a name stands for that was imported, by what is used of it."""
        if item.attribute is None:
            bound = item.module
            if "." in bound and ref.name == bound.partition(".")[0] and self.find(ref.name):
                yield Ref(bound, "")  # `import a.b` binds `a`
                bound = ref.name
            yield from self._attributes(bound, ref.attributes)
            return
        inner = f"{item.module}.{item.attribute}"
        code = self.code(item.module)
        if (code is not None and code.binds(item.attribute)) or not self.find(inner):
            yield Ref(item.module, item.attribute, ref.attributes)
        else:
            yield Ref(item.module, "")
            yield from self._attributes(inner, ref.attributes)

    def _attributes(self, module: str, attributes: Attributes) -> Iterator[Ref]:
        yield Ref(module, "")
        if attributes is None:
            yield Ref(module, _ALL)
        else:
            yield from (Ref(module, name) for name in attributes)

    def _stars(self, code: ModuleCode, name: str) -> Iterator[str]:
        """The modules that a name may come from by a star import."""
        for star in code.stars:
            inner = self.code(star)
            if inner is not None and (inner.binds(name) or any(self._stars(inner, name))):
                yield star

    def _elsewhere(self, ref: Ref, code: ModuleCode) -> Iterator[Ref]:
        """A name that a module does not bind in plain sight."""
        stars = list(self._stars(code, ref.name))
        yield from (Ref(star, ref.name, ref.attributes) for star in stars)
        inner = f"{ref.module}.{ref.name}"
        if self.find(inner):
            yield from self._attributes(inner, None)
        elif not stars:
            yield Ref(ref.module, _ALL)

    def _changing(self, reached: set[Ref]) -> set[Ref]:
        """The symbols whose statements call something that may change a value reached."""
        changeable = {ref for ref in reached if self._symbol(ref).changeable}
        found: set[Ref] = set()
        if not changeable:
            return found
        for module in {ref.module for ref in reached}:
            code = self.code(module)
            for name, symbol in code.symbols.items() if code else ():
                ref = Ref(module, name)
                if symbol.active and ref not in reached:
                    if ref not in self._walks:
                        self._walks[ref] = frozenset(self._walk([ref]))
                    if not changeable.isdisjoint(self._walks[ref]):
                        found.add(ref)
        return found
