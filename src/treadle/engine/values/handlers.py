"""Which handler takes values of a type apart."""

from __future__ import annotations

import copyreg
import functools
import io
import types
import typing
from collections.abc import Mapping
from typing import Final

from treadle.engine.values import classes, functions, objects
from treadle.engine.values import classes as types_by_call
from treadle.engine.values import numpy_values as arrays
from treadle.engine.values import pandas_values as frames
from treadle.engine.values import torch_values as tensors
from treadle.engine.values.reduction import ByValue, Unseen
from treadle.engine.values.world import Handler

_EXACT: Final[Mapping[type, Handler]] = {
    types.FunctionType: functions.function,
    ByValue: functions.by_value,
    Unseen: functions.unseen,
    functions.Scope: functions.scope,
    types.CellType: functions.cell,
    types.CodeType: functions.code,
    types.MethodType: functions.method,
    types.BuiltinFunctionType: functions.builtin,
    types.MethodWrapperType: functions.wrapper,
    types.WrapperDescriptorType: functions.descriptor,
    types.MethodDescriptorType: functions.descriptor,
    types.ClassMethodDescriptorType: functions.descriptor,
    typing.TypeVar: types_by_call.type_variable,
    typing.NewType: types_by_call.new_type,
    types.MappingProxyType: objects.proxy,
    type(functools.lru_cache(None)(len)): functions.cached,
    types.FrameType: objects.closed,
    io.StringIO: objects.reduced,
    io.BytesIO: objects.reduced,
}
_CLOSED: Final = frozenset(
    {
        *("matplotlib.artist.Artist", "matplotlib.backend_bases.FigureCanvasBase"),
        *("matplotlib.backend_bases.FigureManagerBase", "matplotlib.animation.Animation"),
        *("matplotlib.gridspec.GridSpecBase", "matplotlib.gridspec.SubplotSpec"),
        *("matplotlib.widgets.Widget", "matplotlib.colorbar.Colorbar", "_ctypes._SimpleCData"),
        *("_ctypes.Structure", "_ctypes.Array", "_ctypes.Union", "_ctypes._Pointer"),
        *("weakref.finalize", "builtins.memoryview"),
        *("torch.storage.UntypedStorage", "torch.storage.TypedStorage", "torch.StorageBase"),
        *("torch._C.StorageBase", "multiprocessing.process.BaseProcess", "threading.Thread"),
        *("tempfile._TemporaryFileWrapper", "tempfile.TemporaryDirectory", "subprocess.Popen"),
    }
)
_BY_BASE: Final[Mapping[str, Handler]] = {
    "weakref.ReferenceType": objects.referring,
    "torch.Tensor": tensors.tensor,
    "torch._tensor.Tensor": tensors.tensor,
    "torch._C.TensorBase": tensors.tensor,
    "torch._C.Generator": tensors.generator,
    "torch.Generator": tensors.generator,
    "torch.optim.optimizer.Optimizer": tensors.optimizer,
    "numpy.ndarray": arrays.array,
    "sklearn.utils._bunch.Bunch": objects.by_names,
    "numpy.dtype": arrays.dtype,
    "pandas.core.internals.managers.SingleBlockManager": frames.column,
    "pandas._libs.internals.Block": frames.block,
    "pandas.core.internals.blocks.Block": frames.block,
}

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
_HOLDING = (types.CoroutineType, types.AsyncGeneratorType)
_CHANGING = frozenset({"numpy.void"})


def handler_of(kind: type) -> Handler:
    """The handler for values of a type."""
    exact = _EXACT.get(kind)
    if exact is not None:
        return exact
    if issubclass(kind, type):
        return classes.class_
    if issubclass(kind, types.ModuleType):
        return functions.module
    names = [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__]
    if not _CLOSED.isdisjoint(names):
        return objects.closed
    for name in names:
        if name in _BY_BASE:
            return _BY_BASE[name]
    if issubclass(kind, BaseException):
        return objects.exception
    if hasattr(kind, "__next__") or any(kind is one for one in _HOLDING):
        return objects.held
    return objects.reduced


def is_frozen(kind: type, *, mine: bool) -> bool:
    """Whether values of a type can't change, themselves."""
    names = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    if names.isdisjoint(_FROZEN) or not names.isdisjoint(_CHANGING):
        return False
    return not mine or "enum.Enum" in names or not _has_attributes(kind)


def _has_attributes(kind: type) -> bool:
    """Whether the instances of a class of the user's have attributes, which can be set."""
    if kind.__dictoffset__:
        return True
    members = (vars(base).values() for base in kind.__mro__ if base.__module__ != "builtins")
    return any(type(item) is types.MemberDescriptorType for each in members for item in each)


def reduces_plainly(kind: type) -> bool:
    """Whether values of a type are copied as Python copies objects by itself."""
    names = ("__reduce_ex__", "__reduce__", "__getstate__")
    own = (getattr(kind, name, None) is not getattr(object, name, None) for name in names)
    return not any(own) and kind not in copyreg.dispatch_table
