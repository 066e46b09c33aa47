"""Limits brought to a variable that falls to 0: the same function, and refusals of what grows."""

from typing import Any

import numpy as np
import pytest
from sympy import (
    BlockMatrix,
    Identity,
    Inverse,
    Limit,
    MatAdd,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Pow,
    Q,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    oo,
    symbols,
)

from numeric import evaluate
from proofs import Claim, prove
from proofs.limits import at_zero, falling, pushed_through
from symbolic.errors import UnsupportedError
from symbolic.structures import predicate

m, n, r, p, q = symbols("m n r p q", integer=True, positive=True)
X, A, y = MatrixSymbol("X", m, n), MatrixSymbol("A", n, n), MatrixSymbol("y", m, 1)
s, a, t = Symbol("s", positive=True), Symbol("a", positive=True), Symbol("t", positive=True)
shifted = MatAdd(MatMul(X.T, X), MatMul(s, Identity(n)))


def values(**sizes: int) -> dict[Any, Any]:
    rng = np.random.default_rng(3)
    size = {m: 3, n: 2, **{symbols(k, integer=True, positive=True): v for k, v in sizes.items()}}
    arrays = {M: rng.normal(size=tuple(int(c.subs(size)) for c in M.shape)) for M in (X, A, y)}
    return {**size, **arrays, a: 1.7}


FALLING = {
    "to 0": Limit(a / (a**2 + s), s, 0),
    "to infinity": Limit(a / (a**2 + s), s, oo),
    "matrices to infinity": Limit(MatMul(Inverse(shifted), X.T, y), s, oo),
    "times s": Limit(MatMul(s, Inverse(shifted), X.T, y), s, oo),
    "powers": Limit(s**2 / (a + s) ** 2, s, oo),
    "a trace": Limit(Trace(Inverse(shifted)), s, oo),
    "a transpose": Limit(Transpose(Inverse(MatAdd(A, MatMul(s, Identity(n))))), s, oo),
    "to 2": Limit(MatMul(s, X), s, 2),
    "to 2 from below": Limit(MatMul(s, X), s, 2, "-"),
    "to a symbol": Limit(s * a, s, a),
}


@pytest.mark.parametrize("name", FALLING)
def test_the_new_variable_says_the_same(name: str) -> None:
    """At a small value of the variable that falls, the new expression is the old one near its point."""
    limit = FALLING[name]
    expr, symbol, point, side = limit.args
    form = falling(limit)
    small, env = 1e-3, values()
    if point is oo:
        there = 1 / small
    else:
        there = float(evaluate(point, env)) + (-small if str(side) == "-" else small)
    left = np.asarray(evaluate(expr, {**env, symbol: there}), dtype=float)
    right = np.asarray(evaluate(form.expr, {**env, form.symbol: small}), dtype=float)
    assert np.allclose(left, right, rtol=1e-9)
    if form.original is not None:
        assert np.allclose(np.asarray(evaluate(form.original, {**env, form.symbol: small}), dtype=float), right)


REFUSED = {
    "grows": (Limit(s * a, s, oo), "grows"),
    "grows by its inverse": (Limit(1 / (1 / s), s, oo), "grows"),
    "two-sided": (Limit(a * s, s, 0, "+-"), "two-sided"),
    "a function": (Limit(MatMul(s, OneMatrix(n, 1)), s, oo), "grows"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    limit, fragment = REFUSED[name]
    with pytest.raises(UnsupportedError, match=fragment):
        falling(limit)


def test_a_pole_is_no_limit() -> None:
    assert prove(Claim(Limit(1 / s, s, 0), a)).status == "refuted"


def test_vanishing_terms_are_left_out() -> None:
    assert at_zero(shifted, s) == MatMul(X.T, X)
    assert at_zero(MatMul(s, X), s) == ZeroMatrix(m, n)
    assert at_zero(a + s * a, s) == a


def test_pushing_through_keeps_the_value() -> None:
    env = {**values(), s: 0.3}
    product = MatMul(Inverse(shifted), X.T, y)
    forms = [*pushed_through(product)]
    assert len(forms) == 1 and forms[0].args[0] == X.T
    assert np.allclose(evaluate(product, env), evaluate(forms[0], env))
    (back,) = (form for form in pushed_through(forms[0]) if form.args[0] != X.T)
    assert np.allclose(evaluate(product, env), evaluate(back, env))
    assert not [*pushed_through(MatMul(Inverse(MatAdd(A, MatMul(s, Identity(n)))), X.T))]


def test_a_limit_by_another_form() -> None:
    """X'X has no inverse for a wide X, so 0 cannot be put for s; after pushing X' through, it can."""
    ridge = MatMul(Inverse(shifted), X.T, y)
    verdict = prove(
        Claim(Limit(ridge, s, 0), MatMul(X.T, Inverse(MatMul(X, X.T)), y)), given=[predicate("surjective")(X)]
    )
    assert (verdict.status, verdict.conditions) == ("proved", ())


def test_a_limit_by_blocks() -> None:
    D = MatrixSymbol("D", r, r)
    sigma = BlockMatrix([[D, ZeroMatrix(r, q)], [ZeroMatrix(p, r), ZeroMatrix(p, q)]])
    pinv = BlockMatrix([[Inverse(D), ZeroMatrix(r, p)], [ZeroMatrix(q, r), ZeroMatrix(q, p)]])
    middle = MatAdd(MatMul(sigma.T, sigma), MatMul(s, Identity(r + q)))
    given = [Q.diagonal(D), Q.invertible(D)]
    claim = Claim(Limit(MatMul(Inverse(middle), sigma.T), s, 0), pinv)
    assert prove(claim, given=given).status == "proved"
    assert prove(Claim(claim.lhs, MatMul(2, pinv)), given=given).status == "refuted"


def test_a_column_of_ones_is_known_by_its_length() -> None:
    one = OneMatrix(n, 1)
    centring = MatAdd(Identity(n), MatMul(-1, Pow(n, -1), one, one.T))
    assert prove(Claim(MatMul(centring, centring), centring)).status == "proved"
    assert prove(Claim(MatMul(one.T, one), n)).status == "proved"
    assert prove(Claim(MatMul(A, one), one)).status == "refuted"
