"""Products and sums of values whose sizes are still being found: what they mean, and what they teach about sizes."""

import numpy as np
import pytest
import sympy as sp

from numeric import evaluate
from symbolic.errors import UnsupportedError
from symbolic.notation.build import Builder, Clash, Value
from symbolic.notation.sizes import ONE, Sizes
from symbolic.shapes import shape

m, n, k = sp.symbols("m n k", integer=True, positive=True)
X, A = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("A", n, n)
x, y, b = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", m, 1), sp.MatrixSymbol("b", n, 1)
lam = sp.Symbol("lambda", real=True)


def v(expr: sp.Basic) -> Value:
    return Value(expr, getattr(expr, "shape", ONE), str(expr))


def transposed(expr: sp.Basic) -> Value:
    return Value(sp.Transpose(expr), expr.shape[::-1], f"{expr}'")


def unknown_identity(build: Builder) -> Value:
    size = build.sizes.unknown("n_I")
    return Value(sp.Identity(size), (size, size), "I")


def finished(build: Builder, value: Value) -> sp.Basic:
    return value.expr.xreplace(build.sizes.replacements(set()))


def test_an_identity_takes_its_size_from_the_sum() -> None:
    build = Builder()
    gram = build.multiply([transposed(X), v(X)])
    ridge = build.add([gram, build.multiply([v(lam), unknown_identity(build)])])
    assert shape(finished(build, ridge)) == (n, n)


@pytest.mark.parametrize(
    "factors, size",
    [
        ([transposed(x), v(A), v(b)], (1, 1)),
        ([transposed(x), v(b), v(A)], (n, n)),  # a number before a matrix
        ([v(A), transposed(x), v(b)], (n, n)),  # and after one
        ([v(A), v(x), transposed(b), v(b)], (n, 1)),
        ([transposed(x), v(b), transposed(x), v(b)], (1, 1)),
        ([v(lam), v(x), transposed(x)], (n, n)),
        ([v(x), v(lam), transposed(b)], (n, n)),
    ],
    ids=str,
)
def test_products_with_numbers_anywhere(factors: list[Value], size: tuple) -> None:
    """Their value is that of the numbers times the rest."""
    build = Builder()
    product = finished(build, build.multiply(factors))
    assert shape(product) == size
    rng = np.random.default_rng(1)
    values = {A: rng.normal(size=(3, 3)), x: rng.normal(size=(3, 1)), b: rng.normal(size=(3, 1)), lam: 0.7, n: 3}
    env = {s: value for s, value in values.items() if s in product.free_symbols or s == n}
    dense = [
        values[f.expr.args[0]].T if isinstance(f.expr, sp.Transpose) else np.asarray(values[f.expr]) for f in factors
    ]
    expected, rest = 1.0, []
    for array in dense:
        if array.shape == ():
            expected = expected * float(array)
        else:
            rest.append(array)
    while len(rest) > 1:
        for position in range(len(rest) - 1):
            one, other = rest[position], rest[position + 1]
            if one.shape[1] == other.shape[0] and (one.shape[0], other.shape[1]) == (1, 1):
                expected, rest = expected * float((one @ other)[0, 0]), rest[:position] + rest[position + 2 :]
                break
        else:
            rest[:2] = [rest[0] @ rest[1]]
    assert np.allclose(evaluate(product, env), expected * (rest[0] if rest else 1.0))


@pytest.mark.parametrize(
    "factors, words",
    [([v(X), v(y)], "cannot multiply X (m x n) by y (m x 1): n is not m"), ([v(A), v(A), v(y)], "n is not m")],
    ids=["X y", "A A y"],
)
def test_a_product_that_does_not_exist_says_why(factors: list[Value], words: str) -> None:
    with pytest.raises(Clash) as clash:
        Builder().multiply(factors)
    assert words in str(clash.value)


def test_a_sum_of_two_shapes_says_why() -> None:
    with pytest.raises(Clash, match=r"cannot add x \(n x 1\) and y \(m x 1\)"):
        Builder().add([v(x), v(y)])


def test_a_number_and_a_matrix_are_not_added() -> None:
    with pytest.raises(Clash):
        Builder().add([v(A), v(lam)])


@pytest.mark.parametrize("operation", ["inverse", "trace", "determinant"])
def test_square_matrices_only(operation: str) -> None:
    with pytest.raises(Clash, match="not square"):
        getattr(Builder(), operation)(v(X))


def test_nothing_is_simplified() -> None:
    build = Builder()
    assert build.multiply([v(A), build.inverse(v(A))]).expr != sp.Identity(n)


def test_enormous_powers_are_not_multiplied_out() -> None:
    with pytest.raises(UnsupportedError, match="too large"):
        Builder().power(v(A), sp.Integer(10**9))


def test_unknown_sizes_are_found_through_sums() -> None:
    sizes = Sizes()
    a, c = sizes.unknown(), sizes.unknown()
    assert sizes.unify(a + n, m + n)
    assert sizes.resolve(a) == m
    assert sizes.unify(c, a)
    assert not sizes.unify(c, n)


def test_declared_sizes_are_never_solved_for() -> None:
    assert not Sizes().unify(n, m)
    assert not Sizes().unify(n, 2)
