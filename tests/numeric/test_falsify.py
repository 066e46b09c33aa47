"""False claims fall, with small counterexamples that NumPy confirms; true claims stand."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import (
    Add,
    Derivative,
    Determinant,
    Eq,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerDelta,
    KroneckerProduct,
    MatMul,
    MatrixSymbol,
    Max,
    Piecewise,
    Q,
    Sum,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    log,
    sqrt,
    symbols,
)

from numeric import Counterexample, NoInstance, evaluate, falsify, witness
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.nodes import ForAll, Gradient, Hessian, Jacobian
from symbolic.structures import predicate

m, n, d = symbols("m n d", integer=True, positive=True)
A, B, P = (MatrixSymbol(name, n, n) for name in "ABP")
U, V, S = MatrixSymbol("U", n, n), MatrixSymbol("V", d, d), MatrixSymbol("S", n, d)
X, C = MatrixSymbol("X", n, d), MatrixSymbol("C", d, n)
w, y, x, c = MatrixSymbol("w", d, 1), MatrixSymbol("y", n, 1), MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
lam, alpha = Symbol("lambda", positive=True), Symbol("alpha")
a, b, s, t = symbols("a b s t", real=True)
i, k = symbols("i k", integer=True)
I_n, I_d = Identity(n), Identity(d)
relu = Piecewise((a*t + b, a*t + b > 0), (0, True))
SVD = [Q.orthogonal(U), Q.orthogonal(V), Eq(X, U*S*V.T)]


def eq(left, right):
    return Eq(left, right, evaluate=False)


@dataclass
class Claim:
    lhs: Any
    rhs: Any
    relation: str = "="


FALSE = {
    "commute": (eq(A*B, B*A), []),
    "push through, wrong side": (eq((X.T*X + lam*I_d).inv()*X.T, X.T*(X*X.T + 2*lam*I_n).inv()), []),
    "inverse of a product": (eq((A*B).inv(), A.inv()*B.inv()), []),
    "symmetric product": (eq(A*B, (A*B).T), [Q.symmetric(A), Q.symmetric(B)]),
    "product of definite matrices": (Q.positive_definite(A*B), [Q.positive_definite(A), Q.positive_definite(B)]),
    "quadratic form": (eq(Jacobian(x.T*A*x, x), 2*x.T*A), []),
    "hessian": (eq(Hessian(x.T*A*x, x), A), [Q.symmetric(A)]),
    "entry": (eq(Derivative((x.T*x)[0, 0], x[k, 0]), x[k, 0]), []),
    "gram is definite": (Q.positive_definite(X.T*X), []),
    "gram is invertible": (Q.invertible(X.T*X), []),
    "determinant of a sum": (eq(Determinant(A + B), Determinant(A) + Determinant(B)), []),
    "trace of a product": (eq(Trace(A*B), Trace(A)*Trace(B)), []),
    "idempotent is identity": (eq(P, I_n), [eq(P*P, P)]),
    "svd, transpose lost": (eq((X.T*X).inv()*X.T, V*(S.T*S).inv()*S.T*U), SVD),
    "least squares interpolates": (eq(X*w, y), [eq(X.T*X*w, X.T*y)]),
    "relu is linear": (eq(relu, a*t + b), []),
    "root of a sum": (eq(sqrt(lam + 1), sqrt(lam) + 1), []),
    "root of a square": (eq(sqrt(alpha**2 + 0*a), alpha), []),
    "exp of a sum": (eq(exp(s + t), exp(s) + exp(t)), []),
    "inequality": (Claim((s + t)**2, s**2 + t**2, ">="), []),
    "hadamard is product": (eq(HadamardProduct(A, B), A*B), []),
    "kronecker commutes": (eq(KroneckerProduct(A, B), KroneckerProduct(B, A)), []),
    "deltas only": (eq(KroneckerDelta(i, k), 1 + 0*a), []),
    "skew means zero": (eq(A, ZeroMatrix(n, n)), [eq(A.T, -A)]),
    "iff, one direction": (Claim(eq(A + A.T, 2*A), eq(A, -A.T), "iff"), []),
    "implies": (Claim(eq(A*B, ZeroMatrix(n, n)), eq(A, ZeroMatrix(n, n)), "implies"), []),
    "equal forms": (Claim(ForAll(x, eq(x.T*A*x, x.T*B*x)), eq(A, B), "iff"), []),
    "for all": (ForAll(x, eq(x.T*A, x.T*B)), []),
    "wide isometry": (eq(X*X.T, I_n), [predicate("orthonormal_columns")(X)]),
    "needs invertible 1x1": (eq(MatMul(x, (x.T*x + Identity(1)).inv(), x.T), I_n), []),
}  # fmt: skip

TRUE = {
    "push through": (eq((X.T*X + lam*I_d).inv()*X.T, X.T*(X*X.T + lam*I_n).inv()), []),
    "push through, any scalar": (eq((X.T*X + alpha*I_d).inv()*X.T, X.T*(X*X.T + alpha*I_n).inv()), []),
    "push through, rectangular": (eq((I_n + X*C).inv()*X, X*(I_d + C*X).inv()), []),
    "symmetric iff": (Claim(eq(A + A.T, 2*A), eq(A, A.T), "iff"), []),
    "left inverse": (Claim(eq(A*B, I_n), eq(B*A, I_n), "implies"), []),
    "gram zero, true over the reals only": (Claim(eq(X.T*X, ZeroMatrix(d, d)), eq(X, ZeroMatrix(n, d)), "implies"), []),
    "forms": (Claim(ForAll(x, eq(x.T*A, x.T*B)), eq(A, B), "iff"), []),
    "equal symmetric forms": (
        Claim(ForAll(x, eq(x.T*A*x, x.T*B*x)), eq(A, B), "iff"), [Q.symmetric(A), Q.symmetric(B)]
    ),
    "jacobian": (eq(Jacobian(x.T*A*x, x), x.T*(A + A.T)), []),
    "gradient": (eq(Gradient(Add((y - X*w).T*(y - X*w), lam*w.T*w), w), 2*X.T*(X*w - y) + 2*lam*w), []),
    "entry": (eq(Derivative((x.T*c)[0, 0], x[k, 0]), c[k, 0]), []),
    "entry of an entry": (eq(Derivative(x[i, 0], x[k, 0]), KroneckerDelta(i, k)), []),
    "commuting symmetric": (eq(A*B, (A*B).T), [Q.symmetric(A), Q.symmetric(B), eq(A*B, B*A)]),
    "ridge is definite": (Q.positive_definite(X.T*X + lam*I_d), []),
    "ridge is invertible": (Q.invertible(X.T*X + lam*I_d), []),
    "svd": (eq((X.T*X).inv()*X.T, V*(S.T*S).inv()*S.T*U.T), SVD),
    "residual is orthogonal": (eq(X.T*(y - X*w), ZeroMatrix(d, 1)), [eq(X.T*X*w, X.T*y)]),
    "relu": (eq(relu, Max(0, a*t + b)), []),
    "root": (eq(sqrt(lam)*sqrt(lam + 0*a)*lam, lam**2), []),
    "roots of positive products": (eq(MatMul(sqrt(lam), sqrt(lam), X), lam*X), []),
    "exp": (eq(exp(s + t), exp(s)*exp(t)), []),
    "inequality": (Claim((s - t)**2, 0, ">="), []),
    "determinant": (eq(Determinant(A*B), Determinant(A)*Determinant(B)), []),
    "projection": (eq(P*(I_n - P), ZeroMatrix(n, n)), [eq(P*P, P)]),
    "deltas only": (eq(KroneckerDelta(i, k)**2, KroneckerDelta(k, i)), []),
    "determinant, derivative": (eq(Gradient(Determinant(A), A), Determinant(A)*A.inv().T), []),
    "root, derivative": (eq(Derivative(lam**sp.Rational(3, 2), lam), sp.Rational(3, 2)*sqrt(lam)), []),
    "sum": (eq(Sum(x[i, 0]*c[i, 0], (i, 0, n - 1)), Trace(x*c.T)), []),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refuted_by_a_small_instance(name):
    claim, given = FALSE[name]
    found = falsify(claim, given)
    assert isinstance(found, Counterexample), name
    entries = [e for v in found.values.values() for e in (v if isinstance(v, sp.MatrixBase) else [v])]
    assert max(found.sizes.values(), default=1) <= 2
    assert all(abs(e) <= 3 for e in entries)
    assert found.exact == ("exp" not in name and name != "root of a sum")
    assert str(found).count("\n") >= 2
    assert "fails" in str(found)
    assert found._repr_latex_().startswith("$")
    if isinstance(claim, Eq):  # an independent evaluator agrees that the sides differ, and what they are
        left, right = evaluate(claim.lhs, found.env), evaluate(claim.rhs, found.env)
        assert np.abs(left - right).max() > 1e-3
        for side, exact in ((left, found.lhs), (right, found.rhs)):
            shown = np.array(exact.tolist() if isinstance(exact, sp.MatrixBase) else exact, dtype=float)
            np.testing.assert_allclose(np.squeeze(side), np.squeeze(shown), atol=1e-6)
        if found.entry:
            assert found.lhs[found.entry] != found.rhs[found.entry]
            before = [place for place in np.ndindex(found.lhs.shape) if place < found.entry]
            assert all(found.lhs[place] == found.rhs[place] for place in before)
    assert not witness(claim, given).holds or name in ("gram is invertible", "equal forms")


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_true_claim_stands(name, seed):
    claim, given = TRUE[name]
    assert falsify(claim, given, seed=seed) is None
    assert witness(claim, given, seed=seed).holds


def test_the_text_of_a_counterexample():
    found = falsify(eq(A*B, B*A))
    assert found is not None
    text = str(found)
    assert text.splitlines()[0] == "A*B = B*A fails for n = 2:"
    assert "left: A*B = [" in text
    assert "on the left and" in text.splitlines()[-1]
    latex = found.to_latex()
    assert r"\begin{bmatrix}" in latex
    assert latex.count(r"\begin{bmatrix}") == 4


def test_an_iff_says_which_side_holds():
    claim, given = FALSE["iff, one direction"]
    assert "A + A.T = 2*A holds, A = -A.T does not" in str(falsify(claim, given))
    text = str(falsify(ForAll(x, eq(x.T*A, x.T*B))))
    assert "x = " in text


def test_an_index_is_shown_from_one():
    found = falsify(FALSE["entry"][0])
    assert found is not None
    assert "k = 1" in str(found)
    assert dict(found.indices) == {k: 0}


def test_a_vector_shows_why_a_matrix_is_not_definite():
    found = falsify(Q.positive_definite(A), [Q.symmetric(A)])
    assert found is not None
    assert "v'Mv = " in found.reason


@pytest.mark.parametrize(
    "claim, given",
    [
        (eq((A - B).inv(), A), [Eq(A, B)]),
        (eq(MatMul(A, (A - A.T).inv()), A), [Q.symmetric(A)]),
        (eq(A, B), [eq(A*A, -I_n), Q.symmetric(A)]),
    ],
)
def test_a_claim_without_instances_is_not_called_true(claim, given):
    with pytest.raises(NoInstance, match="no instance"):
        falsify(claim, given)
    with pytest.raises(NoInstance):
        witness(claim, given)


def test_inverses_that_exist_at_size_one_only_are_reported():
    claim = eq(MatMul((x*x.T).inv(), x, x.T, x), x)
    assert falsify(claim) is None
    seen = witness(claim)
    assert seen.only_trivial
    assert "No instance exists at n = 2, 3, 4" in seen.summary()


def test_instances_without_an_inverse_are_counted():
    found = falsify(eq(A.inv()*B, B*A.inv()))
    assert found is not None
    assert found.skipped > 0


@pytest.mark.parametrize(
    "claim, given, error",
    [
        (eq(A, X), [], ShapeError),
        (eq(A*X, X*A), [], ShapeError),
        (Q.symmetric(X), [], ShapeError),
        (eq(A, A), [Q.invertible(X)], ShapeError),
        (eq(sp.Function("g")(s), s), [], UnsupportedError),
        (Claim(A, A, "resembles"), [], UnsupportedError),
    ],
)
def test_ill_formed_claims_raise(claim, given, error):
    with pytest.raises(error):
        falsify(claim, given)


def test_a_logarithm_has_no_value_at_negative_numbers() -> None:
    """The complex branch of log, which the complex step runs through, must not refute what holds where log is real."""
    A = MatrixSymbol("A", n, n)
    claim = Eq(Gradient(log(Determinant(A)), A), Transpose(Inverse(A)), evaluate=False)
    assert falsify(claim, given=[Q.invertible(A)]) is None
