"""The report's checks: each fails at its chunk if what it is about is wrong by a sign or a size.

A mutation is of the equation as code says it, or of what the code computes; the LaTeX of an
equation is not read by its check.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from treadle.checking.findings import findings
from treadle.document.reader import read_document

from .conftest import PROPOSAL, REPORT, Built, run

# The check, what is changed in the report, and into what.
MUTATIONS = (
    (
        "dense-check",
        "x_test[:5]).detach().numpy(), of",
        "x_test[:5]).numpy(force=True) * 1.01, of",
    ),
    ("dense-check", "np.where(a > 0, a, selu_alpha", "np.where(a > 0, a, -selu_alpha"),
    (
        "dense-check",
        "np.sum(density * selu(normal) ** 2) - 1",
        "np.sum(density * selu(normal) ** 2) - 2",
    ),
    ("loss-check", "(l_64.clamp(min=0) - x_64 * l_64", "(l_64.clamp(min=0) + x_64 * l_64"),
    ("loss-check", "torch.log1p(torch.exp(-l_64.abs()))", "torch.log1p(torch.exp(l_64.abs()))"),
    ("conv-check", "padded[k, 1 + u : 7 + u,", "padded[k, 1 - u : 7 - u,"),
    ("conv-check", "F.conv2d(picture, kernels, bias,", "F.conv2d(picture, kernels, -bias,"),
    ("conv-trace", "n = 2 * (n - 1) + 3 - 2 * layer", "n = 2 * (n - 1) + 2 - 2 * layer"),
    ("conv-trace", "return (c, n // 2, n // 2), 0", "return (c, n // 3, n // 2), 0"),
    (
        "conv-trace",
        "case nn.Conv2d():\n            return (layer.out_channels, n, n), (9",
        "case nn.Conv2d():\n            return (layer.out_channels, n, n), (8",
    ),
    ("vae-symbolic", "(a**2 + (m2 - m1) ** 2) / b**2 - 1", "(a**2 + (m2 - m1) ** 2) / b**2 + 1"),
    ("vae-symbolic", "-sum(1 + sp.log(a**2) - m**2", "-sum(1 + sp.log(a**2) + m**2"),
    ("vae-symbolic", "sum(a**2 / b**2 for a, b", "sum(a / b for a, b"),
    ("vae-symbolic", "sum((m2 - m1) ** 2 / b**2 for", "sum((m2 + m1) ** 2 / b**2 for"),
    ("vae-symbolic", "sum(sp.log(b**2 / a**2) for", "sum(sp.log(a**2 / b**2) for"),
    ("vae-numeric", "delta @ precision @ delta - len(m1)", "delta @ precision @ delta + len(m1)"),
    ("vae-numeric", "- 1 + np.log(s2**2 / s1**2))", "- 1 - np.log(s2**2 / s1**2))"),
    ("vae-numeric", "return -0.5 * (1 + log_var", "return -0.25 * (1 + log_var"),
    ("elbo-check", "return expected - 0.5 * (s**2", "return expected + 0.5 * (s**2"),
    ("elbo-check", "np.log(2 * np.pi) + (x - m) ** 2 + s**2", "np.log(2 * np.pi) + (x - m) ** 2"),
    ("vae-loss-check", "np.log1p(np.exp(l_i)) - x_i", "np.log1p(np.exp(l_i)) + x_i"),
    (
        "vae-loss-check",
        "-0.5 * np.sum(1 + np.log(sigma_d**2)",
        "-0.5 * np.sum(1 - np.log(sigma_d**2)",
    ),
    ("elman-check", 'P["recurrence.weight_hh_l0"] @ h + P', 'P["recurrence.weight_hh_l0"] @ h - P'),
    ("elman-count", '"b": 2 * H,', '"b": H,'),
    ("textcnn-check", "f = np.maximum(v, 0)", "f = np.maximum(v, 0.5)"),
    ("textcnn-check", "np.concatenate(X.T[t : t + k])", "np.concatenate(X.T[t : t + k][::-1])"),
    ("textcnn-check", "[(6, 11), (4, 10),", "[(6, 11), (4, 11),"),
)
PLANTED = (
    ("are about *representations*", "are 0.97 *representations*", "the number 0.97 is typed"),
    ('checks="eq:logits, eq:bce"', 'checks="eq:logits"', "no chunk checks the equation `eq:bce`"),
    ("@Tbl:confusion counts", "A table counts", "nothing refers to `tbl:confusion`"),
    (' alt="Four rows of digits', ' width="Four rows', "no alternative text"),
    ('checks="eq:rnn"', 'checks="eq:rnn, eq:run"', "checks `eq:run`, and nothing has this label"),
)


@pytest.fixture(scope="module", autouse=True)
def _as_it_was(report: Built) -> Iterator[None]:
    """The report is built again for the tests of its results that come later."""
    yield
    run(sys.executable, "-m", "treadle", *report.command)


@pytest.mark.parametrize(("name", "old", "new"), MUTATIONS)
def test_an_error_fails_the_build_at_its_check(
    report: Built, name: str, old: str, new: str
) -> None:
    text = report.source.read_text("utf-8")
    assert text.count(old) == 1, f"{text.count(old)} places to change"
    changed = text.replace(old, new)
    document, _ = read_document(report.source, changed)
    (chunk,) = (chunk for chunk in document.chunks if chunk.options.name == name)
    assert chunk.options.checks
    report.source.write_text(changed, "utf-8")
    try:
        done = run(sys.executable, "-m", "treadle", *report.command, "--to", "tex")
    finally:
        report.source.write_text(text, "utf-8")
    assert done.returncode == 1
    failed = [line for line in done.stderr.splitlines() if f": error: {name} failed:" in line]
    assert len(failed) == 1, done.stderr
    assert chunk.span.line < int(failed[0].split(":")[1]) < chunk.span.end_line


def test_each_check_has_an_error_that_it_finds() -> None:
    document, _ = read_document(REPORT)
    checks = {chunk.options.name for chunk in document.chunks if chunk.options.checks}
    assert checks == {name for name, _, _ in MUTATIONS}


def test_a_strict_reader_has_nothing_to_ask() -> None:
    done = run(sys.executable, "-m", "treadle", "check", "--strict", str(REPORT), str(PROPOSAL))
    assert (done.returncode, done.stderr) == (0, "")


def test_planted_faults_are_found_and_nothing_else() -> None:
    text = REPORT.read_text("utf-8")
    for old, new, _ in PLANTED:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    document, _ = read_document(REPORT, text)
    found = [item.message for item in findings(document, text)]
    assert len(found) == len(PLANTED), found
    for _, _, message in PLANTED:
        assert any(message in item for item in found), message
