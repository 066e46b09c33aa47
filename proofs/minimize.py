"""From a quadratic objective to its minimiser: gradient, normal equations or KKT system, solution, and why it is one.

The objective is f(w) = c (w'M w - 2 w'b) + constant, up to the names; M is read off the gradient, which is affine in w.
What the derivation claims is `argmin f = solution`, that is f(w) > f(solution) for every other (feasible) w. Its proof
is the last step: f(w) - f(solution) is the square of w - solution with the matrix c M.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy import Basic, Eq, Inverse, MatAdd, MatMul, MatrixSymbol, Q, Rational, S, Symbol, Transpose, ZeroMatrix, true

from proofs.prove import prove
from proofs.solve_for import Solved, moves, solved
from symbolic.affine import Term, added, affine_in, collected, content, terms_of
from symbolic.calculus import gradient, hessian
from symbolic.derivation import Derivation, Step
from symbolic.errors import MissingHypothesis, ShapeError, UnsupportedError
from symbolic.facts import Facts, predicate
from symbolic.meaning import substitute
from symbolic.nodes import ArgMin, Gradient, Hessian
from symbolic.shapes import is_scalar, same_shape, shape

semidefinite = predicate("positive_semidefinite")


def minimize(
    objective: Basic, wrt: Basic, subject_to: Iterable[Basic] | Basic = (), given: Iterable[Basic] | Basic = ()
) -> Derivation:
    """The derivation `argmin objective = minimiser` (the minimiser is `.result`), for convex quadratics.

    objective: a scalar, quadratic in `wrt`, a matrix or scalar symbol: a column as a rule; a matrix W as in
    `Trace((Y - X*W).T*(Y - X*W))`. subject_to: one linear equation `Eq(A*w, b, evaluate=False)`. given: facts about the
    other symbols, such as `Q.positive_definite(S)` or full column rank, `predicate("injective")(X)`. Where rank is not
    given, the inverse that the solution writes is presupposed, and the verdict on the claim lists that.

    Raises UnsupportedError if the objective is not quadratic, not shown to be convex, or the constraint is not linear;
    MissingHypothesis if there is no unique minimiser; ShapeError if sizes clash. Source: Boyd and Vandenberghe, *Convex
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
    facts, constraints = _listed(given), _listed(subject_to)
    problem = _Quadratic(objective, wrt, facts)
    if not constraints:
        return problem.unconstrained()
    if len(constraints) > 1:
        raise UnsupportedError(f"{len(constraints)} constraints: stack them into one, A w = b (BlockMatrix).")
    return problem.constrained(constraints[0])


def _listed(items: Iterable[Basic] | Basic) -> tuple[Any, ...]:
    return (items,) if isinstance(items, Basic) and not isinstance(items, sp.Tuple) else tuple(items)


class _Quadratic:
    """An objective c (w'M w - 2 w'b) + constant: `matrix` is M, `target` is b, `factor` is c (terms of M and b)."""

    def __init__(self, objective: Any, w: Any, given: tuple[Any, ...]) -> None:
        self.objective, self.w, self.given, self.facts = objective, w, given, Facts(given)
        if not isinstance(w, (MatrixSymbol, Symbol)):
            raise UnsupportedError(f"the variable {w} is not a symbol.")
        if not is_scalar(objective):
            raise ShapeError(f"an objective is a scalar; {objective} is {' x '.join(map(str, shape(objective)))}.")
        if not objective.has(w):
            raise UnsupportedError(f"the objective {objective} does not contain {w}: every point is a minimiser.")
        self.rows, self.columns = shape(w)
        try:
            self.gradient = gradient(objective, w)
            found = affine_in(self.gradient, w, given)
        except UnsupportedError as error:
            raise UnsupportedError(f"the objective is not a quadratic in {w} that is understood: {error}") from None
        if not found.places:
            raise UnsupportedError(
                f"the objective {objective} is not quadratic in {w}: its gradient {self.gradient} is constant, it has"
                " no minimum or is constant."
            )
        if any(place.turned or place.right for place in found.places):
            raise UnsupportedError(f"the gradient {self.gradient} has {w} transposed or between two matrices.")
        self.second = collected(place.left for place in found.places)  # the gradient is `second` w - `first`
        self.first = [term.times(-1) for term in found.rest]
        self.factor = content([*self.second, *self.first])
        self.matrix = added(self._divided(self.second), (self.rows, self.rows))
        self.target = added(self._divided(self.first), (self.rows, self.columns))
        self.curvature = self._curvature()

    def _divided(self, terms: list[Term]) -> list[Term]:
        return [term.times(1 / self.factor) for term in terms]

    def _curvature(self) -> Basic:
        """The claim that M is definite, or semidefinite; raises UnsupportedError if neither is shown."""
        claims = Q.positive_definite(self.matrix), semidefinite(self.matrix)
        if is_scalar(self.matrix):
            claims = Q.positive(self.matrix), Q.nonnegative(self.matrix)
        for claim in claims:
            verdict = prove(claim, given=self.given)
            if verdict.status == "proved":
                return claim
        hessian_text = f"{self.matrix}" if self.factor == 1 else f"{self.factor}*({self.matrix})"
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
        steps = []
        multiplied = self.expanded()
        if multiplied is not None and multiplied != self.objective:
            steps.append(Step(self.objective, multiplied))
        return [*steps, Step(Gradient(self.objective, self.w), self.gradient)]

    def expanded(self) -> Any:
        """The objective as a sum of terms, equal ones added up; None if it has a trace or another function."""
        try:
            terms = terms_of(self.objective, self.given)
        except UnsupportedError:
            return None
        if any(s.has(self.w) for term in terms for s in term.scalars if not isinstance(s, Symbol)):
            return None
        upright = [self._upright(term) for term in terms]
        return added(collected(upright), (S.One, S.One))

    def _upright(self, term: Term) -> Term:
        """A 1 x 1 product and its transpose are one term: the one that begins with w'."""
        flipped = collected([term.T])[0]
        starts = [bool(t.factors) and t.factors[0] == Transpose(self.w) for t in (term, flipped)]
        if starts[1] and not starts[0]:
            return flipped
        return term if starts[0] or str(term.factors) <= str(flipped.factors) else flipped

    def convexity(self) -> list[Step]:
        """The Hessian, and its sign."""
        steps = []
        if self.columns == 1 and isinstance(self.w, MatrixSymbol):
            found = hessian(self.objective, self.w)
            doubled = added(self.second, (self.rows, self.rows))
            steps.append(Step(Hessian(self.objective, self.w), found, given=self.given))
            if found != doubled:
                steps.append(Step(found, doubled))
        return [*steps, Step(self.curvature, true, "holds")]

    def square(self, solution: Any, constraint: tuple[Any, ...] = ()) -> Step:
        """f(w) - f(solution) as a square."""
        f, best = self.objective, substitute(self.objective, self.w, solution)
        both = all(getattr(e, "is_Matrix", False) for e in (f, best))
        gap = MatAdd(f, MatMul(-1, best)) if both else sp.Add(f, sp.Mul(-1, best, evaluate=False), evaluate=False)
        half = added([term.times(Rational(1, 2)) for term in self.second], (self.rows, self.rows))
        if not isinstance(self.w, MatrixSymbol):
            rest = sp.Add(self.w, sp.Mul(-1, solution, evaluate=False), evaluate=False)
            return Step(gap, sp.Mul(half, sp.Pow(rest, 2, evaluate=False), evaluate=False), given=constraint)
        rest = MatAdd(self.w, MatMul(-1, solution))
        middle = () if isinstance(half, sp.Identity) else (half,)
        form = MatMul(Transpose(rest), *middle, rest)
        return Step(gap, form if self.columns == 1 else sp.Trace(form), given=constraint)

    def zero(self) -> Any:
        return ZeroMatrix(self.rows, self.columns) if isinstance(self.w, MatrixSymbol) else S.Zero

    def claim(self, solution: Any, constraints: tuple[Any, ...], steps: list[Step]) -> Derivation:
        return Derivation(
            ArgMin(self.objective, self.w, *constraints), solution, given=self.given, steps=tuple(steps),
            title="The minimiser", answer_type=f"The answer has the shape of {self.w}: {self.rows} x {self.columns}.",
        )  # fmt: skip

    # Without constraints.

    def unconstrained(self) -> Derivation:
        stationary = Eq(self.gradient, self.zero(), evaluate=False)
        found = solved(stationary, self.w, self.given)
        answer = Eq(self.w, found.value, evaluate=False)
        steps = [*self.opening(), *self.convexity(), *moves(stationary, _without_licence(found), answer)]
        return self.claim(found.value, (), [*steps, self.square(found.value)])

    # With one linear equation.

    def constrained(self, constraint: Any) -> Derivation:
        if not isinstance(constraint, Eq):
            raise UnsupportedError(f"the constraint {constraint} is no equation: inequalities are not supported.")
        same_shape(constraint.lhs, constraint.rhs)
        try:
            sides = [affine_in(side, self.w, self.given) for side in constraint.args]
        except UnsupportedError as error:
            raise UnsupportedError(f"the constraint {constraint} is not linear: {error}") from None
        places = [*sides[0].places, *(type(p)(p.left.times(-1), p.turned, p.right) for p in sides[1].places)]
        if not places:
            raise UnsupportedError(f"the constraint {constraint} does not contain {self.w}.")
        if any(p.turned or p.right for p in places):
            raise UnsupportedError(f"the constraint {constraint} must read A {self.w} = b.")
        if semidefinite(self.matrix) == self.curvature:
            raise MissingHypothesis(
                f"the Hessian {self.matrix} of the objective is only known to be positive semidefinite: under a"
                " constraint the minimiser is then not given by this formula. Give the fact that makes it definite."
            )
        size = shape(constraint.lhs)
        A = added(collected(p.left for p in places), (size[0], self.rows))
        b = added(collected([*sides[1].rest, *(t.times(-1) for t in sides[0].rest)]), size)
        return self._kkt(constraint, A, b, size)

    def _kkt(self, constraint: Eq, A: Any, b: Any, size: Any) -> Derivation:
        """Stationarity of the Lagrangian f + c nu'(A w - b), and the constraint, solved for nu and w."""
        nu = self._multiplier(size)
        inverse = () if isinstance(self.matrix, sp.Identity) else (Inverse(self.matrix),)
        turned = Transpose(A)
        reached = MatMul(A, *inverse, turned)
        # stationarity: M w = target - A' nu, so w = M^-1 (target - A' nu)
        no_target = isinstance(self.target, ZeroMatrix)
        pull = MatAdd(self.target, MatMul(-1, turned, nu)) if not no_target else MatMul(-1, turned, nu)
        stationary = Eq(_product(self.matrix, self.w), pull, evaluate=False)
        in_nu = Eq(self.w, MatMul(*inverse, *_factors(pull)), evaluate=False)
        if no_target:
            value_nu = MatMul(-1, Inverse(reached), *_factors(b))
            solution = MatMul(*inverse, turned, Inverse(reached), *_factors(b))
        else:
            excess = MatAdd(MatMul(A, *inverse, *_factors(self.target)), MatMul(-1, *_factors(b)))
            missing = MatAdd(b, MatMul(-1, A, *inverse, *_factors(self.target)))
            if isinstance(b, ZeroMatrix):
                excess, missing = excess.args[0], MatMul(-1, *_factors(excess.args[0]))
            value_nu = MatMul(Inverse(reached), *_factors(excess))
            solution = MatMul(*inverse, MatAdd(self.target, MatMul(turned, Inverse(reached), *_factors(missing))))
        equation_nu = Eq(nu, value_nu, evaluate=False)
        term = MatMul(self.factor, Transpose(nu), MatAdd(MatMul(A, self.w), MatMul(-1, *_factors(b))))
        penalty = sp.Trace(term) if size[1] != 1 else term
        matrices = getattr(self.objective, "is_Matrix", False) and getattr(penalty, "is_Matrix", False)
        lagrangian = MatAdd(self.objective, penalty) if matrices else sp.Add(self.objective, penalty, evaluate=False)
        slope = MatAdd(self.gradient, MatMul(self.factor, turned, nu))
        steps = [
            *self.opening(),
            *self.convexity(),
            Step(Gradient(lagrangian, self.w), slope, note="The Lagrangian, with a multiplier for the constraint."),
            Step(Eq(slope, self.zero(), evaluate=False), stationary, "iff"),
            *([Step(stationary, in_nu, "iff")] if in_nu != stationary else []),
            Step(sp.And(in_nu, constraint, evaluate=False), equation_nu, "implies",
                 note="The multiplier, from the constraint."),
            Step(sp.And(in_nu, equation_nu, evaluate=False), Eq(self.w, solution, evaluate=False), "implies"),
            Step(substitute(constraint.lhs, self.w, solution), substitute(constraint.rhs, self.w, solution),
                 note="It meets the constraint."),
            self.square(solution, (constraint,)),
        ]  # fmt: skip
        return self.claim(solution, (constraint,), steps)

    def _multiplier(self, size: Any) -> MatrixSymbol:
        taken = {str(s) for e in (self.objective, *self.given) for s in e.free_symbols}
        name = next(n for n in ("nu", "mu", *(f"nu_{k}" for k in range(1, 99))) if n not in taken)
        return MatrixSymbol(name, *size)


def _without_licence(found: Solved) -> Solved:
    """The convexity step has said it already."""
    return Solved(found.value, found.collected, (), found.relation)


def _product(matrix: Any, w: Any) -> Any:
    return w if isinstance(matrix, sp.Identity) or matrix == 1 else MatMul(*_factors(matrix), w)


def _factors(e: Any) -> tuple[Any, ...]:
    return e.args if isinstance(e, MatMul) else (e,)


__all__ = ["minimize"]
