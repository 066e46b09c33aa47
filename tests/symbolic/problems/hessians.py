"""Second derivatives of vectors and matrices (in vec order), mixed ones, and Jacobians of matrices by matrices."""

from __future__ import annotations

import sympy as sp
from sympy import (
    Determinant,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Symbol,
    Trace,
    exp,
    log,
    sin,
    sqrt,
    tanh,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from symbolic.vec import Commutation
from tests.symbolic.problems.rows import Row, gradient, hessian, jacobian, k, lam, m, n, p

A, B, C, S = (MatrixSymbol(name, n, n) for name in "ABCS")
P = MatrixSymbol("P", m, m)
X, W = MatrixSymbol("X", m, n), MatrixSymbol("W", p, n)
x, a, b = (MatrixSymbol(name, n, 1) for name in "xab")
y, d = MatrixSymbol("y", m, 1), MatrixSymbol("d", m, 1)
M, N = MatrixSymbol("M", p, m), MatrixSymbol("N", n, p)
t = Symbol("t", positive=True)
z = Symbol("z", real=True)
I, Im = Identity(n), Identity(m)
xx, ax = (x.T * x)[0, 0], (a.T * x)[0, 0]
sigmoid = Lambda(z, 1 / (1 + exp(-z)))
signs = {y: "signs"}


def mixed(id, expr, by, other, printed=None, **more):
    return Row(id, expr, (by, other), "hessian", printed, **more)


VECTORS = [
    hessian("quadratic", x.T * A * x, x, A + A.T),
    hessian("linear", a.T * x, x, sp.ZeroMatrix(n, n)),
    hessian("least squares", (X * x - y).T * (X * x - y), x, 2 * X.T * X),
    hessian("ridge", (X * x - y).T * (X * x - y) + lam * x.T * x, x, 2 * X.T * X + 2 * lam * I),
    hessian("weighted least squares", (X * x - y).T * P * (X * x - y), x, X.T * (P + P.T) * X),
    hessian("norm", sqrt(xx), x, (1 / sqrt(xx)) * I - xx ** sp.Rational(-3, 2) * (x * x.T)),
    hessian("squared norm squared", xx**2, x, 4 * xx * I + 8 * x * x.T),
    hessian("log of norm", log(xx), x, (2 / xx) * I - (4 / xx**2) * (x * x.T)),
    hessian("product of linear forms", ax * (b.T * x)[0, 0], x, a * b.T + b * a.T),
    hessian("cube of a linear form", ax**3, x, 6 * ax * a * a.T),
    hessian("exp of a linear form", exp(ax), x, exp(ax) * a * a.T),
    hessian("Gaussian", exp(-xx / 2), x, exp(-xx / 2) * (x * x.T - I)),
    hessian("log(1 + exp)", log(1 + exp(ax)), x),
    hessian("Rayleigh quotient", (x.T * A * x)[0, 0] / xx, x),
    hessian("sum of exp", OneMatrix(1, n) * x.applyfunc(exp), x, DiagMatrix(x.applyfunc(exp))),
    hessian("log-sum-exp", log((OneMatrix(1, n) * x.applyfunc(exp))[0, 0]), x),
    hessian("entropy", x.T * x.applyfunc(log), x, draws={x: "positive"}),
    hessian("logistic regression", OneMatrix(1, m) * (-HadamardProduct(y, X * x)).applyfunc(Lambda(z,
             log(1 + exp(z)))), x,
            draws=signs),
    hessian("logistic regression, labels 0 and 1",
            OneMatrix(1, m) * (X * x).applyfunc(Lambda(z, log(1 + exp(z)))) - y.T * X * x, x, draws={y: "binary"}),
    hessian("Poisson regression", OneMatrix(1, m) * (X * x).applyfunc(exp) - y.T * X * x, x,
            X.T * DiagMatrix((X * x).applyfunc(exp)) * X),
    hessian("one layer", d.T * (X * x).applyfunc(tanh), x),
    hessian("two layers", d.T * (X * (A * x).applyfunc(tanh)).applyfunc(sin), x),
    hessian("Hadamard square", OneMatrix(1, n) * HadamardProduct(x, x), x, 2 * I),
    hessian("Hadamard with a linear map", a.T * HadamardProduct(x, A * x), x, DiagMatrix(a) * A + A.T * DiagMatrix(a)),
    hessian("quartic of entries", OneMatrix(1, n) * HadamardProduct(x, x, x, x), x,
             12 * DiagMatrix(HadamardProduct(x, x))),
    hessian("diagonal congruence", Trace(DiagMatrix(x) * A * DiagMatrix(x) * B), x,
            HadamardProduct(A, B.T) + HadamardProduct(A.T, B)),
    hessian("resolvent", a.T * (x * x.T + I).inv() * a, x),
    hessian("log determinant of an update", log(Determinant(x * x.T + I)), x),
    hessian("by a number", log(Determinant(A + t * B)), t, -Trace((A + t * B).inv() * B * (A + t * B).inv() * B)),
    hessian("ridge by lambda", (y.T * X * (X.T * X + lam * I).inv() * X.T * y)[0, 0], lam),
    hessian("softplus of residuals", OneMatrix(1, m) * (X * x - y).applyfunc(Lambda(z, sqrt(1 + z**2))), x),
    hessian("cosine similarity", ax / sqrt(xx), x),
]  # fmt: skip

MIXED = [
    mixed("bilinear", x.T * A * b, x, b, A),
    mixed("bilinear, other way", x.T * A * b, b, x, A.T),
    mixed("bilinear squared, mixed", (x.T * A * b) ** 2, x, b),
    mixed("least squares, weights and targets", (X * x - y).T * (X * x - y), x, y, -2 * X.T),
    mixed("two vectors in a norm", sqrt(((x - a).T * (x - a))[0, 0]), x, a),
    mixed("vector and matrix", (X * x - y).T * (X * x - y), x, X),
    mixed("two matrices", Trace(A * B), A, B),
    mixed("factorisation", Trace((X - y * x.T).T * (X - y * x.T)), x, y),
    mixed("vector and number", lam * x.T * x, x, lam, 2 * x),
    mixed("number and vector", lam * x.T * x, lam, x, 2 * x.T),
    mixed("two numbers", Determinant(A + t * B + lam * C), t, lam),
    mixed("log determinant, matrix and vector", log(Determinant(A + x * x.T)), x, A),
]

MATRICES = [
    hessian("squared norm", Trace(X.T * X), X, 2 * Identity(m * n)),
    hessian("quadratic in X", Trace(X.T * P * X), X, KroneckerProduct(I, P + P.T)),
    hessian("quadratic in X, right", Trace(X * A * X.T), X, KroneckerProduct(A + A.T, Im)),
    hessian("two sided quadratic", Trace(X.T * P * X * A), X, KroneckerProduct(A.T, P) + KroneckerProduct(A, P.T)),
    hessian("trace of a square", Trace(A**2), A, 2 * Commutation(n, n)),
    hessian("trace of A B A C", Trace(A * B * A * C), A),
    hessian("trace of a cube", Trace(A**3), A),
    hessian("log det", log(Determinant(S)), S, -KroneckerProduct(S.inv(), S.inv().T) * Commutation(n, n)),
    hessian("det", Determinant(S), S),
    hessian("trace of an inverse", Trace(S.inv()), S),
    hessian("quadratic form of an inverse", a.T * S.inv() * a, S),
    hessian("least squares by X", (X * x - y).T * (X * x - y), X, 2 * KroneckerProduct(x * x.T, Im)),
    hessian("bilinear squared", (d.T * X * x) ** 2, X, 2 * KroneckerProduct(x * x.T, d * d.T)),
    hessian("linear in X", d.T * X * x, X, sp.ZeroMatrix(m * n, m * n)),
    hessian("Frobenius norm", sqrt(Trace(X.T * X)), X),
    hessian("squared Frobenius norm squared", Trace(X.T * X) ** 2, X),
    hessian("squared trace", Trace(A) ** 2, A),
    hessian("quartic", Trace(X.T * X * X.T * X), X),
    hessian("gram determinant", log(Determinant(X.T * X + lam * I)), X),
    hessian("entries", OneMatrix(1, m) * X.applyfunc(exp) * OneMatrix(n, 1), X),
    hessian("Hadamard", Trace(HadamardProduct(X, X).T * HadamardProduct(X, X)), X),
    hessian("masked", Trace(HadamardProduct(X, MatrixSymbol("Z", m, n)).T * X), X),
    hessian("logistic in X", log(1 + exp(-(d.T * X * x)[0, 0])), X),
    hessian("Gaussian log likelihood", log(Determinant(S)) + Trace(S.inv() * B), S),
    hessian("orthogonality penalty", Trace((A.T * A - I).T * (A.T * A - I)), A),
    hessian("one layer by X", OneMatrix(1, m) * (X * x).applyfunc(tanh), X),
    hessian("symbolic power", Trace(A**k), A),
]

JACOBIANS = [
    jacobian("identity", X, X, Identity(m * n)),
    jacobian("transpose", X.T, X, Commutation(m, n)),
    jacobian("left product", M * X, X, KroneckerProduct(I, M)),
    jacobian("right product", X * N, X, KroneckerProduct(N.T, Im)),
    jacobian("two sided", M * X * N, X, KroneckerProduct(N.T, M)),
    jacobian("two sided transposed", N.T * X.T * M.T, X),
    jacobian("square", A**2, A, KroneckerProduct(A.T, I) + KroneckerProduct(I, A)),
    jacobian("cube", A**3, A),
    jacobian("symbolic power as a map", A**k, A),
    jacobian("gram", X.T * X, X),
    jacobian("outer gram", X * X.T, X),
    jacobian("quadratic map", X.T * P * X, X),
    jacobian("congruence by the middle", X * S * X.T, S, KroneckerProduct(X, X)),
    jacobian("inverse as a map", A.inv(), A, -KroneckerProduct(A.inv().T, A.inv())),
    jacobian("inverse of a gram", (X.T * X + lam * I).inv(), X),
    jacobian("scaled by a determinant", MatMul(Determinant(A), B), A),
    jacobian("adjugate", MatMul(Determinant(A), A.inv()), A),
    jacobian("scaled by a trace", MatMul(Trace(A), A), A),
    jacobian("normalised by its norm", X / sqrt(Trace(X.T * X)), X),
    jacobian("normalised by its trace", A / Trace(A), A),
    jacobian("vector by matrix", X * x, X, KroneckerProduct(x.T, Im)),
    jacobian("vector by matrix, transposed", X.T * y, X),
    jacobian("row by matrix", y.T * X, X),
    jacobian("solution by matrix", A.inv() * b, A, -KroneckerProduct((A.inv() * b).T, A.inv())),
    jacobian("least squares solution by y", (X.T * X).inv() * X.T * y, y, (X.T * X).inv() * X.T, shapes="tall"),
    jacobian("least squares solution by X", (X.T * X).inv() * X.T * y, X, shapes="tall"),
    jacobian("projection by X", X * (X.T * X).inv() * X.T, X, shapes="tall"),
    jacobian("outer product", x * x.T, x, KroneckerProduct(x, I) + KroneckerProduct(I, x)),
    jacobian("outer product with a constant", x * y.T, x, KroneckerProduct(y, I)),
    jacobian("entries as a map", X.applyfunc(sin), X),
    jacobian("sigmoid of a linear map", (X * x).applyfunc(sigmoid), X),
    jacobian("matrix of a layer", (M * X).applyfunc(tanh), X),
    jacobian("matrix by a vector in a diagonal", X * DiagMatrix(x), x),
    jacobian("rank one update by a number", A + t * x * x.T, t, x * x.T),
    jacobian("exp of a trace times a matrix", MatMul(exp(Trace(A)), B), A),
    jacobian("Kronecker product by A", KroneckerProduct(A, P), A),
    jacobian("vec by slices of the identity", A * B * A.T, A),
    jacobian("scalar by a matrix", d.T * X * x, X, note="use gradient"),
    gradient("contraction with a Jacobian", Trace(KroneckerProduct(A, A)), A, 2 * Trace(A) * I),
]

ROWS = [*VECTORS, *MIXED, *MATRICES, *JACOBIANS]
