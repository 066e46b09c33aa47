"""Derivatives against complex steps of a plain evaluator, at tall, wide, square and 1x1 shapes; and how they read."""

from random import Random

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Determinant,
    Function,
    HadamardProduct,
    Identity,
    MatPow,
    Max,
    OneMatrix,
    Rational,
    Sum,
    Symbol,
    Trace,
    exp,
    log,
    sin,
    sqrt,
    tanh,
)
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf

from symbolic.calculus import differential, gradient, hessian, jacobian
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.shapes import shape
from tests.symbolic.expressions import SIZES, A, B, X, c, instance, lam, m, n, respell, scalar, w, x, y
from tests.symbolic.plain import evaluate, flat, slopes

RANDOM = st.randoms(use_true_random=False)
SEED = 20240917
s, Q = sp.symbols("s q", integer=True, nonnegative=True)
one, ones = Identity(n), OneMatrix(1, n)
residual = y - X * w
RIDGE = {
    "products": residual.T * residual + lam * w.T * w,
    "traces": Trace(residual.T * residual) + lam * Trace(w.T * w),
    "entries": (residual.T * residual)[0, 0] + lam * (w.T * w)[0, 0],
    "mixed": sp.Add((residual.T * residual)[0, 0], lam * w.T * w),
}
SCALARS = {
    "linear": (c.T * x, x), "quadratic": (x.T * A * x, x), "cubic": ((c.T * x) ** 3, x),
    "row times scalar": (sp.MatMul(x.T, c, x.T, A, x), x), "constant": (c.T * c, x),
    "trace": (Trace(A * B * A.T), A), "trace of a power": (Trace(A**3), A), "bilinear in X": (y.T * X * w, X),
    "square in X": (Trace(X * A * X.T), X), "least squares in X": (residual.T * residual, X),
    "inverse": (c.T * A.inv() * x, A), "trace of an inverse": (Trace((X.T * X + lam * one).inv()), X),
    "inverse and vector": (x.T * (x * x.T + 3 * one).inv() * c, x),
    "determinant": (Determinant(A * A.T + one), A), "log determinant": (log(Determinant(X.T * X + lam * one)), X),
    "2-norm": (sqrt(x.T * x), x), "residual norm": (sqrt(residual.T * residual), w),
    "Frobenius norm": (sqrt(Trace(A.T * A)), A), "reciprocal": (sp.Pow(sp.Add(1, x.T * x), -1), x),
    "quotient": ((x.T * A * x)[0, 0] / (x.T * x)[0, 0], x), "exp": (exp(x.T * A * x / 5), x),
    "log loss": (log(1 + exp(-(c.T * x)[0, 0])), x), "relu": (Max(0, (c.T * x)[0, 0]) ** 2, x),
    "chain of three": (sin(exp((c.T * x)[0, 0] / 3)) * Trace(x * c.T), x),
    "symbolic exponent": ((x.T * x) ** lam, x), "sum": (Sum(x[s, 0] ** 3, (s, 0, n - 1)), x),
    "double sum": (Sum(A[s, s] * x[s, 0] * c[s, 0] ** 2, (s, 0, n - 1)), x), "total squared": ((ones * x) ** 2, x),
    "hadamard": (HadamardProduct(x, x).T * A * x, x), "hadamard in A": (c.T * HadamardProduct(A, B) * x, A),
    "diagonal": (Trace(DiagMatrix(x) * A * DiagMatrix(c) * B), x), "diagonal of": (DiagonalOf(A * A).T * c, A),
    "entrywise": (c.T * (A * x).applyfunc(tanh), x), "log-sum-exp": (log(ones * x.applyfunc(exp)), x),
}  # fmt: skip
BOTH = {**SCALARS, **{f"ridge as {name}": (f, w) for name, f in RIDGE.items()}}


def close(got, expected):
    scale = 1 + np.abs(expected).max(initial=0)
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-9 * scale)


@pytest.mark.parametrize("rows, columns", SIZES)
@pytest.mark.parametrize("f, v", BOTH.values(), ids=BOTH)
def test_gradient_is_the_slope(f, v, rows, columns):
    env = instance(np.random.default_rng(SEED), rows, columns)
    g = gradient(f, v)
    assert shape(g) == shape(v)
    close(flat(evaluate(g, env)), slopes(f, v, env)[0])


HESSIANS = {name: BOTH[name] for name in BOTH if not {"relu", "hadamard in A", "diagonal of"} & {name}}


@pytest.mark.parametrize("f, v", HESSIANS.values(), ids=HESSIANS)
def test_hessian_is_the_slope_of_the_gradient(f, v):
    H = hessian(f, v)
    for rows, columns in [(2, 3), (3, 2), (1, 1)]:
        env = instance(np.random.default_rng(SEED), rows, columns)
        close(evaluate(H, env), slopes(gradient(f, v), v, env))


MAPS = {
    "linear": (A * x, x), "constant": (c, x), "affine": (X * x - y, x), "row": (x.T * A, x), "identity": (x, x),
    "scaled": (sp.MatMul(x, sp.Pow((x.T * x)[0, 0], Rational(-1, 2))), x),
    "inverse": ((x * x.T + 3 * one).inv() * c, x),
    "scalar by column": (x.T * A * x, x), "outer": (x * x.T, x), "matrix in vector": (A * x, A),
    "matrix": (X * A, A), "transposed": (A.T, A), "two sided": (X * A * B, A), "quadratic": (A * B * A.T, A),
    "by X": (X.T * X, X), "inverse of A": (A.inv(), A), "square": (A**2, A), "scalar by matrix": (c.T * A * x, A),
    "entrywise": ((A * x).applyfunc(tanh), x), "diagonal": (HadamardProduct(x, A * x), x),
    "by lambda": (lam**2 * A + (A * A.T + lam * one).inv(), lam),
}  # fmt: skip


@pytest.mark.parametrize("rows, columns", SIZES)
@pytest.mark.parametrize("F, v", MAPS.values(), ids=MAPS)
def test_jacobian_is_d_vec_F_by_d_vec_X(F, v, rows, columns):
    env = instance(np.random.default_rng(SEED), rows, columns)
    got, expected = np.atleast_2d(evaluate(jacobian(F, v), env)), slopes(F, v, env)
    close(flat(got) if v is lam else got, flat(expected) if v is lam else expected)


@pytest.mark.parametrize("F, v", (BOTH | MAPS).values(), ids=BOTH | MAPS)
def test_differential_is_the_slope_along_a_direction(F, v):
    if v is lam:
        return
    dv = sp.MatrixSymbol(f"d{v}", *v.shape)
    env = instance(np.random.default_rng(SEED), 2, 3)
    env[dv] = np.random.default_rng(SEED + 1).normal(size=env[v].shape)
    d = differential(F, v, dv)
    close(flat(evaluate(d, env)), slopes(F, v, env) @ flat(env[dv]))


@given(RANDOM, RANDOM, st.sampled_from([x, w, A, X]))
def test_random_scalars_in_every_spelling(r: Random, q: Random, v):
    f = scalar(r, 3, functions=True)
    other = respell(q, f)
    g = gradient(f, v)
    assert gradient(other, v) == g, (f, other)
    env = instance(np.random.default_rng(SEED), 2, 3)
    close(flat(evaluate(g, env)), slopes(f, v, env)[0])


def test_the_three_spellings_of_ridge_agree_and_read_well():
    for f in RIDGE.values():
        assert str(sp.MatAdd(*reversed(gradient(f, w).args))) == "2*lambda*w + 2*X.T*(X*w - y)"
        assert [str(a) for a in gradient(f, w).args] == ["2*X.T*(X*w - y)", "2*lambda*w"]
        assert [str(a) for a in hessian(f, w).args] == ["2*X.T*X", "2*lambda*I"]
        assert [str(a) for a in jacobian(f, w).args] == ["2*(X*w - y).T*X", "2*lambda*w.T"]
        assert gradient(f, w) == gradient(RIDGE["products"], w)


READS = {
    "c'x": (jacobian, c.T * x, x, "c.T"), "x'x": (jacobian, x.T * x, x, "2*x.T"),
    "Ax": (jacobian, A * x, x, "A"),
    "x'Ax": (jacobian, x.T * A * x, x, "x.T*(A + A.T)"), "second": (hessian, x.T * A * x, x, "A + A.T"),
    "log det": (gradient, log(Determinant(A)), A, "(A**(-1)).T"),
    "inverse": (gradient, Trace(A.inv()), A, "-(A**(-1)).T**2"),
    "scalar factor": (gradient, (x.T * A * x) ** 2, x, "2*(x.T*A*x)[0, 0]*(A + A.T)*x"),
    "norm": (gradient, sqrt(residual.T * residual), w, "1/sqrt(((X*w - y).T*(X*w - y))[0, 0])*X.T*(X*w - y)"),
    "weighted": (gradient, (A * x - c).T * B * (A * x - c), x, "A.T*(B + B.T)*(A*x - c)"),
    "trace": (gradient, Trace(A.T * A), A, "2*A"), "in X": (gradient, residual.T * residual, X, "2*(X*w - y)*w.T"),
    "kronecker": (hessian, Trace(A.T * B * A), A, "KroneckerProduct(I, B + B.T)"),
    "commutation": (jacobian, A.T, A, "Commutation(n, n)"), "by lambda": (gradient, RIDGE["traces"], lam, "w.T*w"),
    "constant": (gradient, c.T * c, x, "0"),
    "entrywise": (gradient, HadamardProduct(x, x).T * c, x, "2*(HadamardProduct(c, x))"),
}  # fmt: skip


@pytest.mark.parametrize("operator, f, v, text", READS.values(), ids=READS)
def test_answers_read_as_a_person_writes(operator, f, v, text):
    assert str(operator(f, v)) == text


@pytest.mark.parametrize("rows, columns", [(1, 1), (1, 3), (3, 1), (2, 3)])
def test_concrete_sizes(rows, columns):
    Z, u, v = sp.MatrixSymbol("Z", rows, columns), sp.MatrixSymbol("u", columns, 1), sp.MatrixSymbol("v", rows, 1)
    rng = np.random.default_rng(SEED)
    env = {symbol: rng.normal(size=[int(k) for k in symbol.shape]) for symbol in (Z, u, v)}
    for f in ((Z * u - v).T * (Z * u - v), sqrt((Z * u).T * (Z * u)), exp((v.T * Z * u)[0, 0]), Trace(Z.T * Z)):
        for variable in (Z, u):
            close(flat(evaluate(gradient(f, variable), env)), slopes(f, variable, env)[0])
    close(np.atleast_2d(evaluate(jacobian(Z * u, u), env)), slopes(Z * u, u, env))
    row = sp.MatrixSymbol("r", 1, columns)
    env[row] = rng.normal(size=(1, columns))
    assert gradient(row * u, row).shape == row.shape
    close(evaluate(jacobian(Z * row.T, row), env), slopes(Z * row.T, row, env))


def test_numbered_entries_are_folded_or_written_out():
    Z, u = sp.MatrixSymbol("Z", 3, 3), sp.MatrixSymbol("u", 3, 1)
    assert str(gradient((u.T * Z * u)[0, 0], u)) == "(Z + Z.T)*u"
    assert gradient(((Z * u).T * (Z * u))[0, 0] + lam * (u.T * u)[0, 0], u) == gradient(
        (Z * u).T * (Z * u) + lam * u.T * u, u
    )
    assert str(gradient(u[0] ** 2 + 5 * u[2], u)) == "Matrix([[2*u[0, 0]], [0], [5]])"
    assert str(gradient(u[0] * u[1] + u[1] * u[2] + u[2] * u[0], u)[0]) == "u[1, 0] + u[2, 0]"


@pytest.mark.parametrize("name", ["i", "j", "k", "l"])
def test_index_symbols_of_the_user_are_not_ours(name):
    q = Symbol(name, integer=True, nonnegative=True)
    assert str(gradient(A[q, q] * (x.T * x)[0, 0], x)) == f"2*A[{name}, {name}]*x"
    assert str(hessian(A[q, q] * (x.T * x)[0, 0], x)) == f"2*A[{name}, {name}]*I"
    assert gradient(Sum(x[q, 0] ** 2, (q, 0, n - 1)), x) == 2 * x


z, k = Symbol("z", real=True), Symbol("k", integer=True, positive=True)
d = Trace(x * c.T)
VANISHING = {  # equal to a constant, as written
    "a sum of functions": exp(2 / (2 + exp(d)) + exp(d) / (2 + exp(d))),
    "sums of functions": (
        Sum(2 / (2 + exp(x[s, 0])), (s, 0, n - 1)) + Sum(exp(x[s, 0]) / (2 + exp(x[s, 0])), (s, 0, n - 1))
    ) ** 2,
    "a matrix and its inverse": Trace(A * x * x.T * A.inv()) - Trace(x * x.T),
    "a product of powers": Trace(sp.MatPow(A, k) * x * c.T * sp.MatPow(A, -k)) - Trace(x * c.T),
}  # fmt: skip


@pytest.mark.parametrize("f", VANISHING.values(), ids=VANISHING)
def test_what_is_constant_has_slope_zero(f):
    assert gradient(f, x) in (0, sp.ZeroMatrix(n, 1))


def test_products_with_an_inverse_leave_no_sum_behind():
    assert str(gradient(log(Determinant(A * B)), A)) == "(A**(-1)).T"
    assert gradient(Trace(A * B * A.inv()), A) == sp.ZeroMatrix(n, n)
    assert gradient(log(Determinant(lam * A)), lam) == n / lam
    assert str(gradient(log(Determinant((X * X.T).inv())), X)) == "-2*(X*X.T)**(-1)*X"


def test_functions_of_one_argument_are_one_function():
    sigmoid = sp.Lambda(z, 1 / (1 + exp(-z)))
    spelled_out = -y.T * (X * w).applyfunc(sp.Lambda(z, log(sigmoid(z)))) - (OneMatrix(1, m) - y.T) * (
        OneMatrix(m, 1) - (X * w).applyfunc(sigmoid)
    ).applyfunc(log)
    short = OneMatrix(1, m) * (X * w).applyfunc(sp.Lambda(z, log(1 + exp(z)))) - y.T * X * w
    assert gradient(spelled_out, w) == gradient(short, w)
    assert str(gradient(short, w)) == "X.T*(Lambda(_z, 1/(1 + exp(-_z))).(X*w) - y)"
    residual_kept = gradient(OneMatrix(1, m) * residual.applyfunc(sp.Lambda(z, log(1 + z**2))), w)
    assert str(residual_kept) == "2*X.T*Lambda(_z, _z/(_z**2 + 1)).(X*w - y)"


sg, sm = (x.applyfunc(sp.Lambda(z, 1 / (1 + exp(sign * z)))) for sign in (-1, 1))  # sg + sm = 1
total_sg = Sum(1 / (1 + exp(-x[s, 0])), (s, 0, n - 1))
JOINED = {
    "over an index of its own": exp(((sg.T * x) * (ones * sm) + (sg.T * x) * (ones * sg))[0, 0] / 9),
    "a square and itself": exp(total_sg**2 + total_sg), "a logarithm of it": log(total_sg**2 + 9),
    "an even function": sp.Abs((c.T * x)[0, 0]) ** 4 + sp.Abs((c.T * x)[0, 0]) ** 2,
    "a square of a constant": exp((sg.T * sg)[0, 0] + 2 * (sg.T * sm)[0, 0] + (sm.T * sm)[0, 0]),
}  # fmt: skip


@pytest.mark.parametrize("f", JOINED.values(), ids=JOINED)
def test_functions_are_added_with_their_sums(f):
    env = instance(np.random.default_rng(SEED), 2, 3)
    close(flat(evaluate(gradient(f, x), env)), slopes(f, x, env)[0])


STRUCTURED = {
    "trace": (Trace(B * A), "symmetric", B + B.T - HadamardProduct(B, one)),
    "log determinant": (log(Determinant(A)), "symmetric", 2 * A.inv() - HadamardProduct(A.inv(), one)),
    "diagonal": (Trace(B * A), "diagonal", HadamardProduct(B, one)),
    "skew": (Trace(B * A), "skew_symmetric", B.T - B),
    "power": (Trace(sp.MatPow(A, k)), "symmetric", None),
}  # fmt: skip


@pytest.mark.parametrize("f, structure, expected", STRUCTURED.values(), ids=STRUCTURED)
def test_structured_variables_follow_the_chain_rule(f, structure, expected):
    rng = np.random.default_rng(SEED)
    env = instance(rng, 2, 3) | {k: 3}
    M = {"symmetric": env[A] + env[A].T + 6 * np.eye(3), "diagonal": np.diag([1.0, 2.0, 3.0])}.get(structure)
    env[A] = env[A] - env[A].T if M is None else M
    got = evaluate(gradient(f, A, structure=structure).xreplace({k: sp.Integer(3)}), env)
    G = evaluate(gradient(f, A).xreplace({k: sp.Integer(3)}), env)
    close(got, {"symmetric": G + G.T - np.diag(np.diag(G)), "diagonal": np.diag(np.diag(G))}.get(structure, G - G.T))
    if expected is not None:
        close(got, evaluate(expected, env))
    with pytest.raises(ShapeError):
        gradient(lam**2, lam, structure=structure)
    with pytest.raises(UnsupportedError, match="symmetric"):
        gradient(f, A, structure="toeplitz")


def test_numbers_and_tables_of_python_are_read():
    assert gradient(3, x) == gradient(2.5, x) == sp.ZeroMatrix(n, 1)
    assert jacobian(sp.Matrix([[lam, lam**2]]), lam) == sp.Matrix([[1, 2 * lam]])


def test_steps_have_slope_zero():
    assert gradient(sp.sign((c.T * x)[0, 0]), x) == sp.ZeroMatrix(n, 1)
    assert hessian(sp.Abs((c.T * x)[0, 0]) ** 2, x) == sp.MatMul(2, c, c.T)
    assert gradient(Sum(x[s, 0], (s, 0, -1)), x) == sp.ZeroMatrix(n, 1)


def test_a_parameter_inside_a_function_varies():
    f = OneMatrix(1, n) * x.applyfunc(sp.Lambda(z, exp(-lam * z)))
    assert gradient(f, lam) != 0
    env = instance(np.random.default_rng(SEED), 2, 3)
    close(flat(np.atleast_2d(evaluate(gradient(f, lam), env))), slopes(f, lam, env)[0])


def test_an_entry_on_the_diagonal_of_a_matrix_that_is_not_square():
    assert shape(hessian(X[s, s] ** 2, X)) == (m * n, m * n)
    assert gradient(Sum(x[s, 0] ** 2, (s, 0, n - 1), (s, 0, m - 1)), x) == sp.MatMul(2, m, x)


REFUSED = {
    "unknown function": (Function("g")(c.T * x), x, "g"),
    "symbolic matrix power": (Trace(MatPow(A, Symbol("q"))), A, "MatPow"),
    "a varying exponent of a matrix": (Trace(MatPow(A, Trace(B))), B, "exponent"),
    "a range that varies": (Sum(Sum(x[s, 0], (Q, 0, s)), (s, 0, n - 1)), x, "depends on another index"),
    "a varying exponent that is an index": (Sum(x[0, 0] ** s, (s, 0, m - 1)), x, "index form"),
    "a reversed index": (Sum(x[n - 1 - s, 0] * x[s, 0], (s, 0, n - 1)), x, "index of a sum plus a constant"),
    "matrix root": (Trace(MatPow(A, Rational(1, 2))), A, "MatPow"),
    "a size": (x.T * x, n, "size"), "a size of ones": (Trace(one) * lam, n, "size"),
    "an index": (x[s, 0] * lam, s, "index"), "an entry of a product": (x.T * x, (A * x)[s, 0], "Sum"),
    "a product": (x.T * x, A * x, "MatMul"), "an exponent": (Trace(sp.MatPow(A, k)), k, "exponent"),
    "a place": (x[s + 1, 0] * lam, s, "index"),
}  # fmt: skip


@pytest.mark.parametrize("f, v, named", REFUSED.values(), ids=REFUSED)
def test_what_is_not_known_is_named_and_never_zero(f, v, named):
    with pytest.raises(UnsupportedError, match=named):
        gradient(f, v)


def test_shapes_are_checked_before_anything_is_differentiated():
    with pytest.raises(ShapeError, match="use jacobian"):
        gradient(A * x, x)
    with pytest.raises(ShapeError):
        jacobian(A * X, A)
    with pytest.raises(ShapeError):
        differential(A * x, x, sp.MatrixSymbol("dx", m, 1))
    with pytest.raises(UnsupportedError, match="already stands"):
        differential(c.T * x, x, c)


def test_answers_use_only_nodes_of_sympy():
    for f, v in BOTH.values():
        for node in sp.preorder_traversal(gradient(f, v)):
            assert type(node).__module__.startswith("sympy."), node
    assert isinstance(gradient(RIDGE["products"], w), MatrixExpr)
