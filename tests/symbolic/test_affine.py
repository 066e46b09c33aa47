"""Expressions as sums of products and as affine functions: values, the order of terms, and what is refused."""

from typing import Any

import numpy as np
import pytest
from sympy import (
    Add,
    Basic,
    Determinant,
    HadamardProduct,
    Identity,
    Integer,
    Inverse,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    Pow,
    Q,
    Rational,
    Sum,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    symbols,
)

from numeric import evaluate
from symbolic.affine import Affine, added, affine_in, collected, content, merged, number, terms_of, transposed
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.shapes import shape

m, n, k = symbols("m n k", integer=True, positive=True)
lam, mu = symbols("lambda mu", positive=True)
c, t = symbols("c t", real=True)
i = Symbol("i", integer=True, nonnegative=True)
A, B, P, W = (MatrixSymbol(name, n, n) for name in "ABPW")
X, U, H = MatrixSymbol("X", m, n), MatrixSymbol("U", n, k), MatrixSymbol("H", k, k)
w, v, y = MatrixSymbol("w", n, 1), MatrixSymbol("v", n, 1), MatrixSymbol("y", m, 1)
SYMBOLS = (A, B, P, W, X, U, H, w, v, y, c, t, lam, mu)
SIZES = ((4, 3, 2), (2, 3, 1), (1, 1, 1), (3, 3, 3))


def values_at(sizes: tuple[int, int, int], seed: int) -> dict[Any, Any]:
    draw, known = np.random.default_rng(seed), dict(zip((m, n, k), sizes, strict=True))
    values: dict[Any, Any] = dict(known)
    for symbol in SYMBOLS:
        if isinstance(symbol, Symbol):
            values[symbol] = draw.uniform(0.5, 2)
        else:
            values[symbol] = draw.normal(size=[known.get(size, size) for size in symbol.shape])
    return values


def plain(value: Any) -> Any:
    return np.asarray(value, dtype=float).reshape(-1)


residual = MatAdd(y, MatMul(-1, X, w))

MULTIPLIED: dict[str, tuple[Any, str]] = {
    "a square": (residual.T * residual, "w.T*X.T*X*w - w.T*X.T*y - y.T*X*w + y.T*y"),
    "like terms": (A * (w - v) + A * v, "A*w"),
    "that cancel": (A * w - A * w + v, "v"),
    "a scalar in front": (lam * (A + B) * w, "lambda*A*w + lambda*B*w"),
    "numbers": (2 * (A * w - 3 * v) - w / 2, "2*A*w - (1/2)*w - 6*v"),
    "identities": ((A + lam * Identity(n)) * w, "lambda*w + A*w"),
    "a power": ((A + B) ** 2, "A*A + A*B + B*A + B*B"),
    "transposes inside": (Transpose(MatMul(A, B.T, w)), "w.T*B*A.T"),
    "an inverse is one factor": (MatMul(Inverse(MatMul(A, B)), MatAdd(v, w)), "(A*B)**(-1)*v + (A*B)**(-1)*w"),
    "a 1 x 1 product beside a matrix": (MatMul(v.T, w, A), "(v.T*w)[0, 0]*A"),
    "a 1 x 1 product alone": (MatMul(lam, v.T, w), "lambda*v.T*w"),
    "two 1 x 1 products": ((v.T * w) ** 2, "v.T*w*v.T*w"),
    "an entry": ((v.T * w)[0, 0] * Integer(3), "3*v.T*w"),
    "a sum over entries": (Sum(v[i, 0] * w[i, 0], (i, 0, n - 1)), "v.T*w"),
    "a trace": (Trace((A + B) * P), "Trace(A*P) + Trace(B*P)"),
    "a trace of a number": (Trace(v.T * (v - w)), "v.T*v - v.T*w"),
    "powers of scalars": (Mul(lam, mu ** (-2), Add(lam, mu), evaluate=False), "lambda**2/mu**2 + lambda/mu"),
    "a decimal": (MatMul(0.5, w), "(1/2)*w"),
    "nothing": (A * w - A * w, ""),
    "zero": (ZeroMatrix(n, 1) + w, "w"),
}  # fmt: skip


@pytest.mark.parametrize("name", MULTIPLIED)
def test_multiplied_out(name: str) -> None:
    """The terms are those that are written here, and add up to the expression."""
    expr, written = MULTIPLIED[name]
    terms = terms_of(expr)
    shown = [str(term.to_sympy(shape(expr)[0])) for term in terms]
    assert sorted(shown) == sorted(written.replace(" - ", " + -").split(" + ") if written else [])
    for seed, sizes in enumerate(SIZES):
        values = values_at(sizes, seed)
        assert np.allclose(plain(evaluate(added(terms, expr), values)), plain(evaluate(expr, values))), sizes


def test_terms_keep_the_order_in_which_they_were_written() -> None:
    written = MatAdd(MatMul(X.T, X), MatMul(lam, Identity(n)), A, evaluate=False)
    assert [str(term.to_sympy(n)) for term in terms_of(written)] == [str(part) for part in written.args]


def test_what_is_symmetric_has_no_transpose() -> None:
    assert [str(t.to_sympy(n)) for t in terms_of((P + P.T) * w)] == ["P*w", "P.T*w"]
    assert [str(t.to_sympy(n)) for t in terms_of((P + P.T) * w, [Q.symmetric(P)])] == ["2*P*w"]
    assert [str(t.to_sympy(n)) for t in terms_of(Transpose(P.inv()) * w, [Q.positive_definite(P)])] == ["P**(-1)*w"]


# (expression, unknown, given): coefficients L and R of each term, whether the unknown is transposed, and the rest.
AFFINE: dict[str, tuple[Any, Any, list[Basic], list[tuple[str, bool, str]], str]] = {
    "left": (X.T * X * w + lam * w - X.T * y, w, [], [("X.T*X", False, ""), ("lambda", False, "")], "-X.T*y"),
    "factored": (X.T * (X * w - y), w, [], [("X.T*X", False, "")], "-X.T*y"),
    "right": (w.T * A + 2 * w.T - v.T, w, [], [("1", True, "A"), ("2", True, "")], "-v.T"),
    "between": (A * U * H - 3 * U, U, [], [("A", False, "H"), ("-3", False, "")], "0"),
    "in a transpose": (Transpose(MatMul(A, U)), U, [], [("1", True, "A.T")], "0"),
    "symmetric": ((P + P.T) * w, w, [Q.symmetric(P)], [("2*P", False, "")], "0"),
    "in a 1 x 1 factor": (MatMul(v.T, w, v) - v, w, [], [("v*v.T", False, "")], "-v"),
    "in a 1 x 1 factor, turned": (MatMul(w.T, v, v), w, [], [("v*v.T", False, "")], "0"),
    "in an entry": ((v.T * w)[0, 0] - c, w, [], [("v.T", False, "")], "-c"),
    "a scalar": (lam * t + t / 2 - c, t, [], [("lambda", False, ""), ("1/2", False, "")], "-c"),
    "a scalar in a product": ((lam + 1) * (t - c), t, [], [("lambda", False, ""), ("1", False, "")], "-c*lambda - c"),
    "a scalar times vectors": (v.T * v * t - v.T * w, t, [], [("v.T*v", False, "")], "-v.T*w"),
    "not there": (A * v, w, [], [], "A*v"),
    "cancels": (A * w - A * w, w, [], [], "0"),
}  # fmt: skip


def put_together(found: Affine, unknown: Any, like: Any) -> Any:
    parts = []
    for place in found.places:
        left = place.left.to_sympy(shape(unknown)[1 if place.turned else 0] if place.left.factors else 1)
        letter = Transpose(unknown) if place.turned else unknown
        if isinstance(unknown, Symbol):
            parts.append(MatMul(unknown, left) if getattr(left, "is_Matrix", False) else left * unknown)
        else:
            parts.append(MatMul(left, letter, *place.right))
    rest = added(list(found.rest), like)
    parts += [] if rest == 0 or isinstance(rest, ZeroMatrix) else [rest]
    if not parts:
        return rest
    return MatAdd(*parts) if all(getattr(p, "is_Matrix", False) for p in parts) else Add(*map(number, parts))


@pytest.mark.parametrize("name", AFFINE)
def test_affine(name: str) -> None:
    """Coefficients and rest are those written here, and put together they are the expression again."""
    expr, unknown, given, places, rest = AFFINE[name]
    found = affine_in(expr, unknown, given)
    shown = [(str(p.left.to_sympy()), p.turned, "*".join(map(str, p.right))) for p in found.places]
    assert sorted(shown) == sorted(places)
    assert str(added(list(found.rest), expr)) == rest
    for seed, sizes in enumerate(SIZES):
        values = values_at(sizes, seed)
        if given:
            values[P] = values[P] + values[P].T
        again = put_together(found, unknown, expr)
        assert np.allclose(plain(evaluate(again, values)), plain(evaluate(expr, values))), sizes


def test_coefficients_are_put_together_as_a_person_writes_them() -> None:
    found = affine_in(X.T * (X * w - y) + lam * w, w)
    coefficient = added(collected(place.left for place in found.places), (n, n))
    assert {*coefficient.args} == {MatMul(X.T, X), MatMul(lam, Identity(n))}


REFUSED: dict[str, tuple[Any, Any, str]] = {
    "a product of two": (A * W * W, W, r"A\*W\*\*2 is not linear in W: there is the term A\*W\*W"),
    "a quadratic form": (w.T * A * w, w, r"there is the term w\.T\*A\*w"),
    "an inverse": (Inverse(A + W) * v, W, r"there is the term \(A \+ W\)\*\*\(-1\)\*v"),
    "entrywise": (HadamardProduct(w, v), w, r"there is the term HadamardProduct\(v, w\)|HadamardProduct\(w, v\)"),
    "a function of a scalar": (exp(t) * c, t, r"there is the term .*exp\(t\)"),
    "a power": (t**2 + t, t, r"there is the term t\*\*2"),
    "a denominator": (c / t, t, "there is the term"),
    "a determinant": (Determinant(W) * w, W, r"there is the term Determinant\(W\)\*w"),
    "a function of a product": (MatMul(exp((v.T * w)[0, 0]), v), w, "there is the term exp"),
    "a scalar twice": (MatMul(t, t, w), t, "there is the term"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_affine_is_refused_with_its_term(name: str) -> None:
    expr, unknown, said = REFUSED[name]
    with pytest.raises(UnsupportedError, match=said):
        affine_in(expr, unknown)


def test_sizes_are_checked_and_growth_is_bounded() -> None:
    with pytest.raises(ShapeError):
        terms_of(MatMul(A, y))
    with pytest.raises(UnsupportedError, match="more than 400 terms"):
        terms_of(MatMul(*[MatAdd(A, B, P)] * 6))


def test_helpers() -> None:
    assert transposed(transposed(A)) == A and transposed(Identity(n)) == Identity(n)
    assert transposed(MatMul(lam, A, Inverse(B), U)) == MatMul(lam, U.T, Transpose(Inverse(B)), A.T)
    assert transposed(MatMul(v.T, w)) == MatMul(w.T, v)
    assert transposed(ZeroMatrix(n, k)) == ZeroMatrix(k, n) and transposed(t) == t
    assert (number(t), number(Identity(1)), number(ZeroMatrix(1, 1))) == (t, 1, 0)
    assert merged([lam, mu, lam]) == (lam**2, mu) and merged([lam, 1 / lam]) == ()
    assert merged([Pow(c, Rational(1, 2)), Pow(c, Rational(1, 2))]) == (c,)  # a real root is one of a number >= 0
    assert content([*terms_of(4 * w - 6 * v)]) == 2 and content([*terms_of(w / 2 - v / 3)]) == Rational(1, 6)
    assert content([]) == 1 and content(terms_of(-w)) == 1
