"""Settings that Python and libraries keep for the whole process, as probes."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from treadle.engine.observe import modules
from treadle.engine.observe.processes import environment
from treadle.engine.observe.state import Probe

# Python's own. Not `signal`: it is imported by the user's code or not at all.

ENVIRONMENT = "the environment variable `{}`"

_SIGNALS = tuple(
    getattr(_signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGCHLD", "SIGPIPE", "SIGUSR1")
    if hasattr(_signal, name)
)


def python_probes() -> tuple[Probe, ...]:
    return (
        Probe(ENVIRONMENT, lambda: environment().copy()),
        Probe("the module search path", lambda: tuple(sys.path)),
        Probe("`sys.argv`", lambda: tuple(sys.argv)),
        Probe("the working directory", _working_directory),
        Probe("Python's settings", _settings),
        Probe("the warnings filter", lambda: tuple(warnings.filters)),
        Probe("the signal handlers", _handlers),
        Probe("`{}`", _hooks),
    )


def _working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except FileNotFoundError:  # removed
        return ""


def _settings() -> tuple[object, ...]:
    return (
        sys.getrecursionlimit(),
        sys.get_int_max_str_digits(),
        getattr(sys, "tracebacklimit", None),
    )


def _handlers() -> tuple[object, ...]:
    """But for those that libraries set for their own processes, as torch's loaders do."""
    found = [_signal.getsignal(each) for each in _SIGNALS]
    files = [getattr(getattr(each, "__code__", None), "co_filename", "") for each in found]
    return tuple(
        _signal.SIG_DFL if modules.is_installed(file) else handler
        for handler, file in zip(found, files, strict=True)
    )


def _hooks() -> dict[str, object]:
    """What Python calls and prints to, which anyone may replace."""
    return {
        "sys.displayhook": sys.displayhook,
        "sys.excepthook": sys.excepthook,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "sys.stdin": sys.stdin,
        "sys.settrace": sys.gettrace(),
        "sys.setprofile": sys.getprofile(),
        "warnings.showwarning": warnings.showwarning,
    }


# Those of libraries, watched from their import on.


class Library(Struct, frozen=True):
    """What is to be known of a library for which values and files alone do not tell all."""

    probes: Callable[[Any], Iterable[Probe]]  # of its module, right after the import
    caches: tuple[str, ...] = ()  # patterns of files that it keeps for itself and can make anew
    settings: tuple[str, ...] = ()  # how the files end that it looks for when it is imported
    opaque: tuple[str, ...] = ()  # its types, by dotted name, whose values can't be looked into
    singletons: tuple[tuple[str, str], ...] = ()  # places of objects that are the process's


def known_libraries() -> dict[str, Library]:
    """Those of which the engine knows, by module; a document's plugin may know of more."""
    return {
        "numpy": Library(_numpy),
        "torch": Library(_torch),
        "pandas": Library(_pandas),
        "logging": Library(_logging),
        "decimal": Library(_decimal),
        "locale": Library(_locale),
    }


def _numpy(numpy: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    errors = getattr(getattr(numpy, "_core", None), "umath", None)
    return (
        Probe("NumPy's print options", numpy.get_printoptions),
        Probe("how NumPy treats errors", getattr(errors, "_get_extobj_dict", numpy.geterr)),
    )


_TORCH = (
    *("get_default_dtype", "get_num_threads", "is_grad_enabled", "is_inference_mode_enabled"),
    *("are_deterministic_algorithms_enabled", "is_deterministic_algorithms_warn_only_enabled"),
    *("is_anomaly_enabled", "is_autocast_enabled", "is_warn_always_enabled"),
)
_TORCH_C = (
    *("_get_float32_matmul_precision", "_get_cudnn_enabled", "_get_cudnn_benchmark"),
    *("_get_cudnn_deterministic", "_get_cudnn_allow_tf32", "_get_mkldnn_enabled"),
    *("_get_cublas_allow_tf32", "_get_nnpack_enabled"),
)


def _torch(torch: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    if not hasattr(torch, "get_default_dtype"):
        return ()
    options = torch._tensor_str.PRINT_OPTS
    found = [getattr(torch, name, None) for name in _TORCH]
    found += [getattr(torch._C, name, None) for name in _TORCH_C]
    getters = [get for get in found if callable(get)]

    def device() -> str:
        context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
        return "" if context is None else str(context.device)

    return (
        Probe("torch's settings", lambda: tuple(get() for get in getters)),
        Probe("torch's default device", device),
        Probe("torch's print options", lambda: dict(vars(options))),
    )


def _pandas(_: object) -> tuple[Probe, ...]:
    config: Any = sys.modules.get("pandas._config.config")
    options = getattr(config, "_global_config", {})
    return (Probe("pandas' option `{}`", lambda: dict(_flat(options, ""))),)


def _flat(options: dict[str, Any], path: str) -> Iterator[tuple[str, object]]:
    for name, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _decimal(decimal: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    def take() -> tuple[object, ...]:
        *settings, _flags, traps = decimal.getcontext().__reduce__()[1]  # in one call
        return (*settings, *traps)

    return (Probe("the settings of decimal numbers", take),)


def _locale(locale: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    """The locales that were set: to ask for them takes longer than all else."""
    chosen: dict[str, object] = {}
    original = locale.setlocale

    def setlocale(category: int, locale: object = None) -> object:
        found = original(category, locale)
        if locale is not None:
            chosen[str(category)] = found
        return found

    setlocale.__doc__ = original.__doc__
    locale.setlocale = setlocale
    return (Probe("the locale of category {}", lambda: dict(chosen)),)


def _logging(logging: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    levels = _followed_levels(logging)
    root: Any = logging.root

    def general() -> tuple[object, ...]:
        return (root.level, root.disabled, root.manager.disable, len(root.handlers))

    return (
        Probe("how messages are logged", general),
        Probe("the level of the logger `{}`", lambda: dict(levels)),
    )


def _followed_levels(logging: Any) -> dict[str, int]:  # noqa: ANN401
    """The levels that the project's code sets: there may be thousands of loggers."""
    levels: dict[str, int] = {}
    original = logging.Logger.setLevel

    def setLevel(self: Any, level: Any) -> None:  # noqa: ANN401, N802
        original(self, level)
        if self.name != "root" and modules.asked_by_user():
            levels[self.name] = self.level

    setLevel.__doc__ = original.__doc__
    logging.Logger.setLevel = setLevel
    return levels
