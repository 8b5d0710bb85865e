"""Inline code: `<%= expression %>` gives its value as text, `<% statement %>` what it prints."""

from __future__ import annotations

import ast
from collections.abc import Callable

from msgspec import Struct

from treadle.engine.messages import Failure, InlineCode, Output, Stream
from treadle.engine.worker.compile import Compiler, Namespace
from treadle.engine.worker.failures import Place, attempt


class InlineRunner(Struct, frozen=True):
    """Runs inline code in the session's namespace; `take` gives what was printed."""

    compiler: Compiler
    namespace: Namespace
    take: Callable[[], tuple[Output, ...]]
    code_path: str

    def run(self, codes: tuple[InlineCode, ...], file: str) -> tuple[list[str], Failure | None]:
        """The texts, up to the first code that fails."""
        texts: list[str] = []
        for code in codes:
            text, failure = self._run_one(code, file)
            if failure is not None:
                return texts, failure
            texts.append(text)
        return texts, None

    def _run_one(self, code: InlineCode, file: str) -> tuple[str, Failure | None]:
        values: list[str] = []

        def run() -> None:
            source = code.code.strip()
            if code.shows:
                value = self._value(source.rstrip("; \t\n"), file, code.line)
                values.extend([] if value is None else [str(value)])
            else:
                tree = self.compiler.parse(source, file, code.line)
                exec(self.compiler.compile(tree, file), self.namespace)

        self.take()
        failure = attempt(run, Place(file, code.line, self.code_path))
        streams = [item for item in self.take() if isinstance(item, Stream)]
        printed = [item.text for item in streams if item.name == "stdout"]
        return "".join([*printed, *values]), failure

    def _value(self, source: str, file: str, line: int) -> object:
        tree = self.compiler.parse(source, file, line)
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
            raise SyntaxError("<%= %> takes one expression", (file, line, 1, source))
        return eval(self.compiler.compile(ast.Expression(tree.body[0].value), file), self.namespace)
