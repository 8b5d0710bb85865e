"""Values as texts that say what they are: equal texts mean equal values."""

from __future__ import annotations

import os
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType

from treadle.store.digest import digest

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
# Types of libraries whose `repr` says it all.
_TOLD = frozenset({"torch.dtype", "torch.device", "cycler.Cycler", "numpy.dtype"})


def text_of(value: object) -> str:
    """A text for a value; for one that can't be looked into, a new one every time."""
    kind = type(value)
    if kind in _PLAIN or f"{kind.__module__}.{kind.__qualname__}" in _TOLD:
        return f"{kind.__name__} {value!r}"
    if kind in (tuple, list):
        return f"{kind.__name__}({','.join(map(text_of, value))})"  # type: ignore[call-overload]
    if kind in (set, frozenset):
        return f"{kind.__name__}({','.join(sorted(map(text_of, value)))})"  # type: ignore[call-overload]
    if isinstance(value, dict):
        return "{" + ",".join(f"{text_of(key)}:{text_of(value[key])}" for key in value) + "}"
    if isinstance(value, FunctionType):
        return _function(value)
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    return _pickled(value)


def _function(function: FunctionType) -> str:
    held = [cell.cell_contents for cell in function.__closure__ or ()]
    rest = (function.__defaults__, function.__kwdefaults__, held)
    return f"function {function.__module__} {_code(function.__code__)} {text_of(rest)}"


def _code(code: CodeType) -> str:
    """What a function does, wherever it stands."""
    constants = [_code(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_flags)
    return text_of((code.co_code, constants, names, code.co_exceptiontable))


def _pickled(value: object) -> str:
    if isinstance(value, BuiltinFunctionType | MethodType | type):
        name = f"{getattr(value, '__module__', '')}.{value.__qualname__}"
        if "__main__" not in name and not isinstance(value, MethodType):
            return f"{type(value).__name__} {name}"
    import pickle  # rarely needed

    try:
        data = pickle.dumps(value, 4)
    except Exception:  # whatever the user's classes raise
        data = b"__main__"
    # What is defined in the document is pickled by its name, which says nothing of its code.
    return os.urandom(16).hex() if b"__main__" in data else digest(data)
