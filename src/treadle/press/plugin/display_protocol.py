"""What a value says of itself, by the methods that notebooks ask: `_repr_png_` and its kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from treadle.engine.plugin import PLAIN, Bundle, Host
from treadle.press.plugin.mime_types import CERTAIN, for_page, readable

# In the order in which a page has use for them; the first that a value has will do.
METHODS: Mapping[str, str] = MappingProxyType(
    {
        "application/pdf": "_repr_pdf_",
        "text/latex": "_repr_latex_",
        "image/svg+xml": "_repr_svg_",
        "image/png": "_repr_png_",
        "image/jpeg": "_repr_jpeg_",
        "text/markdown": "_repr_markdown_",
        "text/html": "_repr_html_",
        "application/javascript": "_repr_javascript_",
        "application/json": "_repr_json_",
    }
)
WHOLE = "_repr_mimebundle_"
ITSELF = "_ipython_display_"
PRETTY = "_repr_pretty_"
_NOBODY = "_ipython_canary_method_should_not_exist_"


def own_bundle(value: object, host: Host) -> Bundle | None:
    """The bundle that a value gives, with its `repr`; an empty one if it has shown itself; None if
    it has no such method. One that raises is told, and the next one asked."""
    if isinstance(value, type) or _says_yes_to_all(value):
        return None
    if _method(value, ITSELF) and _asked(value, ITSELF, host, False) is not False:
        return Bundle()
    found, metadata = _whole(value, host)
    name = _name(value)
    for kind, method in METHODS.items():
        if found.keys() & CERTAIN:
            break
        if kind not in found and _method(value, method):
            given, about = _with_metadata(_asked(value, method, host))
            found |= readable({kind: given}, name, host)
            metadata |= {kind: about} if about else {}
    if PLAIN not in found and not found.keys() & CERTAIN:
        plain = _pretty(value, host)
        if plain is None and not found:
            return None
        found[PLAIN] = repr(value) if plain is None else plain
    return for_page(found, metadata, name, host)


def _whole(value: object, host: Host) -> tuple[dict[str, str | bytes], dict[str, object]]:
    """What `_repr_mimebundle_` gives: the data, and the metadata, both by type."""
    given = _asked(value, WHOLE, host, include=None, exclude=None) if _method(value, WHOLE) else {}
    data, metadata = _with_metadata(given)
    if not (isinstance(data or {}, Mapping) and isinstance(metadata or {}, Mapping)):
        host.remark(f"`{WHOLE}` of {_name(value)} gives no dictionary", "it maps types to data")
        return {}, {}
    return readable(data or {}, _name(value), host), dict(metadata or {})


def _with_metadata(given: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Data and metadata: methods give both, or data alone."""
    return given if isinstance(given, tuple) and len(given) == 2 else (given, {})


def _method(value: object, name: str) -> Callable[..., Any] | None:
    try:
        method = getattr(value, name, None)
    except Exception:  # a property, or a `__getattr__`, of the user's
        return None
    return method if callable(method) else None


def _says_yes_to_all(value: object) -> bool:
    """Whether it has any attribute: a mock, a proxy, a builder of expressions."""
    return _method(value, _NOBODY) is not None


def _asked(value: object, name: str, host: Host, default: object = None, **options: object) -> Any:  # noqa: ANN401
    """What the method gives; the default, where it has nothing, or raises, which is told."""
    try:
        return getattr(value, name)(**options)
    except NotImplementedError:
        return default
    except Exception as failure:
        what = f"`{name}` of {_name(value)} raises {type(failure).__name__}: {failure}"
        host.remark(what, "it is shown by the next best that it has")
        return default


def _pretty(value: object, host: Host) -> str | None:
    """The text by IPython's printer, of what has a method for that."""
    if _method(type(value), PRETTY) is None:
        return None
    try:
        from IPython.lib.pretty import pretty
    except ImportError:  # not installed: nobody can call the method
        return None
    try:
        return str(pretty(value))  # type: ignore[no-untyped-call]
    except Exception as failure:
        host.remark(f"`{PRETTY}` of {_name(value)} raises {type(failure).__name__}: {failure}")
        return None


def _name(value: object) -> str:
    return f"`{type(value).__qualname__}`"
