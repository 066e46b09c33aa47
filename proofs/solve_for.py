"""Linear matrix equations solved by moves that carry their conditions.

    M U = B      U = M^-1 B          U M = B      U = B M^-1          L U R = B      U = L^-1 B R^-1

Each move is an equivalence under a condition: what is multiplied by has an inverse. Where the fact tables say why it
has one (X'X + lambda I is positive definite), that is a step of its own; else it is presupposed, and a verdict says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Basic, Eq, Inverse, MatMul, MatrixSymbol, Pow, Q, Symbol, Transpose, true

from symbolic.affine import Affine, Term, added, affine_in, collected, content, transposed
from symbolic.derivation import Derivation, Step
from symbolic.errors import MissingHypothesis, UnsupportedError
from symbolic.facts import Facts
from symbolic.shapes import is_scalar, same_shape, same_size, shape


@dataclass(frozen=True)
class Solved:
    """`value`: the unknown; `collected`: the equation with it on the left; `licences`: what has an inverse, as claims.

    `unique`: "iff" if the equation and its solution are the same statement, "implies" if a solution must be this one.
    """

    value: Any
    collected: Eq
    licences: tuple[Basic, ...]
    relation: str


def solve_for(equation: Basic, unknown: Basic, given: Iterable[Basic] = ()) -> Derivation:
    """The derivation `equation iff unknown = solution`; the solution is `.result.rhs`.

    equation: an `Eq(left, right, evaluate=False)` in which every term has the unknown, a matrix or scalar symbol, at
    most once. given: facts and equations. A tall coefficient of full column rank gives "implies" in place of "iff": the
    equation need not have a solution. Inverses that `given` does not license are presupposed.

    Raises UnsupportedError if the equation is not linear in the unknown or has it between different coefficients
    (A U + U B = C), MissingHypothesis if a coefficient is not square, ShapeError if sizes clash.

    >>> from sympy import Identity, symbols
    >>> n, d = symbols("n d", integer=True, positive=True)
    >>> X, w, y = MatrixSymbol("X", n, d), MatrixSymbol("w", d, 1), MatrixSymbol("y", n, 1)
    >>> lam = Symbol("lambda", positive=True)
    >>> normal = Eq((X.T*X + lam*Identity(d))*w, X.T*y, evaluate=False)
    >>> found = solve_for(normal, w)
    >>> found.relation, found.result.rhs
    ('iff', (lambda*I + X.T*X)**(-1)*X.T*y)
    """
    given = tuple(given)
    if not isinstance(equation, Eq):
        raise UnsupportedError(f"an equation is Eq(left, right, evaluate=False), not {equation}.")
    if not isinstance(unknown, (MatrixSymbol, Symbol)):
        raise UnsupportedError(f"the unknown {unknown} is not a symbol.")
    same_shape(equation.lhs, equation.rhs)
    if not equation.has(unknown):
        raise UnsupportedError(f"{unknown} does not occur in {equation}.")
    found = solved(equation, unknown, given)
    answer = Eq(unknown, found.value, evaluate=False)
    steps = moves(equation, found, answer)
    return Derivation(equation, answer, found.relation, given=given, steps=steps, title=f"Solved for {unknown}")


def moves(equation: Basic, found: Solved, answer: Eq) -> tuple[Step, ...]:
    """The steps from an equation to its solution: what has an inverse, the terms collected, the inverse applied."""
    steps = [Step(fact, true, "holds") for fact in found.licences]
    if found.collected not in (equation, answer):
        steps.append(Step(equation, found.collected, "iff"))
        equation = found.collected
    if equation != answer:
        steps.append(Step(equation, answer, found.relation))
    return tuple(steps)


def solved(equation: Eq, unknown: Any, given: tuple[Basic, ...]) -> Solved:
    """The solution of a linear equation. Raises as `solve_for` does."""
    left, right = (affine_in(side, unknown, given) for side in equation.args)
    minus = Affine(
        tuple(type(place)(place.left.times(-1), place.turned, place.right) for place in right.places), right.rest
    )
    places = [*left.places, *minus.places]
    rest = collected([*right.rest, *(term.times(-1) for term in left.rest)])
    size = shape(equation.lhs)
    if not places:
        raise UnsupportedError(f"{unknown} cancels in {equation}.")
    turned = {place.turned for place in places}
    if len(turned) > 1:
        raise UnsupportedError(f"{equation} has both {unknown} and its transpose: such equations are not solved.")
    if turned == {True}:  # L U' R = B is R' U L' = B'
        places = [
            type(place)(
                Term(place.left.number, place.left.scalars, tuple(map(transposed, reversed(place.right)))),
                False,
                tuple(map(transposed, reversed(place.left.factors))),
            )
            for place in places
        ]
        rest, size = [term.T for term in rest], (size[1], size[0])
    return _by_places(equation, unknown, places, rest, size, Facts(given))


def _by_places(
    equation: Eq, unknown: Any, places: list[Any], rest: list[Term], size: Any, facts: Facts
) -> Solved:
    if all(not place.right for place in places):
        coefficient = collected(place.left for place in places)
        return _left_solved(equation, unknown, coefficient, rest, size, facts)
    if all(not place.left.factors for place in places):
        flipped = [Term(p.left.number, p.left.scalars, tuple(map(transposed, reversed(p.right)))) for p in places]
        back = [term.T for term in rest]
        return _left_solved(equation, unknown, collected(flipped), back, (size[1], size[0]), facts, turned=True)
    if len(places) == 1:
        (place,) = places
        first = _left_solved(equation, unknown, [place.left], rest, size, facts)
        right = place.right[0] if len(place.right) == 1 else MatMul(*place.right)
        _require_square(equation, right)
        value = MatMul(*_factors(first.value), Inverse(right))
        whole = Term(place.left.number, place.left.scalars, (*place.left.factors, unknown, *place.right))
        written = Eq(added([whole], size), added(rest, size), evaluate=False)
        return Solved(value, written, (*first.licences, *_licence(right, facts)), first.relation)
    raise UnsupportedError(
        f"{equation} has {unknown} between different coefficients on both sides (a Sylvester equation): there is no"
        " closed form of this kind; vectorise it with KroneckerProduct."
    )


def _left_solved(
    equation: Eq,
    unknown: Any,
    coefficient: list[Term],
    rest: list[Term],
    size: Any,
    facts: Facts,
    *,
    turned: bool = False,
) -> Solved:
    """M U = B, where M is the sum of `coefficient` and B of `rest`; with `turned`, U' and B' are meant."""
    if not coefficient:
        raise UnsupportedError(f"{unknown} cancels in {equation}.")
    rows = shape(unknown)[1 if turned else 0]
    common = content([*coefficient, *rest])
    coefficient, rest = ([term.times(1 / common) for term in terms] for terms in (coefficient, rest))
    target = added(rest, size)
    if all(not term.factors for term in coefficient) and same_size(size[0], rows):
        return _scaled(unknown, coefficient, rest, target, size, facts, turned)
    matrix = added(coefficient, (size[0], rows))
    product = Eq(_of(matrix, unknown, turned), _turn(target, turned), evaluate=False)
    if not same_size(size[0], rows):
        return _tall(equation, unknown, matrix, target, product, facts, turned)
    value = target if not rest else MatMul(Inverse(matrix), *_factors(target))
    return Solved(_turn(value, turned), product, tuple(_licence(matrix, facts)), "iff")


def _scaled(
    unknown: Any, coefficient: list[Term], rest: list[Term], target: Any, size: Any, facts: Facts, turned: bool
) -> Solved:
    """c U = B for a scalar c."""
    c = added(coefficient, (sp.S.One, sp.S.One))
    product = Eq(_times(c, unknown), _turn(target, turned), evaluate=False)
    if c == 1:
        return Solved(_turn(target, turned), product, (), "iff")
    if c.is_Rational:
        return Solved(_turn(added([t.times(1 / c) for t in rest], size), turned), product, (), "iff")
    if not rest:
        return Solved(_turn(target, turned), product, (), "iff")
    value = MatMul(Pow(c, -1), target) if getattr(target, "is_Matrix", False) else target / c
    licences = (Q.positive(c),) if facts.holds("positive", c) and not isinstance(c, Symbol) else ()
    return Solved(_turn(value, turned), product, licences, "iff")


def _tall(
    equation: Eq, unknown: Any, matrix: Any, target: Any, product: Eq, facts: Facts, turned: bool
) -> Solved:
    """A coefficient that is not square: of full column rank, it leaves at most one solution."""
    m, n = shape(matrix)
    if facts.holds("injective", matrix) is None:
        raise MissingHypothesis(
            f"the coefficient {matrix} of {unknown} in {equation} is {m} x {n}, not square: it has no inverse. With"
            f" full column rank (predicate('injective')({matrix}) in given=) there is at most one solution; for the best"
            " approximation, or the solution of least norm, use minimize."
        )
    gram = MatMul(Transpose(matrix), *_factors(matrix))
    value = MatMul(Inverse(gram), Transpose(matrix), *_factors(target))
    return Solved(_turn(value, turned), product, (Q.positive_definite(gram),), "implies")


def _licence(matrix: Any, facts: Facts) -> list[Basic]:
    """Why a matrix has an inverse, as a claim to be proved; nothing if that was given, or is presupposed."""
    for name, claim in (("positive_definite", Q.positive_definite), ("invertible", Q.invertible)):
        fact = facts.holds(name, matrix)
        if fact is not None:
            return [] if fact.rule.startswith("given") else [claim(matrix)]
    return []


def _require_square(equation: Eq, matrix: Any) -> None:
    m, n = shape(matrix)
    if not same_size(m, n):
        raise MissingHypothesis(f"{matrix} in {equation} is {m} x {n}, not square: it has no inverse.")


def _factors(e: Any) -> tuple[Any, ...]:
    return e.args if isinstance(e, MatMul) else (e,)


def _of(matrix: Any, unknown: Any, turned: bool) -> Any:
    if turned:
        return MatMul(unknown, _turn(matrix, True))
    return _times(matrix, unknown)


def _times(left: Any, unknown: Any) -> Any:
    if is_scalar(unknown) and not unknown.is_Matrix:
        return sp.Mul(left, unknown, evaluate=False) if left != 1 else unknown
    return unknown if left == 1 else MatMul(*_factors(left), unknown)


def _turn(e: Any, turned: bool) -> Any:
    """The transpose, taken inside of products and sums."""
    if not turned or not getattr(e, "is_Matrix", False):
        return e
    if isinstance(e, MatMul):
        scalars = [a for a in e.args if is_scalar(a) and not a.is_Matrix]
        return MatMul(*scalars, *(_turn(a, True) for a in reversed(e.args) if a not in scalars))
    if isinstance(e, sp.MatAdd):
        return sp.MatAdd(*(_turn(a, True) for a in e.args))
    if isinstance(e, Inverse):
        return Inverse(_turn(e.arg, True))
    if isinstance(e, sp.ZeroMatrix):
        return sp.ZeroMatrix(e.shape[1], e.shape[0])
    return transposed(e)


__all__ = ["Solved", "moves", "solve_for", "solved"]
