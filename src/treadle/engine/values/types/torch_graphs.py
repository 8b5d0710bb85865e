"""Tensors in the middle of a computation: what their graph leads to, and tensors cut off from it.

A tensor that is cut off has its values, and a graph that ends at once. Who asks for the graph, be
it for a gradient, touches it: see `stand_ins`.
"""

from __future__ import annotations

import sys
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from treadle.engine.values.regions import Piece

_MOST: Final = 200_000  # nodes that are looked at for what they lead to
_PRINTS: Final = "torch._tensor_str"  # it asks for no more than the name of the node


def node_of(tensor: Any) -> Any:
    """The node of the graph that computed it, or None; nobody is told of the question."""
    torch: Any = sys.modules["torch"]
    return torch._C.TensorBase.grad_fn.__get__(tensor)


def nodes(roots: Iterable[Any], most: int = sys.maxsize) -> Iterator[Any]:
    """Those of the graph from which these were computed, themselves included."""
    waiting = list(roots)
    seen = set(waiting)
    while waiting and len(seen) < most:
        node = waiting.pop()
        yield node
        inner = {each for each, _ in node.next_functions if each is not None} - seen
        seen |= inner
        waiting += inner


def leaves(node: Any) -> tuple[Any, ...]:
    """The tensors that gradients flow into from a node of a graph."""
    return tuple(each.variable for each in nodes([node], _MOST) if hasattr(each, "variable"))


def is_all(tensor: Any) -> bool:
    """Whether its values and its graph are all there is to a computed tensor."""
    if tensor._is_view() or tensor.is_conj() or tensor.is_neg() or tensor.output_nr:
        return False
    if tensor.retains_grad or tensor._backward_hooks or tensor.__dict__:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return tensor._grad is None


def _node_of_output(output: Any) -> Any:
    """The node that gave what gradients are asked of: a tensor, or one side of a node."""
    torch: Any = sys.modules["torch"]
    return node_of(output) if isinstance(output, torch.Tensor) else output.node


class Severed:
    """Makes tensors that are cut off from their graph; `touch` is called when one is asked for."""

    def __init__(self, touch: Callable[[], None]) -> None:
        self._touch = touch
        self._torch: Any = sys.modules["torch"]
        self._kinds: dict[str, Any] = {}  # of the last node, by its name
        self._ends = weakref.WeakSet[Any]()  # the nodes at which graphs end that somebody still has
        self._watching = False

    def tensor(
        self, memory: Piece, dtype: Any, shape: Any, strides: Any, offset: int, name: str
    ) -> Any:
        """One over this memory, computed by a node that is called so."""
        torch = self._torch
        if name not in self._kinds:
            self._kinds[name] = self._kind(name)

        def made() -> Any:
            value = torch.empty(0, dtype=dtype, device="cpu")
            return value.set_(memory.storage, offset, shape, strides)

        with torch.inference_mode(False), torch.enable_grad():
            anchor = torch.empty(0, dtype=torch.float32, device="cpu", requires_grad=True)
            return self._kinds[name].apply(anchor, made)

    def _kind(self, name: str) -> Any:
        touch, ends = self._touch, self._ends

        class Cut(self._torch.autograd.Function):  # type: ignore[misc, name-defined]
            @staticmethod
            def forward(node: Any, _: Any, made: Callable[[], Any]) -> Any:
                ends.add(node)
                return made()

            @staticmethod
            def backward(*_: Any) -> None:
                touch()

        Cut._backward_cls.__name__ = name
        return Cut

    def _ask(self, roots: Iterable[Any]) -> None:
        """Somebody goes through the graph from these nodes."""
        if self._ends and any(node in self._ends for node in nodes(roots)):
            self._touch()

    def watch(self) -> None:
        """Be asked, from now on, whenever code asks for a node, or for gradients."""
        if self._watching:
            return
        self._watching = True
        ask = self._ask

        def grad_fn(tensor: Any) -> Any:
            node = node_of(tensor)
            if node is not None and sys._getframe(1).f_globals.get("__name__") != _PRINTS:
                ask([node])
            return node

        variable = self._torch.autograd.Variable
        engine = variable._execution_engine

        class Engine:
            def __getattr__(self, name: str) -> Any:
                return getattr(engine, name)

            def run_backward(self, outputs: Iterable[Any], *arguments: Any, **named: Any) -> Any:
                outputs = tuple(outputs)
                ask(filter(None, map(_node_of_output, outputs)))
                return engine.run_backward(outputs, *arguments, **named)

        variable._execution_engine = Engine()
        self._torch.Tensor.grad_fn = property(grad_fn)
