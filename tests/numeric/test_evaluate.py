"""Floating-point values against NumPy, and three arithmetics against one another."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, note, settings
from hypothesis import strategies as st
from sympy import (
    Add,
    Derivative,
    Determinant,
    HadamardProduct,
    Identity,
    KroneckerDelta,
    KroneckerProduct,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    Piecewise,
    Sum,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    log,
    sqrt,
    symbols,
)  # fmt: skip
from sympy.matrices.expressions import BlockMatrix, DiagMatrix, DiagonalOf, HadamardPower

from numeric import OutsideRing, PrimeField, Undefined, compile_plan, evaluate
from numeric.counterexample import to_sympy
from numeric.generators import matrix
from numeric.rings import RATIONAL, REAL
from symbolic.errors import PushthroughError, ShapeError, UnsupportedError
from symbolic.nodes import Commutation, Gradient, Hessian, Jacobian

m, n, p = symbols("m n p", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True)
lam, t = sp.Symbol("lambda", positive=True), sp.Symbol("t", real=True)
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
X, Y = MatrixSymbol("X", m, n), MatrixSymbol("Y", n, p)
x, c, y = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1), MatrixSymbol("y", m, 1)

RELU = Piecewise((t, t > 0), (0, True))
STACKED, TARGET = BlockMatrix([[X], [sqrt(lam)*Identity(n)]]), BlockMatrix([[y], [ZeroMatrix(n, 1)]])
WIDE = BlockMatrix([[X, sqrt(lam)*Identity(m)]])

# name: (expression, the same in NumPy)
NODES = {
    "sum and product": (X*Y*2 - X*Y, lambda v: v.X @ v.Y),
    "product ending in a column": (X*A*B*x, lambda v: v.X @ (v.A @ (v.B @ v.x))),
    "1x1 factor inside a product": (MatMul(X, x.T, c, A), lambda v: (v.x.T @ v.c)[0, 0] * v.X @ v.A),
    "scalar plus 1x1": (Add(x.T*c, 1), lambda v: v.x.T @ v.c + 1),
    "power of 1x1": (sp.Pow(x.T*c, 3), lambda v: (v.x.T @ v.c) ** 3),
    "root of 1x1": (sqrt(x.T*x), lambda v: np.sqrt(v.x.T @ v.x)),
    "power": (A**3, lambda v: v.A @ v.A @ v.A),
    "negative power": (A**-2, lambda v: np.linalg.inv(v.A @ v.A)),
    "zeroth power": (sp.MatPow(A, 0), lambda v: np.eye(len(v.A))),
    "inverse": ((X.T*X + lam*Identity(n)).inv(), lambda v: np.linalg.inv(v.X.T @ v.X + v.lam*np.eye(v.n))),
    "transpose": (Transpose(X*Y), lambda v: (v.X @ v.Y).T),
    "trace": (Trace(A*B), lambda v: np.trace(v.A @ v.B)),
    "trace of 1x1": (Trace(x.T*c), lambda v: (v.x.T @ v.c)[0, 0]),
    "determinant": (Determinant(A), lambda v: np.linalg.det(v.A)),
    "zero and ones": (X + ZeroMatrix(m, n) + OneMatrix(m, n), lambda v: v.X + 1),
    "size as a number": (n*Trace(Identity(m)) + t, lambda v: v.n*v.m + v.t),
    "entry": (X[0, n - 1] * (A*B)[0, 0], lambda v: v.X[0, -1] * (v.A @ v.B)[0, 0]),
    "sum over an index": (Sum(x[i, 0]*c[i, 0], (i, 0, n - 1)), lambda v: v.x.T @ v.c),
    "double sum": (Sum(X[i, j]**2*j, (i, 0, m - 1), (j, 0, n - 1)), lambda v: (v.X**2 * np.arange(v.n)).sum()),
    "delta": (Sum(A[i, j]*KroneckerDelta(i, j), (i, 0, n - 1), (j, 0, n - 1)), lambda v: np.trace(v.A)),
    "hadamard": (HadamardProduct(A, B, A), lambda v: v.A * v.B * v.A),
    "hadamard power": (HadamardPower(X, 2), lambda v: v.X**2),
    "kronecker": (KroneckerProduct(X, Y), lambda v: np.kron(v.X, v.Y)),
    "block": (BlockMatrix([[A, x], [x.T, Identity(1)]]), lambda v: np.block([[v.A, v.x], [v.x.T, np.eye(1)]])),
    "stacked, by a vector": (STACKED*x, lambda v: np.vstack([v.X @ v.x, np.sqrt(v.lam)*v.x])),
    "stacked, transposed": (Transpose(STACKED)*STACKED, lambda v: v.X.T @ v.X + v.lam*np.eye(v.n)),
    "stacked, residual": (
        (STACKED*x - TARGET).T*(STACKED*x - TARGET),
        lambda v: ((v.X @ v.x - v.y)**2).sum() + v.lam*(v.x**2).sum(),
    ),
    "stacked, inverse": (
        sp.Inverse(MatMul(Transpose(STACKED), STACKED))*Transpose(STACKED)*TARGET,
        lambda v: np.linalg.solve(v.X.T @ v.X + v.lam*np.eye(v.n), v.X.T @ v.y),
    ),
    "stacked, an entry": ((STACKED*x)[m, 0], lambda v: np.sqrt(v.lam)*v.x[0]),
    "stacked, the last entries": (Sum((STACKED*x)[i, 0]**2, (i, m, m + n - 1)), lambda v: v.lam*(v.x**2).sum()),
    "side by side": (WIDE*BlockMatrix([[x], [y]]), lambda v: v.X @ v.x + np.sqrt(v.lam)*v.y),
    "side by side, pseudo-inverse": (
        WIDE.T*(WIDE*WIDE.T).inv()*y,
        lambda v: np.linalg.pinv(np.hstack([v.X, np.sqrt(v.lam)*np.eye(v.m)])) @ v.y,
    ),
    "shifted index": (Sum(X[i - n, 0], (i, n, n + m - 1)), lambda v: v.X[:, 0].sum()),
    "sum of sizes": (
        Sum(i, (i, n, n + m - 1)) + Trace(Identity(m + n)), lambda v: sum(range(v.n, v.n + v.m)) + v.m + v.n,
    ),
    "square of a size": (Trace(Identity(n**2))*t, lambda v: v.n**2*v.t),
    "product over an index": (
        sp.Product(exp(-y[i, 0]**2/2)/sqrt(2*sp.pi*lam), (i, 0, m - 1)),
        lambda v: np.exp(-(v.y**2).sum()/2) * (2*np.pi*v.lam)**(-v.m/2),
    ),
    "power of half a size": ((2*sp.pi*lam)**(-m/2), lambda v: (2*np.pi*v.lam)**(-v.m/2)),
    "diag of a vector": (DiagMatrix(x), lambda v: np.diag(v.x[:, 0])),
    "diagonal as a vector": (DiagonalOf(A), lambda v: np.diag(v.A)[:, None]),
    "entrywise": (X.applyfunc(sp.Lambda(t, exp(-t**2))), lambda v: np.exp(-v.X**2)),
    "entrywise cases": (X.applyfunc(sp.Lambda(t, RELU)), lambda v: np.maximum(v.X, 0)),
    "jacobian of cases": (Jacobian((A*x).applyfunc(sp.Lambda(t, RELU)), x), lambda v: (v.A @ v.x > 0) * v.A),
    "functions": (log(lam) + exp(t) + sp.tanh(t*lam), lambda v: np.log(v.lam) + np.exp(v.t) + np.tanh(v.t*v.lam)),
    "abs, max": (abs(t) + sp.Max(t, -t, 0), lambda v: 2*abs(v.t)),
    "piecewise": (Piecewise((1/t, t > 0), (log(-t), t < 0), (0, True)), lambda v: 1/v.t if v.t > 0 else np.log(-v.t)),
    "explicit": (sp.ImmutableMatrix([[1, lam], [t, 0]]), lambda v: np.array([[1, v.lam], [v.t, 0]])),
    "derivative by an entry": (Derivative((x.T*A*x)[0, 0], x[0, 0]), lambda v: ((v.A + v.A.T) @ v.x)[0, 0]),
    "second derivative": (Derivative((x.T*A*x)[0, 0], x[0, 0], x[0, 0]), lambda v: 2*v.A[0, 0]),
    "derivative by a scalar": (Derivative(exp(lam*t), t), lambda v: v.lam*np.exp(v.lam*v.t)),
    "jacobian": (Jacobian(X*x, x), lambda v: v.X),
    "jacobian of a matrix": (Jacobian(X*Y, Y), lambda v: np.kron(np.eye(v.p), v.X)),
    "gradient": (Gradient(Trace(X.T*X), X), lambda v: 2*v.X),
    "hessian": (Hessian(x.T*A*x, x), lambda v: v.A + v.A.T),
}  # fmt: skip
SIZES = {"distinct": (2, 3, 4), "tall": (4, 2, 3), "1x1": (1, 1, 1), "square": (3, 3, 3)}


class Values:
    """Random arrays under the names of the symbols."""

    A: np.ndarray
    X: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def __init__(self, sizes, seed=0):
        rng = np.random.default_rng(seed)
        self.m, self.n, self.p = sizes
        self.env = {m: self.m, n: self.n, p: self.p, lam: 0.7, t: -1.3}
        for symbol in (A, B, X, Y, x, c, y):
            rows, cols = (int(s.subs({m: self.m, n: self.n, p: self.p})) for s in symbol.shape)
            self.env[symbol] = rng.normal(size=(rows, cols))
            setattr(self, str(symbol), self.env[symbol])
        self.lam, self.t = 0.7, -1.3


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", NODES)
def test_node_agrees_with_numpy(name, sizes):
    expr, expected = NODES[name]
    values = Values(sizes)
    result = evaluate(expr, values.env)
    np.testing.assert_allclose(np.squeeze(result), np.squeeze(expected(values)), rtol=1e-7, atol=1e-8)
    assert isinstance(result, np.ndarray if expr.is_Matrix else float)
    assert not expr.is_Matrix or np.ndim(result) == 2


def test_three_spellings_of_the_ridge_objective_agree():
    v = Values((4, 3, 1))
    r = y - X*x
    spellings = [Add(r.T*r, lam*x.T*x), Trace(r.T*r) + lam*Trace(x.T*x), (r.T*r)[0, 0] + lam*(x.T*x)[0, 0]]
    values = [np.squeeze(evaluate(f, v.env)) for f in spellings]
    np.testing.assert_allclose(values, np.sum((v.y - v.X @ v.x) ** 2) + 0.7*np.sum(v.x**2), rtol=1e-13)
    for f in spellings:
        np.testing.assert_allclose(evaluate(Hessian(f, x), v.env), 2*v.X.T @ v.X + 1.4*np.eye(3), rtol=1e-9)


def test_sizes_come_from_the_arrays_and_a_vector_may_be_one_dimensional():
    assert evaluate(X*x, {X: [[1, 2, 3], [4, 5, 6]], x: [1, 0, -1]}).tolist() == [[-2], [-2]]
    assert evaluate(A[i, j], {A: [[1, 2], [3, 4]], i: 1, j: 0}) == 3


D = MatrixSymbol("D", n, n + 1)


@pytest.mark.parametrize(
    "expr, values, error, message",
    [
        (X*x, {X: np.ones((2, 3)), x: np.ones((2, 1))}, ShapeError, r"n = 3|n = 2"),
        (A, {A: np.ones((2, 3))}, ShapeError, "A is declared n x n and its array is 2 x 3"),
        (X*D, {X: np.ones((2, 3)), D: np.eye(3)}, ShapeError, "n . 1 is 4"),
        (X, {X: np.ones((2, 3, 1))}, ShapeError, "3 dimensions"),
        (X*x, {X: np.ones((2, 3))}, PushthroughError, "no value was given for x"),
        (Identity(n)*2, {}, PushthroughError, "the size n is not known"),
        (A[i, 0], {A: np.ones((2, 2))}, PushthroughError, "the index i"),
        (A[i, 0], {A: np.ones((2, 2)), i: 2}, ShapeError, r"outside 0\.\.1"),
        (A.inv(), {A: np.ones((2, 2))}, Undefined, "singular"),
        (1/t, {t: 0.0}, Undefined, "zero"),
        (log(t), {t: -1.0}, Undefined, "log"),
        (sqrt(t), {t: -1.0}, Undefined, "no real power"),
        (X*X, {X: np.ones((2, 2))}, ShapeError, "X"),
        (sp.Function("g")(t), {t: 1.0}, UnsupportedError, "g"),
        (sp.zeta(t), {t: 2.0}, UnsupportedError, "zeta"),
        (sp.MatPow(A, sp.Rational(1, 2)), {A: np.eye(2)}, UnsupportedError, "integer powers"),
    ],
)
def test_refusals_name_the_object(expr, values, error, message):
    with pytest.raises(error, match=message):
        evaluate(expr, values)


# ---- three evaluators agree


def _expressions():
    """Random expressions of shapes over {1, m, n}: pairs (expression, rows, cols)."""
    sizes = {1: sp.Integer(1), 2: n, 3: m}
    symbol_names = {(r, s): MatrixSymbol(f"M{r}{s}", sizes[r], sizes[s]) for r in sizes for s in sizes}

    def of(rows, cols, depth):
        leaf = st.sampled_from([symbol_names[rows, cols], Transpose(symbol_names[cols, rows])])
        if depth == 0:
            return leaf
        smaller = st.deferred(lambda: of(rows, cols, depth - 1))
        products = st.sampled_from([1, 2, 3]).flatmap(
            lambda mid: st.tuples(of(rows, mid, depth - 1), of(mid, cols, depth - 1)).map(lambda ab: MatMul(*ab))
        )
        options = [
            leaf,
            st.tuples(smaller, smaller).map(lambda ab: sp.MatAdd(*ab)),
            st.tuples(smaller, smaller).map(lambda ab: HadamardProduct(*ab)),
            of(cols, rows, depth - 1).map(Transpose),
            products,
        ]
        if rows == cols:
            options.append(smaller.map(lambda e: sp.Inverse(e + Identity(sizes[rows]))))
            options.append(smaller.map(lambda e: Trace(e) * Identity(sizes[rows])))
            options.append(smaller.map(lambda e: Determinant(e) * Identity(sizes[rows])))
        return st.one_of(options)

    return st.sampled_from([(1, 1), (2, 2), (2, 3), (3, 2), (3, 1)]).flatmap(lambda rc: of(*rc, 3))


@settings(max_examples=120, deadline=None)
@given(expr=_expressions(), size=st.sampled_from([(2, 3), (3, 2), (1, 1), (2, 2)]), data=st.data())
def test_floats_rationals_and_the_prime_field_agree(expr, size, data):
    sizes = dict(zip((n, m), size, strict=True))
    field = PrimeField()
    plans = [compile_plan([expr], sizes, ring) for ring in (RATIONAL, field, REAL)]
    values = []
    for symbol, rows, cols in plans[0].inputs:
        entries = data.draw(st.lists(st.integers(-3, 3), min_size=rows*cols, max_size=rows*cols))
        note(f"{symbol} = {entries} ({rows} x {cols})")
        values.append((rows, cols, entries))

    def run(plan):
        ring = plan.ring
        items = [[ring.scalar(e) for e in entries] for _, _, entries in values]
        shapes = [(rows, cols) for rows, cols, _ in values]
        return plan.run([matrix(ring, *rc, entries) for rc, entries in zip(shapes, items, strict=True)])

    try:
        (exact,) = run(plans[0])
    except Undefined:
        return  # singular over Q: floats may see rounding instead
    shape = plans[0].shapes[0]
    value = to_sympy(RATIONAL, exact, shape)
    (modular,) = run(plans[1])
    residues = [field.scalar(int(q.p), int(q.q)) for q in value]
    assert [modular] == residues if shape == (1, 1) else modular == field.build(*shape, residues)
    try:
        (floating,) = run(plans[2])
    except Undefined:
        return  # ill-conditioned, and it says so
    expected = np.array(value.tolist(), dtype=float)
    scale = max(1.0, np.abs(expected).max())
    assert np.abs(np.reshape(floating, shape) - expected).max() < 1e-6 * scale


def test_exact_rings_refuse_what_they_cannot_represent():
    for ring in (RATIONAL, PrimeField()):
        with pytest.raises(OutsideRing, match="exp"):
            compile_plan([exp(t)], {}, ring)
    with pytest.raises(OutsideRing, match="order"):
        compile_plan([Piecewise((t, t > 0), (0, True))], {}, PrimeField())({t: PrimeField().scalar(1)})
    with pytest.raises(Undefined, match="no rational power"):
        compile_plan([sqrt(t)], {}, RATIONAL)({t: RATIONAL.scalar(2)})


def test_a_product_with_a_column_costs_no_matrix_by_matrix_product():
    plan = compile_plan([MatMul(A, B, A, x)], {n: 3}, REAL)
    values = Values((3, 3, 3))
    registers = plan.template[:]
    for slot, (symbol, _, _) in zip(plan.slots, plan.inputs, strict=True):
        registers[slot] = values.env[symbol]
    for slot, function, a, b in plan.code:
        assert b is not None
        registers[slot] = function(registers[a], registers[b])
    assert [registers[slot].shape for slot, *_ in plan.code] == [(3, 1)] * 3


def test_second_derivatives_are_accurate():
    v = Values((4, 3, 2))
    quartic = (x.T*A*x)[0, 0]**2
    q, g = v.x.T @ v.A @ v.x, (v.A + v.A.T) @ v.x
    expected = 2*g @ g.T + 2*q*(v.A + v.A.T)
    np.testing.assert_allclose(evaluate(Hessian(quartic, x), v.env), expected, rtol=1e-9, atol=1e-9)


def test_common_prefixes_of_products_are_computed_once():
    assert len(compile_plan([MatMul(A, B), MatMul(A, B, A)], {n: 2}, REAL).code) == 2


def test_equal_subexpressions_are_computed_once():
    gram = X.T*X + lam*Identity(n)
    once, twice = (len(compile_plan(e, {m: 3, n: 2}, REAL).code) for e in ([gram.inv()], [gram.inv(), gram.inv()*X.T]))
    assert twice == once + 1


@pytest.mark.parametrize("rows, cols", [(2, 3), (3, 1), (1, 1)])
def test_commutation_turns_vec_into_vec_of_the_transpose(rows: int, cols: int) -> None:
    M = np.arange(rows * cols, dtype=float).reshape(rows, cols)
    K = np.asarray(evaluate(Commutation(sp.Integer(rows), sp.Integer(cols)), {})).reshape(rows * cols, rows * cols)
    assert np.array_equal(K @ M.ravel(order="F"), M.T.ravel(order="F"))


def test_a_negative_number_has_whole_powers_only():
    a, b = sp.symbols("a b", real=True)
    assert evaluate(a**b, {a: -2, b: 3}) == -8
    for base, exponent in [(-2, 0.5), (0, -1)]:
        with pytest.raises(Undefined):
            evaluate(a**b, {a: base, b: exponent})
