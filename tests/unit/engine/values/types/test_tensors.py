"""torch: tensors, modules, optimizers, and the memory they share with each other and arrays."""

import warnings

import pytest
from tests.unit.engine.values.conftest import Session

torch = pytest.importorskip("torch")
START = "import torch, numpy as np\nfrom torch import nn\nimport torch.nn.functional as F\n"
MODEL = (
    "torch.manual_seed(1)\nx = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))\n"
    "y = torch.optim.Adam(x.parameters(), lr=0.1)\ndata = torch.ones(5, 3)\n"
    "def train():\n    y.zero_grad()\n    x(data).pow(2).sum().backward()\n    y.step()\n"
)
OTHER = MODEL.replace("x", "net")

KINDS = [
    "torch.arange(12.).reshape(3, 4)",
    "torch.arange(12).reshape(3, 4).T[1:, ::2]",
    "torch.tensor(3.)",
    "torch.empty(0)",
    "torch.zeros(2, 0, 3)",
    "torch.tensor([True, False])",
    "torch.ones(3, dtype=torch.bfloat16)",
    "torch.ones(3, dtype=torch.half)",
    "torch.ones(2, dtype=torch.complex64).mul(1j).conj()",
    "torch.ones(3, requires_grad=True)",
    "nn.Parameter(torch.ones(3))",
    "nn.Parameter(torch.ones(3), requires_grad=False)",
    "torch.ones(100_000)",
    "torch.ones(1).expand(5)",
    "torch.zeros(3)[1:]",
    "nn.Linear(2, 3).requires_grad_(False)",
    "nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Dropout(0.1))",
    "nn.LSTM(2, 3, batch_first=True)",
    "nn.Embedding(5, 2, padding_idx=0)",
    "torch.Generator().manual_seed(5)",
    "torch.float32",
    "torch.device('cpu')",
    "torch.Size([1, 2])",
    "torch.relu",
    "F.relu",
    "F.conv2d",
    "torch.nn.functional",
    "torch.default_generator",
    "torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(3)), 2, shuffle=True)",
]


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_as_it_was(session: Session, kind: str) -> None:
    before = session.token(f"{START}torch.manual_seed(3)\nx = {kind}")
    assert session.token(f"torch.manual_seed(3)\nx = {kind}") == before
    session.run("old = repr(x), type(x); y = x")
    session.again("x", "y")
    assert session.get("(repr(x), type(x)) == old or 'object at' in old[0]")
    assert session.get("x is y or x == y")


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("x = torch.zeros(3)", "x[1] = 1"),
        ("x = torch.zeros(3)", "x.data.add_(1)"),
        ("x = torch.zeros(3)", "x.numpy()[0] = 1"),
        ("x = torch.zeros(3)", "x.requires_grad_()"),
        ("x = torch.zeros(3)", "x.note = 1"),
        ("x = torch.zeros(3)", "x = x.int()"),
        ("x = torch.zeros(3)", "x = x.half()"),
        ("x = torch.zeros(3)", "x = nn.Parameter(x, requires_grad=False)"),
        ("x = torch.zeros(4)", "x = x.reshape(2, 2)"),
        ("x = torch.ones(2, dtype=torch.complex64)", "x = x.conj()"),
        ("x = torch.zeros(3, requires_grad=True)", "x.sum().backward()"),
        ("x = torch.zeros(3, requires_grad=True)", "x.register_hook(F.relu)"),
        ("x = torch.zeros(5); y = x[1:3]; x = y", "x = torch.zeros(5)[2:4]"),
        ("x = [torch.zeros(3), torch.zeros(3)]", "x[1] = x[0]"),
        ("x = [torch.zeros(3), torch.zeros(3)]", "x[1] = x[0].detach()"),
        ("x = nn.Linear(2, 2)", "x.weight.data[0, 0] += 1"),
        ("x = nn.Linear(2, 2)", "x.eval()"),
        ("x = nn.Linear(2, 2)", "x.bias = None"),
        ("x = nn.Linear(2, 2)", "x.register_buffer('b', torch.zeros(1))"),
        ("x = nn.Linear(2, 2)", "x.register_forward_hook(F.relu)"),
        ("x = nn.Linear(2, 2)", "x.weight.requires_grad_(False)"),
        ("x = nn.BatchNorm1d(2)", "x(torch.ones(3, 2))"),
        ("x = torch.optim.SGD([torch.zeros(3)])", "x.param_groups[0]['lr'] = 3"),
        ("x = torch.Generator()", "torch.rand(1, generator=x)"),
        (MODEL, "train()"),
        (OTHER + "train(); x = y", "train()"),
        (OTHER + "x = torch.optim.lr_scheduler.StepLR(y, 1); train()", "x.step()"),
    ],
)
def test_a_change_is_seen(session: Session, code: str, change: str) -> None:
    before = session.token(START + code)
    assert session.token(change) != before


def test_training_goes_on_as_if_nothing_had_happened(session: Session) -> None:
    session.run(START + MODEL + "train(); train()")
    session.again("x", "y")
    session.run("train(); result = [p.detach().clone() for p in x.parameters()]")
    session.run(MODEL + "train(); train(); train()")
    assert session.get("all(torch.equal(a, b) for a, b in zip(result, x.parameters()))")
    assert session.get("all(type(p) is nn.Parameter and p.is_leaf for p in x.parameters())")


@pytest.mark.parametrize(
    ("code", "groups"),
    [
        (MODEL, [("x", "y")]),
        (MODEL + "z = [x[0].weight]", [("x", "y", "z")]),
        ("x = torch.zeros(3); y = x[1:]; z = x.numpy()", [("x", "y", "z")]),
        ("x = np.zeros(3); y = torch.from_numpy(x)", [("x", "y")]),
        ("x = np.zeros(3); y = torch.tensor(x)", [("x",), ("y",)]),
        ("x = torch.zeros(3, requires_grad=True); y = x.detach()", [("x", "y")]),
        ("x = torch.zeros(3); x.grad = torch.ones(3); y = x.grad", [("x", "y")]),
        ("x = torch.float32; y = [x]; z = torch.Size([1])", [("x",), ("y",), ("z",)]),
    ],
)
def test_memory_that_is_shared_makes_a_group(
    session: Session, code: str, groups: list[tuple[str, ...]]
) -> None:
    session.run(START + code)
    assert session.together(*(name for names in groups for name in names)) == groups


@pytest.mark.parametrize("size", [12, 100_000])
@pytest.mark.parametrize(
    ("code", "change", "seen"),
    [
        ("x = torch.zeros(N); y = x[2:9]", "x[3] = 5", "y[1] == 5"),
        ("x = torch.zeros(N); y = x.numpy()[2:]", "x[3] = 5", "y[1] == 5"),
        ("x = np.zeros(N); y = torch.from_numpy(x[1:])", "x[3] = 5", "y[2] == 5"),
        ("x = torch.zeros(N); y = nn.Parameter(x)", "x[3] = 5", "y[3] == 5"),
        ("x = torch.zeros(N, requires_grad=True); y = x.detach()", "y[3] = 5", "x[3] == 5"),
        ("x = torch.zeros(N); y = x.view(torch.int32)", "y[3] = 5", "x[3] != 0"),
        (
            "x = nn.Linear(N, 1); y = torch.optim.SGD(x.parameters(), lr=1)",
            "x(torch.ones(N)).sum().backward(); before = x.bias.detach().clone(); y.step()",
            "torch.equal(x.bias, before - 1) and y.param_groups[0]['params'][0] is x.weight",
        ),
        (
            "x = nn.Linear(N, N // N); y = nn.Linear(N, 1); y.weight = x.weight",
            "x.weight.data[0, 3] = 5",
            "y.weight is x.weight and y.weight[0, 3] == 5",
        ),
    ],
)
def test_memory_that_was_shared_is_shared_again(
    session: Session, code: str, change: str, seen: str, size: int
) -> None:
    session.run(f"{START}N = {size}\n{code}")
    session.again("x", "y")
    session.run(change)
    assert session.get(seen)


def test_autograd_knows_a_view_again(session: Session) -> None:
    session.run(START + "x = torch.zeros(4); y = x[1:3]")
    session.again("x", "y")
    session.run("w = torch.ones(2, requires_grad=True); y.mul_(w)")
    assert session.get("x.requires_grad and y._base is x")


def test_an_instance_of_the_documents_module_comes_back(session: Session) -> None:
    session.run(
        START + "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.f = nn.Linear(2, 2)\n    def forward(self, a): return self.f(a)\n"
        "x = Net(); old = x(torch.ones(2))"
    )
    assert session.group("x").refs == ("__main__:Net",)
    session.again("x")
    assert session.get("type(x) is Net and torch.equal(x(torch.ones(2)), old)")


def test_a_scheduler_does_not_warn_after_a_restore(session: Session) -> None:
    session.run(START + MODEL + "s = torch.optim.lr_scheduler.StepLR(y, 1)")
    session.again("x", "y", "s")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session.run("train(); s.step(); train(); s.step()")
    assert session.get("round(y.param_groups[0]['lr'], 6)") == 0.001


def test_hooks_come_back(session: Session) -> None:
    session.run(
        START + "calls = []\ndef hook(*a): calls.append(1)\n"
        "x = nn.Linear(2, 2); x.register_forward_hook(hook)\n"
        "y = torch.zeros(2, requires_grad=True); y.register_hook(hook)"
    )
    session.again("x", "y")
    session.run("x(torch.ones(2)); y.sum().backward()")
    assert session.get("calls") == [1, 1]


def test_inference_tensors_stay_so(session: Session) -> None:
    session.run(START + "with torch.inference_mode(): x = torch.ones(3) + 1")
    session.again("x")
    assert session.get("x.is_inference() and x[0] == 2")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = nn.Linear(2, 2)(torch.ones(2)).view(2)", "a tensor with its computation graph"),
        ("x = torch.zeros(3).to_sparse()", "laid out as"),
        ("x = torch.zeros(3, device='meta')", "a tensor on `meta`"),
        ("class T(torch.Tensor): pass\nx = torch.zeros(3).as_subclass(T)", "of class `T`"),
        ("x = torch.zeros(3).untyped_storage()", "an UntypedStorage"),
        ("x = iter(torch.utils.data.DataLoader([1]))", "Iter"),
        ("x = nn.LazyLinear(3)", "of class `UninitializedParameter`"),
    ],
)
def test_what_is_unknown_is_opaque(session: Session, code: str, words: str) -> None:
    assert words in session.trouble(START + code)


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("x = torch.zeros(3)", "x.resize_(9).shape == (9,)"),
        ("x = torch.empty(0)", "torch.add(torch.ones(3), 1, out=x).sum() == 6"),
    ],
)
def test_small_tensors_own_their_memory_again(session: Session, code: str, seen: str) -> None:
    session.run(START + code)
    session.again("x")
    assert session.get(seen)


def test_what_was_computed_rests_on_what_it_was_computed_from(session: Session) -> None:
    session.run(START + MODEL + "a = x(data).sum(); w = a * 2 + torch.ones(1, requires_grad=True)")
    groups = {group.names: group for group in session.values.tokens(["a", "w", "x", "y"])}
    assert list(groups) == [("a",), ("w",), ("x", "y")]
    assert groups[("a",)].refs == groups[("w",)].refs == ("__main__:x",)
    assert groups[("a",)].token == ""
