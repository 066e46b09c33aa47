"""The formulas of regression against NumPy, the SVD as a substitution, and what is refused."""

from typing import Any

import numpy as np
import pytest
from sympy import Eq, Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Q, Symbol, Transpose, symbols

import proofs
import symbolic
from numeric import evaluate
from symbolic.errors import ShapeError
from symbolic.regression import SVD, least_squares, min_norm, ridge_dual, ridge_primal, ridge_svd, svd_of
from symbolic.shapes import shape

m, n, k = symbols("m n k", integer=True, positive=True)
lam = Symbol("lambda", positive=True)
X, y, Y = MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1), MatrixSymbol("Y", m, k)
TALL, WIDE, SQUARE, ONE = (5, 3), (2, 4), (3, 3), (1, 1)
PENALTY = 0.7


def arrays(size: tuple[int, int], columns: int = 1) -> tuple[Any, Any, dict[Any, Any]]:
    """X and targets of this size, with the factors of its full SVD under their symbols."""
    draw = np.random.default_rng(sum(size))
    data, targets = draw.normal(size=size), draw.normal(size=(size[0], columns))
    left, sigma, right = np.linalg.svd(data)
    middle = np.zeros(size)
    np.fill_diagonal(middle, sigma)
    svd = svd_of(X)
    values = {X: data, svd.U: left, svd.Sigma: middle, svd.V: right.T, lam: PENALTY}
    return data, targets, values


def ridge_answer(data: Any, targets: Any) -> Any:
    rows = np.concatenate([data, np.sqrt(PENALTY) * np.eye(data.shape[1])])
    return np.linalg.lstsq(rows, np.concatenate([targets, np.zeros((data.shape[1], targets.shape[1]))]), rcond=None)[0]


def exact_answer(data: Any, targets: Any) -> Any:
    return np.linalg.pinv(data) @ targets


FORMULAS: dict[str, tuple[Any, Any, list[tuple[int, int]]]] = {
    "least_squares": (least_squares, exact_answer, [TALL, SQUARE, ONE]),
    "min_norm": (min_norm, exact_answer, [WIDE, SQUARE, ONE]),
    "ridge_primal": (lambda X, y: ridge_primal(X, y, lam), ridge_answer, [TALL, WIDE, SQUARE, ONE]),
    "ridge_dual": (lambda X, y: ridge_dual(X, y, lam), ridge_answer, [TALL, WIDE, SQUARE, ONE]),
    "ridge_svd": (lambda X, y: ridge_svd(X, y, lam), ridge_answer, [TALL, WIDE, SQUARE, ONE]),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("columns", [1, 2], ids=["a target", "several targets"])
def test_the_formula_is_what_numpy_finds(name: str, columns: int) -> None:
    formula, answer, sizes = FORMULAS[name]
    target = y if columns == 1 else Y
    expr = formula(X, target)
    assert shape(expr) == (n, target.shape[1])
    for size in sizes:
        data, targets, values = arrays(size, columns)
        assert np.allclose(evaluate(expr, {**values, target: targets}), answer(data, targets)), size


@pytest.mark.parametrize("name", [name for name in FORMULAS if name != "ridge_svd"])
def test_the_matrix_may_be_an_expression(name: str) -> None:
    formula, answer, _ = FORMULAS[name]
    A = MatrixSymbol("A", m, m)
    data, targets, values = arrays(SQUARE)
    factor = np.random.default_rng(1).normal(size=(3, 3))
    found = evaluate(formula(A * X, y), {**values, A: factor, y: targets})
    assert np.allclose(found, answer(factor @ data, targets))


@pytest.mark.parametrize("name", FORMULAS)
def test_one_target_for_each_row(name: str) -> None:
    with pytest.raises(ShapeError, match="X has m rows and z has n: one target for each row is needed"):
        FORMULAS[name][0](X, MatrixSymbol("z", n, 1))


def test_the_svd_is_a_substitution_with_its_facts() -> None:
    svd = svd_of(X)
    assert isinstance(svd, SVD) and svd.X == X
    assert [s.shape for s in (svd.U, svd.Sigma, svd.V)] == [(m, m), (m, n), (n, n)]
    assert svd.facts == (Q.orthogonal(svd.U), Q.orthogonal(svd.V))
    assert svd.equation == Eq(X, MatMul(svd.U, svd.Sigma, svd.V.T), evaluate=False)
    for size in (TALL, WIDE, SQUARE, ONE):
        data, _, values = arrays(size)
        assert np.allclose(evaluate(svd.product, values), data)
        dagger = MatrixSymbol("Sigma_dagger", n, m)
        values[dagger] = np.linalg.pinv(values[svd.Sigma])
        assert np.allclose(evaluate(svd.pinv, values), np.linalg.pinv(data))


def test_what_is_put_in_is_left_as_it_is_written() -> None:
    svd = svd_of(X)
    U, Sigma, V = svd.U, svd.Sigma, svd.V
    product = MatMul(U, Sigma, V.T)
    found = svd.substitute(MatMul(Inverse(MatAdd(MatMul(X.T, X), MatMul(lam, Identity(n)))), X.T))
    assert found == MatMul(
        Inverse(MatAdd(MatMul(Transpose(product), product), MatMul(lam, Identity(n)))),
        Transpose(product),
    )
    assert not found.has(X)
    assert svd.substitute(y) == y


size = Symbol("U", integer=True, positive=True)
CLASHES: dict[str, tuple[MatrixSymbol, tuple[Any, ...], tuple[str, str, str]]] = {
    "none": (X, (), ("U", "Sigma", "V")),
    "the matrix": (MatrixSymbol("U", m, n), (), ("U_1", "Sigma", "V")),
    "its size": (MatrixSymbol("X", size, n), (), ("U_1", "Sigma", "V")),
    "a product": (X, (MatrixSymbol("V", n, n) * MatrixSymbol("Sigma", n, 1),), ("U", "Sigma_1", "V_1")),
    "numbered": (X, (MatrixSymbol("U", n, n), MatrixSymbol("U_1", n, n), Symbol("V")), ("U_2", "Sigma", "V_1")),
    "the pseudo-inverse": (X, (MatrixSymbol("Sigma_dagger", n, m),), ("U", "Sigma_1", "V")),
    "not a clash": (X, (y, Symbol("U_1")), ("U", "Sigma", "V")),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHES)
def test_names_keep_clear_of_those_in_use(name: str) -> None:
    matrix, avoid, expected = CLASHES[name]
    svd = svd_of(matrix, avoid)
    assert (svd.U.name, svd.Sigma.name, svd.V.name) == expected
    assert svd.equation.lhs == matrix


def test_the_svd_is_of_a_symbol() -> None:
    with pytest.raises(ShapeError, match="give the matrix a name"):
        svd_of(X.T * X)


def test_the_formulas_are_public_in_both_packages() -> None:
    for name in (*FORMULAS, "svd_of"):
        assert getattr(symbolic, name) is getattr(proofs, name)
