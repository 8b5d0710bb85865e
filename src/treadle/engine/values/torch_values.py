"""torch's tensors, optimizers and schedulers: their parts, and how they are made anew."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Final

from treadle.engine.values.memory import Memory, Piece
from treadle.engine.values.objects import reduced
from treadle.engine.values.reduction import Opaque, Parts, Reduction
from treadle.engine.values.world import World

# ruff: noqa: ANN401  (torch is never imported here)


_MOST_NODES: Final = 200_000


def tensor(value: Any, _: World) -> Reduction:
    """A tensor or a parameter on the CPU that no gradient flows through."""
    torch: Any = sys.modules["torch"]
    kind = type(value)
    if trouble := _trouble(value, torch):
        return Opaque(trouble, leaves=() if value.grad_fn is None else _leaves(value.grad_fn))
    if value._is_view() and not value.is_inference():
        unsaid = torch._C._autograd._get_creation_meta(value).name != "DEFAULT"
        place = (value.dtype, value.shape, value.stride(), value.storage_offset())
        flags = (value.is_conj(), value.is_neg(), unsaid)
        make, arguments = make_view, (value._base, *map(_plain, place), *flags)
    else:
        storage = value.untyped_storage()
        start = storage.data_ptr()
        memory = Memory(start, start + storage.nbytes(), storage, origin=("torch",))
        place = (value.dtype, value.shape, value.stride(), value.storage_offset())
        flags = (value.is_conj(), value.is_neg(), value.is_inference())
        make, arguments = make_tensor, (kind, memory, *map(_plain, place), *flags)  # type: ignore[assignment]
    state = (
        value.requires_grad,
        value.grad,
        value.__dict__ or None,
        value._backward_hooks,
        getattr(value, "_post_accumulate_grad_hooks", None),
    )
    return Parts(make, arguments, state, setter=set_tensor)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, tuple) else value


def _trouble(value: Any, torch: Any) -> str:
    """Why a tensor can't be looked into, in words."""
    if type(value) is not torch.Tensor and type(value) is not torch.nn.Parameter:
        return f"a tensor of class `{type(value).__qualname__}`"
    if value.grad_fn is not None:
        return "a tensor with its computation graph"
    if value.layout is not torch.strided or value.device.type != "cpu":
        return f"a tensor on `{value.device}`, laid out as `{value.layout}`"
    if value.is_quantized or value.is_nested or _has_names(value):
        return "a quantized, nested or named tensor"
    return ""


def _leaves(node: Any) -> tuple[Any, ...]:
    """The tensors that gradients flow into from a node of a graph."""
    seen = {node}
    waiting = [node]
    leaves = []
    while waiting and len(seen) < _MOST_NODES:
        node = waiting.pop()
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        inner = {each for each, _ in node.next_functions if each is not None} - seen
        seen |= inner
        waiting += inner
    return tuple(leaves)


def _has_names(value: Any) -> bool:
    asked = getattr(value, "has_names", None)  # not every version of torch has it
    return bool(asked is not None and asked())


def make_tensor(
    kind: Any,
    memory: Piece,
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    conjugate: bool,
    negative: bool,
    inference: bool,
) -> Any:
    """A tensor over memory that was kept."""
    torch: Any = sys.modules["torch"]
    with torch.inference_mode() if inference else contextlib.nullcontext():
        value = torch.empty(0, dtype=dtype, device="cpu")
        value.set_(memory.storage(), offset, shape, strides)
    value = value.conj() if conjugate else value
    value = value._neg_view() if negative else value
    if kind is not torch.Tensor:
        value = torch.Tensor._make_subclass(kind, value, False)
    return value


def make_view(
    base: Any,
    dtype: Any,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    conjugate: bool,
    negative: bool,
    unsaid: bool,
) -> Any:
    """A tensor that autograd knows to be a view of another; `unsaid`: without gradient."""
    torch: Any = sys.modules["torch"]
    with torch.no_grad() if unsaid else contextlib.nullcontext():
        value = base if base.dtype == dtype else base.view(dtype)
        value = value.conj() if conjugate != value.is_conj() else value
        value = value._neg_view() if negative != value.is_neg() else value
        return value.as_strided(shape, strides, offset)


def set_tensor(value: Any, state: tuple[Any, ...]) -> None:
    """Give a tensor its gradient and attributes."""
    requires_grad, grad, names, hooks, late_hooks = state
    if value.requires_grad != requires_grad:
        value.requires_grad_(requires_grad)
    if grad is not None:
        value.grad = grad
    if names:
        value.__dict__.update(names)
    if hooks is not None:
        value._backward_hooks = hooks
    if late_hooks is not None:
        value._post_accumulate_grad_hooks = late_hooks


def generator(value: Any, _: World) -> Reduction:
    """A generator of random numbers."""
    if value.device.type != "cpu":
        return Opaque(f"a random generator on `{value.device}`")
    state = value.get_state().numpy().tobytes()
    return Parts(make_generator, (type(value),), state, setter=set_generator)


def make_generator(kind: Any) -> Any:
    """A generator in its first state."""
    return kind()


def set_generator(value: Any, state: bytes) -> None:
    """Set the state."""
    torch: Any = sys.modules["torch"]
    value.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def optimizer(value: Any, world: World) -> Reduction:
    """An optimizer, with what its own `__getstate__` leaves out: hooks, and who watches `step`."""
    red = reduced(value, world)
    if not isinstance(red, Parts):
        return red
    names = {name: item for name, item in vars(value).items() if name != "step"}
    watched = hasattr(vars(value).get("step"), "_wrapped_by_lr_sched")
    if "step" in vars(value) and not watched:
        return Opaque(f"{type(value).__name__} with a `step` of its own")
    return Parts(red.make, red.arguments, (names, watched), setter=set_optimizer)


def set_optimizer(value: Any, state: tuple[dict[str, Any], bool]) -> None:
    """Give an optimizer its state."""
    names, watched = state
    value.__dict__.update(names)
    value._patch_step_function()
    if watched:
        _watch(value)


def _watch(optimizer: Any) -> None:
    """Note that `step` was called, which a scheduler asks for and would warn about."""
    import weakref

    inner = optimizer.step.__func__
    known = weakref.ref(optimizer)

    def step(*arguments: Any, **named: Any) -> Any:
        owner = known()
        assert owner is not None
        owner._opt_called = True
        return inner(owner, *arguments, **named)

    step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    optimizer.step = step
