"""Linear matrix equations solved by moves that carry their conditions.

    M U = B      U = M^-1 B          U M = B      U = B M^-1          L U R = B      U = L^-1 B R^-1

Each move is an equivalence under a condition: what is multiplied by has an inverse. Where the fact tables say why it
has one (X'X + lambda I is positive definite), that is a step of its own; else it is presupposed, and a verdict says so.
What all terms have in common, scalars that are not 0 and invertible factors at the ends, is divided out first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Basic, Eq, Inverse, MatMul, MatrixSymbol, Pow, Q, S, Symbol, true

from symbolic.affine import (
    Place,
    Term,
    added,
    affine_equation,
    collected,
    content,
    merged,
    number,
    power_of,
    settled,
    transposed,
)
from symbolic.derivation import Derivation, Step
from symbolic.errors import MissingHypothesis, UnsupportedError
from symbolic.facts import Facts
from symbolic.shapes import SCALAR, Size, same_shape, same_size, shape


@dataclass(frozen=True)
class Solved:
    """`value`: the unknown; `collected`: the equation with it on the left; `licences`: what has an inverse, as claims.

    `relation`: "iff" if the equation and its solution are the same statement, "implies" if a solution must be this one.
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

    Raises UnsupportedError if the equation is not linear in the unknown, has it between different coefficients
    (A U + U B = C) or with a coefficient that has no inverse; MissingHypothesis if a coefficient is not square;
    ShapeError if sizes clash.

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
    linear = affine_equation(equation, unknown, given)
    places, rest = [*linear.places], [*linear.rest]
    size = shape(equation.lhs)
    turned = {place.turned for place in places}
    if len(turned) > 1:
        raise UnsupportedError(f"{equation} has both {unknown} and its transpose: such equations are not solved.")
    if turned == {True}:  # L U' R = B is R' U L' = B'
        facts = Facts(given)
        places, size = [_flipped(place, facts) for place in places], (size[1], size[0])
        rest = collected(settled(term.T, facts) for term in rest)
    before, after = coefficients(equation, unknown, places)
    if not before or not after:
        raise UnsupportedError(f"{unknown} cancels in {equation}.")
    return _Linear(equation, unknown, before, after, rest, size, given).solved()


def _flipped(place: Place, facts: Facts) -> Place:
    before = Term(place.left.number, place.left.scalars, tuple(map(transposed, reversed(place.right))))
    after = Term(S.One, (), place.left.factors).T
    return Place(settled(before, facts), False, settled(after, facts).factors)


def coefficients(equation: Eq, unknown: Any, places: Sequence[Place]) -> tuple[list[Term], list[Term]]:
    """L and R in L U R = B, as sums; one of them is a single product, if there is such a form."""
    if len({place.right for place in places}) <= 1:
        return collected(place.left for place in places), [Term(S.One, (), place.right) for place in places[:1]]
    if len({place.left.factors for place in places}) == 1:
        after = collected(Term(place.left.number, place.left.scalars, place.right) for place in places)
        return [Term(S.One, (), places[0].left.factors)], after
    raise UnsupportedError(
        f"{equation} has {unknown} between different coefficients on both sides (a Sylvester equation): there is no"
        " closed form of this kind; vectorise it with KroneckerProduct."
    )


class _Linear:
    """L U R = B of the size `size`: `before` is L, `after` is R, `rest` is B, each as a sum of terms."""

    def __init__(
        self, equation: Eq, unknown: Any, before: list[Term], after: list[Term], rest: list[Term], size: Size,
        given: tuple[Basic, ...],
    ) -> None:  # fmt: skip
        self.equation, self.unknown, self.size = equation, unknown, size
        self.given, self.facts = given, Facts(given)
        before, rest, _ = divided(before, rest, self.facts)
        after, rest, _ = divided(after, rest, self.facts)
        before, rest = self._stripped(before, rest, 0)
        after, self.rest = self._stripped(after, rest, -1)
        rows, columns = shape(unknown)
        self.scalar = added(before, SCALAR) if _is_multiple_of_one(before) else S.One
        if len(before) == 1 and before[0].factors:
            self.scalar = sp.Mul(*before[0].scalars)
            before = [Term(before[0].number, (), before[0].factors)]
        self._require_nonzero()
        self.before = None if _is_multiple_of_one(before) else added(before, (size[0], rows))
        self.after = None if _is_multiple_of_one(after) else added(after, (columns, size[1]))
        if isinstance(unknown, Symbol):
            self.scalar, self.before = number(added(before, size)), None

    def solved(self) -> Solved:
        if isinstance(self.unknown, Symbol) and self.size != SCALAR:
            raise UnsupportedError(f"{self.equation} is more than one equation for the scalar {self.unknown}.")
        for coefficient in (self.scalar, self.before, self.after):
            self._require_regular(coefficient)
        before, after = self._inverted(self.before, "injective"), self._inverted(self.after, "surjective")
        licences = [claim for m in (self.before, self.after) for claim in self._licence(m)]
        sign = [claim for name, claim in (("positive", Q.positive), ("negative", Q.negative))
                if isinstance(self.scalar, sp.Add) and self.facts.holds(name, self.scalar)]  # fmt: skip
        licences += [claim(self.scalar) for claim in sign]
        square = all(m is None or _is_square(m) for m in (self.before, self.after))
        value = self._value(before, after)
        alone = self.scalar == 1 and self.before is None and self.after is None
        equation = Eq(self.unknown, value, evaluate=False) if alone else self._collected()
        return Solved(value, equation, tuple(licences), "iff" if square else "implies")

    def _require_nonzero(self) -> None:
        """Refuses to divide all terms by what may be zero: the solution would not show it."""
        for scalar in sp.Mul.make_args(self.scalar):
            base, _ = power_of(scalar)
            in_all = self.rest and all(base in dict(map(power_of, term.scalars)) for term in self.rest)
            if in_all and self.facts.holds("nonzero", base) is None:
                raise MissingHypothesis(
                    f"all terms of {self.equation} have the factor {base}, which may be 0: every {self.unknown} is a"
                    f" solution then. Add predicate('nonzero')({base}) to given=[...]."
                )

    def _stripped(self, coefficient: list[Term], rest: list[Term], end: int) -> tuple[list[Term], list[Term]]:
        """Without the invertible factors at one end that all terms share: K K a + lambda K a = K y, without one K."""
        if not rest:
            return coefficient, rest
        while True:
            ends = {term.factors[end] if term.factors else None for term in (*coefficient, *rest)}
            factor = next(iter(ends))
            if len(ends) > 1 or factor is None or self.facts.holds("invertible", factor) is None:
                return coefficient, rest
            cut = slice(1, None) if end == 0 else slice(None, -1)
            coefficient, rest = (
                [Term(term.number, term.scalars, term.factors[cut]) for term in terms] for terms in (coefficient, rest)
            )

    def _collected(self) -> Eq:
        target = added(self.rest, self.size)
        if isinstance(self.unknown, Symbol):
            product = self.unknown if self.scalar == 1 else sp.Mul(self.scalar, self.unknown, evaluate=False)
            return Eq(product, number(target), evaluate=False)
        factors = [*_unless_one(self.scalar), *_factors(self.before), self.unknown, *_factors(self.after)]
        return Eq(factors[0] if len(factors) == 1 else MatMul(*factors), target, evaluate=False)

    def _value(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> Any:
        """`before` B `after` over the scalar, with numbers in front."""
        rows, columns = shape(self.unknown)
        if not self.rest:
            return added([], (rows, columns))
        if isinstance(self.unknown, Symbol):
            return number(added(self.rest, SCALAR)) / self.scalar
        common = content(self.rest)
        if all(term.number < 0 for term in self.rest):
            common = -common
        inner = [term.times(1 / common) for term in self.rest]
        scalars = [*_unless_one(common), *([Pow(self.scalar, -1)] if self.scalar != 1 else [])]
        if len(inner) == 1:
            scalars += inner[0].scalars
            middle = inner[0].factors or (() if before or after else (sp.Identity(rows),))
        else:
            middle = (added(inner, self.size),)
        factors = [*scalars, *before, *middle, *after]
        return factors[0] if len(factors) == 1 else MatMul(*factors)

    def _inverted(self, matrix: Any, rank: str) -> tuple[Any, ...]:
        """The factors of the inverse; of the one-sided inverse, if the matrix is not square but has this full rank."""
        if matrix is None:
            return ()
        if isinstance(matrix, Inverse):
            return (matrix.arg,)
        if _is_square(matrix):
            return (transposed(matrix) if self.facts.holds("orthogonal", matrix) else Inverse(matrix),)
        if self.facts.holds(rank, matrix) is None:
            m, n = shape(matrix)
            word, other = ("column", "surjective") if rank == "injective" else ("row", "injective")
            way_out = (
                f"With full {word} rank (predicate('{rank}')({matrix}) in given=) there is at most one solution; for"
                " the best approximation, or the solution of least norm, use minimize."
            )
            if self.facts.holds(other, matrix) is not None:
                way_out = (
                    "There are many solutions as a rule; for the one of least norm, use minimize with subject_to=."
                )
            raise MissingHypothesis(
                f"the coefficient {matrix} of {self.unknown} in {self.equation} is {m} x {n}, not square: it has no"
                f" inverse. {way_out}"
            )
        turned, inverse = _factors(transposed(matrix)), Inverse(self._gram(matrix))
        return (inverse, *turned) if matrix is self.before else (*turned, inverse)

    def _gram(self, matrix: Any) -> MatMul:
        """A'A for a coefficient A before the unknown, AA' for one after it: definite, if the rank is full."""
        own, turned = _factors(matrix), _factors(transposed(matrix))
        return MatMul(*turned, *own) if matrix is self.before else MatMul(*own, *turned)

    def _licence(self, matrix: Any) -> list[Basic]:
        """Why a matrix has an inverse, as a claim to be proved; nothing if that was given, or is presupposed."""
        if matrix is None:
            return []
        if not _is_square(matrix):
            return [Q.positive_definite(self._gram(matrix))]
        fact = self.facts.holds("positive_definite", matrix)
        given = fact is not None and len(fact.used) == 1 and fact.used[0].expr == matrix
        return [] if fact is None or given else [Q.positive_definite(matrix)]

    def _require_regular(self, coefficient: Any) -> None:
        """Refuses what has no inverse on its face: what is given as zero, and columns times rows."""
        for fact in self.given:
            sides = fact.args if isinstance(fact, Eq) else ()
            if coefficient in sides and any(s == 0 or isinstance(s, sp.ZeroMatrix) for s in sides):
                raise UnsupportedError(f"the coefficient {coefficient} of {self.unknown} is zero, by {fact}.")
        if isinstance(coefficient, MatMul):
            inner = [shape(f)[1] for f in coefficient.args[:-1] if getattr(f, "is_Matrix", False)]
            if any(same_size(k, 1) for k in inner):
                raise UnsupportedError(
                    f"the coefficient {coefficient} of {self.unknown} in {self.equation} has rank 1: it has no inverse."
                )


def divided(
    coefficient: list[Term], rest: list[Term], facts: Facts, *, keep_sign: bool = False
) -> tuple[list[Term], list[Term], Any]:
    """Both without a scalar, and the scalar: the number and the scalars, known not to be 0, that all terms share.

    The coefficient keeps no common number, and `rest` no denominator that all its terms have. With `keep_sign` the
    scalar is positive; without it, the coefficient loses the minus that all its terms have.
    """
    common = content(coefficient)
    if not keep_sign and all(term.number < 0 for term in coefficient):
        common = -common
    scalars = dict(_common_powers([*coefficient, *rest]))
    scalars |= {base: e for base, e in _common_powers(rest) if e < 0 and base not in scalars}
    sign = "positive" if keep_sign else "nonzero"
    scalars = {base: e for base, e in scalars.items() if facts.holds(sign, base)}
    by = [Pow(base, -e) for base, e in scalars.items()]
    left, right = (
        [Term(term.number / common, merged([*term.scalars, *by]), term.factors) for term in terms]
        for terms in (coefficient, rest)
    )
    return left, right, common * sp.Mul(*(Pow(base, e) for base, e in scalars.items()))


def _common_powers(terms: list[Term]) -> list[tuple[Any, Any]]:
    """The largest powers of scalars by which all terms can be divided; negative ones are denominators."""
    powers = [dict(map(power_of, term.scalars)) for term in terms]
    bases = dict.fromkeys(base for found in powers for base in found)
    lowest = [(base, min(found.get(base, S.Zero) for found in powers)) for base in bases]
    highest = [(base, max(found.get(base, S.Zero) for found in powers)) for base in bases]
    return [pair for pair in lowest if pair[1] > 0] + [pair for pair in highest if pair[1] < 0]


def _is_multiple_of_one(terms: list[Term]) -> bool:
    return all(not term.factors for term in terms)


def _is_square(matrix: Any) -> bool:
    return same_size(*shape(matrix))


def _factors(e: Any) -> tuple[Any, ...]:
    return () if e is None else e.args if isinstance(e, MatMul) else (e,)


def _unless_one(scalar: Any) -> list[Any]:
    return [] if scalar == 1 else [scalar]


__all__ = ["Solved", "coefficients", "divided", "moves", "solve_for", "solved"]
