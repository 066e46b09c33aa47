"""What generated code promises: the cheap way, shared steps, no large intermediates, clear errors, readable source."""

import ast
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import (
    Determinant,
    HadamardProduct,
    Identity,
    KroneckerProduct,
    Lambda,
    MatrixSymbol,
    OneMatrix,
    Q,
    Symbol,
    Trace,
    exp,
    log,
    symbols,
)
from sympy.matrices.expressions.diagonal import DiagMatrix

from symbolic import gradient, hessian, to_numpy
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.facts import predicate
from symbolic.nodes import ArgMin
from tests.symbolic.emit import cases

n, d, k = symbols("n d k", integer=True, positive=True)
X, y, w = MatrixSymbol("X", n, d), MatrixSymbol("y", n, 1), MatrixSymbol("w", d, 1)
A, B, c = MatrixSymbol("A", d, d), MatrixSymbol("B", d, d), MatrixSymbol("c", d, 1)
Y, U, V = MatrixSymbol("Y", n, d), MatrixSymbol("U", n, k), MatrixSymbol("V", d, k)
v = MatrixSymbol("v", n * d, 1)
C = MatrixSymbol("C", n, n)
lam, t = Symbol("lambda", positive=True), Symbol("t", real=True)
I = Identity(d)
ridge = (y - X * w).T * (y - X * w) + lam * w.T * w
sigmoid = Lambda(t, 1 / (1 + exp(-t)))
SCIPY = find_spec("scipy") is not None


def body(f: Any) -> str:
    """The code of a function without its docstring and the reading of its arguments."""
    (function,) = (node for node in ast.parse(f.source).body if isinstance(node, ast.FunctionDef) and node.name == "f")
    rest = [s for s in function.body[1:] if not isinstance(s, ast.Try | ast.If)]
    return "\n".join(ast.unparse(s) for s in rest)


LAST = {  # expression: the line that computes it
    "ridge gradient": (gradient(ridge, w), "return 2 * (X.T @ (X @ w - y) + lam * w)"),
    "a symmetric part": ((A + A.T) * w, "return A @ w + A.T @ w"),
    "three factors": (A * B * w, "return A @ (B @ w)"),
    "a scalar at the small end": (lam * A * w, "return lam * (A @ w)"),
    "weights": (X.T * DiagMatrix(y) * X, "return X.T @ (y * X)"),
    "rows scaled": (DiagMatrix(y) * X, "return y * X"),
    "low rank": ((A + w * c.T) * c, "return A @ c + np.vdot(c, c) * w"),
    "a trace": (Trace(A * B), "return np.vdot(A, B.T)"),
    "all entries": (OneMatrix(1, n) * X * OneMatrix(d, 1), "return X.sum()"),
    "row sums": (X * OneMatrix(d, 1), "return X.sum(-1, keepdims=True)"),
    "common factor": (X.T * X * w - X.T * y, "return X.T @ (X @ w - y)"),
    "Kronecker": (KroneckerProduct(A, C) * v, "return (C @ (v.reshape(d, n).T @ A.T)).T.reshape(-1, 1)"),
    "outer products": (A * w * c.T * B * w, "return np.vdot(c, B @ w) * (A @ w)"),
    "logistic weights": (
        X.T * DiagMatrix((X * w).applyfunc(Lambda(t, exp(t) / (1 + exp(t)) ** 2))) * X,
        "return X.T @ (sigmoid(-Xw) * sigmoid(Xw) * X)",
    ),
}


@pytest.mark.parametrize("name", LAST)
def test_the_cheap_way(name: str) -> None:
    expr, line = LAST[name]
    source = body(to_numpy(expr)).splitlines()[-1]
    if SCIPY:
        line = line.replace("sigmoid(", "expit(")
    assert source == line


@pytest.mark.parametrize(
    "expr, sizes, line",
    [
        (U * V.T * X.T, {n: 10, d: 1000, k: 5}, "(X @ V @ U.T).T"),
        (U * V.T * X.T * X, {n: 1000, d: 10, k: 500}, "U @ (X.T @ X @ V).T"),
        ((U * V.T - Y) * V, {n: 1000, d: 500, k: 5}, "U @ (V.T @ V) - Y @ V"),
    ],
)
def test_the_order_of_products_is_that_of_the_sizes(expr: Any, sizes: Any, line: str) -> None:
    assert ast.unparse(ast.parse(line)) in body(to_numpy(expr, sizes=sizes)).replace("(U @ V.T)", "U @ V.T")


class Watched(np.ndarray):
    """An array that notes the size of everything that is computed from it."""

    largest = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        plain = [np.asarray(i) if isinstance(i, Watched) else i for i in inputs]
        result = getattr(ufunc, method)(*plain, **kwargs)
        Watched.largest = max(Watched.largest, np.size(result))
        return result.view(Watched) if isinstance(result, np.ndarray) else result


STRUCTURED = {
    "ridge": gradient(ridge, w),
    "dual": X.T * (X * w - y) + X.T * X * w,
    "centred": (Identity(n) - OneMatrix(n, n) / n) * X * w,
    "a projection": w * c.T * A * c + (A + w * c.T) * w,
    "Kronecker": (KroneckerProduct(Identity(d), C) + lam * Identity(n * d)) * v,
    "diagonals": DiagMatrix(y) * X * DiagMatrix(w) * c,
    "logistic": X.T * (HadamardProduct(y, (X * w).applyfunc(sigmoid)) - y),
    "a quadratic form": w.T * (X.T * DiagMatrix(y) * X + lam * I) * w,
}


@pytest.mark.parametrize("name", STRUCTURED)
def test_no_matrix_on_the_way_to_a_vector(name: str) -> None:
    expr = STRUCTURED[name]
    args = sorted((s for s in expr.free_symbols if isinstance(s, MatrixSymbol) or s == lam), key=str)
    sizes = {n: 40, d: 30}
    rng = np.random.default_rng(0)
    values = [rng.normal(size=[int(s.subs(sizes)) for s in a.shape]).view(Watched) if a != lam else 0.5 for a in args]
    Watched.largest = 0
    to_numpy(expr, *args)(*values)
    assert Watched.largest <= (40 * 30 if name == "Kronecker" else 40)


# Inverses.


def test_an_inverse_that_is_applied_is_a_solve() -> None:
    for expr in (A.inv() * w, w.T * A.inv(), A.inv() * B * A.inv() * w, Trace(A.inv() * B), A**-2 * w):
        assert "inv(" not in body(to_numpy(expr))


def test_a_factorization_is_shared() -> None:
    f = to_numpy([A.inv() * w, A.inv() * c, A.inv() * B * A.inv() * c])
    assert body(f).count("factor(A)" if SCIPY else "np.linalg.inv(A)") == 1
    assert "np.linalg.solve" not in body(f)


@pytest.mark.parametrize(
    "matrix, given, proved",
    [
        (A, [Q.positive_definite(A)], True),
        (A, [], False),
        (A, [Q.symmetric(A)], False),
        (X.T * X + lam * I, [], True),
        (X.T * X, [], False),
        (X.T * X, [predicate("injective")(X)], True),
        (X.T * X - lam * I, [], False),
    ],
)
def test_cholesky_only_where_it_is_proved(matrix: Any, given: Any, proved: bool) -> None:
    f = to_numpy((log(Determinant(matrix)), matrix.inv() * w), given=given)
    assert ("cho" in body(f)) is proved
    assert ("log_det(" in body(f)) is not proved


@pytest.mark.parametrize("given", [[], [Q.positive_definite(A)], [Q.lower_triangular(A)], [Q.diagonal(A)]], ids=str)
@pytest.mark.filterwarnings("ignore")
def test_a_singular_matrix_raises(given: Any) -> None:
    f = to_numpy([A.inv() * w, A.inv() * B * A.inv() * w], A, B, w, given=given)
    with pytest.raises(np.linalg.LinAlgError):
        f(np.diag([1.0, 0.0]), np.eye(2), np.ones(2))


def test_log_det_of_a_negative_determinant_is_nan() -> None:
    assert np.isnan(to_numpy(log(Determinant(A)), A)(np.diag([1.0, -2.0])))


@pytest.mark.parametrize(
    "expr, given, line",
    [
        (A.inv() * w, [Q.orthogonal(A)], "return A.T @ w"),
        (A.T * A * w, [Q.orthogonal(A)], "return w"),
        ((A + A.T) * w, [Q.symmetric(A)], "return 2 * (A @ w)"),
        (A * w, [Q.diagonal(A)], "return np.diagonal(A)[:, None] * w"),
    ],
    ids=str,
)
def test_facts_save_work(expr: Any, given: Any, line: str) -> None:
    assert body(to_numpy(expr, given=given)) == line


# Several results, hessians.


def test_loss_and_gradient_share_the_product() -> None:
    f = to_numpy({"loss": ridge, "gradient": gradient(ridge, w)}, X, y, w, lam)
    assert body(f).count("X @ w") == 1
    both = f([[1, 2], [3, 4], [5, 6]], [1, 2, 3], [1, -1], 0.5)
    assert both["loss"] == pytest.approx(30)
    assert both["gradient"].shape == (2, 1)


def test_a_transpose_is_not_computed_twice() -> None:
    f = to_numpy((U * V.T, (V * U.T).applyfunc(sp.tanh), (U * V.T).applyfunc(sp.tanh)))
    assert body(f).count("@") == 1
    assert body(f).count("tanh") == 1


def test_a_logistic_hessian_is_one_product() -> None:
    loss = OneMatrix(1, n) * (X * w).applyfunc(Lambda(t, log(1 + exp(t)))) - y.T * X * w
    source = body(to_numpy(hessian(loss, w), X, w))
    assert source.count("@") == 2
    assert "np.diag(" not in source
    assert "np.exp" not in source


@pytest.mark.parametrize("value", [-800.0, 0.0, 800.0])
@pytest.mark.filterwarnings("error")
def test_sigmoid_and_softplus_do_not_overflow(value: float) -> None:
    logs = [log(1 + exp(t)), exp(t) / (1 + exp(t)), 1 / (1 + exp(-t)) ** 2, -log(1 - 1 / (1 + exp(-t)))]
    result = to_numpy([w.applyfunc(Lambda(t, e)) for e in logs], w)([value])
    limits = [max(value, np.log(2) if value == 0 else 0), 1 / (1 + np.exp(-np.clip(value, -700, 700)))]
    np.testing.assert_allclose(np.ravel(result), [limits[0], limits[1], limits[1] ** 2, limits[0]], atol=1e-200)


# Arguments.


def test_disagreement_names_both_arrays() -> None:
    f = to_numpy(X.T * y, X, y)
    with pytest.raises(ShapeError, match=r"y \(n x 1\) is 2 x 1, and should be 3 x 1: X has n = 3"):
        f(np.ones((3, 2)), np.ones(2))
    with pytest.raises(ShapeError, match="a matrix was declared"):
        f(np.ones(3), np.ones(3))
    with pytest.raises(ShapeError, match="W"):
        to_numpy(MatrixSymbol("W", n, n), MatrixSymbol("W", n, n))(np.ones((2, 3)))


def test_names_become_identifiers_and_stay_apart() -> None:
    S, one, two, three = MatrixSymbol("Σ", d, d), *(MatrixSymbol(f"w_1{end}", d, 1) for end in ("'", "_prime", "*"))
    number, other = Symbol("lambda"), Symbol("lam")
    f = to_numpy(S * (one + two + three) * (number + other), number, other, S, one, two, three)
    names = f.__code__.co_varnames[: f.__code__.co_argcount]
    assert len(set(names)) == 6
    assert all(name.isidentifier() for name in names)
    assert names[2] == "Sigma"
    assert f(2.0, 1.0, np.eye(2), [1, 0], [0, 1], [1, 1]).tolist() == [[6.0], [6.0]]


@pytest.mark.parametrize("text", ['"""', "n_{1}", 'x"); raise SystemExit(', "a\nb", "np", "check", "{n}", "\\"])
def test_no_name_becomes_code(text: str) -> None:
    size, scalar = Symbol(text, integer=True, positive=True), Symbol(text, positive=True)
    S, one = MatrixSymbol(text, size, d), MatrixSymbol(f"{text} ", d, 1)
    f = to_numpy({text: S * one * scalar}, S, one, scalar)
    assert f(np.ones((2, 3)), np.ones(3), 2.0)[text].tolist() == [[6.0], [6.0]]
    with pytest.raises(ShapeError, match="should be 3 x 1"):
        f(np.ones((2, 3)), np.ones(4), 2.0)
    with pytest.raises(UnsupportedError, match="name of a Python function"):
        to_numpy(w, name="f(x): pass\ndef g")


def test_sizes_that_no_array_shows_are_arguments() -> None:
    assert to_numpy(Identity(n) * lam)(2.0, 3).shape == (3, 3)  # lambda, n
    with pytest.raises(ShapeError, match="n would have no value"):
        to_numpy(Identity(n) * lam, lam)
    with pytest.raises(ShapeError, match="lambda would have no value"):
        to_numpy(lam * w, w)
    Z = MatrixSymbol("Z", n + 1, 2 * d)
    assert to_numpy(n * d * Trace(Z * Z.T), Z)(np.ones((3, 4))) == 2 * 2 * 12


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_type_of_numbers_is_kept(kind: Any) -> None:
    exprs = [sp.sqrt(lam) * w, exp(lam) * (X * w), X.T * X + lam * I, w / sp.sqrt(n), DiagMatrix(w)]
    exprs += [w.applyfunc(sp.Lambda(lam, sp.Heaviside(lam, 0))), w.applyfunc(sp.Lambda(lam, sp.Max(lam, 0)))]
    f = to_numpy(exprs, X, w, lam)
    results = f(np.ones((3, 2), kind), np.ones((2, 1), kind), np.float64(0.5))
    assert {r.dtype for r in results} == {np.dtype(kind)}


def test_inputs_are_not_changed() -> None:
    array = np.ones((2, 2))
    to_numpy([A + 3 * I, (A + lam * I).inv() * w], A, w, lam)(array, np.ones(2), 1.0)
    assert (array == 1).all()


def test_what_is_not_known_is_named() -> None:
    with pytest.raises(UnsupportedError, match="ArgMin"):
        to_numpy(ArgMin(ridge, w))
    with pytest.raises(UnsupportedError, match="f"):
        to_numpy(sp.Function("f")(lam) * w)
    with pytest.raises(ShapeError, match="cannot multiply"):
        to_numpy(sp.MatMul(A, X))
    with pytest.raises(UnsupportedError, match="cupy"):
        to_numpy(w, backend="cupy")
    with pytest.raises(UnsupportedError, match="integer"):
        to_numpy(A**lam)


def test_a_case_that_may_be_zero_is_taken_out_of_a_sum_without_dividing() -> None:
    a, b, c = symbols("a b c", real=True)
    case = sp.Piecewise((b, b > 0), (0, True))
    f = to_numpy(case * a + case * c, a, b, c)
    assert (f(1, 2, 3), f(1, -2, 3)) == (8, 0)


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_the_source_stands_alone(backend: str) -> None:
    if backend != "numpy":
        cases.imported(backend)
    f = to_numpy(gradient(ridge, w), X, y, w, lam, backend=backend)
    tree = ast.parse(f.source)
    assert ast.get_docstring(tree.body[-1]).endswith("X: (n, d), y: (n, 1), w: (d, 1), lam: number")
    assert f.__name__ == "f"
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert not names & {"sp", "sympy", "symbolic"}
