"""Strict shapes: what fits, what clashes however deep it sits, and what is not known at all."""

import random
from itertools import pairwise

import pytest
import sympy as sp
from sympy import (
    Add,
    BlockMatrix,
    Derivative,
    Determinant,
    Eq,
    HadamardProduct,
    I,
    Identity,
    Integral,
    Inverse,
    KroneckerDelta,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    Q,
    S,
    Sum,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    sqrt,
    symbols,
)
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower

from symbolic.errors import ShapeError, UnsupportedError
from symbolic.nodes import ForAll, Gradient, Hessian, Jacobian
from symbolic.shapes import is_scalar, same_shape, same_size, shape, split_product

m, n, k, p = symbols("m n k p", integer=True, positive=True)
i, j = symbols("i j", integer=True)
s = Symbol("s")
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
X, Y = MatrixSymbol("X", m, n), MatrixSymbol("Y", m, k)
x, c, y, w = (MatrixSymbol(name, size, 1) for name, size in zip("xcyw", (n, n, m, n), strict=True))
z = MatrixSymbol("z", 1, 1)
inner = x.T * c
residual = y - X * w

FITS = [
    (S(3), (1, 1)), (s, (1, 1)), (sp.pi, (1, 1)), (z, (1, 1)), (X, (m, n)), (X.T, (n, m)),
    (X.T * X, (n, n)), (X * A * B.T * X.T, (m, m)), (MatMul(2, X, s), (m, n)), (A**3, (n, n)), (A**k, (n, n)),
    (A.inv(), (n, n)), (A.inv().T, (n, n)), (Trace(X * X.T), (1, 1)), (Determinant(A), (1, 1)),
    (MatrixSymbol("W", n + n, k) * MatrixSymbol("V", k, n * (n + 1)), (2 * n, n * (n + 1))),
    (X[i, j], (1, 1)), (X[0, n - 1], (1, 1)), (KroneckerDelta(i, j), (1, 1)),
    (Sum(X[i, 0] * x[0, 0], (i, 0, m - 1)), (1, 1)),
    (Sum(x[i, 0], (i, 0, n - 2)), (1, 1)), (Sum(x[i, 0] * Sum(y[i, 0], (i, 0, m - 1)), (i, 0, n - 1)), (1, 1)),
    (Sum(X[i, 0] * A, (i, 0, m - 1)), (n, n)),
    (Identity(n) + OneMatrix(n, n) + ZeroMatrix(n, n), (n, n)),
    (HadamardProduct(X, X), (m, n)), (HadamardPower(X, 2), (m, n)), (X.applyfunc(exp), (m, n)),
    (KroneckerProduct(X, Y), (m**2, k * n)), (DiagMatrix(x), (n, n)), (DiagonalOf(A), (n, 1)),
    (BlockMatrix([[A, x], [x.T, ZeroMatrix(1, 1)]]), (n + 1, n + 1)), (sp.BlockDiagMatrix(X, Y), (2 * m, k + n)),
    (sp.Matrix([[1, s], [3, 4], [5, 6]]), (3, 2)),
    # 1x1 matrices are scalars, in whichever class SymPy holds them
    (Add(inner, 1), (1, 1)), (Mul(2, Add(inner, s)), (1, 1)), (Pow(inner, 2), (1, 1)), (Pow(inner, -1), (1, 1)),
    (1 / Add(inner, 1), (1, 1)), (sqrt(x.T * x), (1, 1)), (exp(inner), (1, 1)), (exp(inner[0, 0]), (1, 1)),
    (z.inv(), (1, 1)), (x * inner, (n, 1)),
    ((residual.T * residual)[0, 0], (1, 1)), (residual.T * residual + s * w.T * w, (1, 1)),
    (MatMul(inner, X), (m, n)), (MatMul(X, inner), (m, n)), (X * inner, (m, n)), (inner * X, (m, n)),
    (X * inner * x, (m, 1)), (MatMul(X, z, A), (m, n)), (Transpose(s), (1, 1)),
    (Piecewise((s, inner[0, 0] > 0), (0, True)), (1, 1)), (sp.Max(0, s), (1, 1)), (sp.Function("f")(s), (1, 1)),
    (Derivative(exp(A[0, 0]), A[0, 0]), (1, 1)), (Derivative(s**2, (s, 2)), (1, 1)),
    (Jacobian(inner, x), (1, n)), (Jacobian(X * x, x), (m, n)), (Jacobian(X, A), (m * n, n**2)),
    (Gradient(Trace(X * X.T), X), (m, n)), (Hessian(inner, x), (n, n)), (Hessian(Trace(X * X.T), X), (m * n, m * n)),
    (Eq(X * x, y, evaluate=False), (m, 1)), (ForAll(x, Eq(A * x, B * x, evaluate=False)), (n, 1)),
]  # fmt: skip


@pytest.mark.parametrize("expr, size", FITS, ids=str)
def test_fits(expr, size):
    rows, columns = shape(expr)
    assert (sp.expand(rows - size[0]), sp.expand(columns - size[1])) == (0, 0)
    assert is_scalar(expr) == (size == (1, 1))


CLASHES = [
    (A * Y, "cannot multiply A (n x n) by Y (m x k): n is not m. If they are equal, declare one size."),
    (MatMul(2, A, B, X), "cannot multiply A*B (n x n) by X (m x n): n is not m. If they are equal, declare one size."),
    (X * A * X, "cannot multiply X*A (m x n) by X (m x n): n is not m. If they are equal, declare one size."),
    (MatMul(X, x.T), "cannot multiply X (m x n) by x.T (1 x n): n is not 1. If they are equal, declare one size."),
    (MatMul(X, x.T, A), "cannot multiply X (m x n) by x.T (1 x n)"),
    (MatMul(X, x.T, y), "cannot multiply X (m x n) by x.T (1 x n)"),
    (MatMul(x, x), "cannot multiply x (n x 1) by x (n x 1): 1 is not n"),
    (MatAdd(A, X), "cannot add A (n x n) and X (m x n): n is not m. If they are equal, declare one size."),
    (MatAdd(X, X.T), "cannot add X (m x n) and X.T (n x m): m is not n"),
    (Add(inner, A, evaluate=False), "A scalar adds to a square matrix as a multiple of Identity"),
    (Sum(X[0, i], (i, 0, m - 1)), "cannot sum X[0, i] over i from 0 to m - 1: it has n. If sizes are equal"),
    (Sum(X[i, 0], (i, -1, m - 1)), "cannot sum X[i, 0] over i from -1 to m - 1: it has m."),
    (X.inv(), "cannot invert X (m x n): m is not n. If they are equal, declare one size."),
    (x**2, "cannot raise x (n x 1) to the power 2: n is not 1."),
    (X[0, -1], "no index -1 in X (m x n): entries count from 0; the last index is n - 1."),
    (MatPow(A, x), "the exponent of A must be 1 x 1, but is x (n x 1)."),
    (Trace(X), "cannot take the trace of X (m x n): m is not n."),
    (Determinant(X), "cannot take the determinant of X (m x n)"),
    (DiagonalOf(X), "cannot take the diagonal of X (m x n)"),
    (DiagMatrix(A), "cannot put A (n x n) on a diagonal"),
    (exp(A), "the argument of exp must be 1 x 1, but is A (n x n). Apply it to every entry with .applyfunc()."),
    (HadamardProduct(X, A), "cannot multiply entrywise X (m x n) and A (n x n): m is not n."),
    (HadamardPower(X, A), "cannot raise entrywise X (m x n) to the power A (n x n)"),
    (BlockMatrix([[A, x]]).xreplace({x: y}), "cannot put A (n x n) beside y (m x 1): n is not m."),
    (BlockMatrix([[A], [x.T]]).xreplace({x.T: y.T}), "cannot put A (n x n) above y.T (1 x m): n is not m."),
    (Derivative(s**2, s, evaluate=False).xreplace({s**2: x}), "what Derivative differentiates must be 1 x 1"),
    (Gradient(x, x), "what Gradient differentiates must be 1 x 1, but is x (n x 1). Use Jacobian."),
    (Hessian(X, X), "what Hessian differentiates must be 1 x 1"),
    (Eq(X, A, evaluate=False), "cannot equate X (m x n) and A (n x n): m is not n."),
    (ForAll(x, Eq(A * x, y, evaluate=False)), "cannot equate A*x (n x 1) and y (m x 1)"),
    (Piecewise((s, s > 0), (A, True), evaluate=False), "cannot choose between s (1 x 1) and A (n x n)"),
]  # fmt: skip


@pytest.mark.parametrize("expr, message", CLASHES, ids=[message[:60] for _, message in CLASHES])
def test_clash_names_both_sides(expr, message):
    with pytest.raises(ShapeError) as caught:
        shape(expr)
    assert message in str(caught.value)


BAD = MatMul(A, Y)  # n x n by m x k
WRAPPED = [
    Trace(MatMul(Y.T, BAD)), Sum(BAD[0, 0] * X[i, 0], (i, 0, m - 1)), Sum(s, (i, 0, Trace(X))), exp(Trace(X)),
    MatMul(B, MatAdd(A, MatMul(A, Trace(X)))), Transpose(BAD), Inverse(MatMul(A, Determinant(X))), MatPow(A, Trace(X)),
    HadamardProduct(A, MatMul(A, X)), KroneckerProduct(A, BAD), DiagMatrix(MatMul(A, x, Trace(X))), Add(s, Trace(X)),
    A[Trace(X), 0], KroneckerDelta(i, Trace(X)), Pow(s, Trace(X)), Piecewise((s, Trace(X) > 0), (0, True)),
    Piecewise((Trace(X), s > 0), (0, True)), Jacobian(BAD, x), Jacobian(x, X.inv()), Gradient(Trace(X), A),
    ForAll(BAD, Eq(A, B, evaluate=False)), Eq(A, X.inv() * X, evaluate=False), sp.Max(Trace(X), s), A.inv() * X.inv().T,
    BlockMatrix([[A, MatMul(A, Trace(X))]]), sp.Matrix([[Trace(X)]]), BAD.applyfunc(exp), HadamardPower(A, Trace(X)),
    A.applyfunc(sp.Lambda(s, s * Trace(X))), DiagonalOf(MatMul(A, Trace(X))), Derivative(s * Trace(X), s),
]  # fmt: skip


@pytest.mark.parametrize("expr", WRAPPED, ids=lambda e: type(e).__name__)
def test_clash_is_found_however_deep(expr):
    with pytest.raises(ShapeError):
        shape(expr)


@pytest.mark.parametrize(
    "expr, name",
    [
        (sp.Adjoint(X), "Adjoint"),
        (Integral(s, s), "Integral"),
        (sp.gamma(s), "gamma"),
        (Trace(sp.Adjoint(A)), "Adjoint"),
        (Add(s, Integral(s, s)), "Integral"),
        (X.applyfunc(sp.gamma), "gamma"),
        (Q.symmetric(A), "AppliedPredicate"),
        (sp.oo * 1, "Infinity"),
        (sp.nan, "NaN"),
        (I, "ImaginaryUnit"),
        (Symbol("u", imaginary=True), "not real"),
        (Sum(s, (i, 0, S.Infinity)), "Infinity"),
        ([1, 2], "list"),
        ("x", "str"),
    ],
    ids=str,
)
def test_unknown_node_is_named(expr, name):
    with pytest.raises(UnsupportedError, match=name):
        shape(expr)


def test_sizes_are_equal_only_when_declared_so():
    assert same_size(2 * n, n + n)
    assert same_size(n * (m + 1), m * n + n)
    assert not same_size(n, m)
    assert not same_size(n, 1)
    twin = Symbol("n")  # other assumptions: another symbol with the same name
    with pytest.raises(ShapeError, match="Two different symbols are printed n"):
        shape(A * MatrixSymbol("T", twin, k))
    with pytest.raises(ShapeError, match="cannot equate"):
        same_shape(X, X.T)
    same_shape(X * x, y)


def test_size_one_is_the_integer_one():
    assert shape(MatrixSymbol("v", n, n + 1 - n)) == (n, 1)
    assert is_scalar(MatrixSymbol("v", n + 1 - n, 1).T)


def test_product_is_split_into_scalars_and_a_chain():
    assert split_product((2, X, s, A)) == ([(2,), (s,)], [X, A])
    assert split_product((X * inner * A * x).args) == ([(x.T, c)], [X, A, x])
    assert split_product((x.T, A, c)) == ([(x.T, A, c)], [])
    assert split_product((X, x.T, x, x.T, A, c, w)) == ([(x.T, x), (x.T, A, c)], [X, w])
    assert split_product((x, x.T)) == ([], [x, x.T])


def test_random_products_have_the_shape_of_their_values():
    """A flat product of random factors, against NumPy sizes that give every symbol its own value."""
    generator = random.Random(7)
    sizes = {m: 5, n: 3, k: 4, S.One: 1}
    pool = [MatrixSymbol(f"M_{a}{b}", a, b) for a in sizes for b in sizes]
    seen = set()
    for _ in range(400):
        factors = [generator.choice(pool) for _ in range(generator.randint(2, 4))]
        chains = all(one.cols == other.rows for one, other in pairwise(factors))
        try:
            found = shape(MatMul(*factors))
        except ShapeError:
            assert not chains, f"seed 7: {factors}"
            seen.add("clash")
            continue
        if chains:
            assert found == (factors[0].rows, factors[-1].cols), f"seed 7: {factors}"
            seen.add("chain")
        else:  # only with a 1x1 run taken out
            assert S.One in {size for factor in factors for size in factor.shape}, f"seed 7: {factors}"
            seen.add("scalar")
    assert seen == {"clash", "chain", "scalar"}
