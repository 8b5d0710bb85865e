"""How figures are to look, asked of LaTeX in a thread while the worker starts."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec.structs import replace

from treadle.app.current_build import Build
from treadle.app.request import Target
from treadle.engine.messages import Settings
from treadle.press.cells import captioned_cells
from treadle.press.latex.rows import Measure
from treadle.press.tex.programs import Programs
from treadle.problem import has_errors

if TYPE_CHECKING:
    from treadle.press.tex.layout import Layout


PLUGIN = "treadle.press.plugin.press_plugin:PressPlugin"


class Measuring:
    """How figures are to look, and what LaTeX won't take: found out in a thread.

    LaTeX takes longer than starting the worker, and there is a second core.
    """

    def __init__(self, work: Build) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._programs = Programs()
        try:
            self.layout: Future[Layout] = self._pool.submit(_layout, work, self._programs)
            self.settings: Future[Settings | None] = self._pool.submit(_settings, work, self.layout)
        except BaseException:  # Ctrl-C: nobody has it in a `with` statement yet
            self._programs.stop()
            raise

    def __enter__(self) -> Measuring:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Afterwards nothing of it uses the scratch folder."""
        if kind is not None:
            self._programs.stop()
        self._pool.shutdown()


def _layout(work: Build, programs: Programs) -> Layout:
    """In the thread, which loads what typesets and weaves: while the worker starts, as nobody needs
    it before (0.05 s of each build that runs something)."""
    from treadle.app import render  # noqa: F401
    from treadle.press.tex.layout import measured_layout
    from treadle.press.weave.whole import check_template

    document = work.prepared.document
    if work.request.target is Target.PDF:
        from treadle.app import typesetting  # noqa: F401
    found = measured_layout(document, work.scratch.formats, work.folder, programs)
    problems = check_template(document)
    if work.request.target is Target.PDF:
        problems = (*problems, *found.problems)
    return replace(found, problems=problems)


def _settings(work: Build, layout: Future[Layout]) -> Settings | None:
    """Tells our plugin how figures are to look, and which stand under a caption; None: going on is
    senseless."""
    found = layout.result()
    if has_errors(found.problems):
        return None
    style = {name: getattr(found.style, name) for name in found.style.__struct_fields__}
    measure = found.page.measure if found.page else Measure()
    room = {name: getattr(measure, name) for name in measure.__struct_fields__}
    captioned = sorted(captioned_cells(work.prepared.document, work.prepared.cells))
    return {PLUGIN: {"style": style, "rows": {"captioned": captioned, "measure": room}}}
