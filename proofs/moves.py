r"""Equivalent optimisation problems: named moves that keep the minimisers, each with its side condition.

A move takes a problem (`ArgMin` or `ArgMax`) and returns a `Step` from it to the new one, or raises if its condition
fails. What the step claims, that both problems have the same minimisers, is proved by `prove` and `verify` like
anything else: `symbolic.meaning` says what that means.

    add_constant(p, c)       c does not contain the variable
    scale(p, c, given)       c > 0
    negate(p)                min f is max -f
    increasing(p, log)       log of a positive objective, written as a sum; exp of any
    eliminate(p, v, given)   the constraint determines v, which is put into the objective
    reparametrise(p, T, ...) w = T u with T invertible
    rewrite(p, f)            an equal objective

Source: Boyd and Vandenberghe, *Convex Optimization*, 4.1.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy import Basic, MatAdd, MatMul, S
from sympy.matrices.expressions import MatrixExpr

from proofs.solve_for import solve_for
from symbolic.derivation import Step
from symbolic.errors import MissingHypothesis, ShapeError, UnsupportedError
from symbolic.facts import Facts
from symbolic.meaning import meaning, substitute
from symbolic.nodes import ArgMax, ArgMin
from symbolic.shapes import is_scalar, same_size, shape


def add_constant(problem: ArgMin, constant: Any) -> Step:
    """The objective plus a scalar that does not contain the variables.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> w, y = sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("y", n, 1)
    >>> add_constant(ArgMin(w.T * w, w), y.T * y).rhs.objective
    w.T*w + y.T*y
    """
    _require_problem(problem)
    constant = S(constant)
    _require_scalar(constant, "what is added")
    for variable in problem.variables:
        if constant.has(variable):
            raise UnsupportedError(f"{constant} contains {variable}: only a constant can be added.")
    return _step(problem, _with(problem, _sum(problem.objective, constant)), "a constant moves no minimiser")


def scale(problem: ArgMin, factor: Any, given: Iterable[Basic] = ()) -> Step:
    """The objective times a positive scalar.

    Raises MissingHypothesis unless `given`, or the way the symbols were declared, says that it is positive.

    >>> n, lam = sp.Symbol("n", integer=True, positive=True), sp.Symbol("lambda", positive=True)
    >>> w = sp.MatrixSymbol("w", n, 1)
    >>> scale(ArgMin(w.T * w, w), 1 / lam).rhs.objective
    1/lambda*(w.T*w)
    """
    _require_problem(problem)
    factor, facts = S(factor), Facts(given)
    _require_scalar(factor, "the factor")
    for variable in problem.variables:
        if factor.has(variable):
            raise UnsupportedError(f"the factor {factor} contains {variable}: only a constant factor keeps minimisers.")
    if factor == 0 or facts.holds("negative", factor) is not None:
        what = "makes every point a minimiser" if factor == 0 else "turns minimisers into maximisers; use negate too"
        raise UnsupportedError(f"the factor {factor} is not positive: it {what}.")
    if facts.holds("positive", factor) is None:
        raise MissingHypothesis(f"the factor {factor} must be positive; add Q.positive({factor}) to given=[...].")
    return _step(problem, _with(problem, _product(factor, problem.objective)), "times a positive constant", given)


def negate(problem: ArgMin) -> Step:
    """min f as max -f, and the other way round.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> w = sp.MatrixSymbol("w", n, 1)
    >>> negate(ArgMin(w.T * w, w)).rhs
    ArgMax(-(w.T*w), (w,), ())
    """
    _require_problem(problem)
    kind = ArgMin if isinstance(problem, ArgMax) else ArgMax
    other = kind(_product(S.NegativeOne, problem.objective), problem.variables, *problem.constraints)
    return _step(problem, other, "the minimum of a function is the maximum of its negative")


def increasing(problem: ArgMin, function: Any) -> Step:
    """A strictly increasing function of the objective: `sympy.exp`, or `sympy.log` of a positive product as a sum.

    Raises UnsupportedError for other functions, and for a logarithm of what is not known to be positive.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> w = sp.MatrixSymbol("w", n, 1)
    >>> increasing(ArgMax(2*sp.exp(-w.T*w), w), sp.log).rhs
    ArgMax(log(2) - w.T*w, (w,), ())
    """
    _require_problem(problem)
    if function is sp.exp:
        return _step(problem, _with(problem, sp.exp(problem.objective)), "exp is strictly increasing")
    if function is not sp.log:
        name = getattr(function, "__name__", function)
        raise UnsupportedError(f"{name} is not one of the strictly increasing functions known here: exp and log.")
    return _step(problem, _with(problem, logarithm(problem.objective)), "log is strictly increasing")


def logarithm(e: Any) -> Any:
    """log of a positive product, written as a sum. Raises UnsupportedError for anything else."""
    match e:
        case sp.exp():
            return e.args[0]
        case sp.Mul() | sp.MatMul():
            return _sum(*map(logarithm, e.args))
        case sp.Product():
            return sp.Sum(logarithm(e.function), *e.limits)
        case sp.Pow() if e.base.is_positive or isinstance(e.base, (sp.exp, sp.Product)):
            return _product(e.exp, logarithm(e.base))
        case _ if e.is_positive and not e.is_Matrix and is_scalar(e):
            return sp.log(e)
    raise UnsupportedError(f"the logarithm of {e} is not taken: it is not known to be positive.")


def eliminate(problem: ArgMin, variable: Basic, given: Iterable[Basic] = ()) -> Step:
    """A constraint solved for `variable`, which is put in everywhere else: a problem in the other variables.

    Raises UnsupportedError unless a constraint determines the variable, and for the first variable: a problem in
    several stands for the first one's part of the minimisers. Raises MissingHypothesis if its coefficient is not known
    to have an inverse, whatever the other variables are.

    >>> n, lam = sp.Symbol("n", integer=True, positive=True), sp.Symbol("lambda", positive=True)
    >>> w, v, y = (sp.MatrixSymbol(name, n, 1) for name in "wvy")
    >>> eliminate(ArgMin(w.T*w + v.T*v, (w, v), sp.Eq(w + v, y, evaluate=False)), v).rhs.variables
    (w,)
    """
    _require_problem(problem)
    first, *others = problem.variables
    if variable == first and others:
        raise UnsupportedError(
            f"{problem} is about {first}, its first variable; without it, another minimiser is left. Eliminate"
            f" {' or '.join(map(str, others))}."
        )
    if variable not in others:
        raise UnsupportedError(f"{variable} is not one of several variables of {problem}.")
    constraints = [c for c in problem.constraints if c.has(variable)]
    if not constraints:
        raise UnsupportedError(f"no constraint of {problem} determines {variable}: none contains it.")
    (constraint, *_), kept = constraints, tuple(v for v in problem.variables if v != variable)
    found = solve_for(constraint, variable, given)
    if found.relation != "iff":
        raise UnsupportedError(f"the constraint {constraint} does not determine {variable}.")
    objective, *rest = (
        substitute(e, variable, found.result.rhs)
        for e in (problem.objective, *(c for c in problem.constraints if c != constraint))
    )
    other = problem.func(objective, kept, *rest)
    try:
        meaning(sp.Eq(problem, other, evaluate=False), given)
    except UnsupportedError as error:
        raise MissingHypothesis(f"{variable} cannot be eliminated: {error}") from None
    return _step(problem, other, f"the constraint determines {variable}", given)


def reparametrise(problem: ArgMin, by: Any, variable: Any = None, given: Iterable[Basic] = ()) -> Step:
    """w = `by` u with an invertible matrix: the minimisers are `by` times those of the problem in u.

    variable: the new one, of the shape of the old one; the old one if it is left out. Raises MissingHypothesis unless
    `given` says that `by` is invertible, UnsupportedError if `by` contains a variable or the new one is taken.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> w, V = sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("V", n, n)
    >>> reparametrise(ArgMin(w.T*w, w), V, given=[sp.Q.orthogonal(V)]).rhs
    V*ArgMin((V*w).T*(V*w), (w,), ())
    """
    _require_problem(problem)
    if len(problem.variables) != 1:
        raise UnsupportedError(f"{problem} is over several variables: eliminate all but one first.")
    w = problem.variables[0]
    new = w if variable is None else variable
    if by.has(w, new):
        raise UnsupportedError(f"{by} contains a variable: only a constant matrix keeps the minimisers apart.")
    if new != w and problem.has(new):
        raise UnsupportedError(f"{new} occurs in {problem} already: give the new variable a name of its own.")
    rows, columns = shape(by)
    if not (same_size(rows, columns) and shape(MatMul(by, new)) == shape(w)):
        raise ShapeError(f"{by} ({rows} x {columns}) times {new} must have the shape of {w}.")
    if Facts(given).holds("invertible", by) is None:
        raise MissingHypothesis(f"{w} = {by} {new} needs {by} to be invertible; add Q.invertible({by}) to given=[...].")
    objective, *constraints = (substitute(e, w, MatMul(by, new)) for e in (problem.objective, *problem.constraints))
    inner = problem.func(objective, new, *constraints)
    return Step(problem, MatMul(by, inner), reason="an invertible change of variables", given=tuple(given))


def rewrite(problem: ArgMin, objective: Any) -> Step:
    """The same problem with an equal objective; whether it is equal is for the verdict to say.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> w = sp.MatrixSymbol("w", n, 1)
    >>> rewrite(ArgMin((2*w).T*w, w), 2*w.T*w).rhs
    ArgMin(2*w.T*w, (w,), ())
    """
    _require_problem(problem)
    _require_scalar(S(objective), "an objective")
    return _step(problem, _with(problem, S(objective)), "an equal objective")


def _step(problem: ArgMin, other: ArgMin, reason: str, given: Iterable[Basic] = ()) -> Step:
    return Step(problem, other, reason=reason, given=tuple(given))


def _with(problem: ArgMin, objective: Any) -> ArgMin:
    return problem.func(objective, problem.variables, *problem.constraints)


def _sum(*parts: Any) -> Any:
    parts = tuple(term for part in parts for term in (part.args if isinstance(part, (sp.Add, MatAdd)) else (part,)))
    return MatAdd(*parts) if all(isinstance(p, MatrixExpr) for p in parts) else sp.Add(*parts, evaluate=False)


def _product(factor: Any, e: Any) -> Any:
    if isinstance(e, MatrixExpr) or isinstance(factor, MatrixExpr):
        return MatMul(factor, e)
    return sp.Mul(factor, e, evaluate=False)


def _require_problem(problem: Any) -> None:
    if not isinstance(problem, ArgMin):
        raise UnsupportedError(f"a move takes a problem, ArgMin(...) or ArgMax(...), not {problem}.")


def _require_scalar(e: Any, what: str) -> None:
    if not is_scalar(e):
        raise ShapeError(f"{what} is a scalar; {e} is {' x '.join(map(str, shape(e)))}.")


__all__ = ["add_constant", "eliminate", "increasing", "logarithm", "negate", "reparametrise", "rewrite", "scale"]
