"""From a quadratic objective to its minimiser: gradient, normal equations or KKT system, solution, and why it is one.

The objective is f(w) = c/2 (w'M w - 2 w'b) + constant; its gradient c (M w - b) is affine in w, and M and b are read
off it. What the derivation claims is `argmin f = solution`, that is f(w) > f(solution) for every other (feasible) w.
Its proof is the last step: f(w) - f(solution) is c/2 times the square of w - solution with the matrix M.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Basic, Eq, Inverse, MatMul, MatrixSymbol, Pow, Q, Rational, S, Symbol, Transpose, true

from proofs.prove import prove
from proofs.solve_for import coefficients, divided, moves, solved
from symbolic.affine import (
    Affine,
    Place,
    Term,
    added,
    affine_equation,
    affine_in,
    collected,
    difference,
    factors_of,
    merged,
    number,
    product,
    terms_of,
    total,
    transposed,
)
from symbolic.calculus import gradient, hessian
from symbolic.derivation import Derivation, Step
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.facts import Facts, predicate
from symbolic.meaning import require_unrestricted, substitute
from symbolic.nodes import ArgMin, Gradient, Hessian
from symbolic.shapes import SCALAR, is_scalar, is_zero, same_shape, shape

semidefinite = predicate("positive_semidefinite")


def minimize(
    objective: Basic, wrt: Basic, subject_to: Iterable[Basic] | Basic = (), given: Iterable[Basic] | Basic = ()
) -> Derivation:
    """The derivation `argmin objective = minimiser` (the minimiser is `.result`), for convex quadratics.

    objective: a scalar, quadratic in `wrt`, a matrix or scalar symbol: a column as a rule; a matrix W as in
    `Trace((Y - X*W).T*(Y - X*W))`. subject_to: one linear equation `Eq(A*w, b, evaluate=False)`. given: facts about the
    other symbols, such as `Q.positive_definite(S)` or full column rank, `predicate("injective")(X)`. Where rank is not
    given, the inverse that the solution writes is presupposed, and the verdict on the claim lists that.

    Raises UnsupportedError if the objective is not quadratic, not shown to be convex or has more than one minimiser,
    and if the constraint is not linear; ShapeError if sizes clash. Source: Boyd and Vandenberghe, *Convex
    Optimization*, 4.2.3 and 10.1.1.

    >>> from sympy import symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> X, w, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("y", m, 1)
    >>> lam = Symbol("lambda", positive=True)
    >>> minimize((y - X*w).T*(y - X*w) + lam*w.T*w, w).result
    (lambda*I + X.T*X)**(-1)*X.T*y
    >>> minimize(w.T*w, w, subject_to=[Eq(X*w, y, evaluate=False)]).result
    X.T*(X*X.T)**(-1)*y
    """
    facts, constraints = _listed(given), [*_listed(subject_to)]
    problem = _Quadratic(objective, wrt, facts)
    if not constraints:
        return problem.unconstrained()
    if len(constraints) > 1:
        raise UnsupportedError(f"{len(constraints)} constraints: stack them into one, A w = b (BlockMatrix).")
    return problem.constrained(constraints[0])


def _listed(items: Iterable[Basic] | Basic) -> tuple[Any, ...]:
    return (items,) if isinstance(items, Basic) and not isinstance(items, sp.Tuple) else tuple(items)  # type: ignore[arg-type]


class _Quadratic:
    """An objective c/2 (w'M w - 2 w'b) + constant: `before` is M, `target` is b, `factor` is c.

    A row, or a matrix from the left, has its coefficient `after` it, c/2 (w N w' - 2 b w'); a matrix may have both, c/2
    (tr w'M w N - 2 tr w'b). A coefficient that is not there is 1.
    """

    def __init__(self, objective: Any, w: Any, given: tuple[Any, ...]) -> None:
        self.objective, self.w, self.given, self.facts = objective, w, given, Facts(given)
        if not isinstance(w, (MatrixSymbol, Symbol)):
            raise UnsupportedError(f"the variable {w} is not a symbol.")
        require_unrestricted(w)
        if not is_scalar(objective):
            raise ShapeError(f"an objective is a scalar; {objective} is {' x '.join(map(str, shape(objective)))}.")
        if not objective.has(w):
            raise UnsupportedError(f"the objective {objective} does not contain {w}: every point is a minimiser.")
        self.rows, self.columns = shape(w)
        places, rest = self._slope()
        if any(place.turned for place in places):
            raise UnsupportedError(f"the gradient {self.gradient} has {w} transposed.")
        before, after = coefficients(Eq(self.gradient, self.zero(), evaluate=False), w, places)
        if not before or not after:
            raise UnsupportedError(f"the gradient of {objective} does not contain {w}: no minimum, or a constant.")
        target = [term.times(-1) for term in rest]
        self.second = collected(place.left for place in places)  # the gradient is `second` w - ..., if nothing is after
        before, target, c = divided(before, target, self.facts, keep_sign=True)
        after, target, d = divided(after, target, self.facts, keep_sign=True)
        self.factor = c * d
        self.before, self.after = added(before, (self.rows,) * 2), added(after, (self.columns,) * 2)
        self.target = added(target, (self.rows, self.columns))
        is_multiple = all(not term.factors for term in (*before, *after))
        self.scale = added(before, SCALAR) if is_multiple else None  # M is this times I
        self.is_after = any(term.factors for term in after)
        sides = [self.before] if not self.is_after else [self.after]
        if self.is_after and any(term.factors for term in before):
            sides = [self.before, self.after]
        self.curvature = [self._curvature(side) for side in sides]

    def _slope(self) -> tuple[tuple[Place, ...], tuple[Term, ...]]:
        """The gradient as an affine function."""
        try:
            self.gradient = gradient(self.objective, self.w)
            found: Affine = affine_in(self.gradient, self.w, self.given)
        except UnsupportedError as error:
            raise UnsupportedError(
                f"the objective is not a quadratic in {self.w} that is understood: {error}"
            ) from None
        if not found.places:
            raise UnsupportedError(
                f"the objective {self.objective} is not quadratic in {self.w}: its gradient {self.gradient} is"
                " constant, so it has no minimum or is constant."
            )
        return found.places, found.rest

    def _curvature(self, matrix: Any) -> Basic:
        """The claim that it is definite, or semidefinite; raises UnsupportedError if neither is shown."""
        claims = Q.positive_definite(matrix), semidefinite(matrix)
        if is_scalar(matrix):
            claims = Q.positive(matrix), Q.nonnegative(matrix)
        for claim in claims:
            verdict = prove(claim, given=self.given)
            if verdict.status == "proved":
                return claim
        what = f"Hessian {product(self.factor, matrix)}" if self.columns == 1 else f"second-order part {matrix}"
        if verdict.status == "refuted":
            raise UnsupportedError(
                f"the objective need not have a minimum: its {what} is not positive semidefinite in general.\n"
                f"{verdict.counterexample or verdict.reason}"
            )
        raise UnsupportedError(
            f"the objective is not shown to be convex: nothing says that its {what} is positive semidefinite. Give the"
            " fact that makes it so, such as Q.positive_definite of a matrix in it."
        )

    # The steps.

    def opening(self) -> list[Step]:
        """The objective multiplied out, and its gradient."""
        multiplied = self.expanded()
        steps = [Step(self.objective, multiplied)] if multiplied not in (None, self.objective) else []
        return [*steps, Step(Gradient(self.objective, self.w), self.gradient)]

    def expanded(self) -> Any:
        """The objective as a sum of terms, equal ones added up; None if it is one, or w stands in another function."""
        try:
            terms = terms_of(self.objective, self.given)
        except UnsupportedError:
            return None
        if any(s.has(self.w) and not isinstance(s, (Symbol, sp.Pow, sp.Trace)) for t in terms for s in t.scalars):
            return None
        plain, tidy = added(terms, SCALAR), added(collected(self._upright(term) for term in terms), SCALAR)
        is_one = {*sp.Add.make_args(plain), *plain.args} >= {*sp.Add.make_args(self.objective)}
        return None if is_one or str(tidy) == str(self.objective) else tidy

    def _upright(self, term: Term) -> Term:
        """A 1 x 1 product and its transpose are one term, the one that begins with w'; so are the turns of a trace."""
        traces = [s for s in term.scalars if isinstance(s, sp.Trace)]
        if len(traces) > 1 or (traces and term.factors):
            return term
        factors = factors_of(traces[0].arg) if traces else term.factors
        ways = [factors, self._turned(factors)]
        if traces:
            ways = [way[k:] + way[:k] for way in ways for k in range(len(way))]

        def rank(way: tuple[Any, ...]) -> tuple[Any, ...]:
            ends = (way[:1] != (Transpose(self.w),), way[-1:] != (self.w,))
            begins_turned = bool(way) and isinstance(way[0], Transpose)
            return (*ends, way != self._turned(way), not begins_turned, str(way))

        best = min(ways, key=rank)
        if not traces:
            return Term(term.number, term.scalars, best)
        return Term(term.number, tuple(sp.Trace(MatMul(*best)) if s in traces else s for s in term.scalars))

    def _turned(self, factors: tuple[Any, ...]) -> tuple[Any, ...]:
        """The factors of the transpose."""
        turned = (f if self.facts.holds("symmetric", f) else transposed(f) for f in reversed(factors))
        return tuple(turned)

    def convexity(self) -> list[Step]:
        """The Hessian, and its sign."""
        steps = []
        if self.columns == 1 and isinstance(self.w, MatrixSymbol):
            found = hessian(self.objective, self.w)
            collected_form = added(self.second, (self.rows, self.rows))
            steps.append(Step(Hessian(self.objective, self.w), found))
            if found != collected_form:
                steps.append(Step(found, collected_form))
        return [*steps, *(Step(claim, true, "holds") for claim in self.curvature)]

    def square(self, solution: Any, constraint: tuple[Any, ...] = ()) -> Step:
        """f(w) - f(solution) as a square; a long solution has a name in it."""
        best, given = solution, constraint
        is_traced = isinstance(self.w, MatrixSymbol) and 1 not in (self.rows, self.columns)
        is_short = isinstance(solution, (Symbol, MatrixSymbol, sp.ZeroMatrix)) or (is_traced and constraint)
        if self.scale in (None, 1) and not is_short:
            best = self._fresh(f"{self.w.name}_star")
            given = (*constraint, Eq(best, solution, evaluate=False))
        value = substitute(self.objective, self.w, best)
        gap = difference(self.objective, value)
        half = self.factor * Rational(1, 2)
        if not isinstance(self.w, MatrixSymbol):
            return Step(gap, half * number(self.before) * Pow(difference(self.w, best), 2), given=given)
        rest = difference(self.w, best)
        form = product(Transpose(rest), self.before, rest, self.after)
        if self.is_after and all(not term.factors for term in terms_of(self.before)):
            form = product(rest, self.after, Transpose(rest))
        if is_scalar(form):
            return Step(gap, product(half, form), given=given)
        traced = sp.Trace(form)
        return Step(gap, traced if half == 1 else sp.Mul(half, traced), given=given)

    def zero(self) -> Any:
        return added([], (self.rows, self.columns))

    def claim(self, solution: Any, constraints: tuple[Any, ...], steps: list[Step]) -> Derivation:
        return Derivation(
            ArgMin(self.objective, self.w, *constraints), solution, given=self.given, steps=tuple(steps),
            title="The minimiser", answer_type=f"The answer has the shape of {self.w}: {self.rows} x {self.columns}.",
        )  # fmt: skip

    # Without constraints.

    def unconstrained(self) -> Derivation:
        stationary = Eq(self.gradient, self.zero(), evaluate=False)
        try:
            found = solved(stationary, self.w, self.given)
        except UnsupportedError as error:
            raise UnsupportedError(f"there is no single minimiser of {self.objective}: {error}") from None
        answer = Eq(self.w, found.value, evaluate=False)
        licences = tuple(claim for claim in found.licences if claim not in self.curvature)  # which are steps
        solving = moves(stationary, replace(found, licences=licences), answer)
        return self.claim(found.value, (), [*self.opening(), *self.convexity(), *solving, self.square(found.value)])

    # With one linear equation.

    def constrained(self, constraint: Any) -> Derivation:
        if not isinstance(constraint, Eq):
            raise UnsupportedError(f"the constraint {constraint} is no equation: inequalities are not supported.")
        same_shape(constraint.lhs, constraint.rhs)
        try:
            linear = affine_equation(constraint, self.w, self.given)
        except UnsupportedError as error:
            raise UnsupportedError(f"the constraint {constraint} is not linear: {error}") from None
        places, rest, size = [*linear.places], [*linear.rest], shape(constraint.lhs)
        if size == SCALAR and self.columns == 1 and all(place.turned for place in places):  # w'a is a'w
            places = [Place(_flipped(place), False, ()) for place in places]
        if isinstance(self.w, Symbol):
            raise UnsupportedError(f"the constraint {constraint} determines the scalar {self.w}: use solve_for.")
        if places and (self.is_after or any(place.turned or place.right for place in places)):
            raise UnsupportedError(f"the constraint {constraint} is not of the form A {self.w} = b.")
        if not collected(place.left for place in places):
            raise UnsupportedError(f"the constraint {constraint} does not contain {self.w}.")
        A, b, _ = divided(collected(place.left for place in places), rest, self.facts)
        if len(A) == 1:  # a scalar goes to the other side
            by = [Pow(scalar, -1) for scalar in A[0].scalars]
            A, b = [Term(S.One, (), A[0].factors)], [Term(t.number, merged([*t.scalars, *by]), t.factors) for t in b]
        return self._kkt(constraint, added(A, (size[0], self.rows)), added(b, size))

    def _kkt(self, constraint: Eq, A: Any, b: Any) -> Derivation:
        """Stationarity of the Lagrangian f + c nu'(A w - b), and the constraint, solved for nu and w."""
        is_scalar_constraint = shape(constraint.lhs) == SCALAR
        nu = self._fresh("nu", SCALAR if is_scalar_constraint else shape(constraint.lhs))
        turned, inverse = transposed(A), self._inverse()
        # M w = target - A' nu and A w = b, so A M^-1 A' nu = A M^-1 target - b; a scalar M is taken to the other side
        inner, goal = (inverse, b) if self.scale is None else ((), product(self.scale, b))
        reached, pull, free = product(A, *inner, turned), product(turned, nu), product(A, *inner, self.target)
        aim, excess = difference(self.target, pull), difference(free, goal)
        if is_zero(self.target):
            solution = product(*inverse, turned, Inverse(reached), goal) if not is_zero(goal) else self.zero()
        else:
            aside = product(turned, Inverse(reached), difference(goal, free))
            solution = product(*inverse, total(self.target, aside))
        value = product(Inverse(reached), excess) if not is_scalar_constraint else number(excess) / number(reached)
        slope = total(self.gradient, product(self.factor, pull))
        stationary = Eq(product(self.before, self.w), aim, evaluate=False)
        in_nu = Eq(self.w, product(*inverse, aim), evaluate=False)
        multiplier = Eq(nu, value if not is_zero(excess) else added([], shape(nu)), evaluate=False)
        determined, answer = multiplier, Eq(self.w, solution, evaluate=False)
        if is_scalar_constraint and not is_zero(excess):
            determined = Eq(number(reached) * nu, number(excess), evaluate=False)
        lagrangian = self._lagrangian(nu, A, b)
        met = [substitute(side, self.w, solution) for side in constraint.args]
        steps = [
            *self.opening(),
            *self.convexity(),
            Step(Gradient(lagrangian, self.w), slope, note="The Lagrangian, with a multiplier for the constraint."),
            Step(Eq(slope, self.zero(), evaluate=False), stationary, "iff"),
            *([Step(stationary, in_nu, "iff")] if in_nu != stationary else []),
            Step(sp.And(in_nu, constraint, evaluate=False), determined, "implies",
                 note="The multiplier, from the constraint."),
            *([Step(determined, multiplier, "iff")] if determined != multiplier else []),
            Step(sp.And(in_nu, multiplier, evaluate=False), answer, "implies"),
            Step(*met, note="It meets the constraint."),
            self.square(solution, (constraint,)),
        ]  # fmt: skip
        return self.claim(solution, (constraint,), steps)

    def _inverse(self) -> tuple[Any, ...]:
        """M^-1 as factors."""
        if self.scale is not None:
            return () if self.scale == 1 else (Pow(self.scale, -1),)
        return (self.before.arg if isinstance(self.before, Inverse) else Inverse(self.before),)

    def _lagrangian(self, nu: Any, A: Any, b: Any) -> Any:
        left = product(A, self.w)
        if not isinstance(nu, MatrixSymbol):
            penalty = sp.Mul(self.factor, nu, difference(number(left), number(b)), evaluate=False)
            return sp.Add(number(self.objective), penalty, evaluate=False)
        penalty = product(self.factor, Transpose(nu), difference(left, b))
        return total(self.objective, penalty if is_scalar(penalty) else sp.Trace(penalty))

    def _fresh(self, name: str, size: Any = None) -> Any:
        """A symbol of a free name; like the variable, if no size is given."""
        taken = {str(s) for e in (self.objective, *self.given) for s in e.free_symbols}
        name = next(free for free in (name, *(f"{name}_{k}" for k in range(1, len(taken) + 2))) if free not in taken)
        if size == SCALAR or (size is None and isinstance(self.w, Symbol)):
            return Symbol(name, real=True)
        return MatrixSymbol(name, *(self.w.shape if size is None else size))


def _flipped(place: Place) -> Term:
    return Term(place.left.number, place.left.scalars, tuple(map(transposed, reversed(place.right))))


__all__ = ["minimize"]
