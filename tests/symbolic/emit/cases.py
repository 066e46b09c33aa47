"""Expressions by name, each with what the rest of the project says it is worth."""

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import (
    Abs,
    BlockDiagMatrix,
    BlockMatrix,
    Determinant,
    HadamardProduct,
    Heaviside,
    Identity,
    ImmutableMatrix,
    KroneckerDelta,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    Max,
    OneMatrix,
    Piecewise,
    Rational,
    Sum,
    Symbol,
    Trace,
    ZeroMatrix,
    erf,
    exp,
    log,
    sign,
    sqrt,
    symbols,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower

from symbolic.nodes import Commutation, Gradient, Hessian, Vec


def imported(name: str) -> Any:
    """jax or torch, whose code is generated; a user need not have them."""
    if find_spec(name) is None:
        assert not os.environ.get("CI"), f"{name} is missing where tests must not be skipped"
        pytest.skip(f"{name} is not installed, and no requirement of the tests")
    return import_module(name)


m, n, k = symbols("m n k", integer=True, positive=True)
i, j, l = symbols("i j l", integer=True)
p = Symbol("p", integer=True)
lam, mu = symbols("lambda mu", positive=True)
t = Symbol("t", real=True)
X, Y = MatrixSymbol("X", m, n), MatrixSymbol("Y", m, n)
A, B, C = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n), MatrixSymbol("C", m, m)
x, c, y = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1), MatrixSymbol("y", m, 1)
v, W = MatrixSymbol("v", m * n, 1), MatrixSymbol("W", m * n, k)
I = Identity(n)
loss = (y - X * x).T * (y - X * x) + lam * x.T * x

CASES: dict[str, Any] = {
    "a sum": A + 2 * B - A.T / 3,
    "a product": A * B * x,
    "tr AB": Trace(A * B + 2 * A) + Trace(A) ** 2,
    "tr of four": Trace(X.T * C * X * A),
    "one quadratic form in two spellings": Trace(x.T * A * x) + lam * Trace(x.T * A.T * x),
    "a square": (x.T * c) ** 2,
    "an inverse": (A * A.T + lam * I).inv(),
    "a solve": (A + 5 * I).inv() * x,
    "two solves": (A + 5 * I).inv() * B * (A + 5 * I).inv() * x,
    "a solve from the right": x.T * (A + 5 * I).inv() * B,
    "a solve with the transpose": ((A + 5 * I).inv()).T * x,
    "a power": A**3,
    "a negative power": (A + 4 * I) ** -2 * x,
    "a symbolic power": A**p * x,
    "a determinant": Determinant(A),
    "log det": log(Determinant(A * A.T + I)),
    "log |det|": log(Abs(Determinant(A))),
    "Hadamard": HadamardProduct(A, B.T, A),
    "Hadamard powers": HadamardPower(A, 2) + HadamardPower(A, 3) + HadamardPower(A, 4),
    "Hadamard with the identity": HadamardProduct(A + I, B) * x,
    "tanh": X.applyfunc(tanh),
    "softplus": (X * x).applyfunc(Lambda(t, log(1 + exp(t)))),
    "sigmoid": (X * x).applyfunc(Lambda(t, 1 / (1 + exp(-t)))),
    "relu": (X * A).applyfunc(Lambda(t, Max(t, 0))),
    "step": X.applyfunc(Lambda(t, Heaviside(t))),
    "step, 0 at 0": X.applyfunc(Lambda(t, Heaviside(t, 0))) + Heaviside(lam - 1, 0) * X,
    "cases": X.applyfunc(Lambda(t, Piecewise((t**2, t > 0), (-t, True)))),
    "erf": X.applyfunc(erf),
    "absolute values and signs": X.applyfunc(Abs) + X.applyfunc(sign),
    "Kronecker": KroneckerProduct(A, X),
    "Kronecker with I": KroneckerProduct(A, Identity(m)),
    "I Kronecker": KroneckerProduct(Identity(m), A) + lam * Identity(m * n),
    "Kronecker times a vector": KroneckerProduct(A, C) * v,
    "a row times Kronecker": v.T * KroneckerProduct(A, C),
    "Kronecker times a matrix": KroneckerProduct(A, C) * W,
    "a shifted Kronecker times a vector": (KroneckerProduct(A, C) + lam * Identity(m * n)) * v,
    "Kronecker of vectors": KroneckerProduct(x, y) + v,
    "diag": DiagMatrix(x),
    "diag A": DiagMatrix(x) * A,
    "A diag c": X * DiagMatrix(x) * c,
    "X' diag X": X.T * DiagMatrix(y) * X,
    "diagonal of AB": DiagonalOf(A * B + B),
    "diagonal part": DiagonalMatrix(A) * x,
    "diag and I": DiagMatrix(x) + A + 3 * I,
    "sums of columns": OneMatrix(1, m) * X,
    "sums of rows": X * OneMatrix(n, 1),
    "a sum of entries": OneMatrix(1, m) * X * OneMatrix(n, 1),
    "ones in the middle": X * OneMatrix(n, n) * A,
    "ones added": OneMatrix(m, n) + X,
    "ones": OneMatrix(m, n),
    "a mean": OneMatrix(1, m) * y / m,
    "centred": (Identity(m) - OneMatrix(m, m) / m) * X,
    "zeros": ZeroMatrix(m, n),
    "A and lambda I": A + lam * I,
    "a low rank": (A + x * c.T) * c,
    "outer": A * x * c.T * B,
    "blocks": BlockMatrix([[A, x], [x.T, ImmutableMatrix([[2]])]]),
    "diagonal blocks": BlockDiagMatrix(A, B),
    "entries": A[0, 0] + x[0, 0] + (A * B)[0, 0],
    "a slice": (X * A)[0:m, 0:1],
    "a sum over i": Sum(x[i, 0] * c[i, 0], (i, 0, n - 1)),
    "a sum over i, j": Sum(A[i, j] * x[i, 0] * c[j, 0], (i, 0, n - 1), (j, 0, n - 1)),
    "a sum over i, j, l": Sum(A[i, j] * B[j, l] * A[l, i], (i, 0, n - 1), (j, 0, n - 1), (l, 0, n - 1)),
    "log sum exp": log(Sum(exp(x[i, 0]) * c[i, 0] ** 2, (i, 0, n - 1))),
    "a loop": Sum(i * x[i, 0], (i, 0, n - 1)),
    "a sum with a delta": Sum(KroneckerDelta(i, j) * A[i, j], (i, 0, n - 1), (j, 0, n - 1)),
    "an explicit matrix": ImmutableMatrix([[1, lam], [lam, 3]]),
    "commutation": Commutation(m, n) * v,
    "the commutation matrix": Commutation(m, n),
    "rows permuted": Commutation(m, n) * W,
    "columns permuted": W.T * Commutation(m, n),
    "vec": Vec(C * X * A),
    "vec' kron vec": Vec(X).T * KroneckerProduct(A, C) * Vec(X),
    "numbers": lam**2 + sqrt(lam) * mu + exp(-lam) * mu ** Rational(3, 2) + 1 / mu,
    "the largest": Max(lam, mu, Trace(A)),
    "sizes as numbers": n * x + sqrt(m) * x,
    "ridge": loss,
    "its gradient": 2 * X.T * (X * x - y) + 2 * lam * x,
    "a gradient to be taken": Gradient(loss, x),
    "a Hessian to be taken": Hessian(loss, x),
    "its minimiser": (X.T * X + lam * I).inv() * X.T * y,
    "a square times a vector": (X * A - Y).T * (X * A - Y) * x,
    "exp tr": exp(Trace(A) / 10),
}
SIZES = [(3, 2), (2, 4), (3, 3), (1, 1), (1, 3), (4, 1)]  # (m, n): tall, wide, square, 1 x 1, a row, a column
BOUND = {i, j, l}


def arguments(expr: Any) -> list[Any]:
    return sorted(expr.free_symbols - BOUND, key=str)


def instance(rng: np.random.Generator, expr: Any, rows: int, columns: int) -> dict[Any, Any]:
    """A value for every symbol at m = rows, n = columns."""
    sizes = {m: rows, n: columns, k: 2}
    env: dict[Any, Any] = {**sizes, lam: 0.7, mu: 1.3, p: 3}
    for s in sorted(expr.free_symbols, key=str):
        if isinstance(s, MatrixSymbol):
            env[s] = rng.normal(size=[int(sp.S(size).subs(sizes)) for size in s.shape])
    return env
