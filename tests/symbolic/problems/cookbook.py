"""The Matrix Cookbook (Petersen and Pedersen, version of November 15, 2012), chapter 2: equations 33 to 144.

Every equation that states a derivative has a row, with the answer as printed. Derivatives by a number x are taken of
Y = A + x B, and the like. Where the printed answer is false, the row has it as `misprint` and a corrected `printed`.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy import (
    Determinant,
    HadamardProduct,
    Identity,
    KroneckerDelta,
    KroneckerProduct,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Sum,
    Symbol,
    Trace,
    ZeroMatrix,
    log,
    sqrt,
)

from tests.symbolic.problems.rows import Row, differential, gradient, hessian, i, j, jacobian, k, m, n, p, q, r, s

SECTIONS = {
    "2 general": range(33, 46), "2.1 determinants": range(46, 59), "2.2 inverses": range(59, 66),
    "2.3 eigenvalues": range(66, 69), "2.4 scalar forms": range(69, 99), "2.5 traces": range(99, 129),
    "2.6 vector norms": range(129, 132), "2.7 matrix norms": range(132, 133), "2.8 structured": range(133, 145),
}  # fmt: skip

x = Symbol("x", real=True)  # the number of 33-48 and 59
alpha = Symbol("alpha", real=True)
A, B, C, D, X, W = (MatrixSymbol(name, n, n) for name in "ABCDXW")
F = MatrixSymbol("X", m, n)  # X, of any shape
v, a, b, c = (MatrixSymbol(name, n, 1) for name in ("x", "a", "b", "c"))
am, cm = MatrixSymbol("a", m, 1), MatrixSymbol("c", m, 1)
Bm, Cm, Dm = (MatrixSymbol(name, m, m) for name in "BCD")
G = MatrixSymbol("A", n, m)
u = Symbol("u", integer=True, nonnegative=True)
I = Identity(n)
dX = MatrixSymbol("dX", n, n)
Y, Z = A + x * B, C + x**2 * D
DY = B
gram = F.T * Cm * F
ones = OneMatrix(n, 1)


def adjugate(M):
    return MatMul(Determinant(M), M.inv())


def inner(q, w):
    return (q.T * w)[0, 0]


def symmetric(*symbols):
    return dict.fromkeys(symbols, "symmetric")


GENERAL = [
    jacobian("33", A, x, ZeroMatrix(n, n)),
    jacobian("34", alpha * Y, x, alpha * B),
    differential("34 differential", alpha * F, F, alpha * MatrixSymbol("dX", m, n)),
    jacobian("35", Y + Z, x, B + 2 * x * D),
    gradient("36", Trace(Z), x, Trace(2 * x * D)),
    jacobian("37", Y * Z, x, B * Z + Y * (2 * x * D)),
    differential("37 differential", X * B * X, X, dX * B * X + X * B * dX),
    jacobian("38", HadamardProduct(Y, Z), x, HadamardProduct(B, Z) + HadamardProduct(Y, 2 * x * D)),
    differential("38 differential", HadamardProduct(X, X * B), X,
             HadamardProduct(dX, X * B) + HadamardProduct(X, dX * B)),
    jacobian("39", KroneckerProduct(Y, Z), x, KroneckerProduct(B, Z) + KroneckerProduct(Y, 2 * x * D)),
    differential("39 differential", KroneckerProduct(X, X), X, KroneckerProduct(dX, X) + KroneckerProduct(X, dX)),
    jacobian("40", Z.inv(), x, -Z.inv() * (2 * x * D) * Z.inv()),
    differential("40 differential", X.inv(), X, -X.inv() * dX * X.inv()),
    gradient("41", Determinant(Y), x, Trace(adjugate(Y) * B)),
    gradient("42", Determinant(Z), x, Determinant(Z) * Trace(Z.inv() * (2 * x * D))),
    differential("42 differential", Determinant(X), X, Determinant(X) * Trace(X.inv() * dX)),
    gradient("43", log(Determinant(Y)), x, Trace(Y.inv() * B)),
    differential("43 differential", log(Determinant(X)), X, Trace(X.inv() * dX)),
    jacobian("44", Z.T, x, (2 * x * D).T),
    differential("44 differential", F.T, F, MatrixSymbol("dX", m, n).T),
]  # fmt: skip

DETERMINANTS = [
    gradient("46", Determinant(Y), x, Determinant(Y) * Trace(Y.inv() * B)),
    gradient("46, Y = x A A", Determinant(x * A * A), x, Determinant(x * A * A) * Trace((x * A * A).inv() * A * A)),
    gradient("47", Determinant(X), X, Determinant(X) * X.inv().T, note="the sum over k of X_jk times entry ik"),
    hessian(
        "48", Determinant(Z), x,
        Determinant(Z) * (Trace(Z.inv() * (2 * D)) + Trace(Z.inv() * (2 * x * D)) ** 2
                          - Trace(Z.inv() * (2 * x * D) * Z.inv() * (2 * x * D))),
    ),
    gradient("49", Determinant(X), X, MatMul(Determinant(X), X.inv().T)),
    gradient("50", Determinant(X), X[i, j], Determinant(X) * X.inv()[j, i],
             note="contracted with X it is the printed sum"),
    gradient("51", Determinant(A * X * B), X, MatMul(Determinant(A * X * B), X.T.inv())),
    gradient(
        "51, rectangular", Determinant(MatrixSymbol("A", n, m) * F * MatrixSymbol("B", n, n)), F, shapes="tall",
    ),
    gradient("52", Determinant(X.T * A * X), X, MatMul(2, Determinant(X.T * A * X), X.inv().T)),
    gradient("53", Determinant(gram), F, MatMul(2, Determinant(gram), Cm, F, gram.inv()), draws={Cm: "definite"},
             shapes="tall"),
    gradient(
        "54", Determinant(gram), F,
        MatMul(Determinant(gram), Cm * F * gram.inv() + Cm.T * F * (F.T * Cm.T * F).inv()), shapes="tall",
    ),
    gradient("55", log(Determinant(F.T * F)), F, 2 * F * (F.T * F).inv(), shapes="tall"),
    gradient(
        "56", log(Determinant((G * G.T).inv())), G, -2 * (G * G.T).inv() * G, shapes="tall",
                 note="A is the pseudo-inverse of X",
    ),
    gradient("57", log(sp.Abs(Determinant(X))), X, X.inv().T),
    gradient("58", Determinant(X**k), X, MatMul(k, Determinant(X**k), X.inv().T)),
    gradient("58, k = 3", Determinant(X**3), X, MatMul(3, Determinant(X**3), X.inv().T)),
]  # fmt: skip

INVERSES = [
    jacobian("59", Y.inv(), x, -Y.inv() * B * Y.inv()),
    jacobian("59, Y = x A A", (x * A * A).inv(), x, -(x * A * A).inv() * A * A * (x * A * A).inv()),
    gradient("60", X.inv()[r, s], X[i, j], -X.inv()[r, i] * X.inv()[j, s]),
    jacobian("60, all entries", X.inv(), X, -KroneckerProduct(X.inv().T, X.inv())),
    gradient("61", a.T * X.inv() * b, X, -X.inv().T * a * b.T * X.inv().T),
    gradient("62", Determinant(X.inv()), X, MatMul(-1, Determinant(X.inv()), X.inv().T)),
    gradient("63", Trace(A * X.inv() * B), X, -(X.inv() * B * A * X.inv()).T),
    gradient(
        "63, rectangular", Trace(MatrixSymbol("A", m, n) * X.inv() * MatrixSymbol("B", n, m)), X,
        -(X.inv() * MatrixSymbol("B", n, m) * MatrixSymbol("A", m, n) * X.inv()).T,
    ),
    gradient("64", Trace((X + A).inv()), X, -((X + A).inv() * (X + A).inv()).T),
    gradient(
        "65", Trace(C * A.inv() * B * A.inv()), A,
        -A.inv().T * ((B * A.inv() * C).T + (C * A.inv() * B).T) * A.inv().T,
        note="J(W) = tr(C W B W), whose gradient is (B W C)' + (C W B)'",
    ),
]  # fmt: skip

EIGENVALUES = [
    gradient("66", Trace(X), X, I, note="the sum of the eigenvalues"),
    gradient("66, product", Determinant(X), X, MatMul(Determinant(X), X.inv().T),
             note="the product of the eigenvalues"),
]

Ba, Da = MatrixSymbol("B", m, n), MatrixSymbol("D", q, n)
bm, dq, Cq = MatrixSymbol("b", m, 1), MatrixSymbol("d", q, 1), MatrixSymbol("C", m, q)
xs, As, ss, Wm = MatrixSymbol("x", m, 1), MatrixSymbol("A", m, n), MatrixSymbol("s", n, 1), MatrixSymbol("W", m, m)
fit = xs - As * ss
shift = xs - MatrixSymbol("s", m, 1)
sm = MatrixSymbol("s", m, 1)
wsym = {Wm: "symmetric"}
power_terms = (X**u).T * a * b.T * (X ** (k - 1 - u)).T
quotient_num, quotient_den = inner(A * v, A * v), inner(B * v, B * v)
linear, affine = Ba * v, Cm * bm

SCALAR_FORMS = [
    gradient("69", v.T * a, v, a),
    gradient("69, a'x", a.T * v, v, a),
    gradient("70", am.T * F * b, F, am * b.T),
    gradient("71", b.T * F.T * am, F, am * b.T),
    gradient("72", a.T * X * a, X, a * a.T),
    gradient("72, transposed", a.T * X.T * a, X, a * a.T),
    jacobian("73", F, F[i, j], sp.FunctionMatrix(m, n, sp.Lambda((r, s), KroneckerDelta(r, i) * KroneckerDelta(s, j)))),
    jacobian("73, all entries", F, F, Identity(m * n)),
    gradient("74", (F * A)[i, j], F[r, s], KroneckerDelta(i, r) * A[s, j]),
    jacobian("74, all entries", F * A, F, KroneckerProduct(A.T, Identity(m))),
    gradient("75", (F.T * Cm)[i, j], F[r, s], KroneckerDelta(i, s) * Cm[r, j]),
    gradient("76", (OneMatrix(1, m) * F * ones) ** 2, F, 2 * (OneMatrix(1, m) * F * ones)[0, 0] * OneMatrix(m, n)),
    gradient(
        "76, as a sum", Sum(F[i, j], (i, 0, m - 1), (j, 0, n - 1)) ** 2, F,
        2 * Sum(F[i, j], (i, 0, m - 1), (j, 0, n - 1)) * OneMatrix(m, n),
    ),
    gradient("77", b.T * F.T * F * c, F, F * (b * c.T + c * b.T)),
    gradient(
        "78", (Ba * v + bm).T * Cq * (Da * v + dq), v,
        Ba.T * Cq * (Da * v + dq) + Da.T * Cq.T * (Ba * v + bm),
    ),
    gradient(
        "79", (F.T * Bm * F)[r, s], F[i, j],
        KroneckerDelta(s, j) * (F.T * Bm)[r, i] + KroneckerDelta(r, j) * (Bm * F)[i, s],
    ),
    jacobian("80", F.T * Bm * F, F, note="all entries of 80; the book has a matrix of single-entry matrices"),
    jacobian(
        "80, by an entry", F.T * Bm * F, F[i, j],
        sp.FunctionMatrix(
            n, n, sp.Lambda((r, s), KroneckerDelta(s, j) * (F.T * Bm)[r, i] + KroneckerDelta(r, j) * (Bm * F)[i, s])
        ),
    ),
    gradient("81", v.T * B * v, v, (B + B.T) * v),
    gradient("82", b.T * F.T * Dm * F * c, F, Dm.T * F * b * c.T + Dm * F * c * b.T),
    gradient("83", (F * b + cm).T * Dm * (F * b + cm), F, (Dm + Dm.T) * (F * b + cm) * b.T),
    gradient("84", fit.T * Wm * fit, ss, -2 * As.T * Wm * fit, draws=wsym),
    gradient("85", shift.T * Wm * shift, xs, 2 * Wm * shift, draws=wsym),
    gradient("86", shift.T * Wm * shift, sm, -2 * Wm * shift, draws=wsym),
    gradient("87", fit.T * Wm * fit, xs, 2 * Wm * fit, draws=wsym),
    gradient("88", fit.T * Wm * fit, As, -2 * Wm * fit * ss.T, draws=wsym),
    gradient("90", (X**k)[r, s], X[i, j], Sum((X**u)[r, i] * (X ** (k - 1 - u))[j, s], (u, 0, k - 1))),
    gradient("90, n = 3", (X**3)[r, s], X[i, j], sum((X**t)[r, i] * (X ** (2 - t))[j, s] for t in range(3))),
    gradient("91", a.T * X**k * b, X, Sum(power_terms, (u, 0, k - 1))),
    gradient("91, n = 3", a.T * X**3 * b, X, a * b.T * (X.T) ** 2 + X.T * a * b.T * X.T + (X.T) ** 2 * a * b.T),
    gradient(
        "92", a.T * (X**k).T * X**k * b, X,
        Sum((X**u).T * X**k * (b * a.T + a * b.T) * (X ** (k - 1 - u)).T, (u, 0, k - 1)),
        misprint=Sum(
            X ** (k - 1 - u) * a * b.T * (X**k).T * X**u
            + (X**u).T * X**k * a * b.T * (X ** (k - 1 - u)).T, (u, 0, k - 1)
        ),
        note="the first term is printed transposed: n = 1, X = [[0, 1], [0, 0]], a = b = (0, 1) gives "
        "X_12^2 + X_22^2, so that the gradient is [[0, 2], [0, 0]], but [[0, 1], [1, 0]] as printed",
    ),
    gradient("92, n = 2", a.T * (X**2).T * X**2 * b, X),
    gradient(
        "93", linear.T * Cm * (Wm * linear + bm), v,
        Ba.T * Cm * (Wm * linear + bm) + (Wm * Ba).T * Cm.T * linear, note="s = B x, r = W B x + b",
    ),
    gradient(
        "94", quotient_num / quotient_den, v,
        2 * (1 / quotient_den) * A.T * A * v - 2 * (quotient_num / quotient_den**2) * B.T * B * v,
    ),
    gradient(
        "95", (v.T * A.T * A * v)[0, 0] / (v.T * B.T * B * v)[0, 0], v,
        2 * (1 / quotient_den) * A.T * A * v - 2 * (quotient_num / quotient_den**2) * B.T * B * v,
        misprint=2 * (1 / (v.T * B * B * v)[0, 0]) * A.T * A * v - 2 * (quotient_num / quotient_den**2) * B.T * B * v,
        note="the first denominator is printed as x' B B x, for x' B' B x: A = I, B = [[1, 1], [0, 1]], x = (1, 1) "
        "gives (2, -2)/25, but (9, 1)/50 as printed",
    ),
    jacobian("96", v.T * A * v + b.T * v, v, v.T * (A + A.T) + b.T),
    gradient("97", v.T * A * v + b.T * v, v, (A + A.T) * v + b),
    hessian("98", v.T * A * v + b.T * v, v, A + A.T),
]  # fmt: skip

An, Bn = MatrixSymbol("A", n, m), MatrixSymbol("B", n, n)  # A X B with X of shape m x n
Ap, Bp, Cp = MatrixSymbol("A", p, m), MatrixSymbol("B", n, q), MatrixSymbol("C", p, q)
Bq = MatrixSymbol("B", n, p)
E = MatrixSymbol("A", n, n)
core = (F.T * Cm * F).inv()
cored = (E + F.T * Cm * F).inv()
sym_bc = {Bm: "symmetric", Cm: "definite"}

TRACES = [
    gradient("99", Trace(X), X, I),
    gradient("100", Trace(F * An), F, An.T),
    gradient("101", Trace(MatrixSymbol("A", q, m) * F * MatrixSymbol("B", n, q)), F,
             MatrixSymbol("A", q, m).T * MatrixSymbol("B", n, q).T),
    gradient("102", Trace(MatrixSymbol("A", q, n) * F.T * MatrixSymbol("B", m, q)), F,
             MatrixSymbol("B", m, q) * MatrixSymbol("A", q, n)),
    gradient("103", Trace(F.T * MatrixSymbol("A", m, n)), F, MatrixSymbol("A", m, n)),
    gradient("104", Trace(MatrixSymbol("A", m, n) * F.T), F, MatrixSymbol("A", m, n)),
    gradient("105", Trace(KroneckerProduct(A, X)), X, MatMul(Trace(A), I)),
    gradient("106", Trace(X**2), X, 2 * X.T),
    gradient("107", Trace(X**2 * B), X, (X * B + B * X).T),
    gradient("108", Trace(F.T * Bm * F), F, Bm * F + Bm.T * F),
    gradient("109", Trace(Bm * F * F.T), F, Bm * F + Bm.T * F),
    gradient("110", Trace(F * F.T * Bm), F, Bm * F + Bm.T * F),
    gradient("111", Trace(F * B * F.T), F, F * B.T + F * B),
    gradient("112", Trace(B * F.T * F), F, F * B.T + F * B),
    gradient("113", Trace(F.T * F * B), F, F * B.T + F * B),
    gradient("114", Trace(A * X * B * X), X, A.T * X.T * B.T + B.T * X.T * A.T),
    gradient("115", Trace(F.T * F), F, 2 * F),
    gradient("115, X X'", Trace(F * F.T), F, 2 * F),
    gradient("116", Trace(Bq.T * F.T * Cm * F * Bq), F, Cm.T * F * Bq * Bq.T + Cm * F * Bq * Bq.T),
    gradient("117", Trace(F.T * Bm * F * C), F, Bm * F * C + Bm.T * F * C.T),
    gradient("118", Trace(MatrixSymbol("A", p, m) * F * B * F.T * MatrixSymbol("C", m, p)), F,
             MatrixSymbol("A", p, m).T * MatrixSymbol("C", m, p).T * F * B.T
             + MatrixSymbol("C", m, p) * MatrixSymbol("A", p, m) * F * B),
    gradient("119", Trace((Ap * F * Bp + Cp) * (Ap * F * Bp + Cp).T), F, 2 * Ap.T * (Ap * F * Bp + Cp) * Bp.T),
    gradient("120", Trace(KroneckerProduct(X, X)), X, MatMul(2, Trace(X), I)),
    gradient("120, Tr(X) Tr(X)", Trace(X) * Trace(X), X, MatMul(2, Trace(X), I)),
    gradient("121", Trace(X**k), X, k * (X ** (k - 1)).T),
    gradient("121, k = 4", Trace(X**4), X, 4 * (X**3).T),
    gradient("122", Trace(A * X**k), X, Sum((X**u * A * X ** (k - u - 1)).T, (u, 0, k - 1))),
    gradient("122, k = 3", Trace(A * X**3), X, (A * X**2 + X * A * X + X**2 * A).T),
    gradient("123", Trace(Bq.T * F.T * Cm * F * F.T * Cm * F * Bq), F,
             Cm * F * F.T * Cm * F * Bq * Bq.T + Cm.T * F * Bq * Bq.T * F.T * Cm.T * F
             + Cm * F * Bq * Bq.T * F.T * Cm * F + Cm.T * F * F.T * Cm.T * F * Bq * Bq.T),
    gradient("124", Trace(A * X.inv() * B), X, -X.inv().T * A.T * B.T * X.inv().T),
    gradient("125", Trace(core * E), F, -(Cm * F * core) * (E + E.T) * core, draws=sym_bc, shapes="tall"),
    gradient("126", Trace(core * (F.T * Bm * F)), F, -2 * Cm * F * core * F.T * Bm * F * core + 2 * Bm * F * core,
             draws=sym_bc, shapes="tall"),
    gradient("127", Trace(cored * (F.T * Bm * F)), F, -2 * Cm * F * cored * F.T * Bm * F * cored + 2 * Bm * F * cored,
             draws={**sym_bc, E: "definite"}, shapes="tall", note="A symmetric"),
    gradient("127, A not symmetric", Trace(cored * (F.T * Bm * F)), F, draws=sym_bc, shapes="tall",
             misprint=-2 * Cm * F * cored * F.T * Bm * F * cored + 2 * Bm * F * cored,
             note="the book assumes B and C symmetric; A has to be too: A = [[0, 1], [0, 0]], B = C = X = I gives "
             "[[0, 1], [1, 0]], but [[0, 2], [0, 0]] as printed"),
]  # fmt: skip

distance = v - a
norm = sqrt(inner(distance, distance))
NORMS = [
    gradient("129", sqrt(distance.T * distance), v, (1 / norm) * distance),
    jacobian("130", MatMul(1 / norm, distance), v, (1 / norm) * I - norm**-3 * (distance * distance.T)),
    gradient("131", inner(v, v), v, 2 * v),
    gradient("131, the norm of x'x", sqrt(inner(v, v) ** 2), v, 2 * v),
    gradient("132", Trace(F * F.T), F, 2 * F),
    gradient("132, as a sum", Sum(F[i, j] ** 2, (i, 0, m - 1), (j, 0, n - 1)), F, 2 * F),
]

STRUCTURED = [
    gradient("133", Trace(C * A.T * B * A), A[i, j], (B * A * C + B.T * A * C.T)[i, j], note="no structure"),
    jacobian("134", A, A[i, j], sp.FunctionMatrix(n, n,
             sp.Lambda((r, s), KroneckerDelta(r, i) * KroneckerDelta(s, j)))),
    gradient("135", Trace(C * (F.T * Bm * F).inv()), F, shapes="tall", note="g = tr(C U^-1), U = X' B X"),
    gradient("136", Trace(C * F.T * Bm * F), F[i, j], (Bm * F * C + Bm.T * F * C.T)[i, j],
             note="g = tr(C U), U = X' B X"),
    gradient("137", log(Determinant(F.T * F)), F[i, j], 2 * (F * (F.T * F).inv())[i, j], shapes="tall"),
    gradient("138", Trace(B * X * C * X), X, structure="symmetric"),
    gradient("139", Trace(A * X), X, A + A.T - HadamardProduct(A, I), structure="symmetric"),
    gradient("140", Determinant(X), X, MatMul(Determinant(X), 2 * X.inv() - HadamardProduct(X.inv(), I)),
             structure="symmetric"),
    gradient("141", log(Determinant(X)), X, 2 * X.inv() - HadamardProduct(X.inv(), I), structure="symmetric"),
    gradient("142", Trace(A * X), X, HadamardProduct(A, I), structure="diagonal"),
    gradient("143", Trace(A * X), X, structure="toeplitz", note="the sums of the diagonals of A'"),
]  # fmt: skip

NOT_EXPRESSIBLE = {
    45: "the Hermitian transpose: all matrices are real",
    67: "an eigenvalue is no function that SymPy can write",
    68: "an eigenvector is no function that SymPy can write",
    89: "complex values",
    128: "the sine of a matrix, which is not the matrix of the sines",
    144: "no expression for a matrix that is both symmetric and Toeplitz",
}


def number(row: Row) -> int:
    return int(row.id.split()[0].rstrip(","))


ROWS = [
    replace(row, id=f"cookbook {row.id}", equation=number(row))
    for part in (GENERAL, DETERMINANTS, INVERSES, EIGENVALUES, SCALAR_FORMS, TRACES, NORMS, STRUCTURED)
    for row in part
]
