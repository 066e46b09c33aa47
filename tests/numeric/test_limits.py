"""Limits: convergence is told from its absence, the exact limit is shown, and what cannot be told is not."""

from dataclasses import dataclass
from typing import Any

import pytest
import sympy as sp
from flint import fmpq
from sympy import Abs, Eq, Identity, Limit, MatMul, MatrixSymbol, Q, Rational, S, ZeroMatrix, exp, log, oo, symbols

from numeric import RATIONAL, NoInstance, PrimeField, compile_plan, falsify, witness
from numeric.limits import Near, approached, compile_limit, vanishes
from numeric.rings import REAL, OutsideRing
from numeric.setting import read_setting
from symbolic.structures import predicate

m, n = symbols("m n", integer=True, positive=True)
lam, sigma = symbols("lambda sigma", positive=True)
s, t = symbols("s t", real=True)
X, y, V = MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1), MatrixSymbol("V", n, n)
injective = predicate("injective")
primal = (X.T * X + lam * Identity(n)).inv() * X.T * y
dual = X.T * (X * X.T + lam * Identity(m)).inv() * y
least_squares, min_norm = (X.T * X).inv() * X.T * y, X.T * (X * X.T).inv() * y


@dataclass
class Claim:
    lhs: Any
    rhs: Any
    relation: str = "="


def eq(left, right):
    return Eq(left, right, evaluate=False)


# name: claim, hypotheses, observed order of convergence (None: not in floats, or no errors)
TRUE: dict[str, tuple[Any, list[Any], float | None]] = {
    "tall": (Claim(Limit(primal, lam, 0), least_squares), [injective(X)], 1.0),
    "wide, primal form": (Claim(Limit(primal, lam, 0), min_norm), [injective(X.T)], 1.0),
    "full rank": (Claim(Limit(dual, lam, 0), min_norm), [Q.fullrank(X), Q.invertible(X * X.T)], 1.0),
    "to infinity": (Claim(Limit(primal, lam, oo), ZeroMatrix(n, 1)), [], 1.0),
    "to infinity, scaled": (Claim(Limit(lam * primal, lam, oo), X.T * y), [], 1.0),
    "on the right": (eq(least_squares, Limit(primal, lam, 0)), [injective(X)], 1.0),
    "a number": (Claim(Limit(sigma / (sigma**2 + lam), lam, 0), 1 / sigma), [], 1.0),
    "second order": (Claim(Limit(sigma / (sigma**2 + lam**2), lam, 0), 1 / sigma), [], 2.0),
    "half an order": (Claim(Limit(sp.sqrt(lam), lam, 0), S.Zero), [], 0.5),
    "at a number": (Claim(Limit((t**2 - 1) / (t - 1), t, 1), S(2)), [], 1.0),
    "at a symbol": (Claim(Limit((t**2 - s**2) / (t - s), t, s), 2 * s), [], 1.0),
    "from below": (Claim(Limit(Abs(t) / t, t, 0, dir="-"), S.NegativeOne), [], None),
    "from above": (Claim(Limit(Abs(t) / t, t, 0), S.One), [], None),
    "to minus infinity": (Claim(Limit(t / (1 + Abs(t)), t, -oo), S.NegativeOne), [], 1.0),
    "two limits": (eq(Limit(primal, lam, 0), Limit(dual, lam, 0)), [], None),
    "in a product": (eq(MatMul(V, Limit(primal, lam, 0)), V * least_squares), [injective(X)], None),
    "in a sum": (eq(Limit(sigma / (sigma + lam), lam, 0) + sigma, sigma + 1), [], None),
    "exponential": (Claim(Limit((exp(t) - 1) / t, t, 0), S.One), [], 1.0),
    "exponential, to infinity": (Claim(Limit(exp(-t), t, oo), S.Zero), [], None),
    "oscillating": (Claim(Limit(sp.sin(t) / t, t, oo), S.Zero), [], None),
    "hypothesis on the variable": (Claim(Limit(1 / (1 + lam), lam, 0), S.One), [Q.positive(lam)], 1.0),
}  # fmt: skip

FALSE: dict[str, tuple[Any, list[Any], str]] = {
    "tall": (
        Claim(Limit(primal, lam, 0), X.T * y), [injective(X)],
        "as lambda -> 0+, the left side tends to 1/2, not to 2; it is 2000/4001 at lambda = 1/1000",
    ),
    "rank": (
        Claim(Limit((X.T * X + lam * Identity(n)).inv() * X.T * X, lam, 0), Identity(n)), [], "tends to 0, not to 1",
    ),
    "to infinity": (
        Claim(Limit(primal, lam, oo), X.T * y), [], "as lambda -> infinity, the left side tends to 0, not to 1",
    ),
    "on the right": (eq(X.T * y, Limit(primal, lam, 0)), [injective(X)], "the right side tends to 1/2, not to 2"),
    "no limit": (Claim(Limit(sigma / lam, lam, 0), sigma), [], "does not tend to 1; it is 1000 at lambda = 1/1000"),
    "grows": (Claim(Limit(lam * X, lam, oo), X), [], "does not tend to 1; it is 1000 at lambda = 1000"),
    "slightly wrong": (
        Claim(Limit(1 / (1 + lam), lam, 0), Rational(10**9 + 1, 10**9)), [], "tends to 1, not to 1000000001/1000000000",
    ),
    "at a symbol": (
        Claim(Limit((t**2 - s**2) / (t - s), t, s), s), [], "as t -> s+, the left side tends to 2, not to 1",
    ),
    "from below": (
        Claim(Limit(Abs(t) / t, t, 0, dir="-"), S.One), [], "as t -> 0-, the left side tends to -1, not to 1",
    ),
    "in a sum": (eq(Limit(sigma / (sigma + lam), lam, 0) + sigma, S(2)), [], "the left side is 3"),
    "exponential": (Claim(Limit((exp(t) - 1) / t, t, 0), S(2)), [], "does not tend to 2; it is 1.0005"),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_true_limit_stands_with_its_order_of_convergence(name, seed):
    claim, given, order = TRUE[name]
    assert falsify(claim, given, seed=seed) is None
    seen = witness(claim, given, seed=seed)
    assert seen.holds
    assert seen.instances or seen.floats
    if order is None:
        assert not seen.orders
    else:
        assert seen.orders == pytest.approx((order, order), abs=0.05)
        assert f"errors fall with order {seen.orders[0]:.2f} " in seen.summary()
    if name == "half an order":
        assert "1 float64 instance, errors fall with order 0.50 as lambda -> 0+." in seen.summary()


@pytest.mark.parametrize("name", FALSE)
def test_a_false_limit_is_refuted_in_words(name):
    claim, given, text = FALSE[name]
    found = falsify(claim, given)
    assert found is not None
    assert text in found.reason
    assert found.exact == (name != "exponential")
    assert not {lam, t} & {*found.values}
    assert not any(str(symbol) in "+-" for symbol in found.values)
    assert not witness(claim, given).holds


def test_the_exact_limit_stands_beside_the_claim():
    claim, given, _ = FALSE["tall"]
    found = falsify(claim, given)
    assert found is not None
    assert (found.lhs, found.rhs) == (Rational(1, 2), 2)
    assert "left: Limit((lambda*I + X.T*X)**(-1)*X.T*y, lambda -> 0+) = 1/2" in str(found)
    larger = falsify(eq(Limit(lam * V + V, lam, 0), ZeroMatrix(n, n)), [Q.invertible(V)])
    assert larger is not None
    assert sp.Matrix([larger.lhs]) == larger.values[V]


@pytest.mark.parametrize("expr, value", [(1 / log(t), S.Zero), (sp.sin(t), S(1000))])
def test_what_tends_too_slowly_or_oscillates_is_not_decided(expr, value):
    with pytest.raises(NoInstance, match="not decided"):
        falsify(Claim(Limit(expr, t, oo), value))


@pytest.mark.parametrize(
    "errors, verdict",
    [
        ([fmpq(1, 10**40), fmpq(1, 10**80), fmpq(1, 10**120)], True),
        ([fmpq(0)] * 3, True),
        ([fmpq(1), fmpq(1), fmpq(1)], False),
        ([fmpq(1), fmpq(10), fmpq(100)], False),
        ([fmpq(1), fmpq(1, 2), fmpq(1, 4)], None),
        ([fmpq(1), fmpq(1, 10**40), fmpq(1, 10**40)], None),
        ([fmpq(0), fmpq(1), fmpq(1)], False),
        ([fmpq(1), fmpq(1), fmpq(0)], None),
    ],
)
def test_errors_vanish_or_stay_or_neither(errors, verdict):
    assert vanishes(errors) is verdict


def test_a_hypothesis_about_the_variable_holds_near_the_point_or_there_is_no_instance():
    assert falsify(Claim(Limit(Abs(t) / t, t, 0), S.One), [Q.positive(t)]) is None
    with pytest.raises(NoInstance):
        falsify(Claim(Limit(Abs(t) / t, t, 0), S.NegativeOne), [Q.negative(t)])
    below = Claim(Limit(Abs(t) / t, t, 0, dir="-"), S.One)
    assert falsify(below, [Q.negative(t)]) is not None
    near = Near(Q.positive(t * s), Limit(t, t, 0))
    assert near.free_symbols == {s}


def test_the_variable_is_drawn_only_where_it_is_free():
    bound = read_setting([eq(Limit(primal, lam, 0), least_squares)])
    free = read_setting([eq(Limit(primal, lam, 0), lam * least_squares)])
    assert lam not in bound.symbols
    assert lam in free.symbols


def test_rings_without_limits_say_so():
    limit = Limit(lam * sigma, lam, 0)
    with pytest.raises(OutsideRing):
        compile_limit(limit, S.Zero, {}, PrimeField(), {})
    for ring in (REAL, PrimeField()):
        with pytest.raises(OutsideRing):
            compile_plan([limit], {}, ring)


@pytest.mark.parametrize("value", [Rational(2, 7), Rational(-5, 3), S.Zero])
def test_a_limit_in_an_expression_is_a_fraction(value):
    plan = compile_plan([Limit((value + lam) / (1 + sigma * lam), lam, 0)], {}, RATIONAL)
    assert plan({sigma: fmpq(3)}) == [fmpq(int(value.p), int(value.q))]


@pytest.mark.parametrize(
    "limit, text",
    [
        (Limit(t, t, 0), "t -> 0+"), (Limit(t, t, 2, dir="-"), "t -> 2-"), (Limit(t, t, oo), "t -> infinity"),
        (Limit(t, t, -oo), "t -> -infinity"), (Limit(t, t, 0, dir="+-"), "t -> 0"),
    ],
)  # fmt: skip
def test_the_approach_in_words(limit, text):
    assert approached(limit) == text
