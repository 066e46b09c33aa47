"""Minimisers: what is claimed of them is decided at an instance, and a refutation shows the better point."""

from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import fmpq
from sympy import (
    Abs,
    BlockMatrix,
    Eq,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    Product,
    Q,
    Rational,
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

from numeric import RATIONAL, falsify, witness
from numeric.generators import matrix
from numeric.minimisers import Flat, Problem, compile_minimisers, flat, is_quadratic
from numeric.objectives import degree, reduced
from numeric.rings import REAL, OutsideRing
from symbolic.nodes import ArgMax, ArgMin
from symbolic.structures import predicate

m, n, k = symbols("m n k", integer=True, positive=True)
lam, sigma, tau = symbols("lambda sigma tau", positive=True)
a, b, t = symbols("a b t", real=True)
i = Symbol("i", integer=True, nonnegative=True)
X, w, v, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("v", n, 1), MatrixSymbol("y", m, 1)
z, xi, eta = MatrixSymbol("z", n, 1), MatrixSymbol("xi", m, 1), MatrixSymbol("eta", n + m, 1)
P, A, c = MatrixSymbol("P", n, n), MatrixSymbol("A", k, n), MatrixSymbol("c", k, 1)
W, Y, B = MatrixSymbol("W", m, m), MatrixSymbol("Y", m, k), MatrixSymbol("B", n, k)
injective = predicate("injective")
residual = MatAdd(y, MatMul(-1, X, w))
ols = Transpose(residual) * residual
ridge = MatAdd(ols, lam * w.T * w)
gram, shifted = X.T * X, X.T * X + lam * Identity(n)
stacked = BlockMatrix([[X], [sqrt(lam) * Identity(n)]])
target = BlockMatrix([[y], [ZeroMatrix(n, 1)]])
wide = BlockMatrix([[X, sqrt(lam) * Identity(m)]])


@dataclass
class Claim:
    lhs: Any
    rhs: Any
    relation: str = "="


def eq(left, right):
    return Eq(left, right, evaluate=False)


likelihood = Product(exp(-((y[i, 0] - (X * w)[i, 0]) ** 2) / (2 * sigma)) / sqrt(2 * sp.pi * sigma), (i, 0, m - 1))
prior = (2 * sp.pi * tau) ** (-n / 2) * exp(-Trace(w.T * w) / (2 * tau))
posterior = Mul(prior, likelihood, evaluate=False)

TRUE: dict[str, tuple[Any, list[Any]]] = {
    "ridge": (Claim(ArgMin(ridge, w), shifted.inv() * X.T * y), []),
    "least squares": (Claim(ArgMin(ols, w), gram.inv() * X.T * y), [injective(X)]),
    "minimum norm": (
        Claim(ArgMin(w.T * w, w, eq(X * w, y)), X.T * (X * X.T).inv() * y), [Q.fullrank(X)],
    ),
    "weighted": (
        Claim(ArgMin(Transpose(residual) * W * residual, w), (X.T * W * X).inv() * X.T * W * y),
        [Q.positive_definite(W), injective(X)],
    ),
    "KKT": (
        Claim(
            ArgMin(MatAdd(w.T * P * w, -2 * v.T * w), w, eq(A * w, c)),
            P.inv() * MatAdd(v, A.T * (A * P.inv() * A.T).inv() * MatAdd(c, -A * P.inv() * v)),
        ),
        [Q.positive_definite(P), injective(A.T)],
    ),
    "several targets": (
        Claim(ArgMin(Trace((Y - X * B).T * (Y - X * B)) + lam * Trace(B.T * B), B), shifted.inv() * X.T * Y), [],
    ),
    "a number": (Claim(ArgMin((a * t - b) ** 2, t), b / a), [Q.nonzero(a)]),
    "a maximum": (Claim(ArgMax(MatMul(-1, ridge), w), shifted.inv() * X.T * y), []),
    "two variables": (Claim(ArgMin(w.T * w + z.T * z, (w, z), eq(w + z, v)), v / 2), []),
    "noise as a variable": (
        Claim(ArgMin(MatAdd(w.T * w, xi.T * xi), (w, xi), eq(X * w + sqrt(lam) * xi, y)), ArgMin(ridge, w)), [],
    ),
    "stacked": (
        Claim(ArgMin(eta.T * eta, eta, eq(wide * eta, y)), wide.T * (X * X.T + lam * Identity(m)).inv() * y), [],
    ),
    "augmented data": (
        Claim(ArgMin(Transpose(stacked * w - target) * (stacked * w - target), w), shifted.inv() * X.T * y), [],
    ),
    "positive factor and constant": (Claim(ArgMin(ridge, w), ArgMin(MatAdd(MatMul(1 / lam, ridge), y.T * y), w)), []),
    "one minimiser, two orders": (Claim(ArgMin(w.T * w, w), ArgMin(w.T * P * w, w)), [Q.positive_definite(P)]),
    "many minimisers": (Claim(ArgMin(ols, w), ArgMin(ols, w, eq(X.T * X * w, X.T * y))), []),
    "image": (Claim(ArgMin(ridge, w), MatMul(P, ArgMin(
        MatAdd((y - X * P * w).T * (y - X * P * w), lam * w.T * P.T * P * w), w))), [Q.invertible(P)]),
    "a norm": (Claim(ArgMin(sqrt(Trace(ols)), w), ArgMin(ols, w)), []),
    "a fourth power": (Claim(ArgMin((w.T * w) ** 2, w), ZeroMatrix(n, 1)), []),
    "posterior": (
        Claim(ArgMax(posterior, w), (gram + sigma / tau * Identity(n)).inv() * X.T * y), [],
    ),
    "logarithm of a likelihood": (Claim(ArgMax(log(likelihood), w), ArgMin(ols, w)), []),
    "an absolute value": (Claim(ArgMin(Abs(t - a), t), a), []),
    "no quadratic": (Claim(ArgMin(exp(t) + exp(-t), t), sp.Integer(0)), []),
}  # fmt: skip

# name: claim, hypotheses, what the text must say
FALSE: dict[str, tuple[Any, list[Any], str]] = {
    "lambda forgotten": (
        Claim(ArgMin(ridge, w), gram.inv() * X.T * y), [],
        "w = [1/2] gives f(w) = 1/2, less than f(w) = 1 at the claimed minimiser [1]",
    ),
    "slightly wrong": (
        Claim(ArgMin(ridge, w), (X.T * X + Rational(1001, 1000) * lam * Identity(n)).inv() * X.T * y), [],
        "at the claimed minimiser [1000/2001]",
    ),
    "sign": (Claim(ArgMin(ridge, w), -shifted.inv() * X.T * y), [], "less than f(w) = 5/2 at the claimed minimiser"),
    "a maximiser": (Claim(ArgMax(ridge, w), shifted.inv() * X.T * y), [], "there is no maximum"),
    "not the only one": (Claim(ArgMin((w.T * v) ** 2, w), ZeroMatrix(n, 1)), [], "the same as at the claimed"),
    "not feasible": (
        Claim(ArgMin(w.T * w, w, eq(X * w, y)), X.T * y), [injective(X.T)],
        "does not satisfy X*w = y: its left side is 4 there, its right side 1",
    ),
    "feasible, not shortest": (
        Claim(ArgMin(w.T * P * w, w, eq(A * w, c)), A.T * (A * A.T).inv() * c),
        [Q.positive_definite(P), injective(A.T)], "less than f(w)",
    ),
    "no minimum": (Claim(ArgMin(w.T * v, w), ZeroMatrix(n, 1)), [predicate("nonzero")(v)], "there is no minimum"),
    "indefinite": (Claim(ArgMin(w.T * P * w, w), ZeroMatrix(n, 1)), [Q.symmetric(P), Q.invertible(P)], "no minimum"),
    "two variables": (
        Claim(ArgMin(w.T * w + z.T * z, (w, z), eq(w + z, v)), v), [], "by [1/2] only; the value on the right is [1]",
    ),
    "negative factor": (Claim(ArgMin(ridge, w), ArgMin(MatMul(-1, ridge), w)), [], "the right has no solution"),
    "no constant": (Claim(ArgMin(ridge, w), ArgMin(MatAdd(ridge, w.T * v), w)), [], "solved by [0] only"),
    "infeasible": (
        Claim(ArgMin(w.T * w, w, eq(X * w, y)), ArgMin(w.T * w, w)), [], "no point satisfies its constraints",
    ),
    "image": (Claim(ArgMin(ridge, w), MatMul(P, ArgMin(ridge, w))), [Q.invertible(P)], "the right is solved by"),
    "variances confused": (
        Claim(ArgMax(posterior, w), (gram + tau / sigma * Identity(n)).inv() * X.T * y), [], "at the claimed maximiser",
    ),
    "variance forgotten": (Claim(ArgMax(posterior, w), ArgMin(ols, w)), [], "and others"),
    "negative sign of a density": (Claim(ArgMin(Mul(a, posterior, evaluate=False), w), ArgMin(ridge, w)), [], "right"),
    "an absolute value": (
        Claim(ArgMin(Abs(t - a), t), -a), [], "t = 0 gives f(t) = 1, less than f(t) = 2 at the claimed minimiser",
    ),
    "a maximum, no quadratic": (
        Claim(ArgMax(-Abs(t - a), t), -a), [], "gives f(t) = -1, more than f(t) = -2 at the claimed maximiser",
    ),
    "two minima": (Claim(ArgMin((t**2 - 1) ** 2, t), sp.Integer(1)), [], "the same as at the claimed minimiser: it is"),
    "no quadratic": (Claim(ArgMin(exp(t) + exp(-t), t), sp.Integer(1)), [], "less than"),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_true_claim_stands(name, seed):
    claim, given = TRUE[name]
    assert falsify(claim, given, seed=seed) is None
    seen = witness(claim, given, seed=seed)
    assert seen.holds
    assert seen.instances or seen.floats


@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_is_refuted_in_words(name):
    claim, given, text = FALSE[name]
    found = falsify(claim, given)
    assert found is not None
    assert found.claim == claim
    assert text in found.reason
    assert found.exact == (name != "no quadratic")
    assert max(found.sizes.values(), default=1) <= 2
    if name not in ("not the only one", "two minima"):
        assert not witness(claim, given).holds or name == "no minimum"


def test_the_better_point_is_among_the_values_and_both_values_are_shown():
    found = falsify(FALSE["lambda forgotten"][0])
    assert found is not None
    assert found.values[w] == sp.Matrix([[Rational(1, 2)]])
    assert (found.lhs, found.rhs) == (Rational(1, 2), 1)
    lines = str(found).splitlines()
    assert "w = [1/2]" in (line.strip() for line in lines)
    assert lines[0].startswith("ArgMin(lambda*w.T*w + (-w.T*X.T + y.T)*(-X*w + y), w) = ")


def test_a_bound_variable_does_not_meet_a_free_symbol_of_its_name():
    """w is bound on the left and free on the right: the claim says that every w is v/2."""
    claim = eq(ArgMin((w - v).T * (w - v), w), w)
    found = falsify(claim)
    assert found is not None
    assert falsify(claim, [eq(w, v)]) is None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(3, 2), (2, 3), (1, 1)])
def test_minimisers_agree_with_a_solver_in_floats(seed, size):
    """Equality-constrained least squares by the pseudo-inverse: x = p + Z (X Z)^+ (y - X p)."""
    rng = Random(seed)
    rows, cols = size
    sizes = {m: rows, n: cols, k: 1}
    problem = Problem(ArgMin(ridge, w, eq(A * w, c)), sizes, RATIONAL, {})

    def draw(r, q):
        return [[rng.randint(-4, 4) or 1 for _ in range(q)] for _ in range(r)]

    values = {X: draw(rows, cols), y: draw(rows, 1), A: draw(1, cols), c: draw(1, 1)}
    env: dict[Any, Any] = {
        s: matrix(RATIONAL, len(e), len(e[0]), [fmpq(x) for row in e for x in row]) for s, e in values.items()
    }
    env[lam] = fmpq(2)
    found = problem.solve(env).minimisers
    assert found is not None
    assert not found.directions
    data = {s: np.array(e, dtype=float) for s, e in values.items()}
    big = np.vstack([data[X], np.sqrt(2) * np.eye(cols)])
    right = np.vstack([data[y], np.zeros((cols, 1))])
    p = np.linalg.pinv(data[A]) @ data[c]
    Z = np.linalg.svd(data[A])[2][1:].T
    x = p + (Z @ np.linalg.pinv(big @ Z) @ (right - big @ p) if cols > 1 else 0)
    np.testing.assert_allclose([int(e.p) / int(e.q) for e in found.point], x.ravel(), atol=1e-9)


def test_equal_flat_sets_have_equal_forms():
    one, two = [fmpq(x) for x in (1, 2, 3)], [fmpq(x) for x in (0, 1, 1)]
    there = [x + 3 * y for x, y in zip(one, two, strict=True)]
    assert flat(one, [two]) == flat(there, [[-2 * y for y in two], [fmpq(0)] * 3])
    assert flat(one, [two]) != flat(one, [])
    assert flat(one, []) != flat(two, [])
    assert flat(one, []) == Flat(tuple(one))


@pytest.mark.parametrize(
    "expr, bound",
    [
        (w, 1), (v, 0), (ols, 2), (P.inv() * w, 1), (Inverse(w * w.T), np.inf), (Trace(w * w.T), 2), (w[0, 0] ** 3, 3),
        (exp(w[0, 0]), np.inf), (Abs(w[0, 0]), np.inf), (Sum(w[i, 0] * v[i, 0], (i, 0, n - 1)), 1),
        (2 ** w[0, 0], np.inf), (BlockMatrix([[w], [v]]), 1), (sp.HadamardProduct(w, w), 2),
        (sp.Piecewise((w[0, 0], t > 0), (0, True)), np.inf), (1 / w[0, 0], np.inf),
        (sp.ImmutableMatrix([[t, w[0, 0] ** 2]]), 2),
    ],
)  # fmt: skip
def test_degrees(expr, bound):
    assert degree(expr, [w]) == bound


@pytest.mark.parametrize(
    "objective",
    [
        exp(-t) * t, log(t), exp(t) + exp(-t), Product(t + i, (i, 0, m - 1)), exp(t) * log(t), sqrt(t), t**4,
        1 / sqrt(t**2 + 1),
    ],
)  # fmt: skip
def test_what_is_no_product_of_exponentials_stays_as_it_is(objective):
    assert reduced(objective, [t]).objective == objective


def test_a_variable_with_a_range_is_not_decided():
    assert is_quadratic(ArgMin((t - 1) ** 2, t))
    assert not is_quadratic(ArgMin((sigma + 1) ** 2, sigma))


def test_constants_of_unknown_sign_are_kept_for_the_instance():
    found = reduced(Mul(a, lam, exp(-(t**2)), evaluate=False), [t])
    assert (found.objective, found.signs) == (-(t**2), [a])
    assert falsify(Claim(ArgMax(Mul(a, exp(-(t**2)), evaluate=False), t), sp.Integer(0)), [Q.positive(a)]) is None
    assert falsify(Claim(ArgMax(Mul(a, exp(-(t**2)), evaluate=False), t), sp.Integer(0)), [Q.negative(a)]) is not None


@pytest.mark.parametrize(
    "claim, ring",
    [
        (eq(ArgMin(ols, w), v), REAL),
        (eq(ArgMin(exp(t) + t, t), a), RATIONAL),
        (eq(ArgMin(t**2, t, t > 1), a), RATIONAL),
        (eq(ArgMin(t**2, t) + ArgMin(t**4, t), a), RATIONAL),
    ],
)
def test_what_is_not_decided_at_an_instance_is_outside(claim, ring):
    with pytest.raises(OutsideRing):
        compile_minimisers(claim, {m: 2, n: 2}, ring, {})
