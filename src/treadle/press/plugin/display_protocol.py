"""What a value says of itself, by the methods that notebooks ask: `_repr_png_` and its kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from treadle.engine.addresses import without_addresses
from treadle.engine.plugin import PLAIN, Bundle, Host
from treadle.engine.worker.failures import message_of
from treadle.press.plugin.library_classes import ANYTHING, attribute, is_instance
from treadle.press.plugin.mime_types import CERTAIN, for_page, readable, says_little

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
    """The bundle that a value gives; an empty one if it has shown itself; None if it has no such
    method. What one raises is told, and the next one asked.

    Raises it where nothing is left that says more than the type of the value.
    """
    if is_instance(value, type) or _method(value, _NOBODY):
        return None
    asked = _Asked(value, host)
    if asked.shows_itself():
        return Bundle()
    found, metadata = asked.whole()
    for kind, method in METHODS.items():
        if found.keys() & CERTAIN:
            break
        if kind not in found:
            given, about = _with_metadata(asked.answer(method))
            found |= readable({kind: given}, asked.name, host)
            metadata |= {kind: about} if about else {}
    if PLAIN not in found and not found.keys() & CERTAIN:
        plain = asked.pretty()
        if plain is None and not found and not asked.failures:
            return None
        found[PLAIN] = repr(value) if plain is None else plain
    asked.tell_failures(is_lost=found.keys() == {PLAIN} and says_little(str(found[PLAIN])))
    return for_page(found, metadata, asked.name, host)


def has_words(value: object) -> bool:
    """Whether its `str` is its author's, and its `repr` Python's, which says no more than a type:
    of a graph of networkx', say."""
    kind = type(value)
    return kind.__repr__ is object.__repr__ and kind.__str__ is not object.__str__


class _Asked:
    """A value that is asked, and what its methods have raised."""

    def __init__(self, value: object, host: Host) -> None:
        self.name = f"`{type(value).__qualname__}`"
        self.failures: list[tuple[str, BaseException]] = []
        self._value = value
        self._host = host

    def answer(self, name: str, default: object = None, **options: object) -> Any:  # noqa: ANN401
        """What a method gives; the default, if there is none, or it has nothing, or raises."""
        if _method(self._value, name) is None:
            return default
        try:
            return getattr(self._value, name)(**options)
        except NotImplementedError:
            return default
        except ANYTHING as failure:
            self.failures.append((name, failure))
            return default

    def shows_itself(self) -> bool:
        nothing = object()
        return self.answer(ITSELF, nothing) is not nothing

    def whole(self) -> tuple[dict[str, str | bytes], dict[str, object]]:
        """What `_repr_mimebundle_` gives: the data, and the metadata, both by type."""
        data, metadata = _with_metadata(self.answer(WHOLE, include=None, exclude=None))
        if not (isinstance(data or {}, Mapping) and isinstance(metadata or {}, Mapping)):
            what = f"`{WHOLE}` of {self.name} gives no dictionary"
            self._host.remark(what, "it maps types to data")
            return {}, {}
        about = {kind: each for kind, each in (metadata or {}).items() if isinstance(kind, str)}
        return readable(data or {}, self.name, self._host), about

    def pretty(self) -> str | None:
        """The text by IPython's printer, of what has a method for that."""
        if _method(type(self._value), PRETTY) is None:
            return None
        try:
            from IPython.lib.pretty import pretty
        except ImportError:  # not installed: nobody can call the method
            return None
        try:
            return str(pretty(self._value))  # type: ignore[no-untyped-call]
        except ANYTHING as failure:
            self.failures.append((PRETTY, failure))
            return None

    def tell_failures(self, *, is_lost: bool) -> None:
        """Raises the first of what was raised, if nothing else is left."""
        if is_lost and self.failures:
            raise self.failures[0][1]
        for name, failure in self.failures:
            what = f"`{name}` of {self.name} raises {without_addresses(message_of(failure))}"
            self._host.remark(what, "it is shown by the next best that it has")


def _with_metadata(given: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Data and metadata: methods give both, or data alone."""
    return given if isinstance(given, tuple) and len(given) == 2 else (given, {})


def _method(value: object, name: str) -> Callable[..., Any] | None:
    """Who has any method, a mock or a builder of expressions, has `_NOBODY`, too."""
    method = attribute(value, name)
    return method if callable(method) else None
