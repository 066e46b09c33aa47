"""Named moves between optimisation problems: what each returns, that it is proved, and each side condition refused."""

from collections.abc import Callable
from typing import Any

import pytest
from sympy import (
    Eq,
    Identity,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    Pow,
    Product,
    Q,
    Rational,
    Sum,
    Symbol,
    Trace,
    Transpose,
    exp,
    log,
    pi,
    sin,
    sqrt,
    symbols,
)

from proofs.moves import add_constant, eliminate, increasing, logarithm, negate, reparametrise, rewrite, scale
from proofs.verify import verify
from symbolic.derivation import Derivation, Step
from symbolic.errors import MissingHypothesis, PushthroughError, ShapeError, UnsupportedError
from symbolic.nodes import ArgMax, ArgMin
from symbolic.structures import predicate

m, n, k = symbols("m n k", integer=True, positive=True)
lam, sigma = symbols("lambda sigma", positive=True)
tau = Symbol("tau", real=True)
i = Symbol("i", integer=True, nonnegative=True)
X, w, v, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("v", n, 1), MatrixSymbol("y", m, 1)
A, b, T, u = MatrixSymbol("A", k, n), MatrixSymbol("b", k, 1), MatrixSymbol("T", n, n), MatrixSymbol("u", n, 1)
prior, xi, z = MatrixSymbol("w_0", n, 1), MatrixSymbol("xi", m, 1), MatrixSymbol("z", m, 1)
Y, B, S = MatrixSymbol("Y", m, k), MatrixSymbol("B", n, k), MatrixSymbol("S", m, m)
injective, invertible = predicate("injective"), Q.invertible


def equal(left: Any, right: Any) -> Eq:
    return Eq(left, right, evaluate=False)


def square(e: Any) -> MatMul:
    return MatMul(Transpose(e), e)


def density(variance: Any, squared: Any) -> Any:
    return Mul(1 / sqrt(2 * pi * variance), exp(-squared / (2 * variance)), evaluate=False)


residual = MatAdd(y, MatMul(-1, X, w))
ols = square(residual)
ridge = MatAdd(ols, lam * w.T * w)
free, bound, maximal = ArgMin(ridge, w), ArgMin(ridge, w, equal(A * w, b)), ArgMax(-ridge, w)
norm = (w.T * w)[0, 0]
sums = square(w) + square(v)
pair = ArgMin(sums, (w, v), equal(w + v, prior))
slack = ArgMin(ols + square(xi), (w, xi), equal(sqrt(lam) * xi, residual))
bent = ArgMin(sums, (w, v), equal(T * v, w - prior))
likelihood = Product(exp(-((y[i, 0] - (X * w)[i, 0]) ** 2) / 2), (i, 0, m - 1))

MOVES: dict[str, tuple[Callable[[], Step], Any]] = {
    "add a constant": (lambda: add_constant(free, y.T * y), ArgMin(MatAdd(*ridge.args, y.T * y), w)),
    "add a number": (lambda: add_constant(maximal, 3), None),
    "add a constant, with a constraint": (lambda: add_constant(bound, lam), None),
    "scale by a number": (lambda: scale(free, 3), ArgMin(MatMul(3, ridge), w)),
    "scale by a half, with a constraint": (
        lambda: scale(bound, Rational(1, 2)), ArgMin(MatMul(Rational(1, 2), ridge), w, equal(A * w, b)),
    ),
    "scale by a positive symbol": (lambda: scale(free, 1 / lam), ArgMin(MatMul(1 / lam, ridge), w)),
    "scale by what is given as positive": (
        lambda: scale(free, tau, [Q.positive(tau)]), ArgMin(MatMul(tau, ridge), w),
    ),
    "scale a maximum": (lambda: scale(maximal, 2), ArgMax(MatMul(2, -ridge), w)),
    "negate": (lambda: negate(free), ArgMax(MatMul(-1, ridge), w)),
    "negate, with a constraint": (lambda: negate(bound), ArgMax(MatMul(-1, ridge), w, equal(A * w, b))),
    "negate a maximum": (lambda: negate(ArgMax(-norm, w)), ArgMin(Mul(-1, -norm, evaluate=False), w)),
    "exponential": (lambda: increasing(free, exp), ArgMin(exp(ridge), w)),
    "exponential of a number": (lambda: increasing(ArgMin(norm, w), exp), ArgMin(exp(norm), w)),
    "logarithm of a product": (lambda: increasing(ArgMax(2 * exp(-w.T * w), w), log), None),
    "logarithm of many factors": (lambda: increasing(ArgMax(likelihood, w), log), None),
    "logarithm of a density": (lambda: increasing(ArgMax(density(sigma, norm), w), log), None),
    "logarithm of a power": (
        lambda: increasing(ArgMax(Pow(exp(-norm), 3, evaluate=False), w), log),
        ArgMax(Mul(3, -norm, evaluate=False), w),
    ),
    "eliminate": (
        lambda: eliminate(pair, v), ArgMin(MatAdd(square(w), square(MatAdd(prior, -w))), w),
    ),
    "eliminate, another constraint": (
        lambda: eliminate(ArgMin(sums, (w, v), equal(w + v, prior), equal(A * v, b)), v),
        ArgMin(MatAdd(square(w), square(MatAdd(prior, -w))), w, equal(MatMul(A, MatAdd(prior, -w)), b)),
    ),
    "eliminate what has a scalar": (lambda: eliminate(slack, xi), None),
    "eliminate by an inverse": (lambda: eliminate(bent, v, [invertible(T)]), None),
    "reparametrise": (
        lambda: reparametrise(ArgMin(w.T * w, w), T, given=[invertible(T)]),
        MatMul(T, ArgMin(MatMul(Transpose(T * w), T * w), w)),
    ),
    "reparametrise, orthogonal": (lambda: reparametrise(free, T, given=[Q.orthogonal(T)]), None),
    "reparametrise, a new name": (
        lambda: reparametrise(ArgMin(w.T * w, w), T, u, [Q.positive_definite(T)]),
        MatMul(T, ArgMin(MatMul(Transpose(T * u), T * u), u)),
    ),
    "reparametrise, with a constraint": (lambda: reparametrise(bound, T, u, [invertible(T)]), None),
    "reparametrise a matrix": (
        lambda: reparametrise(ArgMin(Trace(square(Y - X * B)), B), T, given=[invertible(T)]), None,
    ),
    "reparametrise by a number": (lambda: reparametrise(free, 2 * Identity(n), u), None),
    "rewrite": (lambda: rewrite(ArgMin((2 * w).T * w, w), 2 * w.T * w), ArgMin(2 * w.T * w, w)),
    "rewrite, multiplied out": (
        lambda: rewrite(free, w.T * (X.T * X + lam * Identity(n)) * w - 2 * y.T * X * w + y.T * y), None,
    ),
}  # fmt: skip


def judged(step: Step) -> Derivation:
    return verify(Derivation(step.lhs, step.rhs, given=step.given, steps=(step,)))


@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_proved(name: str) -> None:
    move, expected = MOVES[name]
    step = move()
    assert step.reason and step.relation == "="
    if expected is not None:
        assert str(step.rhs) == str(expected)
    found = judged(step)
    assert (found.verdict.status, found.verdict.conditions) == ("proved", ()), found.verdict.explain()
    assert found.steps[0].verdict.status == "proved"


def test_constraints_stay_and_eliminated_variables_go() -> None:
    kept = add_constant(bound, lam), scale(bound, 2), negate(bound), increasing(bound, exp), rewrite(bound, norm)
    for step in kept:
        assert (step.lhs, step.rhs.constraints, step.rhs.variables) == (bound, bound.constraints, (w,))
    moved = reparametrise(bound, T, u, [invertible(T)]).rhs.args[1]
    assert (moved.constraints, moved.variables) == ((equal(MatMul(A, MatMul(T, u)), b),), (u,))
    gone = eliminate(pair, v).rhs
    assert (gone.constraints, gone.variables) == ((), (w,)) and not gone.has(v)


def test_what_is_eliminated_must_be_determined() -> None:
    with pytest.raises(MissingHypothesis, match="only where T has an inverse"):
        eliminate(bent, v)


def test_a_rewriting_that_is_not_equal_is_refuted() -> None:
    assert judged(rewrite(free, w.T * w)).verdict.status == "refuted"


LOGARITHMS = [
    (exp(tau), tau),
    (lam * exp(2 * tau), log(lam) + 2 * tau),
    (lam**3, 3 * log(lam)),
    (Product(exp(y[i, 0]), (i, 0, m - 1)), Sum(y[i, 0], (i, 0, m - 1))),
    (2 * pi, log(2) + log(pi)),
]


@pytest.mark.parametrize("of, expected", LOGARITHMS, ids=[str(of) for of, _ in LOGARITHMS])
def test_the_logarithm_of_a_product_is_a_sum(of: Any, expected: Any) -> None:
    found = logarithm(of)
    assert str(found) == str(expected)


REFUSED: dict[str, tuple[Callable[[], Any], type[PushthroughError], str]] = {
    "a constant with the variable": (
        lambda: add_constant(free, w.T * v), UnsupportedError, r"w\.T\*v contains w: only a constant can be added",
    ),
    "a constant with one of the variables": (lambda: add_constant(pair, v.T * prior), UnsupportedError, "contains v"),
    "a vector as constant": (lambda: add_constant(free, w), ShapeError, "what is added is a scalar; w is n x 1"),
    "factor 0": (lambda: scale(free, 0), UnsupportedError, "factor 0 is not positive: it makes every point a minim"),
    "factor negative": (lambda: scale(free, -2), UnsupportedError, "factor -2 is not positive: .*use negate too"),
    "factor negative, a symbol": (lambda: scale(free, -lam), UnsupportedError, "factor -lambda is not positive"),
    "factor given as negative": (
        lambda: scale(free, tau, [Q.negative(tau)]), UnsupportedError, "factor tau is not positive: .*maximisers",
    ),
    "factor of any sign": (
        lambda: scale(free, tau), MissingHypothesis, r"tau must be positive; add Q\.positive\(tau\) to given",
    ),
    "factor only nonnegative": (
        lambda: scale(free, tau, [Q.nonnegative(tau)]), MissingHypothesis, "factor tau must be positive",
    ),
    "factor with the variable": (lambda: scale(free, 1 + norm), UnsupportedError, "contains w: only a constant factor"),
    "factor a matrix": (lambda: scale(free, T), ShapeError, "the factor is a scalar; T is n x n"),
    "logarithm of a sum of squares": (lambda: increasing(free, log), UnsupportedError, "logarithm of .* is not taken"),
    "logarithm of minus": (
        lambda: increasing(ArgMax(-exp(-norm), w), log), UnsupportedError, "logarithm of -1 is not taken",
    ),
    "logarithm of any sign": (
        lambda: increasing(ArgMax(tau * exp(-norm), w), log), UnsupportedError, "logarithm of tau is not taken",
    ),
    "a function that is not increasing": (
        lambda: increasing(free, sin), UnsupportedError, "sin is not one of the strictly increasing functions",
    ),
    "eliminate without a constraint": (
        lambda: eliminate(ArgMin(sums, (w, v)), v), UnsupportedError, r"no constraint of .* determines v",
    ),
    "eliminate the first variable": (
        lambda: eliminate(pair, w), UnsupportedError, r"is about w, its first variable.* Eliminate v\.",
    ),
    "no problem": (lambda: negate(w), UnsupportedError, r"a move takes a problem, ArgMin\(\.\.\.\) or .*, not w"),
    "eliminate the only variable": (lambda: eliminate(bound, w), UnsupportedError, "w is not one of several variables"),
    "eliminate what is no variable": (lambda: eliminate(pair, prior), UnsupportedError, "w_0 is not one of several"),
    "eliminate what need not exist": (
        lambda: eliminate(ArgMin(sums, (w, v), equal(X * v, y)), v, [injective(X)]), UnsupportedError,
        r"Eq\(X\*v, y\) does not determine v",
    ),
    "eliminate what is not determined": (
        lambda: eliminate(ArgMin(sums, (w, v), equal(A * v, b)), v), MissingHypothesis, "A of v .* k x n, not square",
    ),
    "eliminate what the constraint does not contain": (
        lambda: eliminate(ArgMin(sums, (w, v), equal(A * w, b)), v), UnsupportedError, "determines v: none contains it",
    ),
    "eliminate from what is not linear": (
        lambda: eliminate(ArgMin(sums, (w, v), equal(v.T * v, 1)), v), UnsupportedError, "is not linear in v",
    ),
    "T not known to be invertible": (
        lambda: reparametrise(free, T), MissingHypothesis, r"T to be invertible; add Q\.invertible\(T\) to given",
    ),
    "T not square": (lambda: reparametrise(free, X), ShapeError, r"X \(m x n\) times w must have the shape of w"),
    "T of another size": (
        lambda: reparametrise(free, S, z, [invertible(S)]), ShapeError, r"S \(m x m\) times z must have the shape of w",
    ),
    "a new variable of another size": (
        lambda: reparametrise(free, T, B, [invertible(T)]), ShapeError, r"T \(n x n\) times B must have the shape of w",
    ),
    "a new variable that does not fit": (
        lambda: reparametrise(free, T, z, [invertible(T)]), ShapeError, r"multiply T \(n x n\) by z \(m x 1\)",
    ),
    "a new variable that is taken": (
        lambda: reparametrise(ArgMin(square(w - v), w), T, v, [invertible(T)]), UnsupportedError,
        "v occurs in .* already: give the new variable a name of its own",
    ),
    "T with the variable": (
        lambda: reparametrise(free, Identity(n) + w * w.T), UnsupportedError, "contains a variable: only a constant",
    ),
    "several variables": (
        lambda: reparametrise(pair, T, given=[invertible(T)]), UnsupportedError, "several variables: eliminate all but",
    ),
    "a vector as objective": (lambda: rewrite(free, w), ShapeError, "an objective is a scalar; w is n x 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    move, error, said = REFUSED[name]
    with pytest.raises(PushthroughError, match=said) as caught:
        move()
    assert type(caught.value) is error
