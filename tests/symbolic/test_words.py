"""The normal form of matrix polynomials: equal expressions, and only these, have equal words."""

import random

import numpy as np
import pytest
from sympy import (
    Add,
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    sqrt,
    symbols,
)

from numeric import evaluate
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.words import read_words

m, n = symbols("m n", integer=True, positive=True)
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
X, Y = MatrixSymbol("X", m, n), MatrixSymbol("Y", n, m)
x, y, u = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("u", m, 1)
lam, mu = Symbol("lambda", positive=True), Symbol("mu", nonzero=True)
w, c = symbols("w c", real=True)
I = Identity(n)

SAME = {
    "distributes": ((A + B) * (A - B), A * A - A * B + B * A - B * B),
    "transposes reverse": (Transpose(MatMul(A, X.T, u)), MatMul(u.T, X, A.T)),
    "the empty path is an identity": (MatMul(A, I, B) + 0 * I, A * B),
    "scalars commute": (MatMul(lam, A, mu, B), MatMul(mu * lam, A, B)),
    "1 x 1 products commute": (MatMul(A, x.T * y, B), MatMul(x.T, y, A, B)),
    "1 x 1 products equal their transposes": (x.T * A * y, y.T * A.T * x),
    "1 x 1 inside a path": (MatMul(x, y.T, A, x, y.T), MatMul(x.T, A.T, y, x, y.T)),
    "trace is cyclic": (Trace(A * X.T * X), Trace(X * A * X.T)),
    "trace of a transpose": (Trace(A * B), Trace(B.T * A.T)),
    "trace of an outer product": (Trace(x * y.T), y.T * x),
    "trace of an identity": (Trace(2 * I), 2 * n),
    "powers": ((A + I) ** 2, A**2 + 2 * A + I),
    "roots of positive scalars": (sqrt(lam) * sqrt(lam) * A, lam * A),
    "negative powers": (MatMul(1 / mu, A, mu), A),
    "inverses by the normal form of their argument": (Inverse(A * B + A * A), Inverse(A * (A + B))),
    "inverse of an inverse": (Inverse(Inverse(A)) + B, A + B),
    "reciprocals up to a number": (2 / (2 * w - 2 * c), 1 / (w - c)),
    "a sum of nothing": (A - A, ZeroMatrix(n, n)),
    "1 x 1 identity is 1": (MatAdd(Identity(1), x.T * y), Add(1, x.T * y)),
}

DIFFERENT = {
    "factors do not commute": (A * B, B * A),
    "a transpose matters": (A, A.T),
    "a quadratic form is not its neighbour": (x.T * A * x, x.T * A * y),
    "a trace is not reversed without transposes": (Trace(A * B * A * A.T), Trace(B * A * A * A.T)),
    "identities of two sizes": (Trace(I), m + 0 * n),
    "the inverse is not undone": (MatMul(A, Inverse(A)), I),
    "rows are not columns": (x * y.T, y * x.T),
    "a scalar exponent": (lam * A, lam**2 * A),
}


EXAMPLES = {**SAME, **DIFFERENT}


@pytest.mark.parametrize("name", SAME)
def test_equal(name):
    left, right = map(read_words, SAME[name])
    assert left == right, f"{left} is not {right}"
    assert hash(left) == hash(right)
    assert not left - right


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name):
    left, right = map(read_words, DIFFERENT[name])
    assert left != right
    assert left - right


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("seed", range(2))
def test_back_to_sympy(name, seed):
    """The expression rebuilt has the words it came from, and the values, at distinct sizes and at size 1."""
    rng = np.random.default_rng(seed)
    sizes = {n: 3, m: 2} if seed else {n: 1, m: 1}
    values = {s: rng.uniform(1, 2, [int(d.subs(sizes)) for d in s.shape]) for s in (A, B, X, Y, x, y, u)}
    values |= {s: rng.uniform(1, 2) for s in (lam, mu, w)} | {c: -1.5} | sizes
    for side in EXAMPLES[name]:
        words = read_words(side)
        rebuilt = words.to_sympy()
        assert read_words(rebuilt) == words
        assert np.allclose(evaluate(rebuilt, values), evaluate(side, values))


@pytest.mark.parametrize("seed", [7])
def test_ring_axioms(seed):
    rng = random.Random(seed)
    pool = [read_words(e) for e in (A, B, A.T, A * B, X.T * X, x * y.T, lam * I, 2 * I, Inverse(A + B))]
    for _ in range(40):
        p, q, r = rng.choice(pool), rng.choice(pool), rng.choice(pool)
        assert p * (q + r) == p * q + p * r
        assert (p * q) * r == p * (q * r)
        assert (p * q).T == q.T * p.T
        assert (p * q).trace() == (q * p).trace()


def test_repr():
    assert repr(read_words(2 * X.T * X + lam * I - I)) == "2 X' X - I + lambda I"
    assert repr(read_words(MatMul(A, x.T * y, x))) == "(x' y) A x"
    assert repr(read_words(A - A)) == "0"


def test_what_words_lack_is_named():
    with pytest.raises(UnsupportedError, match="words know no HadamardProduct"):
        read_words(HadamardProduct(A, B))
    with pytest.raises(UnsupportedError, match="words know no power 1/2"):
        read_words(sqrt(x.T * x))
    with pytest.raises(ShapeError):
        read_words(MatMul(A, u))
    with pytest.raises(ShapeError, match="cannot multiply"):
        read_words(A).__mul__(read_words(u))
