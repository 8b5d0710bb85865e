"""torch's tensors, optimizers and schedulers: their parts, and how they are made anew."""

from __future__ import annotations

import contextlib
import sys
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final

from treadle.engine.values.memory import Memory, Piece
from treadle.engine.values.objects import reduced
from treadle.engine.values.world import Handler, Opaque, Parts, Reduction, World

_MOST_NODES: Final = 200_000


def tensor(value: Any, _: World) -> Reduction:
    """A tensor or a parameter on the CPU that no gradient flows through."""
    torch: Any = sys.modules["torch"]
    if trouble := _trouble(value, torch):
        return Opaque(trouble, leaves=() if value.grad_fn is None else _leaves(value.grad_fn))
    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    place = (value.dtype, tuple(value.shape), value.stride(), value.storage_offset())
    signs = (value.is_conj(), value.is_neg())
    if value._is_view() and not value.is_inference():
        unsaid = torch._C._autograd._get_creation_meta(value).name != "DEFAULT"
        make, arguments = make_view, (value._base, place, signs, unsaid)
    else:
        storage = value.untyped_storage()
        start = storage.data_ptr()
        memory = Memory(start, start + storage.nbytes(), storage, origin=("torch",))
        arguments = (type(value), memory, place, signs, value.is_inference())
        make = make_tensor
    state = (
        value.requires_grad,
        value.grad,
        value.__dict__ or None,
        value._backward_hooks,
        getattr(value, "_post_accumulate_grad_hooks", None),
    )
    return Parts(make, arguments, state, setter=set_tensor)


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
    kind: Any, memory: Piece, place: tuple[Any, ...], signs: tuple[bool, bool], inference: bool
) -> Any:
    torch: Any = sys.modules["torch"]
    dtype, shape, strides, offset = place
    with torch.inference_mode() if inference else contextlib.nullcontext():
        value = torch.empty(0, dtype=dtype, device="cpu")
        value.set_(memory.storage(), offset, shape, strides)
    value = _with_signs(value, signs)
    return value if kind is torch.Tensor else torch.Tensor._make_subclass(kind, value, False)


def make_view(base: Any, place: tuple[Any, ...], signs: tuple[bool, bool], unsaid: bool) -> Any:
    """A tensor that autograd knows to be a view of another; `unsaid`: without gradient."""
    torch: Any = sys.modules["torch"]
    dtype, shape, strides, offset = place
    with torch.no_grad() if unsaid else contextlib.nullcontext():
        value = base if base.dtype == dtype else base.view(dtype)
        return _with_signs(value, signs).as_strided(shape, strides, offset)


def _with_signs(value: Any, signs: tuple[bool, bool]) -> Any:
    conjugate, negative = signs
    value = value.conj() if conjugate != value.is_conj() else value
    return value._neg_view() if negative != value.is_neg() else value


def set_tensor(value: Any, state: tuple[Any, ...]) -> None:
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
    if value.device.type != "cpu":
        return Opaque(f"a random generator on `{value.device}`")
    state = value.get_state().numpy().tobytes()
    return Parts(type(value), (), state, setter=set_generator)


def set_generator(value: Any, state: bytes) -> None:
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
    names, watched = state
    value.__dict__.update(names)
    value._patch_step_function()
    if watched:
        _watch(value)


def _watch(optimizer: Any) -> None:
    """Note that `step` was called, which a scheduler asks for and would warn about."""
    inner = optimizer.step.__func__
    known = weakref.ref(optimizer)

    def step(*arguments: Any, **named: Any) -> Any:
        owner = known()
        assert owner is not None
        owner._opt_called = True
        return inner(owner, *arguments, **named)

    step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    optimizer.step = step


HANDLERS: Final[Mapping[str, Handler]] = {
    "torch.Tensor": tensor,
    "torch._tensor.Tensor": tensor,
    "torch._C.TensorBase": tensor,
    "torch._C.Generator": generator,
    "torch.Generator": generator,
    "torch.optim.optimizer.Optimizer": optimizer,
}
