"""Claims about minimisers, their equivalence, inequalities and limits: what is proved, under what, and what is not."""

import json
from typing import Any

import pytest
from sympy import (
    Eq,
    Identity,
    Integer,
    Inverse,
    Limit,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    Ne,
    Pow,
    Product,
    Q,
    Rational,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    oo,
    pi,
    symbols,
)

from proofs import Claim, prove, replay
from proofs.grounds import grounds
from symbolic.errors import UnsupportedError
from symbolic.nodes import ArgMax, ArgMin, ForAll, Gradient
from symbolic.structures import predicate

m, n, k = symbols("m n k", integer=True, positive=True)
lam, sigma, mu = Symbol("lambda", positive=True), Symbol("sigma", positive=True), Symbol("mu", real=True)
tau = Symbol("tau", real=True)
X, w, v, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("v", n, 1), MatrixSymbol("y", m, 1)
W, A, b = MatrixSymbol("W", m, m), MatrixSymbol("A", k, n), MatrixSymbol("b", k, 1)
P, prior = MatrixSymbol("P", n, n), MatrixSymbol("w_0", n, 1)
Y, B = MatrixSymbol("Y", m, k), MatrixSymbol("B", n, k)
u, z = MatrixSymbol("u", m, 1), MatrixSymbol("z", n, 1)  # a pair of singular vectors
i = Symbol("i", integer=True, nonnegative=True)
injective = predicate("injective")
residual = MatAdd(y, MatMul(-1, X, w))
ols = Transpose(residual) * residual
ridge = MatAdd(ols, lam * w.T * w)
gram, outer = X.T * X, X * X.T
shifted, shifted_outer = gram + lam * Identity(n), outer + lam * Identity(m)


def equal(left: Any, right: Any) -> Eq:
    return Eq(left, right, evaluate=False)


def normal(size: Any, variance: Any, squared: Any) -> Any:
    """The density of `size` independent normal variables whose values have this sum of squares."""
    return Mul(Pow(2 * pi * variance, -size / 2, evaluate=False), exp(-squared / (2 * variance)), evaluate=False)


weights = normal(n, Integer(1), (w.T * w)[0, 0])
likelihood = Product(normal(Integer(1), lam, (y[i, 0] - (X * w)[i, 0]) ** 2), (i, 0, m - 1))
evidence = Symbol("p_y", positive=True)

PROVED: dict[str, tuple[Any, list[Any]]] = {
    "ridge": (Claim(ArgMin(ridge, w), shifted.inv() * X.T * y), []),
    "ridge, dual": (Claim(ArgMin(ridge, w), X.T * shifted_outer.inv() * y), []),
    "least squares": (Claim(ArgMin(ols, w), gram.inv() * X.T * y), [injective(X)]),
    "minimum norm": (Claim(ArgMin(w.T * w, w, equal(X * w, y)), X.T * outer.inv() * y), [injective(X.T)]),
    "weighted": (
        Claim(ArgMin(Transpose(residual) * W * residual, w), (X.T * W * X).inv() * X.T * W * y),
        [Q.positive_definite(W), injective(X)],
    ),
    "generalised": (
        Claim(ArgMin(Transpose(residual) * W.inv() * residual, w), (X.T * W.inv() * X).inv() * X.T * W.inv() * y),
        [Q.positive_definite(W), injective(X)],
    ),
    "prior mean": (
        Claim(ArgMin(MatAdd(ols, (w - prior).T * P * (w - prior)), w), (gram + P).inv() * (X.T * y + P * prior)),
        [Q.positive_definite(P)],
    ),
    "quadratic": (
        Claim(ArgMin(MatAdd(Rational(1, 2) * w.T * P * w, -v.T * w), w), P.inv() * v), [Q.positive_definite(P)],
    ),
    "several targets": (
        Claim(ArgMin(Trace((Y - X * B).T * (Y - X * B)) + lam * Trace(B.T * B), B), shifted.inv() * X.T * Y), [],
    ),
    "equality constraint": (
        Claim(ArgMin(Rational(1, 2) * w.T * P * w, w, equal(A * w, b)), P.inv() * A.T * (A * P.inv() * A.T).inv() * b),
        [Q.positive_definite(P), injective(A.T)],
    ),
    "a number": (Claim(ArgMin((sigma * mu - 1) ** 2, mu), 1 / sigma), []),
    "positive factor": (Claim(ArgMin(ridge, w), ArgMin(MatMul(1 / lam, ridge), w)), []),
    "a constant": (Claim(ArgMin(ridge, w), ArgMin(MatAdd(ridge, y.T * y), w)), []),
    "a constant left out": (Claim(ArgMin(ridge, w), ArgMin(MatAdd(w.T * shifted * w, -2 * y.T * X * w), w)), []),
    "maximum": (Claim(ArgMin(ridge, w), ArgMax(MatMul(-1, ridge), w)), []),
    "with a constraint": (
        Claim(ArgMin(ridge, w, equal(A * w, b)), ArgMin(MatMul(3, ridge), w, equal(A * w, b))), [],
    ),
    "equal on the constraint": (
        Claim(ArgMin(ols, w, equal(X * w, y)), ArgMin(MatAdd(ols, y.T * X * w), w, equal(X * w, y))), [],
    ),
    "reparametrised": (
        Claim(ArgMin(ridge, w),
              MatMul(P, ArgMin(MatAdd((y - X * P * w).T * (y - X * P * w), lam * w.T * P.T * P * w), w))),
        [Q.invertible(P)],
    ),
    "maximum a posteriori": (Claim(ArgMax(Mul(weights, likelihood, evaluate=False), w), ArgMin(ridge, w)), []),
    "the evidence does not matter": (
        Claim(ArgMax(Mul(weights, likelihood, 1 / evidence, evaluate=False), w),
              ArgMax(Mul(weights, likelihood, evaluate=False), w)), [],
    ),
    "independence": (Claim(likelihood, normal(m, lam, ((y - X * w).T * (y - X * w))[0, 0])), []),
    "a Gram matrix": (predicate("positive_semidefinite")(gram), []),
    "a squared norm": (Claim(w.T * gram * w, Integer(0), ">="), []),
    "a squared norm, turned": (Claim(Integer(0), w.T * gram * w, "<="), []),
    "positive": (Claim(w.T * shifted * w, Integer(0), ">"), [predicate("nonzero")(w)]),
    "inverse of an SVD": (
        Claim((P * gram * P.T).inv() * P * X.T, P * gram.inv() * X.T), [Q.orthogonal(P), injective(X)],
    ),
    "lambda to 0, tall": (Claim(Limit(shifted.inv() * X.T * y, lam, 0), gram.inv() * X.T * y), [injective(X)]),
    "lambda to 0, wide": (
        Claim(Limit(X.T * shifted_outer.inv() * y, lam, 0), X.T * outer.inv() * y), [injective(X.T)],
    ),
    "lambda to infinity": (Claim(Limit(shifted.inv() * X.T * y, lam, oo), ZeroMatrix(n, 1)), []),
    "lambda to 1": (Claim(Limit(lam * X, lam, 1), X), []),
    "filter factor to 0": (Claim(Limit(sigma / (sigma**2 + lam), lam, 0), 1 / sigma), []),
    "filter factor to infinity": (Claim(Limit(sigma / (sigma**2 + lam), lam, oo), Integer(0)), []),
    "relative to lambda": (Claim(Limit(lam / (sigma**2 + lam), lam, oo), Integer(1)), []),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_proved(name: str) -> None:
    claim, given = PROVED[name]
    verdict = prove(claim, given=given)
    assert verdict.status == "proved", verdict.explain()
    assert not verdict.conditions
    assert replay(json.loads(json.dumps(verdict.certificate)))
    assert grounds(verdict.certificate).reason
    assert verdict.certificate["assumed"] == []


PRESUPPOSED = {
    "least squares": (Claim(ArgMin(ols, w), gram.inv() * X.T * y), ("X' X is invertible",)),
    "minimum norm": (
        Claim(ArgMin(w.T * w, w, equal(X * w, y)), X.T * outer.inv() * y), ("X X' is invertible",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PRESUPPOSED)
def test_an_inverse_that_is_written_is_presupposed(name: str) -> None:
    claim, conditions = PRESUPPOSED[name]
    verdict = prove(claim)
    assert (verdict.status, verdict.conditions) == ("proved", conditions)


def test_a_limit_without_its_rank_condition_is_false() -> None:
    """Nobody wrote (X'X)^-1 as the limit of (X'X + lambda I)^-1: a wide X refutes it, and the reason says why."""
    verdict = prove(Claim(Limit(shifted.inv() * X.T * X, lam, 0), Identity(n)))
    assert verdict.status == "refuted" and "It is proved where X' X is invertible" in verdict.reason


REFUTED: dict[str, tuple[Any, list[Any]]] = {
    "lambda forgotten": (Claim(ArgMin(ridge, w), gram.inv() * X.T * y), []),
    "lambda squared": (Claim(ArgMin(ridge, w), (gram + lam**2 * Identity(n)).inv() * X.T * y), []),
    "sign": (Claim(ArgMin(ridge, w), -shifted.inv() * X.T * y), []),
    "a maximiser": (Claim(ArgMax(ridge, w), shifted.inv() * X.T * y), []),
    "not the only one": (Claim(ArgMin((w.T * v) ** 2, w), ZeroMatrix(n, 1)), []),
    "not feasible": (Claim(ArgMin(w.T * w, w, equal(X * w, y)), ZeroMatrix(n, 1)), [injective(X.T)]),
    "negative factor": (Claim(ArgMin(ridge, w), ArgMin(MatMul(-1, ridge), w)), []),
    "no constant": (Claim(ArgMin(ridge, w), ArgMin(MatAdd(ridge, w.T * v), w)), []),
    "variance forgotten": (
        Claim(ArgMax(Mul(weights, likelihood, evaluate=False), w), ArgMin(ols, w)), [],
    ),
    "Gram matrix, definite": (Q.positive_definite(gram), []),
    "norm, positive": (Claim(w.T * w, Integer(0), ">"), []),
    "wrong limit": (Claim(Limit(shifted.inv() * X.T * y, lam, 0), X.T * y), [injective(X)]),
    "wrong limit at infinity": (Claim(Limit(shifted.inv() * X.T * y, lam, oo), X.T * y), []),
    "limit of a filter factor": (Claim(Limit(sigma / (sigma**2 + lam), lam, 0), 1 / sigma**2), []),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUTED)
def test_refuted(name: str) -> None:
    claim, given = REFUTED[name]
    verdict = prove(claim, given=given)
    assert verdict.status == "refuted", verdict.explain()
    assert verdict.counterexample is not None and verdict.counterexample.reason


NOT_UNDERSTOOD = {
    "a factor that may be singular": (ArgMin(w.T * w, w), MatMul(P, ArgMin(w.T * P.T * P * w, w)), "add Q.invertible"),
    "a variable that is declared positive": (ArgMin((sigma - 1) ** 2, sigma), Integer(1), "all real numbers"),
    "a derivative by the variable": (
        ArgMin((w - v).T * (w - v), w, equal(Gradient(w.T * v, w), 2 * v)), v, "a derivative by it"),
    "a coefficient that may vanish": (
        ArgMin((mu - 1) ** 2 + (tau - 2) ** 2, (mu, tau), equal(mu * tau, mu)), Integer(1), "no constraint determines"),
    "a bound variable of the same name": (
        ArgMin((w - v).T * (w - v), w, ForAll(u, equal(X * w, u))), MatMul(X.T, u), "a bound variable has"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_neither_proved_nor_refuted(name: str) -> None:
    left, right, fragment = NOT_UNDERSTOOD[name]
    for given in ([], [Ne(mu, 0)], [equal(tau, 1)]):
        with pytest.raises(UnsupportedError, match=fragment):
            prove(Claim(left, right), given=given)


IMPLIED = {
    "a quotient": (Limit((mu**2 - 1) / (mu - 1), mu, 1), Integer(2), []),
    "s A^-1, where A is zero": (
        Limit(lam * Inverse(MatAdd(P, lam * Identity(n))), lam, 0), Identity(n), [equal(P, ZeroMatrix(n, n))]),
}  # fmt: skip


@pytest.mark.parametrize("name", IMPLIED)
def test_an_inverse_that_nobody_wrote_refutes_nothing(name: str) -> None:
    """At the point itself the inverse does not exist; the limits are what is claimed all the same."""
    left, right, given = IMPLIED[name]
    assert prove(Claim(left, right), given=given).status == "supported"


def test_inverses_in_the_limit_are_those_that_the_facts_license() -> None:
    verdict = prove(Claim(Limit(Inverse(shifted), lam, 0), gram.inv()), given=[injective(X)])
    definite = [step[1] for step in verdict.certificate["steps"] if step[0] == "positive_definite"]
    assert len(definite) == 2 and verdict.certificate["given"][0] == ["injective", "X"]
