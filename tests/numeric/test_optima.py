"""Claims about minimisers, limits and densities at instances: true ones are never refuted, false ones exactly."""

from typing import Any

import pytest
import sympy as sp
from sympy import (
    Abs,
    Eq,
    Heaviside,
    Identity,
    Integer,
    Limit,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    Ne,
    Pow,
    Product,
    Q,
    Symbol,
    Trace,
    ZeroMatrix,
    exp,
    oo,
    pi,
    sqrt,
    symbols,
)

from numeric import NoInstance, falsify, witness
from numeric.counterexample import claim_text
from proofs import Claim
from symbolic.errors import UnsupportedError
from symbolic.nodes import ArgMax, ArgMin
from symbolic.structures import predicate

m, n, k = symbols("m n k", integer=True, positive=True)
i = Symbol("i", integer=True, nonnegative=True)
lam, sigma = Symbol("lambda", positive=True), Symbol("sigma", positive=True)
mu, nu, t = Symbol("mu", real=True), Symbol("nu", nonnegative=True), Symbol("t", real=True)
X, w, y, v = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("y", m, 1), MatrixSymbol("v", n, 1)
P, Y, B = MatrixSymbol("P", n, n), MatrixSymbol("Y", m, k), MatrixSymbol("B", n, k)
injective = predicate("injective")
residual = MatAdd(y, MatMul(-1, X, w))
ols, norm = residual.T * residual, w.T * w
ridge = MatAdd(ols, lam * norm)
gram, outer = X.T * X, X * X.T
shifted = gram + lam * Identity(n)


def equal(left: Any, right: Any) -> Eq:
    return Eq(left, right, evaluate=False)


def normal(size: Any, variance: Any, squared: Any) -> Any:
    return Mul(Pow(2 * pi * variance, -size / 2, evaluate=False), exp(-squared / (2 * variance)), evaluate=False)


prior = normal(n, Integer(1), norm[0, 0])
likelihood = Product(normal(Integer(1), lam, (y[i, 0] - (X * w)[i, 0]) ** 2), (i, 0, m - 1))
interpolation = equal(X * w, y)

TRUE: dict[str, tuple[Any, list[Any]]] = {
    "ridge": (Claim(ArgMin(ridge, w), shifted.inv() * X.T * y), []),
    "least squares, tall": (Claim(ArgMin(ols, w), gram.inv() * X.T * y), [injective(X)]),
    "least norm, wide": (Claim(ArgMin(norm, w, interpolation), X.T * outer.inv() * y), [injective(X.T)]),
    "several columns": (
        Claim(ArgMin(Trace((Y - X * B).T * (Y - X * B)) + lam * Trace(B.T * B), B), shifted.inv() * X.T * Y), [],
    ),
    "a maximum": (Claim(ArgMax(MatMul(-1, ridge), w), shifted.inv() * X.T * y), []),
    "a number": (Claim(ArgMin((sigma * mu - 1) ** 2, mu), 1 / sigma), []),
    "an even power": (Claim(ArgMin((mu - 1) ** 4, mu), Integer(1)), []),
    "singular, many minimisers on both sides": (Claim(ArgMin(ols, w), ArgMin(MatMul(3, ols), w)), []),
    "singular, none on both sides": (Claim(ArgMin(v.T * w, w), ArgMin(MatMul(2, v.T, w), w)), []),
    "the same minimiser, points in another order": (
        Claim(ArgMin(norm, w), ArgMin(w.T * P * w, w)), [Q.positive_definite(P)],
    ),
    "the same, and other constraints": (Claim(ArgMin(norm, w), ArgMin(norm, w, equal(X * w, ZeroMatrix(m, 1)))), []),
    "the same, not quadratic": (Claim(ArgMin((mu - 1) ** 2, mu), ArgMin((mu - 1) ** 2 * exp(mu), mu)), []),
    "the same, by cases": (
        Claim(ArgMin((mu - 1) ** 2, mu), ArgMin((mu - 1) ** 4 + Abs(mu - 1) * Heaviside(mu - 1), mu)), [],
    ),
    "moved": (Claim(ArgMin((mu - 2) ** 2, mu), 2 * ArgMin((mu - 1) ** 2, mu)), []),
    "most probable": (Claim(ArgMax(Mul(prior, likelihood, evaluate=False), w), ArgMin(ridge, w)), []),
    "independence": (Claim(likelihood, normal(m, lam, ols[0, 0])), []),
    "a density is positive": (Claim(normal(n, lam, norm[0, 0]), Integer(0), ">"), []),
    "a density is at most its value at 0": (Claim(normal(n, lam, norm[0, 0]), Pow(2 * pi * lam, -n / 2), "<="), []),
    "equal floats are >=": (Claim(exp(mu) * exp(-mu), Integer(1), ">="), []),
    "Cauchy and Schwarz": (Claim((w.T * v)[0, 0] ** 2, (norm * v.T * v)[0, 0], "<="), []),
    "to 0": (Claim(Limit(shifted.inv() * X.T * y, lam, 0), gram.inv() * X.T * y), [injective(X)]),
    "to infinity": (Claim(Limit(shifted.inv() * X.T * y, lam, oo), ZeroMatrix(n, 1)), []),
    "to a point inside": (Claim(Limit(lam * X, lam, 1), X), []),
    "from below": (Claim(Limit(Abs(t) / t, t, 0, "-"), Integer(-1)), []),
    "slowly": (Claim(Limit(sqrt(lam), lam, 0), Integer(0)), []),
    "in floats": (Claim(Limit((exp(lam) - 1) / lam, lam, 0), Integer(1)), []),
    "the limit on the right": (Claim(X, Limit(lam * X, lam, 1)), []),
    "matrices that differ": (Ne(X, MatAdd(X, ZeroMatrix(m, n) + 2 * X), evaluate=False), [predicate("nonzero")(X)]),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", TRUE)
def test_a_true_claim_is_not_refuted(name: str, seed: int) -> None:
    claim, given = TRUE[name]
    assert falsify(claim, given, seed=seed) is None


@pytest.mark.parametrize("name", [name for name in TRUE if not name.startswith("the same, ")])
def test_a_true_claim_has_instances(name: str) -> None:
    claim, given = TRUE[name]
    seen = witness(claim, given)
    assert seen.holds and seen.instances + seen.floats > 0 and not seen.vacuous


# claim, given, whether the counterexample is exact
FALSE: dict[str, tuple[Any, list[Any], bool]] = {
    "no shift": (Claim(ArgMin(ridge, w), gram.inv() * X.T * y), [], True),
    "a sign": (Claim(ArgMin(ridge, w), MatMul(-1, shifted.inv(), X.T, y)), [], True),
    "a maximum": (Claim(ArgMax(ridge, w), shifted.inv() * X.T * y), [], True),
    "one of many": (Claim(ArgMin((w.T * v) ** 2, w), ZeroMatrix(n, 1)), [], True),
    "not feasible": (Claim(ArgMin(norm, w, interpolation), ZeroMatrix(n, 1)), [injective(X.T)], True),
    "feasible, not least": (
        Claim(ArgMin(norm, w, interpolation), X.T * (outer + X * v * v.T * X.T).inv() * y), [injective(X.T)], True,
    ),
    "several columns": (Claim(ArgMin(Trace((Y - X * B).T * (Y - X * B)), B), X.T * Y), [], True),
    "a negative factor": (Claim(ArgMin(ridge, w), ArgMin(MatMul(-1, ridge), w)), [], True),
    "a linear term": (Claim(ArgMin(ridge, w), ArgMin(MatAdd(ridge, w.T * v), w)), [], True),
    "other weights": (Claim(ArgMin(ols, w), ArgMin(ridge, w)), [injective(X)], True),
    "a constraint": (Claim(ArgMin(norm, w), ArgMin(norm, w, interpolation)), [injective(X.T)], True),
    "another variance": (Claim(ArgMax(Mul(prior, likelihood, evaluate=False), w), ArgMin(ols, w)), [], True),
    "independence, another variance": (Claim(likelihood, normal(m, 2 * lam, ols[0, 0])), [], False),
    "a density above 1": (Claim(normal(n, lam, norm[0, 0]), Integer(1), ">"), [], False),
    "a norm is positive": (Claim(norm, Integer(0), ">"), [], True),
    "to 0": (Claim(Limit(shifted.inv() * X.T * y, lam, 0), X.T * y), [injective(X)], True),
    "to infinity": (Claim(Limit(lam * shifted.inv(), lam, oo), ZeroMatrix(n, n)), [], True),
    "from above": (Claim(Limit(Abs(t) / t, t, 0, "+"), Integer(-1)), [], True),
    "no limit": (Claim(Limit(1 / lam, lam, 0), Integer(0)), [], True),
    "in floats": (Claim(Limit((exp(lam) - 1) / lam, lam, 0), Integer(2)), [], False),
    "matrices that are equal": (Ne(MatMul(P, v), v, evaluate=False), [], True),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refuted(name: str) -> None:
    claim, given, exact = FALSE[name]
    found = falsify(claim, given)
    assert found is not None and found.reason and claim_text(found.claim) == claim_text(claim)
    assert found.exact is exact and str(found).endswith(found.reason)


@pytest.mark.parametrize("name", ["no shift", "a sign"])
def test_a_counterexample_stands_up_to_arithmetic_of_its_own(name: str) -> None:
    """At the instance the ridge objective is smaller at (X'X + lambda I)^-1 X'y than at the claimed minimiser."""
    claim, given, _ = FALSE[name]
    found = falsify(claim, given)
    assert found is not None
    a, b = sp.Matrix(found.values[X]), sp.Matrix(found.values[y])
    weight, inner = sp.sympify(found.values[lam]), a.T * a
    best = (inner + weight * sp.eye(a.cols)).inv() * a.T * b
    claimed = inner.inv() * a.T * b if name == "no shift" else -best

    def objective(point: Any) -> Any:
        return ((b - a * point).T * (b - a * point) + weight * point.T * point)[0, 0]

    assert objective(best) < objective(claimed)


def test_an_order_of_points_that_differs_decides_nothing() -> None:
    claim, given = TRUE["the same, not quadratic"]
    with pytest.raises(NoInstance, match="may have the same minimisers"):
        witness(claim, given)


@pytest.mark.parametrize(
    "claim",
    [
        Claim(ArgMin((nu + 1) ** 2, nu), Integer(0)),
        Claim(ArgMin((sigma - 1) ** 2, sigma), Integer(1)),
        Claim(ArgMin((nu + 1) ** 2, nu), ArgMin((nu + 2) ** 2, nu)),
    ],
)
def test_a_variable_with_a_range_is_refused(claim: Claim) -> None:
    """A quadratic may be smallest at an end of the range."""
    with pytest.raises(UnsupportedError, match="declared"):
        falsify(claim)
