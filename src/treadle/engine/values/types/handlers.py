"""Which handler takes values of a type apart; those for arrays are loaded when one is met.

A plugin brings handlers for further types: functions that say, as `__reduce__` would, with which
function and which arguments a value is made anew. What these arguments share with other names is
then stored and restored with it.
"""

from __future__ import annotations

import copyreg
import functools
import io
import sys
import types
import typing
import weakref
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from treadle.engine.values.reductions import ByValue, Opaque, Parts, Reduction, Uncounted
from treadle.engine.values.types import (
    code_objects,
    functions_and_classes,
    objects,
    weak_references,
)
from treadle.engine.values.world import Handler, Kind, World

ValueHandler = Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]

_EXACT: Final[Mapping[type, Handler]] = {
    types.FunctionType: functions_and_classes.function,
    ByValue: lambda value, world: functions_and_classes.function_by_value(value.function, world),
    Uncounted: functions_and_classes.uncounted,
    types.CellType: functions_and_classes.closure_variable,
    types.CodeType: code_objects.code,
    types.MethodType: functions_and_classes.method,
    types.BuiltinFunctionType: functions_and_classes.builtin,
    types.MethodWrapperType: functions_and_classes.wrapper,
    types.WrapperDescriptorType: functions_and_classes.descriptor,
    types.MethodDescriptorType: functions_and_classes.descriptor,
    types.ClassMethodDescriptorType: functions_and_classes.descriptor,
    typing.TypeVar: functions_and_classes.type_variable,
    typing.NewType: functions_and_classes.new_type,
    types.MappingProxyType: objects.proxy,
    type(functools.lru_cache(None)(len)): functions_and_classes.cached,
    types.FrameType: objects.opaque,
    weakref.ProxyType: weak_references.proxy,
    weakref.CallableProxyType: weak_references.proxy,
    io.StringIO: objects.reduced,
    io.BytesIO: objects.reduced,
}
_BY_BASE: Final[Mapping[str, Handler]] = {
    "weakref.ReferenceType": weak_references.reference,
    "weakref.finalize": weak_references.finalizer,
    "sklearn.utils._bunch.Bunch": objects.by_names,
    "torch.jit._script.ScriptModule": objects.compiled_model,
    "torch._C.Generator": objects.generator,
    "torch.Generator": objects.generator,
    "torch.optim.optimizer.Optimizer": objects.optimizer,
}
_OPAQUE: Final = frozenset(
    {
        *("_ctypes._SimpleCData", "_ctypes.Structure", "_ctypes.Array", "_ctypes.Union"),
        "_ctypes._Pointer",
        "builtins.memoryview",
        *("torch.storage.UntypedStorage", "torch.storage.TypedStorage", "torch.StorageBase"),
        *("torch._C.StorageBase", "multiprocessing.process.BaseProcess", "threading.Thread"),
        *("tempfile._TemporaryFileWrapper", "tempfile.TemporaryDirectory", "subprocess.Popen"),
    }
)
# Nothing can change these, so that it does not matter which of two equal ones it is.
_FROZEN = frozenset(
    {
        *("datetime.date", "datetime.time", "datetime.timedelta", "datetime.tzinfo"),
        *("decimal.Decimal", "fractions.Fraction", "uuid.UUID", "pathlib.PurePath"),
        *("pathlib._local.PurePath", "builtins.slice", "builtins.tuple", "builtins.frozenset"),
        *("builtins.str", "builtins.int", "builtins.float", "builtins.bytes", "enum.Enum"),
        *("numpy.generic", "numpy.dtype", "torch.dtype", "torch.device", "re.Pattern"),
        *("sympy.core.basic.Basic", "types.GenericAlias", "types.UnionType"),
        *("typing._GenericAlias", "typing.ForwardRef", "treadle.engine.worker.params.Params"),
    }
)
_CHANGING = frozenset({"numpy.void"})  # though its base is one of these
_ITERATING = (types.CoroutineType, types.AsyncGeneratorType)  # without `__next__`


class Handlers(Struct, frozen=True):
    of_plugins: Mapping[str, ValueHandler]  # by the dotted name of the very type; they come first
    opaque: Collection[str] = ()  # types that, with those derived, can't be looked into, either
    live: Mapping[type, Handler] = MappingProxyType({})  # for these, with those derived, after all

    def kind(self, kind: type, mine: bool) -> Kind:
        """What counts of a type; `mine`: it is of the session or of the project's modules."""
        names = [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__]
        of_plugin = self.of_plugins.get(names[0])
        if of_plugin is not None:
            return Kind(_OfPlugin(of_plugin), mine, frozen=False, plain=False)
        if mine and hasattr(kind, "__del__"):
            return Kind(objects.ending, mine, frozen=False, plain=False)
        told = [self.live[base] for base in kind.__mro__ if base in self.live]
        handler = told[0] if told else _handler(kind, names, _OPAQUE.union(self.opaque))
        if handler is objects.reduced and not mine and _is_nameless(kind):
            handler = objects.of_nameless_class
        return Kind(handler, mine, _is_frozen(kind, names, mine=mine), _reduces_plainly(kind))


class _OfPlugin(Struct, frozen=True):
    """The handler around one that a plugin brought."""

    take_apart: ValueHandler

    def __call__(self, value: Any, _: World) -> Reduction:
        parts = self.take_apart(value)
        if not isinstance(parts, tuple) or len(parts) != 2 or not isinstance(parts[1], tuple):
            return Opaque(f"{objects.named(type(value))} that its handler takes apart strangely")
        return Parts(*parts, extra=type(value))


def _handler(kind: type, names: list[str], opaque: frozenset[str]) -> Handler:
    exact = _EXACT.get(kind)
    if exact is not None:
        return exact
    if issubclass(kind, type):
        return functions_and_classes.class_
    if issubclass(kind, types.ModuleType):
        return functions_and_classes.module
    if not opaque.isdisjoint(names):
        return objects.opaque
    for name in names:
        handler = _BY_BASE.get(name) or _of_library(name.partition(".")[0]).get(name)
        if handler is not None:
            return handler
    if issubclass(kind, BaseException):
        return objects.exception
    if _hides_its_place(kind):
        return objects.iterator
    return objects.reduced


def _hides_its_place(kind: type) -> bool:
    """Whether it goes through something; an iterator written in Python has its place in
    attributes, like any other object."""
    by_next = getattr(kind, "__next__", None)
    if by_next is not None:
        return not isinstance(by_next, types.FunctionType)
    return any(kind is one for one in _ITERATING)  # no `==` of the user's


def _is_nameless(kind: type) -> bool:
    """Whether a class was made by a library at run time; types written in C may be called by any
    name."""
    members = (each for base in kind.__mro__ for each in vars(base).values())
    if not any(isinstance(each, types.FunctionType) for each in members):
        return False
    try:
        found = attrgetter(kind.__qualname__)(sys.modules[kind.__module__])
    except (KeyError, AttributeError):
        return True
    return found is not kind


def _of_library(package: str) -> Mapping[str, Handler]:
    """The handlers for a library's types, loaded when such a type is met."""
    if package not in ("numpy", "pandas", "torch"):
        return {}
    from treadle.engine.values.types.arrays import HANDLERS

    return HANDLERS


def _is_frozen(kind: type, names: list[str], *, mine: bool) -> bool:
    if _FROZEN.isdisjoint(names) or not _CHANGING.isdisjoint(names):
        return False
    return not mine or "enum.Enum" in names or not _has_attributes(kind)


def _has_attributes(kind: type) -> bool:
    """Whether the instances of a class of the user's have attributes, which can be set."""
    if kind.__dictoffset__:
        return True
    members = (vars(base).values() for base in kind.__mro__ if base.__module__ != "builtins")
    return any(type(item) is types.MemberDescriptorType for each in members for item in each)


def _reduces_plainly(kind: type) -> bool:
    """Whether values of a type are copied as Python copies objects by itself."""
    names = ("__reduce_ex__", "__reduce__", "__getstate__")
    own = (getattr(kind, name, None) is not getattr(object, name, None) for name in names)
    return not any(own) and kind not in copyreg.dispatch_table
