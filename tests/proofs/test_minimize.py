"""`minimize`: the minimisers of quadratics against NumPy, the proof of every step, and what is refused."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from sympy import (
    Basic,
    Eq,
    Identity,
    MatAdd,
    MatMul,
    MatrixSymbol,
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

from numeric import NoInstance, evaluate, sample
from proofs.minimize import minimize
from proofs.verify import verify
from symbolic.errors import PushthroughError, ShapeError, UnsupportedError
from symbolic.nodes import ArgMin
from symbolic.structures import predicate

m, n, k = symbols("m n k", integer=True, positive=True)
lam, sigma = symbols("lambda sigma", positive=True)
mu, tau = symbols("mu tau", real=True)
X, w, v, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("v", n, 1), MatrixSymbol("y", m, 1)
Sigma, A, b = MatrixSymbol("Sigma", m, m), MatrixSymbol("A", k, n), MatrixSymbol("b", k, 1)
P, prior, Gamma = MatrixSymbol("P", n, n), MatrixSymbol("w_0", n, 1), MatrixSymbol("Gamma", k, n)
Y, B, C = MatrixSymbol("Y", m, k), MatrixSymbol("B", n, k), MatrixSymbol("C", n, k)
injective, surjective, nonzero = predicate("injective"), predicate("surjective"), predicate("nonzero")
row, u, V = MatrixSymbol("x", 1, n), MatrixSymbol("u", m, 1), MatrixSymbol("V", m, n)
H, F, K = MatrixSymbol("H", k, m), MatrixSymbol("F", m, m), MatrixSymbol("K", m, m)
i = Symbol("i", integer=True, nonnegative=True)
definite, half = Q.positive_definite, Rational(1, 2)
residual, residuals = MatAdd(y, MatMul(-1, X, w)), MatAdd(Y, MatMul(-1, X, B))


def equal(left: Any, right: Any) -> Eq:
    return Eq(left, right, evaluate=False)


def square(e: Any) -> MatMul:
    return MatMul(Transpose(e), e)


def eye(e: Any) -> Any:
    return np.eye(e.shape[-1])


def kkt(M: Any, target: Any, A: Any, b: Any) -> Any:
    """The w of the linear system M w + A'nu = target, A w = b."""
    zero = np.zeros((len(A), len(A)))
    return np.linalg.solve(np.block([[M, A.T], [A, zero]]), np.concatenate([target, b]))[: len(M)]


def stacked(*rows: tuple[Any, Any]) -> Any:
    """The least squares solution of several systems X w = y at once."""
    return np.linalg.lstsq(np.concatenate([X for X, _ in rows]), np.concatenate([y for _, y in rows]), rcond=None)[0]


solve, root = np.linalg.solve, np.sqrt
ols, ridge, norm = square(residual), MatAdd(square(residual), lam * w.T * w), MatMul(w.T, w)
nothing = ZeroMatrix(k, 1)


class Problem(NamedTuple):
    """`written`: the result in the letters of SymPy; `answer`: the same from NumPy; `where`: facts for instances only.

    `presupposed`: the conditions of the verdict.
    """

    objective: Any
    written: str
    answer: Callable[[Any], Any]
    variable: Any = w
    constraint: Any = ()
    given: tuple[Basic, ...] = ()
    where: tuple[Basic, ...] = ()
    presupposed: tuple[str, ...] = ()


RIDGE = "(lambda*I + X.T*X)**(-1)*X.T*y"
OLS = "(X.T*X)**(-1)*X.T*y"


def ridge_answer(e: Any) -> Any:
    return stacked((e.X, e.y), (root(e.lam) * eye(e.X), 0 * e.w))


def ols_answer(e: Any) -> Any:
    return stacked((e.X, e.y))


def weighted_answer(e: Any) -> Any:
    half = np.linalg.cholesky(e.Sigma).T
    return stacked((half @ e.X, half @ e.y))


def whitened_answer(e: Any) -> Any:
    half = np.linalg.inv(np.linalg.cholesky(e.Sigma))
    return stacked((half @ e.X, half @ e.y))


PROBLEMS: dict[str, Problem] = {
    # One squared norm.
    "least squares": Problem(ols, OLS, ols_answer, given=(injective(X),)),
    "least squares, signs turned": Problem(square(X * w - y), OLS, ols_answer, given=(injective(X),)),
    "least squares, rank presupposed": Problem(
        ols, OLS, ols_answer, where=(injective(X),), presupposed=("X' X is invertible",)
    ),
    "weighted": Problem(
        residual.T * Sigma * residual, "(X.T*Sigma*X)**(-1)*X.T*Sigma*y", weighted_answer,
        given=(definite(Sigma), injective(X)),
    ),
    "generalised": Problem(
        residual.T * Sigma.inv() * residual, "(X.T*Sigma**(-1)*X)**(-1)*X.T*Sigma**(-1)*y", whitened_answer,
        given=(definite(Sigma), injective(X)),
    ),
    "distance to a point": Problem(square(w - v), "v", lambda e: e.v),
    # A penalty.
    "ridge": Problem(ridge, RIDGE, ridge_answer),
    "ridge, halves": Problem(half * ols + lam / 2 * w.T * w, RIDGE, ridge_answer),
    "ridge, multiplied out": Problem(
        w.T * X.T * X * w - 2 * y.T * X * w + y.T * y + lam * w.T * w, RIDGE, ridge_answer
    ),
    "ridge, as an entry": Problem(ridge[0, 0], RIDGE, ridge_answer),
    "ridge, traces": Problem(Trace(ols) + lam * Trace(norm), RIDGE, ridge_answer),
    "ridge, one trace": Problem(Trace(ridge), RIDGE, ridge_answer),
    "ridge, outer products": Problem(
        Trace(residual * residual.T) + lam * Trace(w * w.T), RIDGE, ridge_answer
    ),
    "ridge, correlated noise": Problem(
        residual.T * Sigma.inv() * residual + lam * w.T * w,
        "(lambda*I + X.T*Sigma**(-1)*X)**(-1)*X.T*Sigma**(-1)*y",
        lambda e: solve(e.X.T @ solve(e.Sigma, e.X) + e.lam * eye(e.X), e.X.T @ solve(e.Sigma, e.y)),
        given=(definite(Sigma),),
    ),
    "Tikhonov": Problem(
        ols + square(Gamma * w), "(Gamma.T*Gamma + X.T*X)**(-1)*X.T*y",
        lambda e: stacked((e.X, e.y), (e.Gamma, np.zeros((len(e.Gamma), 1)))), given=(injective(Gamma),),
    ),
    "Tikhonov, weighted": Problem(
        ols + lam * square(Gamma * w), "(lambda*Gamma.T*Gamma + X.T*X)**(-1)*X.T*y",
        lambda e: stacked((e.X, e.y), (root(e.lam) * e.Gamma, np.zeros((len(e.Gamma), 1)))), given=(injective(X),),
    ),
    "Tikhonov, rank presupposed": Problem(
        ols + square(Gamma * w), "(Gamma.T*Gamma + X.T*X)**(-1)*X.T*y",
        lambda e: stacked((e.X, e.y), (e.Gamma, np.zeros((len(e.Gamma), 1)))), where=(injective(X),),
        presupposed=("Gamma' Gamma + X' X is invertible",),
    ),
    "prior mean": Problem(
        ols + (w - prior).T * P * (w - prior), "(P + X.T*X)**(-1)*(P*w_0 + X.T*y)",
        lambda e: prior_answer(e, e.P), given=(definite(P),),
    ),
    "shrunk to a point": Problem(
        ols + lam * square(w - prior), "(lambda*I + X.T*X)**(-1)*(lambda*w_0 + X.T*y)",
        lambda e: prior_answer(e, e.lam * eye(e.X)),
    ),
    "ridge, mean error": Problem(
        ols / m + lam * w.T * w, "(lambda*m*I + X.T*X)**(-1)*X.T*y",
        lambda e: solve(e.X.T @ e.X + len(e.X) * e.lam * eye(e.X), e.X.T @ e.y),
    ),
    "ridge, two variances": Problem(
        ols / (2 * sigma**2) + w.T * w / (2 * lam), "(X.T*X + 1/lambda*sigma**2*I)**(-1)*X.T*y",
        lambda e: solve(e.X.T @ e.X + e.sigma**2 / e.lam * eye(e.X), e.X.T @ e.y),
    ),
    "ridge, one example": Problem(
        ((v.T * w)[0, 0] - tau) ** 2 + lam * norm[0, 0], "tau*(lambda*I + v*v.T)**(-1)*v",
        lambda e: e.tau * solve(e.v @ e.v.T + e.lam * np.eye(len(e.v)), e.v),
    ),
    "kernel ridge": Problem(
        square(y - K * u) + lam * u.T * K * u, "(lambda*I + K)**(-1)*y",
        lambda e: solve(e.K + e.lam * eye(e.K), e.y), u, given=(definite(K),),
    ),
    "least squares, a sum over entries": Problem(
        Sum((y[i, 0] - (X * w)[i, 0]) ** 2, (i, 0, m - 1)), OLS, ols_answer, given=(injective(X),)
    ),
    # Quadratic forms.
    "quadratic": Problem(half * w.T * P * w - v.T * w, "P**(-1)*v", lambda e: solve(e.P, e.v), given=(definite(P),)),
    "quadratic, twice, with a constant": Problem(
        w.T * P * w + 2 * v.T * w + y.T * y, "-P**(-1)*v", lambda e: -solve(e.P, e.v), given=(definite(P),)
    ),
    "quadratic, symmetrised": Problem(
        w.T * (P + P.T) * w - v.T * w, "(1/4)*P**(-1)*v", lambda e: solve(4 * e.P, e.v), given=(definite(P),)
    ),
    "quadratic, inverse": Problem(
        half * w.T * P.inv() * w - v.T * w, "P*v", lambda e: e.P @ e.v, given=(definite(P),)
    ),
    "quadratic, decimals": Problem(
        0.5 * w.T * P * w - v.T * w, "P**(-1)*v", lambda e: solve(e.P, e.v), given=(definite(P),)
    ),
    "quadratic, not symmetric": Problem(
        w.T * P * w - 2 * v.T * w, "2*(P + P.T)**(-1)*v", lambda e: solve(e.P + e.P.T, 2 * e.v),
        given=(definite(P + P.T),),
    ),
    "numbers": Problem(3 * w.T * w - 2 * v.T * w, "(1/3)*v", lambda e: e.v / 3),
    "negative numbers and halves": Problem(
        Rational(3, 4) * w.T * w - w.T * v - half * v.T * w, "v", lambda e: e.v
    ),
    "two squares, one minus": Problem(3 * square(w - v) - square(w), "(3/2)*v", lambda e: 1.5 * e.v),
    "halfway": Problem(square(w - v) + square(w - prior), "(1/2)*(v + w_0)", lambda e: (e.v + e.prior) / 2),
    "weighted average": Problem(
        lam * square(w - v) + sigma * square(w - prior), "1/(lambda + sigma)*(lambda*v + sigma*w_0)",
        lambda e: np.average([e.v, e.prior], axis=0, weights=[e.lam, e.sigma]),
    ),
    # Several targets.
    "several targets": Problem(
        Trace(square(residuals)), "(X.T*X)**(-1)*X.T*Y", lambda e: stacked((e.X, e.Y)), B, given=(injective(X),)
    ),
    "several targets, outer products": Problem(
        Trace(residuals * residuals.T), "(X.T*X)**(-1)*X.T*Y", lambda e: stacked((e.X, e.Y)), B, given=(injective(X),)
    ),
    "several targets, ridge": Problem(
        Trace(square(residuals)) + lam * Trace(B.T * B), "(lambda*I + X.T*X)**(-1)*X.T*Y",
        lambda e: stacked((e.X, e.Y), (root(e.lam) * eye(e.X), 0 * e.B)), B,
    ),
    "several targets, weighted": Problem(
        Trace(residuals.T * Sigma * residuals), "(X.T*Sigma*X)**(-1)*X.T*Sigma*Y",
        lambda e: solve(e.X.T @ e.Sigma @ e.X, e.X.T @ e.Sigma @ e.Y), B, given=(definite(Sigma), injective(X)),
    ),
    # The variable from the left, and between two matrices.
    "a row": Problem(
        MatMul(MatAdd(row * P, -v.T), Transpose(MatAdd(row * P, -v.T))) + lam * row * row.T,
        "v.T*P.T*(lambda*I + P*P.T)**(-1)",
        lambda e: solve(e.P @ e.P.T + e.lam * np.eye(len(e.P)), e.P @ e.v).T, row,
    ),
    "a factor": Problem(
        Trace(square(Y - V * B)) + lam * Trace(V.T * V), "Y*B.T*(lambda*I + B*B.T)**(-1)",
        lambda e: solve(e.B @ e.B.T + e.lam * np.eye(len(e.B)), e.B @ e.Y.T).T, V,
    ),
    "between": Problem(
        Trace(square(F - X * B * H)), "(X.T*X)**(-1)*X.T*F*H.T*(H*H.T)**(-1)",
        lambda e: np.linalg.pinv(e.X) @ e.F @ np.linalg.pinv(e.H), B, given=(injective(X), surjective(H)),
    ),
    # A number.
    "a slope": Problem(
        square(y - mu * u), "(u.T*y)[0, 0]/(u.T*u)[0, 0]", lambda e: (e.u.T @ e.y / (e.u.T @ e.u)).item(), mu,
        given=(nonzero(u),),
    ),
    "a number": Problem((sigma * mu - 1) ** 2, "1/sigma", lambda e: 1 / e.sigma, mu),
    "a number, multiplied out": Problem(lam * mu**2 - 2 * tau * mu + 3, "tau/lambda", lambda e: e.tau / e.lam, mu),
    "a number, shrunk": Problem(
        (mu - tau) ** 2 + lam * mu**2, "tau/(lambda + 1)", lambda e: e.tau / (e.lam + 1), mu
    ),
    # One linear equation.
    "least norm": Problem(
        norm, "X.T*(X*X.T)**(-1)*y", lambda e: np.linalg.pinv(e.X) @ e.y, w, equal(X * w, y), (injective(X.T),)
    ),
    "least norm, rank presupposed": Problem(
        norm, "X.T*(X*X.T)**(-1)*y", lambda e: np.linalg.pinv(e.X) @ e.y, w, equal(X * w, y), (), (injective(X.T),),
        ("X X' is invertible",),
    ),
    "least norm, all on the left": Problem(
        norm, "A.T*(A*A.T)**(-1)*b", lambda e: np.linalg.pinv(e.A) @ e.b, w, equal(A * w - b, nothing),
        (injective(A.T),),
    ),
    "least norm, sides swapped": Problem(
        norm, "A.T*(A*A.T)**(-1)*b", lambda e: np.linalg.pinv(e.A) @ e.b, w, equal(b, A * w), (injective(A.T),)
    ),
    "least norm, twice": Problem(
        norm, "(1/2)*A.T*(A*A.T)**(-1)*b", lambda e: np.linalg.pinv(2 * e.A) @ e.b, w, equal(2 * A * w, b),
        (injective(A.T),),
    ),
    "least norm, with a factor": Problem(
        lam * norm, "A.T*(A*A.T)**(-1)*b", lambda e: np.linalg.pinv(e.A) @ e.b, w, equal(A * w, b), (injective(A.T),)
    ),
    "least norm, a scalar in the constraint": Problem(
        norm, "1/lambda*A.T*(A*A.T)**(-1)*b", lambda e: np.linalg.pinv(e.A) @ e.b / e.lam, w, equal(lam * A * w, b),
        (surjective(A),),
    ),
    "least norm, right side 0": Problem(norm, "0", lambda e: 0 * e.w, w, equal(A * w, nothing), (injective(A.T),)),
    "least norm, one equation": Problem(
        norm, "v*(v.T*v)**(-1)", lambda e: e.v / (e.v.T @ e.v), w, equal(v.T * w, Identity(1)), (nonzero(v),)
    ),
    "least variance": Problem(
        half * w.T * P * w, "P**(-1)*v*(v.T*P**(-1)*v)**(-1)",
        lambda e: kkt(e.P, 0 * e.w, e.v.T, np.ones((1, 1))), w, equal(v.T * w, 1), (definite(P), nonzero(v)),
    ),
    "least variance, a return": Problem(
        w.T * P * w, "tau*P**(-1)*v*(v.T*P**(-1)*v)**(-1)",
        lambda e: kkt(e.P, 0 * e.w, e.v.T, np.full((1, 1), e.tau)), w, equal((w.T * v)[0, 0], tau),
        (definite(P), nonzero(v)),
    ),
    "projection on an affine subspace": Problem(
        square(w - v), "v + A.T*(A*A.T)**(-1)*(-A*v + b)", lambda e: e.v + np.linalg.pinv(e.A) @ (e.b - e.A @ e.v), w,
        equal(A * w, b), (injective(A.T),),
    ),
    "a weighted average on an affine subspace": Problem(
        lam * square(w - v) + sigma * square(w - prior),
        "1/(lambda + sigma)*((lambda*v + sigma*w_0)"
        " + A.T*(A*A.T)**(-1)*((lambda + sigma)*b - A*(lambda*v + sigma*w_0)))",
        lambda e: kkt((e.lam + e.sigma) * np.eye(len(e.w)), e.lam * e.v + e.sigma * e.prior, e.A, e.b), w,
        equal(A * w, b), (surjective(A),),
    ),
    "projection on a subspace": Problem(
        square(w - v), "v - A.T*(A*A.T)**(-1)*A*v", lambda e: e.v - np.linalg.pinv(e.A) @ e.A @ e.v, w,
        equal(A * w, nothing), (injective(A.T),),
    ),
    "projection, rank presupposed": Problem(
        square(w - v), "v + A.T*(A*A.T)**(-1)*(-A*v + b)", lambda e: e.v + np.linalg.pinv(e.A) @ (e.b - e.A @ e.v), w,
        equal(A * w, b), (), (injective(A.T),), ("A A' is invertible",),
    ),
    "quadratic program": Problem(
        half * w.T * P * w - v.T * w, "P**(-1)*(v + A.T*(A*P**(-1)*A.T)**(-1)*(-A*P**(-1)*v + b))",
        lambda e: kkt(e.P, e.v, e.A, e.b), w, equal(A * w, b), (definite(P), injective(A.T)),
    ),
    "quadratic program without a linear term": Problem(
        half * w.T * P * w, "P**(-1)*A.T*(A*P**(-1)*A.T)**(-1)*b", lambda e: kkt(e.P, 0 * e.w, e.A, e.b), w,
        equal(A * w, b), (definite(P), injective(A.T)),
    ),
    "quadratic program, right side 0": Problem(
        half * w.T * P * w - v.T * w, "P**(-1)*(v - A.T*(A*P**(-1)*A.T)**(-1)*A*P**(-1)*v)",
        lambda e: kkt(e.P, e.v, e.A, 0 * e.A[:, :1]), w, equal(A * w, nothing), (definite(P), injective(A.T)),
    ),
    "least squares with a constraint": Problem(
        ols,
        "(X.T*X)**(-1)*(A.T*(A*(X.T*X)**(-1)*A.T)**(-1)*(-A*(X.T*X)**(-1)*X.T*y + b) + X.T*y)",
        lambda e: kkt(e.X.T @ e.X, e.X.T @ e.y, e.A, e.b), w, equal(A * w, b), (injective(X), injective(A.T)),
    ),
    "least squares with a constraint, ranks presupposed": Problem(
        ols,
        "(X.T*X)**(-1)*(A.T*(A*(X.T*X)**(-1)*A.T)**(-1)*(-A*(X.T*X)**(-1)*X.T*y + b) + X.T*y)",
        lambda e: kkt(e.X.T @ e.X, e.X.T @ e.y, e.A, e.b), w, equal(A * w, b), (), (injective(X), injective(A.T)),
        ("X' X is invertible", "A (X' X)^-1 A' is invertible"),
    ),
    "ridge with a constraint": Problem(
        ridge,
        "(lambda*I + X.T*X)**(-1)*(A.T*(A*(lambda*I + X.T*X)**(-1)*A.T)**(-1)*(-A*(lambda*I + X.T*X)**(-1)*X.T*y + b)"
        " + X.T*y)",
        lambda e: kkt(e.X.T @ e.X + e.lam * eye(e.X), e.X.T @ e.y, e.A, e.b), w, equal(A * w, b), (injective(A.T),),
    ),
    "several targets with a constraint": Problem(
        Trace(square(B - C)), "C + X.T*(X*X.T)**(-1)*(-X*C + Y)",
        lambda e: e.C + np.linalg.pinv(e.X) @ (e.Y - e.X @ e.C), B, equal(X * B, Y), (injective(X.T),),
    ),
}  # fmt: skip


def prior_answer(e: Any, precision: Any) -> Any:
    half = np.linalg.cholesky(precision).T
    return stacked((e.X, e.y), (half, half @ e.prior))


SIZES = ((4, 3, 2), (2, 3, 1), (3, 2, 2), (5, 2, 3), (1, 1, 1), (2, 2, 2))  # m, n, k
NAMES = {"lambda": "lam", "w_0": "prior"}


def constraints(problem: Problem) -> list[Basic]:
    return [problem.constraint] if isinstance(problem.constraint, Basic) else []


def instances(problem: Problem) -> Iterator[tuple[dict[Any, Any], Any]]:
    """Random instances at the sizes at which the hypotheses can hold, as values and by name."""
    exprs = [problem.objective, problem.variable, *constraints(problem)]
    for seed, sizes in enumerate(SIZES):
        try:
            values = sample(
                exprs, given=(*problem.given, *problem.where), sizes=dict(zip((m, n, k), sizes, strict=True)), seed=seed
            )
        except NoInstance:
            continue
        yield values, SimpleNamespace(**{NAMES.get(str(s), str(s)): value for s, value in values.items()})


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_minimiser_is_the_one_that_numpy_finds(name: str) -> None:
    problem = PROBLEMS[name]
    found = minimize(problem.objective, problem.variable, problem.constraint, problem.given)
    assert str(found.result) == problem.written
    seen = 0
    for values, by_name in instances(problem):
        computed = evaluate(found.result, values)
        assert np.allclose(computed, problem.answer(by_name), atol=1e-7), [f"{s} = {x}" for s, x in values.items()]
        seen += 1
    assert seen >= 2, "too few sizes"


SUM = "a sum of scalars is not cancelled in an equivalence"
SIDES = "a square with the matrix on the right, or on both sides, is not found"
NUMBER = "a 1 x 1 product is a number that no sentence is made of, or a size is"
LOOSE = "a scalar of any sign in front of a vector hides the word that could be replaced"
OPEN = {
    "ridge, mean error": NUMBER,
    "ridge, one example": LOOSE,
    "quadratic, not symmetric": "the square of a form that is not symmetric is not found",
    "a row": SIDES,
    "a factor": SIDES,
    "between": SIDES,
    "least variance, a return": LOOSE,
    "a weighted average on an affine subspace": SUM,
    "weighted average": SUM,
    "least norm, one equation": "the multiplier of one equation is a matrix in the steps and a number in the proof",
    "least variance": "a 1 x 1 product with an inverse is not read as a number",
}
SLOW = {"a weighted average on an affine subspace"}  # searches until its time is over


def rows_with_gaps() -> list[Any]:
    """The names; those in OPEN may fail for the reason given there."""
    marks = {
        name: [pytest.mark.xfail(reason=reason, strict=True, run=name not in SLOW)] for name, reason in OPEN.items()
    }
    return [pytest.param(name, marks=marks.get(name, ())) for name in PROBLEMS]


@pytest.mark.parametrize("name", rows_with_gaps())
def test_the_claim_and_every_step_are_proved(name: str) -> None:
    problem = PROBLEMS[name]
    found = verify(minimize(problem.objective, problem.variable, problem.constraint, problem.given))
    assert found.lhs == ArgMin(problem.objective, problem.variable, *constraints(problem))
    assert (found.verdict.status, found.verdict.conditions) == ("proved", problem.presupposed), found.verdict.explain()
    for step in found:
        assert step.verdict.status == "proved", step.verdict.explain()
        assert {*step.verdict.conditions} <= {*problem.presupposed}


def test_one_constraint_may_stand_alone_and_facts_too() -> None:
    alone = minimize(norm, w, equal(A * w, b), injective(A.T))
    assert alone == minimize(norm, w, [equal(A * w, b)], [injective(A.T)])
    assert minimize(norm, w, equal(A * w, b)).given == ()


def test_the_argument_is_in_the_order_of_a_textbook() -> None:
    """Gradient, Hessian, the sign of the Hessian, normal equations, solution, and the square that proves it."""
    found = minimize(ridge, w)
    assert [type(step.lhs).__name__ for step in found] == [
        "MatAdd", "Gradient", "Hessian", "AppliedPredicate", "Equality", "Equality", "MatAdd",
    ]  # fmt: skip


REFUSED: dict[str, tuple[Any, type[PushthroughError], str]] = {
    "concave": ((-norm, w), UnsupportedError, r"need not have a minimum: its Hessian .* is not positive semidefinite"),
    "indefinite": ((norm - 2 * (w.T * v) * (v.T * w), w), UnsupportedError, "need not have a minimum: its Hessian"),
    "of any sign": ((w.T * (P + P.T) * w, w), UnsupportedError, "its Hessian .* not positive semidefinite"),
    "a factor of any sign": ((tau * norm - 2 * tau * v.T * w, w), UnsupportedError, "its Hessian .* not positive semi"),
    "one example, many minimisers": (
        ((v.T * w) ** 2 - 2 * v.T * w, w), UnsupportedError, r"no single minimiser .* v\*v\.T of w .* has rank 1",
    ),
    "the transpose in the gradient": ((Trace(P * P), P), UnsupportedError, "has P transposed"),
    "a variable declared positive": ((sigma**2, sigma), UnsupportedError, "sigma is declared positive.*real=True"),
    "a scalar with a constraint": ((mu**2, mu, equal(lam * mu, tau)), UnsupportedError, "mu: use solve_for"),
    "linear": ((v.T * w, w), UnsupportedError, r"v\.T\*w is not quadratic in w: .* constant"),
    "constant": ((y.T * y, w), UnsupportedError, r"y\.T\*y does not contain w: every point is a minimiser"),
    "exponential": ((exp((w.T * w)[0, 0]), w), UnsupportedError, "not a quadratic in w"),
    "fourth power": (((w.T * w) ** 2, w), UnsupportedError, "not a quadratic in w"),
    "fourth power of a number": ((mu**4, mu), UnsupportedError, "not a quadratic in mu"),
    "third power": ((mu**3 + mu**2, mu), UnsupportedError, "not a quadratic in mu"),
    "a vector": ((X * w, w), ShapeError, r"an objective is a scalar; X\*w is m x 1"),
    "the variable is no symbol": ((norm, 2 * w), UnsupportedError, r"the variable 2\*w is not a symbol"),
    "inequality": ((norm, w, Q.nonnegative(mu)), UnsupportedError, "is no equation: inequalities are not supported"),
    "two constraints": (
        (norm, w, [equal(A * w, b), equal(X * w, y)]), UnsupportedError,
        r"2 constraints: stack them into one, A w = b \(BlockMatrix\)",
    ),
    "a constraint that is not linear": ((norm, w, equal(w.T * w, 1)), UnsupportedError, r"w\.T\*w, 1\) is not linear"),
    "a constraint on something else": ((norm, w, equal(A * v, b)), UnsupportedError, "does not contain w"),
    "a constraint of two sizes": ((norm, w, equal(A * w, y)), ShapeError, r"A\*w \(k x 1\) and y \(m x 1\)"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    arguments, error, said = REFUSED[name]
    with pytest.raises(PushthroughError, match=f"(?s){said}") as caught:
        minimize(*arguments)
    assert type(caught.value) is error


def test_definiteness_is_shown_or_asked_for() -> None:
    """What makes the Hessian definite is a fact of the user; without it there is no claim."""
    with pytest.raises(UnsupportedError, match=r"Sigma"):
        minimize(residual.T * Sigma * residual, w)
    assert str(minimize(residual.T * Sigma * residual, w, given=[definite(Sigma)]).result).endswith("*X.T*Sigma*y")
