"""Random expressions in a few matrices and vectors, in all spellings, and random respellings of them."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import sympy as sp
from sympy import Identity, MatAdd, MatMul, MatrixSymbol, Rational, S, Symbol, Trace, Transpose
from sympy.matrices.expressions import MatrixExpr

n, m = sp.symbols("n m", integer=True, positive=True)
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
X = MatrixSymbol("X", m, n)
x, c, w, y = (MatrixSymbol(name, size, 1) for name, size in zip("xcwy", (n, n, n, m), strict=True))
lam = Symbol("lambda", positive=True)
ONE = S.One

LEAVES = {
    (n, n): [A, B, Identity(n)], (m, n): [X], (n, m): [X.T], (n, ONE): [x, c, w], (ONE, n): [x.T, c.T, w.T],
    (m, ONE): [y], (ONE, m): [y.T], (m, m): [Identity(m)],
}  # fmt: skip
SIZES = [(2, 3), (4, 2), (1, 1), (1, 3), (3, 1)]  # (m, n)


def instance(rng: np.random.Generator, rows: int, columns: int) -> dict:
    """Values for all symbols at m = rows, n = columns."""
    sizes = {m: rows, n: columns, ONE: 1}
    env: dict = {m: rows, n: columns, lam: 0.7}
    for symbol in (A, B, X, x, c, w, y):
        env[symbol] = 0.7 * rng.normal(size=[sizes[k] for k in symbol.shape])
    return env


def matrix(r: Random, rows: Any, columns: Any, depth: int, inverses: bool = False) -> Any:
    """A random polynomial expression of this shape, its order as drawn."""
    if (rows, columns) == (ONE, ONE):
        return MatMul(matrix(r, ONE, n, depth - 1, inverses), matrix(r, n, ONE, depth - 1, inverses))
    kind = r.randint(0, 9)
    if depth <= 0 or kind < 3:
        return r.choice(LEAVES[rows, columns])
    if kind < 5:
        return MatAdd(matrix(r, rows, columns, depth - 1, inverses), matrix(r, rows, columns, depth - 1, inverses))
    if kind == 5:
        return MatMul(r.choice([2, -1, lam, Rational(1, 3)]), matrix(r, rows, columns, depth - 1, inverses))
    if kind == 6:
        return Transpose(matrix(r, columns, rows, depth - 1, inverses))
    if kind == 7 and inverses and rows == columns:
        return sp.Inverse(MatAdd(3 * Identity(rows), MatMul(Rational(1, 9), matrix(r, rows, rows, 1))))
    middle = r.choice([n, m] if ONE in (rows, columns) else [n, m, ONE])
    return MatMul(matrix(r, rows, middle, depth - 1, inverses), matrix(r, middle, columns, depth - 1, inverses))


def scalar(r: Random, depth: int, functions: bool = False) -> Any:
    """A random scalar: 1x1 products, traces, entries [0, 0], their sums, products, squares and smooth functions."""
    kind = r.randint(0, 12 if functions else 8)
    if depth <= 0 or kind < 3:
        return matrix(r, ONE, ONE, depth, functions)
    if kind == 3:
        return matrix(r, ONE, ONE, depth, functions)[0, 0]
    if kind == 4:
        size = r.choice([m, n])
        return Trace(matrix(r, size, size, depth - 1, functions))
    if kind < 7:
        return sp.Add(scalar(r, depth - 1, functions), scalar(r, depth - 1, functions))
    if kind == 7:
        return sp.Mul(entry(scalar(r, depth - 1, functions)), entry(scalar(r, depth - 2, functions)))
    if kind == 8:
        return sp.Pow(scalar(r, depth - 2, functions), 2)
    if kind == 9:
        return sp.exp(sp.Mul(Rational(1, 40), entry(scalar(r, depth - 1, functions))))
    if kind == 10:
        return sp.sin(entry(scalar(r, depth - 1, functions)))
    return sp.Pow(sp.Add(2, sp.Pow(entry(scalar(r, depth - 2, functions)), 2)), -ONE if kind == 11 else -ONE / 2)


def entry(e: Any) -> Any:
    """A 1x1 matrix as a number, so that SymPy lets it into a product of numbers."""
    return Trace(e) if isinstance(e, MatrixExpr) else e


def respell(r: Random, e: Any) -> Any:
    """The same value, written differently: sums reordered and distributed, scalars transposed or respelled."""
    if isinstance(e, MatAdd):
        terms = [respell(r, a) for a in e.args]
        r.shuffle(terms)
        return MatAdd(*terms)
    if isinstance(e, MatMul):
        factors = [respell(r, a) for a in e.args]
        for at, factor in enumerate(factors):
            if isinstance(factor, MatAdd) and r.randint(0, 1):
                return MatAdd(*(MatMul(*factors[:at], a, *factors[at + 1 :]) for a in factor.args))
        whole = MatMul(*factors)
        if whole.shape == (1, 1):
            return r.choice([whole, Transpose(whole), Transpose(Transpose(whole))])
        return whole
    if isinstance(e, Transpose):
        inner = e.args[0]
        if isinstance(inner, MatMul) and r.randint(0, 1):
            scalars = [a for a in inner.args if not isinstance(a, MatrixExpr)]
            matrices = [Transpose(a) for a in reversed(inner.args) if isinstance(a, MatrixExpr)]
            return respell(r, MatMul(*scalars, *matrices))
        return Transpose(respell(r, inner))
    if isinstance(e, Trace):
        inner = respell(r, e.args[0])
        if isinstance(inner, MatMul) and len(inner.args) == 2 and isinstance(inner.args[0], MatrixExpr):
            inner = MatMul(*reversed(inner.args))
        return Trace(r.choice([inner, Transpose(inner)]))
    if isinstance(e, (sp.Add, sp.Mul, sp.Pow, sp.exp, sp.sin)):
        args = [respell(r, a) for a in e.args]
        return e.func(*(a if isinstance(e, (sp.Add, sp.Pow)) and r.randint(0, 1) else entry(a) for a in args))
    return e
