"""Kronecker products, block matrices, slices, single entries and partial sums."""

from __future__ import annotations

import sympy as sp
from sympy import (
    BlockDiagMatrix,
    BlockMatrix,
    Determinant,
    HadamardProduct,
    Identity,
    KroneckerDelta,
    KroneckerProduct,
    MatrixSymbol,
    OneMatrix,
    Sum,
    Symbol,
    Trace,
    ZeroMatrix,
    exp,
    log,
    sqrt,
)

from tests.symbolic.problems.rows import gradient, hessian, i, j, jacobian, lam, m, n, p, r, s

A, B, C, D = (MatrixSymbol(name, n, n) for name in "ABCD")
P, Q = MatrixSymbol("P", m, m), MatrixSymbol("Q", m, m)
X, Y, Z = MatrixSymbol("X", m, n), MatrixSymbol("Y", n, m), MatrixSymbol("Z", m, n)
x, a, b, c = (MatrixSymbol(name, n, 1) for name in "xabc")
y, d = MatrixSymbol("y", m, 1), MatrixSymbol("d", m, 1)
u = MatrixSymbol("u", m * n, 1)
K = MatrixSymbol("K", m * n, m * n)
L, N = MatrixSymbol("L", m + n, m + n), MatrixSymbol("N", n + 1, n + 1)
v = MatrixSymbol("v", n + 1, 1)
f = MatrixSymbol("f", m + n, 1)
t = Symbol("t", positive=True)
S3, x3 = MatrixSymbol("S", 3, 3), MatrixSymbol("x", 3, 1)
I, Im = Identity(n), Identity(m)
corner = {r: 0, s: 0}

KRONECKER = [
    gradient("trace of a Kronecker product", Trace(KroneckerProduct(P, A)), A, Trace(P) * I),
    gradient("trace of a Kronecker product, left", Trace(KroneckerProduct(A, P)), A, Trace(P) * I),
    gradient("trace of a Kronecker square", Trace(KroneckerProduct(A, A)), A, 2 * Trace(A) * I),
    gradient("trace of a Kronecker product with a matrix", Trace(K * KroneckerProduct(P, A)), A),
    gradient("trace of products of Kronecker products", Trace(KroneckerProduct(A, P) * KroneckerProduct(B, Q)), A,
             Trace(P * Q) * B.T),
    gradient("quadratic form of a Kronecker product", u.T * KroneckerProduct(P, A) * u, u,
             KroneckerProduct(P, A) * u + KroneckerProduct(P.T, A.T) * u),
    gradient("bilinear form in Kronecker vectors", KroneckerProduct(y, x).T * K * KroneckerProduct(y, x), x),
    gradient("dot of Kronecker vectors", KroneckerProduct(x, x).T * KroneckerProduct(a, b), x,
             (b.T * x)[0, 0] * a + (a.T * x)[0, 0] * b),
    gradient("norm of a Kronecker vector", KroneckerProduct(x, y).T * KroneckerProduct(x, y), x,
             2 * (y.T * y)[0, 0] * x),
    gradient("norm of a Kronecker product", Trace(KroneckerProduct(X, A).T * KroneckerProduct(X, A)), X,
             2 * Trace(A.T * A) * X),
    gradient("determinant of a Kronecker product", log(Determinant(KroneckerProduct(P, A))), A, m * A.inv().T),
    gradient("Kronecker product with the identity", Trace(KroneckerProduct(Im, A) * K), A),
    gradient("Kronecker sum", Trace(K * (KroneckerProduct(Im, A) + KroneckerProduct(P, I))), P),
    gradient("inverse of a Kronecker product", u.T * KroneckerProduct(P, A).inv() * u, A),
    gradient("log determinant of a Kronecker sum", log(Determinant(KroneckerProduct(Im, A) + KroneckerProduct(P, I))),
             A),
    gradient("Kronecker covariance", log(Determinant(KroneckerProduct(P, A) + lam * Identity(m * n))), A),
    gradient("Kronecker product by a number", Trace(K * KroneckerProduct(P + t * Q, A + t * B)), t),
    gradient("three Kronecker factors", Trace(KroneckerProduct(A, B, C) * KroneckerProduct(D, D, D)), A,
             Trace(B * D) * Trace(C * D) * D.T),
    jacobian("Kronecker product of vectors", KroneckerProduct(x, y), x, KroneckerProduct(I, y)),
    jacobian("Kronecker product of vectors, right", KroneckerProduct(y, x), x, KroneckerProduct(y, I)),
    jacobian("Kronecker square of a vector", KroneckerProduct(x, x), x,
             KroneckerProduct(I, x) + KroneckerProduct(x, I)),
    jacobian("Kronecker product times vector", KroneckerProduct(P, A) * u, u, KroneckerProduct(P, A)),
    jacobian("Kronecker product by its right factor", KroneckerProduct(P, A), A),
    jacobian("Kronecker product by a number, as a matrix", KroneckerProduct(P + t * Q, A), t, KroneckerProduct(Q, A)),
    hessian("Kronecker quadratic form", KroneckerProduct(y, x).T * K * KroneckerProduct(y, x), x),
]  # fmt: skip

blocks = BlockMatrix([[A, X.T], [X, P]])
square = BlockMatrix([[A, B], [C, D]])
bordered = BlockMatrix([[A, x], [x.T, sp.Matrix([[1]])]])
stacked = BlockMatrix([[x], [y]])
BLOCKS = [
    gradient("trace of blocks", Trace(square), A, I),
    gradient("trace of blocks with a matrix", Trace(square * BlockMatrix([[B, C], [D, A]])), A),
    gradient("trace of a product with blocks", Trace(L * BlockMatrix([[A, Y], [X, P]])), X),
    gradient("trace of blocks squared", Trace(square**2), A, 2 * A.T),
    gradient("off-diagonal block squared", Trace(square * square), B, 2 * C.T),
    gradient("norm of blocks", Trace(square.T * square), B, 2 * B),
    gradient("norm of stacked vectors", stacked.T * stacked, x, 2 * x),
    gradient("quadratic form of stacked vectors", stacked.T * L * stacked, x),
    gradient("dot of stacked vectors", f.T * stacked, y),
    gradient("quadratic form of a block matrix", f.T * BlockMatrix([[A, Y], [X, P]]) * f, X),
    gradient("quadratic form of blocks and vectors", stacked.T * BlockMatrix([[A, Y], [X, P]]) * stacked, x),
    gradient("augmented least squares", (BlockMatrix([[X], [sqrt(lam) * I]]) * x
             - BlockMatrix([[y], [ZeroMatrix(n, 1)]])).T
             * (BlockMatrix([[X], [sqrt(lam) * I]]) * x - BlockMatrix([[y], [ZeroMatrix(n, 1)]])), x,
             2 * X.T * (X * x - y) + 2 * lam * x),
    gradient("weights with an intercept", (BlockMatrix([[X, OneMatrix(m, 1)]]) * v - y).T
             * (BlockMatrix([[X, OneMatrix(m, 1)]]) * v - y), v),
    gradient("matrix beside a matrix", Trace(BlockMatrix([[X, Z]]).T * P * BlockMatrix([[X, Z]])), X, P * X + P.T * X),
    gradient("log determinant of blocks", log(Determinant(square)), A, draws={B: "small", C: "small"}),
    gradient("log determinant of blocks, off the diagonal", log(Determinant(square)), B,
             draws={B: "small", C: "small"}),
    gradient("determinant of a bordered matrix", Determinant(bordered), x, draws={x: "small"}),
    gradient("log determinant of a block triangle", log(Determinant(BlockMatrix([[A, X.T], [ZeroMatrix(m, n), P]]))), A,
             A.inv().T),
    gradient("inverse of blocks", Trace(square.inv()), A, draws={B: "small", C: "small"}),
    gradient("quadratic form of an inverse of blocks", f.T * BlockMatrix([[A, Y], [X, P]]).inv() * f, A,
             draws={X: "small", Y: "small"}),
    gradient("inverse of a block triangle", f.T * BlockMatrix([[A, Y], [ZeroMatrix(m, n), P]]).inv() * f, Y),
    gradient("blocks of numbers", Trace(BlockMatrix([[sp.Matrix([[t]]), x.T], [x, A]]) ** 2), x, 4 * x),
    gradient("blocks of numbers, by one", Trace(BlockMatrix([[sp.Matrix([[t]]), x.T], [x, A]]) ** 2), t, 2 * t),
    gradient("explicit matrix of numbers", x3.T * sp.Matrix([[t, 0, 1], [0, t**2, 0], [1, 0, 2]]) * x3, x3),
    gradient("explicit matrix of numbers, by one", (x3.T * sp.Matrix([[t, 0, 1], [0, t**2, 0], [1, 0, 2]]) * x3)[0, 0],
             t,
             x3[0] ** 2 + 2 * t * x3[1] ** 2),
    gradient("block diagonal trace", Trace(BlockDiagMatrix(A, P) * L), A),
    gradient("block diagonal log determinant", log(Determinant(BlockDiagMatrix(A, P))), A, A.inv().T),
    gradient("block diagonal quadratic form", stacked.T * BlockDiagMatrix(A, P) * stacked, x, (A + A.T) * x),
    gradient("block diagonal inverse", f.T * BlockDiagMatrix(A, P).inv() * f, A),
    gradient("blocks by a number", log(Determinant(BlockMatrix([[A + t * B, X.T], [X, P]]))), t, draws={X: "small"}),
    jacobian("stacked linear maps", BlockMatrix([[A * x], [X * x]]), x, BlockMatrix([[A], [X]])),
    jacobian("block matrix times stacked vectors", BlockMatrix([[A, Y], [X, P]]) * stacked, x, BlockMatrix([[A], [X]])),
    jacobian("stacked with a function", BlockMatrix([[x], [(X * x).applyfunc(exp)]]), x),
    jacobian("a block with a number", BlockMatrix([[x], [x.T * x]]), x, BlockMatrix([[I], [2 * x.T]])),
    jacobian("KKT map", BlockMatrix([[A, X.T], [X, ZeroMatrix(m, m)]]) * f, f,
             BlockMatrix([[A, X.T], [X, ZeroMatrix(m, m)]])),
    hessian("stacked quadratic form", stacked.T * L * stacked, x),
]  # fmt: skip

SLICES = [
    gradient("sum of squares of a slice", v[:n, 0].T * v[:n, 0], v),
    gradient("tail of a vector", v[1:, 0].T * x, v),
    gradient("head times tail", v[:n, 0].T * v[1:, 0], v),
    gradient("quadratic form of a slice", v[:n, :].T * A * v[:n, :], v),
    gradient("differences by slices", (v[1:, 0] - v[:n, 0]).T * (v[1:, 0] - v[:n, 0]), v),
    gradient("trace of a leading block", Trace(L[:n, :n]), L),
    gradient("trace of a leading block with a matrix", Trace(L[:n, :n] * A), L),
    gradient("norm of an off-diagonal block", Trace(L[n:, :n].T * L[n:, :n]), L),
    gradient("log determinant of a leading block", log(Determinant(L[:n, :n])), L),
    gradient("Schur complement by slices", Trace(L[:n, :n] - L[:n, n:] * L[n:, n:].inv() * L[n:, :n]), L),
    gradient("a row of a matrix", (X[0, :] * x)[0, 0], X),
    gradient("a row of a matrix, by x", (X[0, :] * x)[0, 0], x, X[0, :].T),
    gradient("a row with a symbolic index", X[r, :] * x, x, X[r, :].T, draws=corner),
    gradient("a column of a matrix", y.T * X[:, 0], X),
    gradient("a column with a symbolic index", X[:, s].T * X[:, s], X),
    gradient("squared row", X[r, :] * X[r, :].T, X),
    gradient("matrix with a column less", Trace(N[:, :n].T * N[:, :n]), N),
    gradient("numeric slice", S3[:2, :2].T[0, 0] * 2 + Trace(S3[:2, :2]), S3),
    gradient("numeric slice of a vector", x3[:2, 0].T * x3[1:, 0], x3),
    jacobian("head as a map", v[:n, 0], v),
    jacobian("slice of a linear map", (N * v)[:n, 0], v, N[:n, :]),
]  # fmt: skip

ENTRIES = [
    gradient("an entry of a vector", x[r, 0], x),
    gradient("an entry of a vector, squared", x[r, 0] ** 2, x),
    gradient("an entry of a matrix", X[r, s], X),
    gradient("product of two entries", X[r, s] * X[i, j], X),
    gradient("entry times norm", x[r, 0] * (x.T * x)[0, 0], x),
    gradient("exp of an entry", exp(x[r, 0]), x),
    gradient("sin of an entry of a matrix", sp.sin(X[r, s]), X),
    gradient("reciprocal of an entry of a matrix", 1 / (X[r, s] ** 2 + 2), X),
    gradient("sin of an entry by it", sp.sin(X[r, s]), X[r, s]),
    gradient("the first entry", x[0, 0] * lam, x),
    gradient("the first entry squared", x[0, 0] ** 2, x),
    gradient("first and last entry", x[0, 0] * x[n - 1, 0], x),
    gradient("an entry of a linear map", (A * x)[r, 0], x, A[r, :].T),
    gradient("an entry of a linear map, by A", (A * x)[r, 0], A),
    gradient("an entry of a product", (A * B)[r, s], A),
    gradient("an entry of an inverse", A.inv()[r, s], A),
    gradient("an entry of a power", (A**3)[r, r], A),
    gradient("an entry of a gram matrix", (X.T * X)[r, s], X),
    gradient("an entry of a Kronecker product", KroneckerProduct(x, y)[r, 0], x),
    gradient("an entry of an affine map", ((A + I) * x)[r, 0], x),
    gradient("an entry of a resolvent", (X.T * X + I).inv()[r, s], X),
    gradient("entry by entry", (A * B)[r, s], A[i, j], KroneckerDelta(r, i) * B[j, s]),
    gradient("vector entry by entry", (A * x)[r, 0], x[s, 0], A[r, s]),
    gradient("norm by entry", x.T * x, x[s, 0], 2 * x[s, 0]),
    gradient("norm by the first entry", x.T * x, x[0, 0], 2 * x[0, 0]),
    gradient("trace by entry", Trace(A * B), A[i, j], B[j, i]),
    gradient("log determinant by entry", log(Determinant(A)), A[i, j], A.inv()[j, i]),
    gradient("least squares by entry", (X * x - y).T * (X * x - y), X[i, j], 2 * (X * x - y)[i, 0] * x[j, 0]),
    gradient("numbered entries", S3[0, 1] * S3[1, 0] - S3[0, 0] * S3[1, 1], S3),
    gradient("numbered entry in a dot", x3[0] * (x3.T * x3)[0, 0], x3),
    gradient("softmax cross entropy with a label", log((OneMatrix(1, n) * x.applyfunc(exp))[0, 0]) - x[r, 0], x),
    jacobian("vector by entry", A * x, x[s, 0], A[:, s]),
    jacobian("matrix by entry", A.inv(), A[i, j], -A.inv()[:, i] * A.inv()[j, :]),
    jacobian("entry as a row", (A * x)[r, 0], x, A[r, :]),
    hessian("an entry squared", x[r, 0] ** 2, x),
    hessian("entry times entry", x[0, 0] * x[r, 0], x),
]  # fmt: skip

last = n - 2
SUMS = [
    gradient("all but the last", Sum(x[i, 0], (i, 0, n - 2)), x),
    gradient("all but the first", Sum(x[i, 0] ** 2, (i, 1, n - 1)), x),
    gradient("total variation", Sum((x[i + 1, 0] - x[i, 0]) ** 2, (i, 0, n - 2)), x),
    gradient("total variation, shifted", Sum((x[i, 0] - x[i - 1, 0]) ** 2, (i, 1, n - 1)), x),
    gradient("second differences", Sum((v[i + 1, 0] - 2 * v[i, 0] + v[i - 1, 0]) ** 2, (i, 1, n - 1)), v),
    gradient("neighbours", Sum(x[i, 0] * x[i + 1, 0], (i, 0, n - 2)), x),
    gradient("autoregression", Sum((v[i + 1, 0] - t * v[i, 0]) ** 2, (i, 0, n - 1)), v),
    gradient("autoregression by its coefficient", Sum((v[i + 1, 0] - t * v[i, 0]) ** 2, (i, 0, n - 1)), t,
             Sum(-2 * v[i, 0] * (v[i + 1, 0] - t * v[i, 0]), (i, 0, n - 1))),
    gradient("Rosenbrock", Sum(100 * (v[i + 1, 0] - v[i, 0] ** 2) ** 2 + (1 - v[i, 0]) ** 2, (i, 0, n - 1)), v),
    gradient("double sum below the diagonal", Sum(A[i, j], (j, 0, i), (i, 0, n - 1)), A),
    gradient("double sum of differences", Sum((x[i, 0] - x[j, 0]) ** 2, (i, 0, n - 1), (j, 0, n - 1)), x,
             4 * n * x - 4 * OneMatrix(n, n) * x),
    gradient("weighted differences", Sum(A[i, j] * (x[i, 0] - x[j, 0]) ** 2, (i, 0, n - 1), (j, 0, n - 1)), x),
    gradient("partial sum squared", Sum(x[i, 0], (i, 0, n - 2)) ** 2, x),
    gradient("sum of squared residuals", Sum((y[i, 0] - (X * x)[i, 0]) ** 2, (i, 0, m - 1)), x, 2 * X.T * (X * x - y)),
    gradient("sum of squared residuals, two sums", Sum((y[i, 0] - Sum(X[i, j] * x[j, 0], (j, 0, n - 1))) ** 2,
             (i, 0, m - 1)), x,
             2 * X.T * (X * x - y)),
    gradient("sum of logistic losses", Sum(log(1 + exp(-y[i, 0] * (X * x)[i, 0])), (i, 0, m - 1)), x),
    gradient("sum over all entries", Sum(X[i, j] * Z[i, j], (i, 0, m - 1), (j, 0, n - 1)), X, Z),
    gradient("sum of a function of entries", Sum(exp(X[i, j]), (i, 0, m - 1), (j, 0, n - 1)), X, X.applyfunc(exp)),
    gradient("partial sum of an affine map", Sum(((A + I) * x)[i, 0] ** 2, (i, 0, n - 2)), x),
    gradient("partial sum against a shifted affine map", Sum(x[i + 1, 0] * ((A - I) * x)[i, 0], (i, 0, n - 2)), x),
    gradient("superdiagonal", Sum(A[i, i + 1], (i, 0, n - 2)), A),
    gradient("sum of row norms", Sum(sqrt(Sum(X[i, j] ** 2, (j, 0, n - 1))), (i, 0, m - 1)), X),
    gradient("sum of cubes", Sum(x[i, 0] ** 3, (i, 0, n - 1)), x, 3 * HadamardProduct(x, x)),
    gradient("weighted by the index", Sum((i + 1) * x[i, 0], (i, 0, n - 1)), x),
    gradient("discounted", Sum(lam**i * x[i, 0], (i, 0, n - 1)), x),
    gradient("sum over another size", Sum(x[0, 0] ** i, (i, 0, p - 1)), x),
    hessian("total variation, hessian", Sum((x[i + 1, 0] - x[i, 0]) ** 2, (i, 0, n - 2)), x),
]  # fmt: skip

ROWS = [*KRONECKER, *BLOCKS, *SLICES, *ENTRIES, *SUMS]
