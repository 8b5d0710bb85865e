"""The report's checks: each fails at its chunk if what it is about is wrong by a sign or a size.

A mutation is of the equation as code says it, or of what the code computes; the LaTeX of an
equation is not read by its check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from tests.command import treadle

from treadle.press.checks.findings import findings
from treadle.press.document.checking_chunks import labels_checked, targets
from treadle.press.document.reader import read_document

from .conftest import PROPOSAL, REPORT, ROOT, Built

Mutation = tuple[str, str, str, str]

# The check, the label whose comparison fails, what is changed in the report, and into what.
MUTATIONS = (
    (
        "dense-check",
        "eq:dense",
        "x_test[:5]).detach().numpy(), of",
        "x_test[:5]).numpy(force=True) * 1.01, of",
    ),
    (
        "dense-check",
        "eq:dense",
        "np.where(a > 0, a, selu_alpha",
        "np.where(a > 0, a, -selu_alpha",
    ),
    (
        "dense-check",
        "eq:selu",
        "np.sum(density * selu(normal) ** 2) - 1",
        "np.sum(density * selu(normal) ** 2) - 2",
    ),
    (
        "loss-check",
        "eq:logits",
        "(l_64.clamp(min=0) - x_64 * l_64",
        "(l_64.clamp(min=0) + x_64 * l_64",
    ),
    (
        "loss-check",
        "eq:logits",
        "torch.log1p(torch.exp(-l_64.abs()))",
        "torch.log1p(torch.exp(l_64.abs()))",
    ),
    (
        "loss-check",
        "eq:bce",
        "by_logits.mean(), of",
        "by_logits.sum(), of",
    ),
    (
        "conv-check",
        "eq:conv",
        "padded[k, 1 + u : 7 + u,",
        "padded[k, 1 - u : 7 - u,",
    ),
    (
        "conv-check",
        "eq:conv",
        "F.conv2d(picture, kernels, bias,",
        "F.conv2d(picture, kernels, -bias,",
    ),
    (
        "conv-trace",
        "tbl:layers",
        "n = 2 * (n - 1) + 3 - 2 * layer",
        "n = 2 * (n - 1) + 2 - 2 * layer",
    ),
    (
        "conv-trace",
        "tbl:layers",
        "return (c, n // 2, n // 2), 0",
        "return (c, n // 3, n // 2), 0",
    ),
    (
        "conv-trace",
        "tbl:layers",
        "case nn.Conv2d():\n            return (layer.out_channels, n, n), (9",
        "case nn.Conv2d():\n            return (layer.out_channels, n, n), (8",
    ),
    (
        "conv-trace",
        "eq:transposed",
        "[contract[n][0] for n in transposed]",
        "[contract[n][0][::-1] for n in transposed]",
    ),
    (
        "vae-symbolic",
        "eq:kl-diagonal",
        "(a**2 + (m2 - m1) ** 2) / b**2 - 1",
        "(a**2 + (m2 - m1) ** 2) / b**2 + 1",
    ),
    (
        "vae-symbolic",
        "eq:kl",
        "-sum(1 + sp.log(a**2) - m**2",
        "-sum(1 + sp.log(a**2) + m**2",
    ),
    (
        "vae-symbolic",
        "eq:kl-terms",
        "sum(a**2 / b**2 for a, b",
        "sum(a / b for a, b",
    ),
    (
        "vae-symbolic",
        "eq:kl-terms",
        "sum((m2 - m1) ** 2 / b**2 for",
        "sum((m2 + m1) ** 2 / b**2 for",
    ),
    (
        "vae-symbolic",
        "eq:kl-terms",
        "sum(sp.log(b**2 / a**2) for",
        "sum(sp.log(a**2 / b**2) for",
    ),
    (
        "vae-numeric",
        "eq:kl-general",
        "delta @ precision @ delta - len(m1)",
        "delta @ precision @ delta + len(m1)",
    ),
    (
        "vae-numeric",
        "eq:kl-diagonal",
        "- 1 + np.log(s2**2 / s1**2))",
        "- 1 - np.log(s2**2 / s1**2))",
    ),
    (
        "vae-numeric",
        "eq:kl",
        "return -0.5 * (1 + log_var",
        "return -0.25 * (1 + log_var",
    ),
    (
        "elbo-check",
        "eq:elbo",
        "return expected - 0.5 * (s**2",
        "return expected + 0.5 * (s**2",
    ),
    (
        "elbo-check",
        "eq:elbo",
        "np.log(2 * np.pi) + (x - m) ** 2 + s**2",
        "np.log(2 * np.pi) + (x - m) ** 2",
    ),
    (
        "vae-loss-check",
        "eq:vae-loss",
        "np.log1p(np.exp(l_i)) - x_i",
        "np.log1p(np.exp(l_i)) + x_i",
    ),
    (
        "vae-loss-check",
        "eq:vae-loss",
        "-0.5 * np.sum(1 + np.log(sigma_d**2)",
        "-0.5 * np.sum(1 - np.log(sigma_d**2)",
    ),
    (
        "elman-check",
        "eq:rnn",
        'P["recurrence.weight_hh_l0"] @ h + P',
        'P["recurrence.weight_hh_l0"] @ h - P',
    ),
    (
        "elman-count",
        "tbl:rnn-sizes",
        '"b": 2 * H,',
        '"b": H,',
    ),
    (
        "elman-count",
        "eq:rnn-count",
        "(M * H + H * H + 2 * H)",
        "(M * H + H * H + H)",
    ),
    (
        "textcnn-check",
        "eq:textcnn",
        "f = np.maximum(v, 0)",
        "f = np.maximum(v, 0.5)",
    ),
    (
        "textcnn-check",
        "eq:textcnn",
        "np.concatenate(X.T[t : t + k])",
        "np.concatenate(X.T[t : t + k][::-1])",
    ),
    (
        "textcnn-check",
        "tbl:textcnn-sizes",
        "[(6, 11), (4, 10),",
        "[(6, 11), (4, 11),",
    ),
    (
        "textcnn-check",
        "eq:textcnn-count",
        "sum((k * M + 1) * c",
        "sum((k * M - 1) * c",
    ),
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
    treadle(*report.command, folder=ROOT)


def test_each_error_fails_the_build_at_its_check(report: Built) -> None:
    """As many in one build as it tells of: one of each check, and none that rests on another."""
    left = list(MUTATIONS)
    while left:
        chosen = {mutation[0]: mutation for mutation in reversed(left)}
        told = _told(report, tuple(chosen.values()))
        assert told, [new for _, _, _, new in chosen.values()]
        left = [mutation for mutation in left if mutation not in told]


def _told(report: Built, mutations: Sequence[Mutation]) -> list[Mutation]:
    """Those of which the build of the report with all of them tells, at the lines of the check."""
    changed = text = report.source.read_text("utf-8")
    for _, _, old, new in mutations:
        assert changed.count(old) == 1, f"{changed.count(old)} places to change: {old}"
        changed = changed.replace(old, new)
    document, _ = read_document(report.source, changed)
    chunks = {chunk.options.name: chunk for chunk in document.chunks}
    report.source.write_text(changed, "utf-8")
    try:
        done = treadle(*report.command, "--to", "tex", folder=ROOT)
    finally:
        report.source.write_text(text, "utf-8")
    assert done.returncode == 1
    found = []
    for mutation in mutations:
        name, label, _, new = mutation
        errors = (line for line in done.stderr.splitlines() if f": error: {name} failed:" in line)
        for error in errors:
            line, span = int(error.split(":")[1]), chunks[name].span
            assert span.line < line < span.end_line, new
            assert f": {label}: " in error or labels_checked(chunks[name]) == (label,), new
            found.append(mutation)
    return found


def test_each_check_has_an_error_that_it_finds() -> None:
    document, _ = read_document(REPORT)
    checks = {(chunk.options.name, label) for chunk, label in targets(document)}
    assert checks == {(name, label) for name, label, _, _ in MUTATIONS}


def test_a_strict_reader_has_nothing_to_ask() -> None:
    done = treadle("check", "--strict", str(REPORT), str(PROPOSAL), folder=ROOT)
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
