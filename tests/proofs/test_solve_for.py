"""`solve_for`: solutions that satisfy their equations, the proof of every move, and what is refused."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from sympy import Basic, Eq, Inverse, MatrixSymbol, Q, Rational, Trace, ZeroMatrix, exp, sqrt, symbols

from numeric import NoInstance, evaluate, sample
from proofs.solve_for import solve_for
from proofs.verify import verify
from symbolic.errors import MissingHypothesis, PushthroughError, ShapeError, UnsupportedError
from symbolic.structures import predicate

m, n, k = symbols("m n k", integer=True, positive=True)
lam, sigma = symbols("lambda sigma", positive=True)
alpha, beta, mu = symbols("alpha beta mu", real=True)
M, L, R, U, V = (MatrixSymbol("M", n, n), MatrixSymbol("L", n, n), MatrixSymbol("R", k, k), MatrixSymbol("U", n, k),
                 MatrixSymbol("V", k, n))  # fmt: skip
B, C, F, K = MatrixSymbol("B", n, k), MatrixSymbol("C", n, k), MatrixSymbol("F", n, n), MatrixSymbol("K", m, m)
X, w, v, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("v", n, 1), MatrixSymbol("y", m, 1)
xi, a, W, Z = MatrixSymbol("xi", m, 1), MatrixSymbol("a", m, 1), MatrixSymbol("W", k, m), MatrixSymbol("Z", n, m)
T, S = MatrixSymbol("T", m, k), MatrixSymbol("S", m, m)
injective, surjective = predicate("injective"), predicate("surjective")
invertible, definite, half = Q.invertible, Q.positive_definite, Rational(1, 2)
gram = X.T * X


def equal(left: Any, right: Any) -> Eq:
    return Eq(left, right, evaluate=False)


class Equation(NamedTuple):
    """`written`: the solution in the letters of SymPy; `where`: facts for instances only; `relation`, `presupposed`."""

    equation: Eq
    unknown: Basic
    written: str
    given: tuple[Basic, ...] = ()
    presupposed: tuple[str, ...] = ()
    where: tuple[Basic, ...] = ()
    relation: str = "iff"


EQUATIONS: dict[str, Equation] = {
    # M U = B.
    "left": Equation(equal(M * U, B), U, "M**(-1)*B", (invertible(M),)),
    "left, inverse presupposed": Equation(
        equal(M * U, B), U, "M**(-1)*B", (), ("M is invertible",), (invertible(M),)
    ),
    "left, definite": Equation(equal(M * U, B), U, "M**(-1)*B", (definite(M),)),
    "left, orthogonal": Equation(equal(M * U, B), U, "M.T*B", (Q.orthogonal(M),)),
    "left, an inverse": Equation(equal(Inverse(M) * U, B), U, "M*B", (invertible(M),)),
    "left, sides swapped": Equation(equal(B, M * U), U, "M**(-1)*B", (invertible(M),)),
    "left, minus": Equation(equal(-M * U, B), U, "-M**(-1)*B", (invertible(M),)),
    "left, numbers": Equation(equal(-2 * M * U, 4 * B), U, "-2*M**(-1)*B", (invertible(M),)),
    "left, halves": Equation(equal(half * M * U, Rational(3, 2) * B), U, "3*M**(-1)*B", (invertible(M),)),
    "left, right side 0": Equation(equal(M * w, ZeroMatrix(n, 1)), w, "0", (invertible(M),)),
    # U M = B.
    "right": Equation(equal(U * R, B), U, "B*R**(-1)", (invertible(R),)),
    "right, inverse presupposed": Equation(
        equal(U * R, B), U, "B*R**(-1)", (), ("R is invertible",), (invertible(R),)
    ),
    "right, definite": Equation(equal(U * R, B), U, "B*R**(-1)", (definite(R),)),
    "right, orthogonal": Equation(equal(U * R, B), U, "B*R.T", (Q.orthogonal(R),)),
    "right, right side 0": Equation(equal(U * R, ZeroMatrix(n, k)), U, "0", (invertible(R),)),
    "right, twice in a sum": Equation(equal(U * R + U, B), U, "B*(I + R)**(-1)", (definite(R),)),
    # L U R = B.
    "between": Equation(equal(L * U * R, B), U, "L**(-1)*B*R**(-1)", (invertible(L), invertible(R))),
    "between, inverses presupposed": Equation(
        equal(L * U * R, B), U, "L**(-1)*B*R**(-1)", (), ("L is invertible", "R is invertible"),
        (invertible(L), invertible(R)),
    ),
    "between, a number": Equation(
        equal(3 * L * U * R, B), U, "(1/3)*L**(-1)*B*R**(-1)", (invertible(L), invertible(R))
    ),
    "between, on both sides": Equation(
        equal(3 * L * U * R, B - 2 * L * U * R), U, "(1/5)*L**(-1)*B*R**(-1)", (invertible(L), invertible(R))
    ),
    "between, right side 0": Equation(
        equal(L * U * R, ZeroMatrix(n, k)), U, "0", (invertible(L), invertible(R))
    ),
    # The transpose of the unknown.
    "transposed, definite": Equation(equal(M * V.T, B), V, "B.T*M**(-1)", (definite(M),)),
    "transposed, symmetric": Equation(equal(M * V.T, B), V, "B.T*M**(-1)", (Q.symmetric(M), invertible(M))),
    "transposed, orthogonal": Equation(equal(M * V.T, B), V, "B.T*M", (Q.orthogonal(M),)),
    "transposed": Equation(equal(M * V.T, B), V, "B.T*M.T**(-1)", (invertible(M),)),
    "transposed, left": Equation(equal(V.T * R, B), V, "R.T**(-1)*B.T", (invertible(R),)),
    "transposed, between": Equation(
        equal(L * V.T * R, B), V, "R.T**(-1)*B.T*L.T**(-1)", (invertible(L), invertible(R))
    ),
    "a row": Equation(equal(w.T * M, v.T), w, "M**(-1)*v", (definite(M),)),
    # Scalars.
    "a scalar": Equation(equal(alpha * mu + beta, 3), mu, "(3 - beta)/alpha", (Q.nonzero(alpha),)),
    "a scalar, positive coefficient": Equation(equal(lam * mu, beta), mu, "beta/lambda"),
    "a scalar in all terms": Equation(equal(alpha * M * w, alpha * v), w, "M**(-1)*v", (definite(M), Q.nonzero(alpha))),
    "a scalar before a matrix": Equation(equal(lam * M * w, v), w, "1/lambda*M**(-1)*v", (definite(M),)),
    "a scalar on both sides": Equation(equal(2 * mu + beta, 3 * mu), mu, "beta"),
    "a scalar, a sum of coefficients": Equation(equal(lam * mu + mu, beta), mu, "beta/(lambda + 1)"),
    "a sum of scalars": Equation(equal(lam * w + sigma * w, v), w, "1/(lambda + sigma)*v"),
    "a root": Equation(equal(sqrt(lam) * xi, y - X * w), xi, "1/sqrt(lambda)*(-X*w + y)"),
    "a denominator": Equation(equal(w / lam, v), w, "lambda*v"),
    "a number": Equation(equal(2 * w, v), w, "(1/2)*v"),
    "a fraction": Equation(equal(-half * w, v + w), w, "-(2/3)*v"),
    "a scalar, right side 0": Equation(equal(lam * w, ZeroMatrix(n, 1)), w, "0"),
    "nothing to do": Equation(equal(w, v), w, "v"),
    # Terms on both sides, products multiplied out.
    "both sides": Equation(equal(M * U + C, B - U), U, "(I + M)**(-1)*(B - C)", (definite(M),)),
    "multiplied out": Equation(equal(M * (U - B), C), U, "M**(-1)*(C + M*B)", (invertible(M),)),
    "ridge": Equation(equal(gram * w - X.T * y, -lam * w), w, "(lambda*I + X.T*X)**(-1)*X.T*y"),
    "normal equations": Equation(equal(X.T * (X * w - y), ZeroMatrix(n, 1)), w, "(X.T*X)**(-1)*X.T*y", (injective(X),)),
    "normal equations, rank presupposed": Equation(
        equal(gram * w, X.T * y), w, "(X.T*X)**(-1)*X.T*y", (), ("X' X is invertible",), (injective(X),)
    ),
    "kernel ridge": Equation(
        equal(K * a + lam * a, y), a, "(lambda*I + K)**(-1)*y", (predicate("positive_semidefinite")(K),)
    ),
    "a product": Equation(equal(L * M * U, B), U, "(L*M)**(-1)*B", (invertible(L), invertible(M))),
    # Coefficients that are not square.
    "tall": Equation(equal(X * w, y), w, "(X.T*X)**(-1)*X.T*y", (injective(X),), relation="implies"),
    "tall, a number": Equation(
        equal(2 * X * w, y), w, "(1/2)*(X.T*X)**(-1)*X.T*y", (injective(X),), relation="implies"
    ),
    "tall, a row": Equation(
        equal(w.T * X.T, y.T), w, "(X.T*X)**(-1)*X.T*y", (injective(X),), relation="implies"
    ),
    "wide, on the right": Equation(
        equal(U * W, Z), U, "Z*W.T*(W*W.T)**(-1)", (injective(W.T),), relation="implies"
    ),
    "tall, between": Equation(
        equal(X * U * R, T), U, "(X.T*X)**(-1)*X.T*T*R**(-1)", (injective(X), invertible(R)), relation="implies"
    ),
    "tall, with a wide one": Equation(
        equal(X * U * W, S), U, "(X.T*X)**(-1)*X.T*S*W.T*(W*W.T)**(-1)", (injective(X), injective(W.T)),
        relation="implies",
    ),
}  # fmt: skip

SIZES = ((4, 3, 2), (2, 3, 3), (5, 2, 4), (1, 1, 1), (3, 2, 2))  # m, n, k


@pytest.mark.parametrize("name", EQUATIONS)
def test_the_solution_satisfies_the_equation(name: str) -> None:
    """Put in for the unknown, it makes both sides equal; with "implies", if there is a solution at all."""
    row = EQUATIONS[name]
    found = solve_for(row.equation, row.unknown, row.given)
    assert (found.lhs, found.result.lhs, found.relation) == (row.equation, row.unknown, row.relation)
    assert str(found.result.rhs) == row.written
    assert not found.result.rhs.has(row.unknown)
    seen = 0
    solvable = [row.equation] if row.relation == "implies" else []
    for seed, sizes in enumerate(SIZES):
        facts = (*row.given, *row.where, *solvable)
        try:
            values = sample(
                [row.equation, row.unknown], given=facts, sizes=dict(zip((m, n, k), sizes, strict=True)), seed=seed
            )
        except NoInstance:
            continue
        solution = evaluate(found.result.rhs, values)
        if solvable:
            assert np.allclose(solution, values[row.unknown]), values
        left, right = (evaluate(side, {**values, row.unknown: solution}) for side in row.equation.args)
        assert np.allclose(left, right, atol=1e-7), values
        seen += 1
    assert seen >= 2, "too few sizes"


SUM = "a sum of scalars is not cancelled in an equivalence"
OPEN = {"a sum of scalars": SUM}


def rows_with_gaps() -> list[Any]:
    """The names; those in OPEN may fail for the reason given there."""
    marks = {name: [pytest.mark.xfail(reason=reason, strict=True)] for name, reason in OPEN.items()}
    return [pytest.param(name, marks=marks.get(name, ())) for name in EQUATIONS]


@pytest.mark.parametrize("name", rows_with_gaps())
def test_the_claim_and_every_move_are_proved(name: str) -> None:
    row = EQUATIONS[name]
    found = verify(solve_for(row.equation, row.unknown, row.given))
    assert (found.verdict.status, found.verdict.conditions) == ("proved", row.presupposed), found.verdict.explain()
    for step in found:
        assert step.verdict.status == "proved", step.verdict.explain()
        assert {*step.verdict.conditions} <= {*row.presupposed}


def test_why_there_is_an_inverse_is_a_step_unless_it_was_given() -> None:
    licences = {
        name: [step.lhs for step in solve_for(row.equation, row.unknown, row.given) if step.relation == "holds"]
        for name, row in EQUATIONS.items()
    }
    assert [*map(str, licences["ridge"])] == ["Q.positive_definite(lambda*I + X.T*X)"]
    assert licences["normal equations"] == licences["tall"] == [definite(gram)]
    assert licences["wide, on the right"] == [definite(W * W.T)]
    assert [*map(str, licences["both sides"])] == ["Q.positive_definite(I + M)"]
    for name in ("left", "left, inverse presupposed", "left, definite", "between", "a root", "a number"):
        assert licences[name] == [], name


def test_what_is_solved_already_needs_no_step() -> None:
    assert solve_for(equal(w, v), w).steps == ()
    (step,) = solve_for(equal(M * U, B), U, [invertible(M)])
    assert (step.lhs, step.relation) == (equal(M * U, B), "iff")


REFUSED: dict[str, tuple[tuple[Any, ...], type[PushthroughError], str]] = {
    "Sylvester": ((equal(M * U + U * R, B), U), UnsupportedError, "Sylvester equation.*KroneckerProduct"),
    "the transpose too": ((equal(M * F + F.T, M), F), UnsupportedError, "both F and its transpose"),
    "cancels": ((equal(M * U, M * U + B), U), UnsupportedError, "U cancels in"),
    "cancels between two matrices": ((equal(L * U * R, L * U * R + B), U), UnsupportedError, "U cancels in"),
    "a scalar cancels": ((equal(2 * mu + 3, 2 * mu), mu), UnsupportedError, "mu cancels in"),
    "squared": ((equal(F * F, M), F), UnsupportedError, "is not linear in F: there is the term"),
    "inverted": ((equal(Inverse(F) * M, M), F), UnsupportedError, "is not linear in F"),
    "a square": ((equal(mu**2, beta), mu), UnsupportedError, r"mu\*\*2 is not linear in mu"),
    "in a function": ((equal(exp(mu), beta), mu), UnsupportedError, r"exp\(mu\) is not linear in mu"),
    "in a trace": ((equal(Trace(F), 1), F), UnsupportedError, r"Trace\(F\) is not linear in F"),
    "not there": ((equal(M * w, v), y), UnsupportedError, "y does not occur in"),
    "no symbol": ((equal(M * w, v), M * w), UnsupportedError, r"the unknown M\*w is not a symbol"),
    "no equation": ((M * w, w), UnsupportedError, r"Eq\(left, right, evaluate=False\), not M\*w"),
    "sizes": ((equal(M * w, y), w), ShapeError, r"M\*w \(n x 1\) and y \(m x 1\): n is not m"),
    "not square": ((equal(X * w, y), w), MissingHypothesis, r"X of w .* is m x n, not square.*injective.*minimize"),
    "wide": ((equal(X * w, y), w, [injective(X.T)]), MissingHypothesis, "is m x n, not square"),
    "right factor not square": ((equal(U * W, Z), U), MissingHypothesis, "is .*, not square"),
    "left factor not square": ((equal(X * U * R, T), U), MissingHypothesis, "X of U .* is m x n, not square"),
    "only the left factor of full rank": (
        (equal(X * U * W, S), U, [injective(X)]), MissingHypothesis, r"W of U .*full row rank .*'surjective'\)\(W\)",
    ),
    "one equation for a vector": ((equal(v.T * w, 1), w), MissingHypothesis, "is 1 x n, not square"),
    "rank one": ((equal(v * v.T * U, B), U), UnsupportedError, r"v\*v\.T of U .* has rank 1"),
    "given as zero": (
        (equal(F * U, B), U, [equal(F, ZeroMatrix(n, n))]), UnsupportedError, "coefficient F of U is zero",
    ),
    "all terms have a factor that may be 0": (
        (equal(alpha * M * w, alpha * v), w), MissingHypothesis, r"factor alpha, which may be 0.*nonzero'\)\(alpha\)",
    ),
    "a wide coefficient": ((equal(X * w, y), w, [surjective(X)]), MissingHypothesis, "many solutions .*subject_to="),
    "a scalar in a vector": ((equal(mu * w, v), mu), UnsupportedError, "more than one equation for the scalar mu"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    arguments, error, said = REFUSED[name]
    with pytest.raises(PushthroughError, match=said) as caught:
        solve_for(*arguments)
    assert type(caught.value) is error
