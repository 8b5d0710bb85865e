"""Settings that libraries keep for the whole process, watched from their import on."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from treadle.engine.observe import scope as frames
from treadle.engine.observe.environment import current
from treadle.engine.observe.state import Probe, State
from treadle.engine.worker.imports import AfterImport

# Python's own state: what `os`, `sys`, `warnings` and the like keep for the whole process.

# Not `signal`: it is imported by the user's code or not at all.


ENVIRONMENT = "the environment variable `{}`"

_SIGNALS = tuple(
    getattr(_signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGCHLD", "SIGPIPE", "SIGUSR1")
    if hasattr(_signal, name)
)


def probes() -> tuple[Probe, ...]:
    """All that can be asked of Python without importing anything."""
    return (
        Probe(ENVIRONMENT, lambda: current().copy()),
        Probe("the module search path", lambda: tuple(sys.path)),
        Probe("`sys.argv`", lambda: tuple(sys.argv)),
        Probe("the working directory", _working_directory),
        Probe("Python's settings", _settings),
        Probe("the warnings filter", _filters),
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


def _filters() -> tuple[object, ...]:
    return tuple(warnings.filters)


def _handlers() -> tuple[object, ...]:
    """But for those that libraries set for their own processes, as torch's loaders do."""
    found = map(_signal.getsignal, _SIGNALS)
    return tuple([_signal.SIG_DFL if _is_librarys(handler) else handler for handler in found])


def _is_librarys(handler: object) -> bool:
    code = getattr(handler, "__code__", None)
    return code is not None and frames.is_installed(code.co_filename)


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


# Settings that libraries keep for the whole process, watched from their import on.


def follow(state: State, after_import: AfterImport) -> None:
    """Watch the settings of each library as soon as it is imported."""
    after_import.do("matplotlib", lambda module: state.add(_matplotlib(module)))
    after_import.do("numpy", lambda module: state.add(*_numpy(module)))
    after_import.do("torch", lambda module: state.add(*_torch(module)))
    after_import.do("pandas", lambda _: state.add(_pandas()))
    after_import.do("logging", lambda module: state.add(*_logging(module)))
    after_import.do("decimal", lambda module: state.add(_decimal(module)))
    after_import.do("locale", lambda module: state.add(_locale(module)))


def _matplotlib(matplotlib: Any) -> Probe:  # noqa: ANN401
    settings = matplotlib.rcParams
    lists = [name for name in settings if isinstance(dict.__getitem__(settings, name), list)]

    # Past its own look-ups, which resolve the backend.
    def take() -> tuple[object, ...]:
        changeable = tuple([tuple(dict.__getitem__(settings, name)) for name in lists])
        return changeable, tuple(dict.keys(settings)), tuple(dict.values(settings))

    def spell(taken: Any) -> Mapping[str, object]:  # noqa: ANN401
        changeable, names, values = taken
        return dict(zip(names, values, strict=True)) | dict(zip(lists, changeable, strict=True))

    return Probe("matplotlib's setting `{}`", take, spell)


def _numpy(numpy: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    errors = getattr(getattr(numpy, "_core", None), "umath", None)
    return (
        Probe("NumPy's print options", numpy.get_printoptions),
        Probe("how NumPy treats errors", getattr(errors, "_get_extobj_dict", numpy.geterr)),
    )


def _torch(torch: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    if not hasattr(torch, "get_default_dtype"):
        return ()
    options = torch._tensor_str.PRINT_OPTS
    getters = _present(
        torch,
        "get_default_dtype",
        "get_num_threads",
        "is_grad_enabled",
        "is_inference_mode_enabled",
        "are_deterministic_algorithms_enabled",
        "is_deterministic_algorithms_warn_only_enabled",
        "is_anomaly_enabled",
        "is_autocast_enabled",
        "is_warn_always_enabled",
    )
    switches = _present(
        torch._C,
        "_get_float32_matmul_precision",
        "_get_cudnn_enabled",
        "_get_cudnn_benchmark",
        "_get_cudnn_deterministic",
        "_get_cudnn_allow_tf32",
        "_get_mkldnn_enabled",
        "_get_cublas_allow_tf32",
        "_get_nnpack_enabled",
    )

    def device() -> str:
        context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
        return "" if context is None else str(context.device)

    return (
        Probe("torch's settings", lambda: tuple(get() for get in (*getters, *switches))),
        Probe("torch's default device", device),
        Probe("torch's print options", lambda: dict(vars(options))),
    )


def _present(module: object, *names: str) -> list[Any]:
    found = (getattr(module, name, None) for name in names)
    return [each for each in found if callable(each)]


def _pandas() -> Probe:
    config: Any = sys.modules.get("pandas._config.config")
    leaves = _leaves(getattr(config, "_global_config", {}), "")

    def take() -> list[dict[str, object]]:
        return [leaf.copy() for _, leaf in leaves]

    def spell(taken: Any) -> Mapping[str, object]:  # noqa: ANN401
        named = zip(leaves, taken, strict=True)
        return {f"{path}.{name}": leaf[name] for (path, _), leaf in named for name in leaf}

    return Probe("pandas' option `{}`", take, spell)


def _leaves(options: dict[str, Any], path: str) -> list[tuple[str, dict[str, Any]]]:
    """The innermost dictionaries of nested ones, with their places."""
    found = []
    for name, value in options.items():
        if isinstance(value, dict):
            found += _leaves(value, f"{path}.{name}" if path else name)
    if any(not isinstance(value, dict) for value in options.values()):
        found.append((path, options))
    return found


def _decimal(decimal: Any) -> Probe:  # noqa: ANN401
    def take() -> tuple[object, ...]:
        *settings, _flags, traps = decimal.getcontext().__reduce__()[1]  # in one call
        return (*settings, *traps)

    return Probe("the settings of decimal numbers", take)


def _locale(locale: Any) -> Probe:  # noqa: ANN401
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
    return Probe("the locale of category {}", lambda: dict(chosen))


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
        if self.name != "root" and frames.asked_by_user(0):
            levels[self.name] = self.level

    setLevel.__doc__ = original.__doc__
    logging.Logger.setLevel = setLevel
    return levels
