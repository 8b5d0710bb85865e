"""What comes back with something that stands for a part, and who touches that."""

import pytest

from treadle.engine.messages import Load
from treadle.engine.values.stand_ins import TouchedError

from .conftest import Session

COMPUTED = "import torch\nw = torch.ones(3, requires_grad=True)\nx = w * 2"


def restored(session: Session, code: str) -> None:
    """Run the code, keep `x`, and bind it again as a step would find it."""
    session.run(code)
    (group,) = session.values.stored_groups(["x"])
    assert (bool(group.entry), group.token) == (True, ""), group
    del session.names["x"]
    assert session.values.load(Load(group.entry, group.names, "opaque:of a run"))
    session.values.stand_ins.begin()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("x.tolist()", [2.0, 2.0, 2.0]),
        ("x.requires_grad, x.is_leaf, x._is_view(), x.output_nr", (True, False, False, 0)),
        ("repr(x)", "tensor([2., 2., 2.], grad_fn=<MulBackward0>)"),
        ("(x * 3).detach().sum().item()", 18.0),
        ("type(x) is torch.Tensor", True),
        ("torch.autograd.grad(w.sum(), w)[0].tolist()", [1.0, 1.0, 1.0]),
    ],
)
def test_a_computed_tensor_tells_of_its_values(session, asked, told):
    restored(session, COMPUTED)
    assert session.get(asked) == told
    assert not session.values.stand_ins.touched


@pytest.mark.parametrize(
    "asked",
    [
        *("x.grad_fn", "(x + 1).grad_fn", "x.sum().backward()", "x.register_hook(print)"),
        "torch.autograd.grad(x.sum(), w, allow_unused=True)",
        "torch.autograd.backward([w.sum(), x.sum()], inputs=[w])",
        "torch.autograd.graph.get_gradient_edge(x)",
    ],
)
def test_a_computed_tensor_does_not_tell_of_its_graph(session, asked):
    restored(session, COMPUTED)
    with pytest.raises(TouchedError):
        session.get(asked)
    assert session.values.stand_ins.touched


def test_what_is_computed_from_it_is_kept_as_well(session):
    restored(session, COMPUTED)
    session.run("x = x * 2")
    (group,) = session.values.stored_groups(["x"])
    assert (bool(group.entry), group.token) == (True, ""), group


@pytest.mark.parametrize(
    "code",
    [
        "x = (w * 2).view(3, 1)",
        "x = w * 2; x.retain_grad()",
        "x = w * 2; x.register_hook(print)",
        "x = w * 2; x.mine = 3",
        "x = torch.stack([w, w]).unbind()[1]",
        "x = w.to_sparse()",
    ],
)
def test_a_computed_tensor_of_which_more_is_known_is_not_kept(session, code):
    session.run("import torch\nw = torch.ones(3, requires_grad=True)")
    assert "which can't be stored" in session.trouble(code)


def test_nobody_is_told_while_no_step_runs(session):
    restored(session, COMPUTED)
    session.values.stand_ins.end()
    session.get("x.grad_fn")
    assert not session.values.stand_ins.touched
