"""The pytest plugin as its users meet it: real test files are run, and what pytest prints is read."""

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from sympy import MatrixSymbol, Q, Symbol, exp, symbols

from proofs import assert_gradient, assert_identity

ROOT = Path(__file__).resolve().parents[2]
m, n, p = symbols("m n p", integer=True, positive=True)
X, A, B, S = MatrixSymbol("X", m, n), MatrixSymbol("A", m, n), MatrixSymbol("B", n, p), MatrixSymbol("S", n, n)
x, c = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
lam = Symbol("lambda", positive=True)

HEAD = """
from sympy import Identity, MatrixSymbol, Q, symbols

m, n, p = symbols("m n p", integer=True, positive=True)
A, B, S = MatrixSymbol("A", m, n), MatrixSymbol("B", n, p), MatrixSymbol("S", n, n)
x, c = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
"""


def run(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    """Run a test file with the plugin active and none of our settings."""
    pytester.makepyfile(HEAD + body)
    pytester.makeini("[pytest]\n")
    active = () if installed() else ("-p", "proofs.pytest_plugin")
    return pytester.runpytest_inprocess(*active, "-p", "no:cacheprovider", *options)


def installed() -> bool:
    """Whether the plugin is found by its entry point, as it is after `pip install`."""
    return any(entry.value == "proofs.pytest_plugin" for entry in entry_points(group="pytest11"))


def only_the_test_is_shown(result: pytest.RunResult) -> None:
    """No file and no source line of ours in what pytest printed."""
    shown = result.stdout.str() + result.stderr.str()
    assert "assertions.py" not in shown
    assert str(ROOT / "proofs") not in shown
    assert "raise AssertionError" not in shown
    assert "During handling of" not in shown


def test_right_claims_pass(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
def test_transpose(assert_identity):
    assert assert_identity((A*B).T, B.T*A.T).status == "proved"

def test_quadratic_form(assert_gradient):
    assert_gradient(x.T*S*x, (S + S.T)*x, x)
    assert_gradient(x.T*S*x, 2*S*x, x, given=[Q.symmetric(S)])

def test_row_layout(assert_gradient):
    assert_gradient(x.T*c, c.T, x, kind="jacobian")
""",
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("style", ["auto", "long", "short", "line"])
def test_a_false_identity_shows_claim_and_counterexample(pytester: pytest.Pytester, style: str) -> None:
    result = run(pytester, "\ndef test_it(assert_identity):\n    assert_identity(S.T*S, S*S.T)\n", f"--tb={style}")
    result.assert_outcomes(failed=1)
    only_the_test_is_shown(result)
    result.stdout.fnmatch_lines(["*AssertionError: not an identity: S.T[*]S = S[*]S.T fails for n = 2:"])
    if style != "line":
        result.stdout.fnmatch_lines(["E *S = [[]*", "E *left: S.T[*]S = *", "E *right: S[*]S.T = *"])


def test_a_false_gradient_shows_ours_beside_theirs(pytester: pytest.Pytester) -> None:
    result = run(pytester, "\ndef test_it(assert_gradient):\n    assert_gradient(x.T*S*x, 2*S*x, x)\n")
    result.assert_outcomes(failed=1)
    only_the_test_is_shown(result)
    result.stdout.fnmatch_lines(["*not a gradient: *", "E *yours: 2[*]S[*]x", "E *ours: *S.T*x*", "E *layout: *"])


def test_a_false_claim_under_a_hypothesis_names_it(pytester: pytest.Pytester) -> None:
    body = "\ndef test_it(assert_identity):\n    assert_identity(S*S, Identity(n), given=[Q.symmetric(S)])\n"
    result = run(pytester, body)
    result.assert_outcomes(failed=1)
    only_the_test_is_shown(result)
    result.stdout.fnmatch_lines(["E *given: Q.symmetric(S)"])


def test_the_plugin_is_declared_and_light() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"pushthrough": "proofs.pytest_plugin"}
    probe = "import sys, proofs.pytest_plugin; print({'sympy', 'numpy', 'flint', 'typer'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    "claimed, words",
    [
        (c.T, "(n x 1) and c.T (1 x n)"),
        (x, "yours: x"),
        (S * X, "ShapeError"),
    ],
    ids=["row", "wrong", "ill-typed"],
)
def test_what_a_gradient_is_told(claimed, words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_gradient(x.T * c, claimed, x)
    assert words in str(caught.value)
    assert "\n  ours:  c\n  layout: the gradient of a scalar has the shape of the variable" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_gradient_by_a_matrix_has_its_shape() -> None:
    assert assert_gradient((X * x).T * (X * x), 2 * X * x * x.T, X).status == "proved"
    with pytest.raises(AssertionError, match=r"\(m x n\) and 2\*x\*x.T\*X.T \(n x m\)"):
        assert_gradient((X * x).T * (X * x), 2 * x * x.T * X.T, X)


def test_ill_typed_sides_are_a_failure() -> None:
    with pytest.raises(AssertionError, match="m x p"):
        assert_identity(A * B, B.T * A.T)


def test_a_missing_condition_fails() -> None:
    with pytest.raises(AssertionError, match="not an identity"):
        assert_identity(S, S.T)
    assert assert_identity(S, S.T, given=[Q.symmetric(S)]).status == "proved"


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="kind='row' is not one of gradient, jacobian, hessian"):
        assert_gradient(x.T * c, c, x, kind="row")


def test_a_proof_may_be_demanded() -> None:
    f = exp((x.T * x)[0, 0])
    assert assert_gradient(f, 2 * f * x, x).status == "supported"
    with pytest.raises(AssertionError, match=r"(?s)not shown to be a gradient.*supported.*proof=True asks for a proof"):
        assert_gradient(f, 2 * f * x, x, proof=True)


def test_a_hessian_is_asked_for_by_kind() -> None:
    assert assert_gradient(x.T * S * x, S + S.T, x, kind="hessian").status == "proved"
    with pytest.raises(AssertionError, match="not a hessian"):
        assert_gradient(x.T * S * x, S, x, kind="hessian")


def test_what_was_presupposed_is_in_the_verdict() -> None:
    assert assert_identity(S * (S * S).inv(), S.inv()).conditions
