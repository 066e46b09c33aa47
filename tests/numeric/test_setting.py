"""The survey of a claim: which symbols are sizes, indices, bound or drawn, and what is known of each."""

from random import Random

import pytest
import sympy as sp
from sympy import Eq, Identity, Limit, MatrixSymbol, Q, Sum, Trace, symbols

from numeric import falsify, witness
from numeric.counterexample import to_number
from numeric.generators import scalar
from numeric.rings import RATIONAL, REAL
from numeric.setting import read_setting
from symbolic.nodes import ArgMin

m, n, d = symbols("m n d", integer=True, positive=True)
i, j = symbols("i j", integer=True, nonnegative=True)
x, y, eta = MatrixSymbol("x", n, 1), MatrixSymbol("y", m, 1), MatrixSymbol("eta", n + m, 1)
lam, t = sp.Symbol("lambda", positive=True), sp.Symbol("t", real=True)


def eq(left, right):
    return Eq(left, right, evaluate=False)


@pytest.mark.parametrize(
    "expr, sizes, indices, symbols",
    [
        (eta[n + j, 0], {m, n}, {j}, {eta}),
        (eta[n, 0], {m, n}, set(), {eta}),
        (Sum(eta[i, 0], (i, n, n + m - 1)), {m, n}, set(), {eta}),
        (Sum(x[i, 0] * y[j, 0], (i, 0, n - 1)), {m, n}, {j}, {x, y}),
        (Sum(x[i, 0] * x[j, 0], (i, j, n - 1)), {n}, {j}, {x}),
        (Sum(i, (i, n, n + d - 1)), {n, d}, set(), set()),
        (Identity(n + m) * eta, {m, n}, set(), {eta}),
        (lam ** (m / 2) * Trace(y.T * y), {m}, set(), {y, lam}),
        (Limit(lam * x, lam, 0), {n}, set(), {x}),
        (Limit(lam * x, lam, t), {n}, set(), {x, t}),
        (lam * Limit(lam * x, lam, 0), {n}, set(), {x, lam}),
        (ArgMin(x.T * x, x, eq(eta, eta)), {m, n}, set(), {eta}),
    ],
)
def test_sizes_indices_and_drawn_symbols(expr, sizes, indices, symbols):
    setting = read_setting([expr])
    assert ({*setting.sizes}, {*setting.indices}, {*setting.symbols}) == (sizes, indices, symbols)


SPLIT = eq(Sum(eta[i, 0], (i, n, n + m - 1)), Sum(eta[n + j, 0], (j, 0, m - 1)))
HALF = eq(Sum(eta[i, 0] ** 2, (i, 0, n + m - 1)), Sum(eta[i, 0] ** 2, (i, 0, n - 1)))


def test_claims_with_sizes_in_ranges_and_subscripts():
    assert falsify(SPLIT) is None
    assert witness(SPLIT).instances == 12
    found = falsify(HALF)
    assert found is not None
    assert found.values[eta] == sp.Matrix([0, 1])
    assert falsify(eq(eta[n + j, 0], eta[j, 0])) is not None


@pytest.mark.parametrize("ring", [RATIONAL, REAL], ids=lambda ring: ring.name)
@pytest.mark.parametrize("sign", ["", "positive", "negative", "nonzero"])
def test_an_integer_symbol_is_drawn_as_an_integer(ring, sign):
    rng, names = Random(3), {"integer", sign}
    values = [to_number(ring, scalar(ring, names, ring.random_choice(rng))) for _ in range(50)]
    assert all(value == int(value) for value in values)
    assert "positive" not in names or min(values) >= 1
    assert "negative" not in names or max(values) <= -1
    assert "nonzero" not in names or 0 not in values


def test_a_claim_about_integers_is_judged_at_integers():
    k = sp.Symbol("k", integer=True)
    assert falsify(eq(sp.cos(2 * sp.pi * k), sp.Integer(1))) is None
    assert falsify(eq(sp.cos(sp.pi * k), sp.Integer(1))) is not None
    assert falsify(eq(k**2, k), [Q.positive(k)]) is not None
