"""What libraries keep of which the engine knows, watched from their import on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from treadle.engine.observe.process_state import Probe


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
        "logging.config": Library(_configured_logging),
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
    *("_get_float32_matmul_precision", "_get_cudnn_enabled", "_get_cudnn_benchmark"),
    *("_get_cudnn_deterministic", "_get_cudnn_allow_tf32", "_get_mkldnn_enabled"),
    *("_get_cublas_allow_tf32", "_get_nnpack_enabled"),
)


def _torch(torch: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    if not hasattr(torch, "get_default_dtype"):
        return ()
    options = torch._tensor_str.PRINT_OPTS
    places = [torch._C if name.startswith("_") else torch for name in _TORCH]
    found = [getattr(place, name, None) for place, name in zip(places, _TORCH, strict=True)]
    getters = [get for get in found if callable(get)]

    def device() -> str:
        context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
        return "" if context is None else str(context.device)

    return (
        Probe("torch's settings", lambda: tuple(get() for get in getters)),
        Probe("torch's default device", device),
        Probe("torch's print options", lambda: dict(vars(options))),
    )


def _pandas(pandas: Any) -> tuple[Probe, ...]:  # noqa: ANN401
    config: Any = sys.modules.get("pandas._config.config")
    options = getattr(config, "_global_config", {})
    patched = [getattr(pandas, name, object) for name in ("DataFrame", "Series")]

    def methods() -> dict[str, object]:
        return {each.__name__: dict(vars(each)) for each in patched}

    return (
        Probe("pandas' option `{}`", lambda: dict(_flat(options, ""))),
        # Which other libraries add to: `tqdm.pandas()`.
        Probe("pandas' `{}`", methods, lambda classes: dict(_flat(classes, ""))),
    )


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
    """What the first message sets up that anybody logs."""
    root: Any = logging.root

    def general() -> tuple[object, ...]:
        return (root.level, root.disabled, root.manager.disable, len(root.handlers))

    return (Probe("how messages are logged", general),)


def _configured_logging(_: object) -> tuple[Probe, ...]:
    """All that `dictConfig` and `fileConfig` set up, of loggers that are not as they are made."""
    logging: Any = sys.modules["logging"]

    def loggers() -> dict[str, object]:
        known = [logging.root, *logging.root.manager.loggerDict.values()]
        made = [each for each in known if isinstance(each, logging.Logger)]
        found = {
            each.name: (
                *(each.level, each.disabled, each.propagate),
                *map(_told_of_handler, each.handlers),
            )
            for each in made
        }
        return {name: told for name, told in found.items() if told != (0, False, True)}

    return (Probe("how messages of `{}` are logged", loggers),)


def _told_of_handler(handler: Any) -> tuple[object, ...]:  # noqa: ANN401
    formatter = handler.formatter
    form = () if formatter is None else (formatter._fmt, formatter.datefmt)
    file = getattr(handler, "baseFilename", "")
    return (type(handler).__qualname__, handler.level, file, len(handler.filters), *form)
