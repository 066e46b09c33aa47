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
from sympy import Basic, Eq, Inverse, MatAdd, MatMul, MatrixSymbol, Pow, Q, Rational, S, Symbol, Transpose, true

from proofs.prove import prove
from proofs.solve_for import divided, moves, solved
from symbolic.affine import Affine, Place, Term, added, affine_in, collected, number, terms_of, transposed
from symbolic.calculus import gradient, hessian
from symbolic.derivation import Derivation, Step
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.facts import Facts, predicate
from symbolic.meaning import substitute
from symbolic.nodes import ArgMin, Gradient, Hessian
from symbolic.shapes import SCALAR, is_scalar, same_shape, shape

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
    """An objective c/2 (w'M w - 2 w'b) + constant: `matrix` is M, `target` is b, `factor` is c.

    With `after`, the variable is a row, or a matrix from the left: c/2 (w M w' - 2 b w').
    """

    def __init__(self, objective: Any, w: Any, given: tuple[Any, ...]) -> None:
        self.objective, self.w, self.given, self.facts = objective, w, given, Facts(given)
        if not isinstance(w, (MatrixSymbol, Symbol)):
            raise UnsupportedError(f"the variable {w} is not a symbol.")
        if not is_scalar(objective):
            raise ShapeError(f"an objective is a scalar; {objective} is {' x '.join(map(str, shape(objective)))}.")
        if not objective.has(w):
            raise UnsupportedError(f"the objective {objective} does not contain {w}: every point is a minimiser.")
        self.rows, self.columns = shape(w)
        places, rest = self._slope()
        self.after = any(place.right for place in places)
        if any(place.turned for place in places) or (self.after and any(place.left.factors for place in places)):
            raise UnsupportedError(
                f"the gradient {self.gradient} has {w} transposed, or between matrices on both sides."
            )
        self.size = self.columns if self.after else self.rows
        self.second = collected(  # the gradient is `second` w - `first`, or w `second` - `first`
            Term(place.left.number, place.left.scalars, (*place.left.factors, *place.right)) for place in places
        )
        if not self.second:
            raise UnsupportedError(f"the gradient of {objective} does not contain {w}: no minimum, or a constant.")
        matrix, target, self.factor = divided(
            self.second, [term.times(-1) for term in rest], self.facts, keep_sign=True
        )
        self.scale = added(matrix, SCALAR) if all(not term.factors for term in matrix) else None  # M is this times I
        self.matrix, self.target = added(matrix, (self.size, self.size)), added(target, (self.rows, self.columns))
        self.curvature = self._curvature()

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

    def _curvature(self) -> Basic:
        """The claim that M is definite, or semidefinite; raises UnsupportedError if neither is shown."""
        claims = Q.positive_definite(self.matrix), semidefinite(self.matrix)
        if is_scalar(self.matrix):
            claims = Q.positive(self.matrix), Q.nonnegative(self.matrix)
        for claim in claims:
            verdict = prove(claim, given=self.given)
            if verdict.status == "proved":
                return claim
        hessian_text = added(self.second, (self.size, self.size))
        if verdict.status == "refuted":
            raise UnsupportedError(
                f"the objective need not have a minimum: its Hessian {hessian_text} is not positive semidefinite in"
                f" general.\n{verdict.counterexample or verdict.reason}"
            )
        raise UnsupportedError(
            f"the objective is not shown to be convex: nothing says that its Hessian {hessian_text} is positive"
            " semidefinite. Give the fact that makes it so, such as Q.positive_definite of a matrix in it."
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
        plain = added(terms, SCALAR)
        if {*sp.Add.make_args(plain), *plain.args} >= {*sp.Add.make_args(self.objective)}:
            return None
        return added(collected(self._upright(term) for term in terms), SCALAR)

    def _upright(self, term: Term) -> Term:
        """A 1 x 1 product and its transpose are one term, the one that begins with w'; so are the turns of a trace."""
        traces = [s for s in term.scalars if isinstance(s, sp.Trace)]
        if len(traces) > 1 or (traces and term.factors):
            return term
        factors = _factors(traces[0].arg) if traces else term.factors
        ways = [factors, self._turned(factors)]
        if traces:
            ways = [way[k:] + way[:k] for way in ways for k in range(len(way))]

        def rank(way: tuple[Any, ...]) -> tuple[bool, bool, bool, str]:
            return (way[:1] != (Transpose(self.w),), way[-1:] != (self.w,), way != self._turned(way), str(way))

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
        return [*steps, Step(self.curvature, true, "holds")]

    def square(self, solution: Any, constraint: tuple[Any, ...] = ()) -> Step:
        """f(w) - f(solution) as a square; a long solution has a name in it."""
        best, given = solution, constraint
        if self.scale is None and not isinstance(solution, (MatrixSymbol, sp.ZeroMatrix)):
            best = self._fresh(f"{self.w.name}_star")
            given = (*constraint, Eq(best, solution, evaluate=False))
        value = substitute(self.objective, self.w, best)
        gap = _difference(self.objective, value)
        half = self.factor * Rational(1, 2)
        if not isinstance(self.w, MatrixSymbol):
            return Step(gap, half * number(self.matrix) * Pow(_difference(self.w, best), 2), given=given)
        rest = _difference(self.w, best)
        form = (rest, self.matrix, Transpose(rest)) if self.after else (Transpose(rest), self.matrix, rest)
        if 1 in (self.rows, self.columns) and is_scalar(product(*form)):
            return Step(gap, product(half, *form), given=given)
        traced = sp.Trace(product(*form))
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
        licences = tuple(claim for claim in found.licences if claim != self.curvature)  # which is a step already
        solving = moves(stationary, replace(found, licences=licences), answer)
        return self.claim(found.value, (), [*self.opening(), *self.convexity(), *solving, self.square(found.value)])

    # With one linear equation.

    def constrained(self, constraint: Any) -> Derivation:
        if not isinstance(constraint, Eq):
            raise UnsupportedError(f"the constraint {constraint} is no equation: inequalities are not supported.")
        same_shape(constraint.lhs, constraint.rhs)
        try:
            left, right = (affine_in(side, self.w, self.given) for side in constraint.args)
        except UnsupportedError as error:
            raise UnsupportedError(f"the constraint {constraint} is not linear: {error}") from None
        places = [*left.places, *(Place(p.left.times(-1), p.turned, p.right) for p in right.places)]
        rest = collected([*right.rest, *(term.times(-1) for term in left.rest)])
        size = shape(constraint.lhs)
        if size == SCALAR and self.columns == 1 and all(place.turned for place in places):  # w'a is a'w
            places = [Place(_flipped(place), False, ()) for place in places]
        if not collected(place.left for place in places):
            raise UnsupportedError(f"the constraint {constraint} does not contain {self.w}.")
        if isinstance(self.w, Symbol):
            raise UnsupportedError(f"the constraint {constraint} determines the scalar {self.w}: use solve_for.")
        if self.after or any(place.turned or place.right for place in places):
            raise UnsupportedError(
                f"the constraint {constraint} must read A {self.w} = b, with a variable on the right."
            )
        A, b, _ = divided(collected(place.left for place in places), rest, self.facts)
        return self._kkt(constraint, added(A, (size[0], self.rows)), added(b, size))

    def _kkt(self, constraint: Eq, A: Any, b: Any) -> Derivation:
        """Stationarity of the Lagrangian f + c nu'(A w - b), and the constraint, solved for nu and w."""
        is_scalar_constraint = shape(constraint.lhs) == SCALAR
        nu = self._fresh("nu", SCALAR if is_scalar_constraint else shape(constraint.lhs))
        turned, inverse = transposed(A), self._inverse()
        reached = product(A, *inverse, turned)
        pull = product(turned, nu)
        # M w = target - A' nu and A w = b, so w = M^-1 (target - A' nu), A M^-1 A' nu = A M^-1 target - b
        free = product(*inverse, self.target)
        aim, solution = _difference(self.target, pull), product(*inverse, turned, Inverse(reached), b)
        excess = _negative(b)
        if not _is_zero(self.target):
            aside = product(turned, Inverse(reached), _difference(b, product(A, free)))
            solution, excess = product(*inverse, _sum(self.target, aside)), _difference(product(A, free), b)
        elif _is_zero(b):
            solution = self.zero()
        value = product(Inverse(reached), excess) if not is_scalar_constraint else number(excess) / number(reached)
        slope = _sum(self.gradient, product(self.factor, pull))
        stationary = Eq(product(self.matrix, self.w), aim, evaluate=False)
        in_nu = Eq(self.w, product(*inverse, aim), evaluate=False)
        multiplier = Eq(nu, value if not _is_zero(excess) else added([], shape(nu)), evaluate=False)
        answer = Eq(self.w, solution, evaluate=False)
        lagrangian = self._lagrangian(nu, A, b)
        met = [substitute(side, self.w, solution) for side in constraint.args]
        steps = [
            *self.opening(),
            *self.convexity(),
            Step(Gradient(lagrangian, self.w), slope, note="The Lagrangian, with a multiplier for the constraint."),
            Step(Eq(slope, self.zero(), evaluate=False), stationary, "iff"),
            *([Step(stationary, in_nu, "iff")] if in_nu != stationary else []),
            Step(sp.And(in_nu, constraint, evaluate=False), multiplier, "implies",
                 note="The multiplier, from the constraint."),
            Step(sp.And(in_nu, multiplier, evaluate=False), answer, "implies"),
            Step(*met, note="It meets the constraint."),
            self.square(solution, (constraint,)),
        ]  # fmt: skip
        return self.claim(solution, (constraint,), steps)

    def _inverse(self) -> tuple[Any, ...]:
        """M^-1 as factors."""
        if self.scale is not None:
            return () if self.scale == 1 else (Pow(self.scale, -1),)
        return (self.matrix.arg if isinstance(self.matrix, Inverse) else Inverse(self.matrix),)

    def _lagrangian(self, nu: Any, A: Any, b: Any) -> Any:
        left = product(A, self.w)
        if not isinstance(nu, MatrixSymbol):
            penalty = sp.Mul(self.factor, nu, _difference(number(left), number(b)), evaluate=False)
            return sp.Add(number(self.objective), penalty, evaluate=False)
        penalty = product(self.factor, Transpose(nu), _difference(left, b))
        return _sum(self.objective, penalty if is_scalar(penalty) else sp.Trace(penalty))

    def _fresh(self, name: str, size: Any = None) -> Any:
        """A symbol of a free name; like the variable, if no size is given."""
        taken = {str(s) for e in (self.objective, *self.given) for s in e.free_symbols}
        name = next(free for free in (name, *(f"{name}_{k}" for k in range(1, len(taken) + 2))) if free not in taken)
        if size == SCALAR or (size is None and isinstance(self.w, Symbol)):
            return Symbol(name, real=True)
        return MatrixSymbol(name, *(self.w.shape if size is None else size))


def _flipped(place: Place) -> Term:
    return Term(place.left.number, place.left.scalars, tuple(map(transposed, reversed(place.right))))


def product(*factors: Any) -> Any:
    """The product, with numbers in front and without superfluous identities.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
    >>> product(A, MatMul(2, x)), product(1, sp.Identity(n), x)
    (2*A*x, x)
    """
    flat = [S(f) for factor in factors for f in _factors(factor)]
    zero = next((f for f in flat if isinstance(f, sp.ZeroMatrix)), None)
    matrices = [f for f in flat if getattr(f, "is_Matrix", False)]
    if zero is not None:
        return added([], (shape(matrices[0])[0], shape(matrices[-1])[1]))
    scalars = [f for f in flat if f not in matrices and f != 1]
    if len(scalars) > 1 and all(s.is_Rational for s in scalars):
        scalars = [f for f in (sp.Mul(*scalars),) if f != 1]
    chain = [f for f in matrices if not isinstance(f, sp.Identity)] or matrices[:1]
    parts = [*scalars, *chain]
    return (parts[0] if len(parts) == 1 else MatMul(*parts) if chain else sp.Mul(*parts)) if parts else S.One


def _factors(e: Any) -> tuple[Any, ...]:
    return e.args if isinstance(e, MatMul) else (e,)


def _is_zero(e: Any) -> bool:
    return e == 0 or isinstance(e, sp.ZeroMatrix)


def _negative(e: Any) -> Any:
    return product(-1, e) if getattr(e, "is_Matrix", False) else -e


def _sum(left: Any, right: Any) -> Any:
    if all(getattr(e, "is_Matrix", False) for e in (left, right)):
        return MatAdd(left, right)
    return sp.Add(number(left), number(right), evaluate=False)


def _difference(left: Any, right: Any) -> Any:
    if _is_zero(right):
        return left
    if _is_zero(left):
        return _negative(right)
    minus = product(-1, right) if getattr(right, "is_Matrix", False) else sp.Mul(-1, right, evaluate=False)
    return _sum(left, minus)


__all__ = ["minimize", "product"]
