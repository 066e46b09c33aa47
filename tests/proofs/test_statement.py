"""What the kernel is told is what was asked: translation there and back, on values and on structure."""

import json

import numpy as np
import pytest
from sympy import (
    Add,
    Derivative,
    Determinant,
    Eq,
    Float,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerDelta,
    MatMul,
    MatrixSymbol,
    Piecewise,
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
from proofs.prove import Claim
from proofs.statement import Statement
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.facts import predicate
from symbolic.nodes import ForAll, Gradient, Hessian, Jacobian

m, n = symbols("m n", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True, nonnegative=True)
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
X, u = MatrixSymbol("X", m, n), MatrixSymbol("u", m, 1)
x, y = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
lam, w, c = Symbol("lambda", positive=True), Symbol("w", real=True), Symbol("c", real=True)
I = Identity(n)

EXPRESSIONS = {
    "ridge": Inverse(X.T * X + lam * I) * X.T * u,
    "order is kept": MatMul(A, B, Transpose(A)),
    "scalar product inside a product": A * (x.T * y) * x,
    "two scalar products": MatMul(x.T, y, x.T, A, y, B),
    "1 x 1 plus a number": Add(x.T * y, 1),
    "powers": A**3 + lam ** Rational(-3, 2) * I,
    "negative power of a matrix": A**-2,
    "reciprocal of a sum": 1 / (w - c) + w**-2,
    "trace": Trace(A * B) * X,
    "sizes as numbers": n * A + Trace(I) * I,
    "an entry": (A * B)[i, j] * KroneckerDelta(i, k) * x[k, 0],
    "an index sum": Sum(A[i, k] * x[k, 0], (k, 0, n - 1)),
    "SymPy's [0, 0]": ((u - X * x).T * (u - X * x))[0, 0],
    "double sum": Sum(X[i, k] * u[i, 0] * A[k, j], (i, 0, m - 1), (k, 0, n - 1)),
    "by an entry": Derivative(Sum(A[i, k] * x[k, 0], (k, 0, n - 1)), x[j, 0]),
    "by a scalar": Derivative((w * c - lam) ** 2, w),
    "gradient": Gradient(x.T * A * x, x),
    "gradient by a matrix": Gradient(Trace(X.T * u * x.T), X),
    "jacobian": Jacobian(X * x, x),
    "jacobian of a scalar": Jacobian(x.T * A * y, x),
    "hessian": Hessian(x.T * A * x, x),
    "decimal": Float("0.1") * A,
    "zero": A + ZeroMatrix(n, n),
}


def stated(e):
    s = Statement()
    s.survey([e])
    return s, s.expr(e)


def values_for(sizes, rng):
    arrays = {s: rng.uniform(0.5, 2, [int(d.subs(sizes)) for d in s.shape]) for s in (A, B, X, u, x, y)}
    index = {i: 0, j: sizes[n] - 1, k: 0}
    return {**arrays, lam: 1.3, w: 2.5, c: -0.7, **index, **sizes}


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("sizes", [(2, 3), (3, 2), (1, 1), (4, 4)], ids=str)
def test_there_and_back_has_the_same_value(name, sizes):
    e = EXPRESSIONS[name]
    s, told = stated(e)
    values = values_for({m: sizes[0], n: sizes[1]}, np.random.default_rng(3))
    back = s.read(json.loads(json.dumps(told)))
    assert np.allclose(evaluate(back, values), evaluate(e, values))


@pytest.mark.parametrize("name", ["ridge", "order is kept", "by an entry", "jacobian", "trace", "powers", "zero"])
def test_there_and_back_is_the_same_expression(name):
    s, told = stated(EXPRESSIONS[name])
    back = s.read(told)
    indices = {new: old for old, (name, _) in s.scope.items() for new in back.free_symbols if str(new) == name}
    assert back.xreplace(indices).dummy_eq(EXPRESSIONS[name]) or str(back) == str(EXPRESSIONS[name])


def test_names_are_kept_apart():
    """One name for a size, a scalar, a matrix and an index: four names in the statement."""
    size = Symbol("a", integer=True, positive=True)
    matrix, scalar, column = MatrixSymbol("a", size, size), Symbol("a", real=True), MatrixSymbol("b", size, 1)
    index = Symbol("a", integer=True)
    s = Statement()
    s.survey([matrix])
    told = s.expr(Sum(scalar * matrix[index, index] * column[index, 0], (index, 0, size - 1)))
    (_, bound, ranges, _), known = told, set(s.symbols)
    assert ranges == "a"
    assert len({bound, ranges, *known}) == 2 + len(known) == 5


def test_odd_names_become_readable_ones():
    s, told = stated(MatrixSymbol(r"\hat{y}'", n, 1) + MatrixSymbol("2 z", n, 1))
    assert sorted(s.symbols) == [r"x2_z", r"x\hat{y}_"]
    assert str(s.read(told)) == r"2 z + \hat{y}'"


REFUSED = {
    "HadamardProduct": HadamardProduct(A, B),
    "Determinant": Determinant(A),
    "exp": exp(w),
    "the size m \\+ n": MatrixSymbol("Z", m + n, 1),
    "the exponent n": Pow(A, n),
    "roots": Pow(x.T * x, Rational(1, 2)),
    "to be declared positive": w ** Rational(1, 2),
    "the index 0": A[0, 0],
    "whole range": Sum(x[k, 0], (k, 1, n - 1)),
    "by a column only": Jacobian(X * x, X),
    "range of the indices": KroneckerDelta(i, j),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_the_kernel_lacks_is_named(words):
    with pytest.raises(UnsupportedError, match=words):
        stated(REFUSED[words])


def test_shapes_are_strict():
    with pytest.raises(ShapeError, match="n is not m"):
        stated(MatMul(A, X))


def facts(*given):
    s = Statement()
    s.survey(given)
    return s.facts(given)


def test_a_structure_is_its_relations():
    told, dropped = facts(Q.symmetric(A), Q.orthogonal(B))
    product = [["mul", ["T", "B"], "B"], ["mul", "B", ["T", "B"]]]
    assert told == [["eq", ["T", "A"], "A"], *(["eq", p, ["id", "n"]] for p in product)]
    assert not dropped


def test_facts_with_a_word_of_their_own():
    told, dropped = facts(Q.positive_definite(A), predicate("injective")(X), Q.positive(w), Q.negative(c), w > c)
    minus = ["mul", ["num", "-1"], "c"]
    assert told == [
        ["positive_definite", "A"], ["injective", "X"], ["positive", "w"], ["positive", minus],
        ["positive", ["add", "w", minus]],
    ]  # fmt: skip
    assert not dropped


def test_facts_without_words_are_dropped_not_guessed():
    told, dropped = facts(Q.upper_triangular(A), Q.fullrank(X), Q.diagonal(B))
    assert told == [["eq", ["T", "B"], "B"]]  # what diagonal implies; less is assumed than was given
    assert dropped == [Q.upper_triangular(A), Q.fullrank(X)]


def test_rank_is_told_as_what_it_implies():
    """Full rank says something as soon as the shape does: independent columns if tall, independent rows if wide."""
    tall, wide = MatrixSymbol("T", m + n, n), MatrixSymbol("X", n, 2)
    assert facts(predicate("surjective")(X))[0] == [["injective", ["T", "X"]]]
    assert facts(Q.fullrank(A))[0] == [["injective", "A"], ["injective", ["T", "A"]]]
    assert facts(Q.fullrank(MatrixSymbol("x", n, 1)))[0] == [["injective", "x"]]
    assert facts(Q.fullrank(wide))[0] == [] and tall.shape == (m + n, n)
    assert facts(Q.nonzero(A))[0] == [["nonzero", "A"]]


def test_a_claim_is_never_weaker_than_asked():
    """To be symmetric is not to be diagonal: a structure is claimed only if its relations are all of it."""
    for claim in (Q.diagonal(A), Q.upper_triangular(A), Q.fullrank(X), predicate("surjective")(X)):
        with pytest.raises(UnsupportedError, match="no word for"):
            Statement().claim(claim)
    assert Statement().claim(Q.symmetric(A)) == ["eq", ["T", "A"], "A"]
    assert Statement().claim(Q.orthogonal(A))[0] == "and"
    assert Statement().claim(predicate("positive_semidefinite")(A)) == ["positive_semidefinite", "A"]


def test_iff_is_both_implications():
    one, other = Eq(A + A.T, 2 * A, evaluate=False), Q.symmetric(A)
    claim = Statement().claim(Claim(one, other, "iff"))
    (_, (_, fact, _), (_, back, goal)) = claim
    assert fact == goal == ["eq", ["add", "A", ["T", "A"]], ["mul", ["num", "2"], "A"]]
    assert back == ["eq", ["T", "A"], "A"]


def test_bound_variables_of_hypotheses_are_renamed():
    told = Statement().claim(Claim(ForAll(x, Eq(A * x, B * x)), ForAll(x, Eq(B * x, A * x)), "implies"))
    assert told[1][1] == "x_0"
    assert told[2][1] == "x"


def test_cases_are_complete_and_exclusive():
    """One comparison and its negation, in either spelling, give two cases; each has the branches in force there."""
    relu, step = Piecewise((w, w > c), (0, True)), Piecewise((1, c >= w), (2, True))
    s = Statement()
    _, (_, first, one), (_, second, other) = s.claim(Claim(relu, step))
    assert {first[0], second[0]} == {"nonnegative", "positive"}
    assert (s.read(first[1]) + s.read(second[1])).expand() == 0
    active, passive = (one, other) if s.read(first[1]).coeff(w) > 0 else (other, one)
    assert (active, passive) == (["eq", "w", ["num", "2"]], ["eq", ["num", "0"], ["num", "1"]])


def test_independent_conditions_multiply():
    both = Piecewise((w, w > c), (0, True)) + Piecewise((1, lam > c), (0, True))
    claim = Statement().claim(Claim(both, w))
    assert json.dumps(claim).count('"eq"') == 4
