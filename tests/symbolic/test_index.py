"""The index form: every stage has the value of the expression, and equal polynomials have equal normal forms."""

from random import Random

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import HadamardProduct, Identity, MatPow, OneMatrix, Sum, Symbol, Trace
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import ShapeError, UnsupportedError
from symbolic.index import index_names, index_symbol, to_index
from tests.symbolic.expressions import ONE, SIZES, A, B, X, c, instance, lam, m, matrix, n, respell, scalar, w, x, y
from tests.symbolic.plain import evaluate, slopes

RANDOM = st.randoms(use_true_random=False)
SHAPES = st.sampled_from([(n, n), (m, n), (n, ONE), (ONE, m), (n, m)])
i, j, k, l = map(index_symbol, "ijkl")
C = sp.MatrixSymbol("C", n, n)


def entries(form, env, rows, columns):
    """All entries of an index form read with free indices i, j."""
    return np.array([[evaluate(form, {**env, i: p, j: q}) for q in range(columns)] for p in range(rows)])


@given(RANDOM, SHAPES)
def test_index_form_to_matrix_form_and_back_is_the_identity(r: Random, shape):
    e = matrix(r, *shape, depth=3, inverses=True)
    form = to_index(e, i, j)
    back = to_index(form.to_matrix(), i, j)
    assert back.normal() == form.normal(), (e, form.to_matrix())
    assert form.canonical().normal() == form.normal()
    assert to_index(back.to_matrix(), i, j).to_matrix() == form.to_matrix()


@given(RANDOM)
def test_scalars_too_survive_the_way_to_matrices_and_back(r: Random):
    e = scalar(r, 3, functions=True)
    form = to_index(e)
    assert to_index(form.to_matrix()).normal() == form.normal(), (e, form.to_matrix())


@given(RANDOM, RANDOM)
def test_spelling_does_not_change_the_normal_form(r: Random, s: Random):
    e = scalar(r, 3)
    other = respell(s, e)
    assert to_index(e).normal() == to_index(other).normal(), (e, other)


@pytest.mark.parametrize("rows, columns", SIZES)
def test_every_stage_has_the_value_of_the_expression(rows, columns):
    env = instance(np.random.default_rng(11), rows, columns)
    for e, height, width in (
        (X * A * A.T + 2 * X, rows, columns),
        (A * (A + lam * Identity(n)).inv(), columns, columns),
    ):
        form = to_index(e, i, j)
        for stage in (form, form.contract(), form.canonical()):
            np.testing.assert_allclose(entries(stage.to_sympy(), env, height, width), evaluate(e, env), rtol=1e-12)
    f = sp.Add(Trace(X.T * X * A), lam * x.T * A * x)
    for e, variable, names in ((f, x, (k, 0)), (f, A, (k, l))):
        height, width = env[variable].shape
        expected = slopes(e, variable, env).reshape(height, width, order="F")
        slope = to_index(e).diff(MatrixElement(variable, *names))
        for stage in (slope, slope.contract(), slope.canonical()):
            written = stage.to_sympy()
            got = [[evaluate(written, {**env, k: p, l: q}) for q in range(width)] for p in range(height)]
            np.testing.assert_allclose(got, expected, rtol=1e-12)


EQUAL = {
    "transposed scalar": (x.T * A * c, c.T * A.T * x),
    "rotated trace": (Trace(A * B * C), Trace(C * A * B)),
    "transposed trace": (Trace(A * B * C), Trace(C.T * B.T * A.T)),
    "trace of an outer product": (Trace(x * c.T), c.T * x),
    "sum": ((x.T * A * x)[0, 0], x.T * A * x),
    "trace of the identity": (Trace(Identity(n)) * Trace(A), n * Trace(A)),
    "scalar inside": (sp.MatMul(A, x, x.T, c), (x.T * c)[0, 0] * A * x),
    "inverse of a product": ((A * B).inv(), B.inv() * A.inv()),
    "inverse of a multiple": (sp.Inverse(3 * A), A.inv() / 3),
    "inverse of a transpose": (sp.Inverse(A.T), sp.Transpose(sp.Inverse(A))),
    "inverse of a symmetric sum": (sp.Inverse(A.T * A + Identity(n)).T, sp.Inverse(Identity(n) + A.T * A)),
    "inverse of a sum, scaled": (sp.Inverse(-2 * A - 4 * B), -sp.Inverse(2 * B + A) / 2),
    "matrix and inverse": (B * sp.Inverse(A) * A * x, B * x),
    "double inverse": (sp.Inverse(sp.Inverse(A + B)), B + A),
    "negative power": (MatPow(A, -2), sp.Inverse(A) * sp.Inverse(A)),
    "merged powers": ((x.T * x)[0, 0] ** sp.Rational(1, 2) * (x.T * x)[0, 0] ** sp.Rational(3, 2), (x.T * x) ** 2),
    "cancelled power": ((x.T * x)[0, 0] * sp.sqrt(x.T * x) ** -2, sp.Integer(1)),
    "content of a power": (1 / (2 + 2 * (x.T * x)[0, 0]), 1 / (1 + (x.T * x)[0, 0]) / 2),
    "hadamard": (HadamardProduct(A, B, C.T), HadamardProduct(C.T, A, B)),
    "diagonal": (DiagMatrix(x) * c, HadamardProduct(c, x)),
    "trace by diagonal": (OneMatrix(1, n) * DiagonalOf(A), Trace(A)),
    "ones": (OneMatrix(n, 1).T * OneMatrix(n, 1), n * sp.Integer(1)),
    "delta": (Sum(sp.KroneckerDelta(i, j) * A[i, j], (i, 0, n - 1), (j, 0, n - 1)), Trace(A)),
    "row sum": (OneMatrix(1, n) * x, Sum(x[i, 0], (i, 0, n - 1))),
}


def read(e):
    rows, columns = getattr(e, "shape", (1, 1))
    return to_index(e, None if rows == 1 else i, None if columns == 1 else j).normal()


@pytest.mark.parametrize("left, right", EQUAL.values(), ids=EQUAL)
def test_equal_expressions_have_equal_normal_forms(left, right):
    assert read(left) == read(right)


UNEQUAL = {
    "transpose": (A, A.T), "order": (A * B, B * A), "quadratic forms": (x.T * A * x, x.T * B * x),
    "traces": (Trace(A * B * A.T * B), Trace(A * B * A * B.T)), "inverse": (A.inv(), A.T.inv()),
    "hadamard": (HadamardProduct(A, B), HadamardProduct(A, B.T)), "coefficient": (2 * A, A),
    "triple": (HadamardProduct(x, x).T * c, HadamardProduct(x, c).T * c),
    "symmetry is not assumed": (sp.Inverse(A + B).T, sp.Inverse(A + B)),
    "square root of a square": (sp.Pow((x.T * c) ** 2, sp.Rational(1, 2)), x.T * c),
}  # fmt: skip


@pytest.mark.parametrize("left, right", UNEQUAL.values(), ids=UNEQUAL)
def test_different_expressions_have_different_normal_forms(left, right):
    assert read(left) != read(right)


WRITTEN = {
    "square": ((y - X * w).T * (y - X * w), "(X*w - y).T*(X*w - y)"),
    "square with coefficients": ((2 * X * w - y).T * (2 * X * w - y) / 3, "(1/3)*(2*X*w - y).T*(2*X*w - y)"),
    "traced square": (Trace((A * B - C).T * (A * B - C)), "Trace((A*B - C).T*(A*B - C))"),
    "no square": (y.T * y + y.T * X * w + w.T * X.T * X * w, "(X*w + y).T*X*w + y.T*y"),
    "common factor": (x.T * A + x.T * A.T, "x.T*(A + A.T)"),
    "powers": (A * A * B * A.T * A.T, "A**2*B*A.T**2"),
    "scalar factor": ((x.T * c) * A + Trace(B) * A, "((c.T*x)[0, 0] + Trace(B))*A"),
    "product of sums": (A * x + B * x - A * c - B * c, "(A + B)*(-c + x)"),
}  # fmt: skip


@pytest.mark.parametrize("e, text", WRITTEN.values(), ids=WRITTEN)
def test_matrix_forms_read_as_a_person_writes(e, text):
    rows, columns = getattr(e, "shape", (1, 1))
    form = to_index(e, None if rows == 1 else i, None if columns == 1 else j)
    assert str(form.to_matrix()) == text


def test_what_has_no_index_form_or_no_matrix_form_is_named():
    s = Symbol("s", integer=True)
    with pytest.raises(UnsupportedError, match="no plain scalar"):
        to_index(Sum(Trace(sp.MatPow(A, s)), (s, 0, n - 1)))
    t = Symbol("t", integer=True)
    with pytest.raises(UnsupportedError, match="depends on another index"):
        to_index(Sum(Sum(c[s, 0], (t, 0, s)), (s, 0, n - 1)))
    with pytest.raises(ShapeError, match="needs an index"):
        to_index(A * x)
    with pytest.raises(ShapeError, match="n x n"):
        to_index(A * X, i, j)


def test_index_names_avoid_the_symbols_in_use():
    names = index_names([Symbol("i"), sp.MatrixSymbol("k", n, 1)])
    assert [str(next(names)) for _ in range(3)] == ["j", "l", "p"]
    size = Symbol("j", integer=True, positive=True)
    u = sp.MatrixSymbol("i", size, 1)
    assert str(to_index(u.T * u).to_sympy()) == "Sum(i[k, 0]**2, (k, 0, j - 1))"
