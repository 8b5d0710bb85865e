"""What is found out while the first chunks run: how figures are to look, what LaTeX won't take.

LaTeX measures the page, and the modules that weave and typeset are imported: all of it takes as
long as starting the worker, or longer, and there is a second core.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from treadle.app.report import Request, Target
from treadle.app.scratch import Scratch
from treadle.engine.messages import FigureStyle
from treadle.engine.worker.late_style import tell_style
from treadle.press.document.model import Document
from treadle.problem import Problem, has_errors

if TYPE_CHECKING:
    from treadle.press.tex.engine import Programs
    from treadle.press.tex.layout import Layout


class Ahead:
    """A thread; who asks for what is not known yet waits for it."""

    def __init__(
        self, request: Request, document: Document, scratch: Scratch, style_file: str | None
    ) -> None:
        """Nothing is done yet; `style_file` is where a worker waits for the figures' style."""
        self._request = request
        self._document = document
        self._scratch = scratch
        self._style_file = style_file
        self._thread: threading.Thread | None = None
        self._programs: Programs | None = None
        self._layout: Layout | None = None
        self._failure: BaseException | None = None
        self._alarm: Callable[[], None] = lambda: None

    def warn(self, alarm: Callable[[], None]) -> None:
        """Call `alarm`, from another thread, if going on turns out to be senseless from now on."""
        self._alarm = alarm

    def start(self) -> None:
        """Begin, if that hasn't happened."""
        if self._thread is None:
            from treadle.press.tex.engine import Programs

            self._programs = Programs()
            self._thread = threading.Thread(target=self._find, args=(self._programs,), daemon=True)
            self._thread.start()

    def style(self) -> FigureStyle:
        """How figures are to look: it waits until that is known."""
        return self._known().style

    def is_known(self) -> bool:
        """Whether who asks need not wait."""
        return self._layout is not None or self._failure is not None

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the preamble and the template: it waits until that is known."""
        return self._known().diagnostics

    def depends(self) -> Mapping[str, str]:
        """What that rests on, in the terms of `typesetting.record`; it waits until it is known."""
        return self._known().depends

    def failed(self) -> bool:
        """Whether it is known by now that going on is senseless."""
        if self._failure is not None:
            return True
        return self._layout is not None and has_errors(self._layout.diagnostics)

    def running(self) -> bool:
        """Whether it has begun and isn't done."""
        return self._thread is not None and self._thread.is_alive()

    def join(self) -> None:
        """Wait until it is done, if it has begun."""
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Ahead:
        """Use it in a `with` statement."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Afterwards nothing of it uses the scratch folder, or, after an error, runs at all."""
        if kind is None:
            self.join()
        elif self._programs is not None:
            self._programs.stop()

    def _known(self) -> Layout:
        self.start()
        self.join()
        if self._failure is not None:
            raise self._failure
        assert self._layout is not None
        return self._layout

    def _find(self, programs: Programs) -> None:
        try:
            self._layout = _layout(self._request, self._document, self._scratch, programs)
            if self._style_file:
                tell_style(self._layout.style, self._style_file)
            if not self.failed():
                import treadle.app.rendering  # noqa: F401  (ready when it is needed)
        except BaseException as failure:  # it belongs to whoever asks
            self._failure = failure
        if self.failed():
            self._alarm()


def _layout(request: Request, document: Document, scratch: Scratch, programs: Programs) -> Layout:
    from treadle.press.tex.layout import Layout, measured_layout
    from treadle.press.weave.weave import check_template

    found = measured_layout(document, scratch, request.path.resolve().parent, programs)
    problems = check_template(document)
    if request.target is Target.PDF:
        problems = (*problems, *found.diagnostics)
    return Layout(found.style, tuple(problems), found.depends)
