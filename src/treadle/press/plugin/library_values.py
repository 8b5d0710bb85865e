"""Values of libraries that a page shows better than these libraries' own methods would.

Pictures, charts that have an exporter of their own, and what holds formulas. What can't be drawn
here is told, with what would draw it.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from treadle.engine.addresses import without_addresses
from treadle.engine.plugin import PLAIN, Bundle, Host
from treadle.press.plugin.library_classes import is_instance, library_of
from treadle.press.plugin.mime_types import json_text

PDF = "application/pdf"
_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}


def library_bundle(value: object, host: Host) -> Bundle | None:
    """How a value of a library that is known here is shown; None for any other."""
    for kind in type(value).__mro__[:-1]:
        show = _KNOWN.get(library_of(kind))
        if show and (bundle := show(value, host)) is not None:
            return bundle
    return _formulas(value)


def _figure(pdf: bytes) -> Bundle:
    from treadle.press.latex.pdf_bytes import steady_pdf  # few documents have such charts

    return Bundle({PDF: steady_pdf(pdf)})


def _picture(value: Any, _: Host) -> Bundle | None:  # noqa: ANN401
    """Pillow's pictures, in a mode that their PNG may have."""
    image = sys.modules.get("PIL.Image")
    if image is None or not isinstance(value, image.Image) or not all(value.size):
        return None
    if value.mode not in _PNG_MODES:
        if value.mode in {"F", "I"}:  # numbers of no known range
            return None
        value = value.convert("RGBA" if value.mode in {"PA", "La", "RGBa"} else "RGB")
    file = io.BytesIO()
    value.save(file, "PNG")
    return Bundle({"image/png": file.getvalue()})


def _plotly(value: Any, host: Host) -> Bundle | None:  # noqa: ANN401
    if not hasattr(value, "to_image"):
        return None
    try:
        return _figure(value.to_image(format="pdf"))
    except Exception as failure:
        needs = "Chrome" in str(failure)
        hint = "plotly draws by its package kaleido, and that by Chrome: `plotly_get_chrome` "
        hint += "installs it" if needs else "installs it, `pip install kaleido` the package"
        return _undrawn(host, "a figure of plotly", failure, hint)


def _altair(value: Any, host: Host) -> Bundle | None:  # noqa: ANN401
    if not hasattr(value, "to_dict") or not hasattr(value, "save"):
        return None
    file = io.BytesIO()
    try:
        value.save(file, format="pdf")
    except Exception as failure:
        hint = "its package draws it: `pip install vl-convert-python`"
        known = isinstance(failure, ImportError) or "vl-convert" in str(failure)
        return _undrawn(host, "a chart of altair", failure, hint if known else "")
    return _figure(file.getvalue())


def _graph(value: Any, host: Host) -> Bundle | None:  # noqa: ANN401
    """Graphviz' graphs: its own program draws them, or their source is shown."""
    if not hasattr(value, "pipe"):
        return None
    try:
        return _figure(value.pipe(format="pdf"))
    except Exception as failure:
        hint = "install Graphviz: its program `dot` draws it"
        return _undrawn(host, "a graph", failure, hint, str(value))


def _bokeh(value: Any, host: Host) -> Bundle | None:  # noqa: ANN401
    if not hasattr(value, "select"):  # of its models, what can be shown alone
        return None
    why = RuntimeError("bokeh draws in a browser alone")
    return _undrawn(host, "a plot of bokeh", why, "draw it by matplotlib for a page")


def _notebook_object(value: Any, host: Host) -> Bundle | None:  # noqa: ANN401
    """What IPython's own objects would say in a way of no use on a page."""
    match type(value).__name__:
        case "Code":
            text = str(value.data)
            fence = "`" * (max([2, *map(len, re.findall("`+", text))]) + 1)
            return Bundle({"text/markdown": f"{fence}{_language(value)}\n{text}\n{fence}"})
        case "JSON" | "GeoJSON":
            return Bundle({PLAIN: json_text(value.data)})
        case "Image" if not value.embed and value.data is None:
            from pathlib import Path

            place = value.url or value.filename
            if Path(place).is_file():
                return None  # its HTML names it
            what = f"the image `{place}` is not shown: a page holds its images"
            host.remark(what, 'have it beside the document, and write `Image("FILE")`')
            return Bundle({PLAIN: f"<image: {place}>"})
    return None


def _language(code: Any) -> str:  # noqa: ANN401
    """As a fence names it."""
    given = getattr(code, "_language", None)
    try:
        return str(given or code._get_lexer().aliases[0])
    except Exception:  # no Pygments, or no such language
        return ""


def _undrawn(host: Host, what: str, why: Exception, hint: str, text: str | None = None) -> Bundle:
    """In the place of a figure, words; and a warning."""
    lines = without_addresses(str(why)).splitlines()
    said = next((line for line in lines if line.strip()), type(why).__name__)
    host.remark(f"{what} is not drawn: {said.strip()}", hint or "draw it by matplotlib")
    return Bundle({PLAIN: f"<{what}, not drawn>" if text is None else text})


_KNOWN: Mapping[str, Callable[[Any, Host], Bundle | None]] = MappingProxyType(
    {
        "PIL": _picture,
        "plotly": _plotly,
        "altair": _altair,
        "graphviz": _graph,
        "bokeh": _bokeh,
        "IPython": _notebook_object,
    }
)


_HOLDERS = (list, tuple, set, frozenset, dict)


def _formulas(value: object) -> Bundle | None:
    """A list, a dictionary or the like of SymPy's expressions, as the formula of all of them."""
    sympy = sys.modules.get("sympy")
    if sympy is None or not is_instance(value, _HOLDERS):
        return None
    names = ("Basic", "MatrixBase", "NDimArray")
    kinds = tuple(kind for name in names if (kind := getattr(sympy, name, None)))
    found = _leaves(value)
    numbers = [leaf for leaf in found if type(leaf) in {int, float, complex}]
    formulas = [leaf for leaf in found if is_instance(leaf, kinds)]
    if not formulas or len(formulas) + len(numbers) < len(found):
        return None
    return Bundle({"text/latex": rf"$\displaystyle {sympy.latex(value)}$"})


def _leaves(value: Any, depth: int = 0) -> list[object]:  # noqa: ANN401
    if depth > 20 or not is_instance(value, _HOLDERS):
        return [value]
    inner = [*value.keys(), *value.values()] if isinstance(value, dict) else [*value]
    return [leaf for each in inner for leaf in _leaves(each, depth + 1)]
