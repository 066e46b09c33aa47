r"""What a claim about minimisers says, in equations and inequalities: the definition that proofs and instances share.

    argmin_w f(w) = v               f(w) > f(v) for every w other than v
    argmin_w f(w) s.t. C(w) = v     C(v), and f(w) > f(v) for every w with C(w) other than v
    argmin_w f(w) = argmin_w g(w)   f(w) >= f(u) exactly if g(w) >= g(u), for all w and u (that meet the constraints)
    argmin_w f(w) = T argmin_u g(u) the same of f(T w) and g(w), where T is invertible
    argmin_(w, v) f(w, v) s.t. C    C(w, v) says the same as v = h(w), and h(w) takes the place of v everywhere else

The third line is more than equality of the two sets of minimisers: both objectives put all points in one order. Every
named move of `proofs.moves` (scale, add a constant, apply an increasing function) does that, and it can be proved.
A claim that is about no minimisers is its own meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp
from sympy import Basic, MatrixSymbol, Symbol
from sympy.core.relational import Relational

from symbolic.affine import added, affine_equation, collected
from symbolic.errors import UnsupportedError
from symbolic.facts import Facts
from symbolic.nodes import ArgMax, ArgMin, ForAll, Jacobian
from symbolic.shapes import SCALAR, is_scalar, same_shape, shape


def is_about_minimisers(claim: Any) -> bool:
    """Whether `claim` is an equation with a minimiser on one of its sides."""
    sides: tuple[Any, ...] = (getattr(claim, "lhs", None), getattr(claim, "rhs", None))
    return any(isinstance(side, Basic) and side.has(ArgMin, ArgMax) for side in sides)


def meaning(claim: Any, given: Iterable[Basic] = ()) -> Any:
    """The statement that an equation of minimisers stands for; any other claim as it is.

    Bound variables become free symbols of the statement, renamed where `given` or the claim has a symbol of that name.
    Raises UnsupportedError for minimisers in other places or over variables that no constraint determines, ShapeError
    as `same_shape` does.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> w, y = MatrixSymbol("w", n, 1), MatrixSymbol("y", n, 1)
    >>> meaning(sp.Eq(ArgMin((w - y).T * (w - y), w), y, evaluate=False))
    Implies(Ne(w, y), (w.T - y.T)*(w - y) > (-y.T + y.T)*(-y + y))
    """
    if not is_about_minimisers(claim):
        return claim
    if not (isinstance(claim, sp.Eq) or getattr(claim, "relation", "") == "="):
        raise UnsupportedError(f"of minimisers only equations are understood, not {claim}.")
    given, eliminated, found = list(given), [], []
    outside = {str(s) for e in (claim.lhs, claim.rhs, *given) for s in getattr(e, "free_symbols", ())}
    for side in (claim.lhs, claim.rhs):
        plain, parts = _in_one_variable(_renamed(side, outside), Facts(given))
        eliminated.append(plain)
        found += parts
    left, right = eliminated
    same_shape(left, right)
    taken = {str(s) for e in (left, right, *given) for s in getattr(e, "free_symbols", ())}
    if not isinstance(left, ArgMin):
        left, right = right, left
    if not isinstance(left, ArgMin):
        raise UnsupportedError(f"one side of {claim} must be a minimiser itself.")
    if right.has(ArgMin, ArgMax):
        factor, other = _image(right)
        names = ("invertible", "nonzero") if factor is None or is_scalar(factor) else ("invertible",)
        if factor is not None and not any(Facts(given).holds(name, factor) for name in names):
            raise UnsupportedError(f"{claim} is understood for an invertible {factor}; add Q.invertible({factor}).")
        return _all([*found, _same_order(left, other, factor, taken)])
    return _all([*found, _only_minimiser(left, right, taken)])


def _renamed(side: Any, taken: set[str]) -> Any:
    """A problem over several variables, none of which has the name of a symbol outside."""
    if isinstance(side, ArgMin) and len(side.variables) > 1:
        for old in side.variables:
            require_unrestricted(old)
            new = _fresh(old, taken)
            if new != old:
                variables = [new if v == old else v for v in side.variables]
                objective, *constraints = (substitute(e, old, new) for e in (side.objective, *side.constraints))
                side = side.func(objective, variables, *constraints)
    return side


def _in_one_variable(side: Any, facts: Facts) -> tuple[Any, list[Any]]:
    """A problem over several variables as one over the first, and what makes that right."""
    found = []
    while isinstance(side, ArgMin) and len(side.variables) > 1:
        *kept, v = side.variables
        constraint, answer = _determining(side, v, facts)
        found += [_implies([constraint], answer), _implies([answer], constraint)]
        others = (c for c in side.constraints if c != constraint)
        objective, *rest = (substitute(e, v, answer.rhs) for e in (side.objective, *others))
        side = side.func(objective, kept, *rest)
    return side, found


def _determining(problem: ArgMin, v: Any, facts: Facts) -> tuple[Any, sp.Eq]:
    """A constraint that determines v, for all values of the other variables, and v = h(...) by it."""
    why = ["."]
    for constraint in problem.constraints:
        if constraint.has(v) and isinstance(constraint, sp.Eq):
            try:
                return constraint, sp.Eq(v, _determined(constraint, v, set(problem.variables), facts), evaluate=False)
            except UnsupportedError as error:
                why.append(f": {error}")
    raise UnsupportedError(f"{problem} is over several variables, and no constraint determines {v}{why[-1]}")


def _determined(constraint: Any, v: Any, variables: set[Any], facts: Facts) -> Any:
    """v by a linear equation c v + ... = ..., with a scalar c that is not 0 or an invertible matrix for c."""
    linear = affine_equation(constraint, v)
    places, rest = linear.places, added([*linear.rest], shape(constraint.lhs))
    if not places or any(p.turned or p.right for p in places):
        raise UnsupportedError(f"{constraint} does not determine {v}.")
    coefficient = collected(p.left for p in places)
    scalar = all(not term.factors for term in coefficient)
    c = added(coefficient, SCALAR if scalar else (shape(constraint.lhs)[0], shape(v)[0]))
    known = facts.holds("nonzero" if scalar else "invertible", c)
    if c.free_symbols & variables or known is None:
        raise UnsupportedError(f"{constraint} determines {v} only where {c} has an inverse, which does not follow.")
    if not scalar:
        return sp.MatMul(sp.Inverse(c), *(rest.args if isinstance(rest, sp.MatMul) else (rest,)))
    return rest if c == 1 else sp.MatMul(sp.Pow(c, -1), rest) if getattr(rest, "is_Matrix", False) else rest / c


def require_unrestricted(variable: Any) -> None:
    """Raise UnsupportedError for a variable that does not range over all real numbers: one declared positive, say."""
    words = "positive negative nonnegative nonpositive nonzero zero integer rational irrational".split()
    found = [word for word in words if isinstance(variable, Symbol) and getattr(variable, f"is_{word}")]
    if found:
        raise UnsupportedError(
            f"the variable {variable} is declared {found[0]}: minimisers are sought among all real numbers; declare it"
            " with real=True."
        )


def _only_minimiser(problem: ArgMin, value: Any, taken: set[str]) -> Any:
    """`value` is feasible, and every other feasible point is worse."""
    w = _variable(problem)
    point = _fresh(w, taken)
    here, there = _at(problem, value), _at(problem, point)
    better, worse = (here, there) if isinstance(problem, ArgMax) else (there, here)
    beaten = sp.Gt(better[0], worse[0], evaluate=False)
    return _all([*here[1], _implies([*there[1], sp.Ne(point, value, evaluate=False)], beaten)])


def _same_order(problem: ArgMin, other: ArgMin, factor: Any, taken: set[str]) -> Any:
    """Both objectives order all feasible points alike; those of `problem` are `factor` times those of `other`."""
    _variable(problem)
    w = _variable(other)
    points = [_fresh(w, taken), _fresh(w, taken, other=True)]
    (f, ours), (f2, ours2) = (_at(problem, p if factor is None else sp.MatMul(factor, p)) for p in points)
    (g, theirs), (g2, _) = (_at(other, p) for p in points)
    one = sp.Ge(f2, f, evaluate=False) if isinstance(problem, ArgMax) else sp.Ge(f, f2, evaluate=False)
    two = sp.Ge(g2, g, evaluate=False) if isinstance(other, ArgMax) else sp.Ge(g, g2, evaluate=False)
    parts = [sp.Q.invertible(factor)] if factor is not None else []
    if ours != theirs:
        parts += [_implies(ours, _all(theirs)), _implies(theirs, _all(ours))]
    feasible = [*ours, *ours2]
    return _all([*parts, _implies([*feasible, two], one), _implies([*feasible, one], two)])


def _image(side: Any) -> tuple[Any, ArgMin]:
    """`T argmin g` as (T, argmin g); (None, argmin g) without a factor."""
    if isinstance(side, ArgMin):
        return None, side
    factors: list[Any] = [*side.args] if isinstance(side, (sp.MatMul, sp.Mul)) else []
    rest = factors[:-1]
    if not rest or not isinstance(factors[-1], ArgMin) or any(f.has(ArgMin) for f in rest):
        raise UnsupportedError(f"a minimiser may stand alone or after a factor, not as in {side}.")
    return (rest[0] if len(rest) == 1 else sp.MatMul(*rest)), factors[-1]


def _variable(problem: ArgMin) -> Any:
    if len(problem.variables) != 1:
        raise UnsupportedError(f"{problem} is over several variables: eliminate all but one first.")
    require_unrestricted(problem.variables[0])
    return problem.variables[0]


def _at(problem: ArgMin, point: Any) -> tuple[Any, list[Any]]:
    """The objective and the constraints at a point."""
    w = _variable(problem)
    return substitute(problem.objective, w, point), [substitute(c, w, point) for c in problem.constraints]


def _bound_in(e: Any) -> set[Any]:
    """The variables that a node binds."""
    match e:
        case ArgMin() | sp.Lambda():
            return set(e.variables)
        case sp.Sum() | sp.Product():
            return {limit[0] for limit in e.limits}
        case sp.Limit():
            return {e.args[1]}
        case ForAll():
            return {e.symbol}
    return set()


_JOINED = {sp.Add: sp.MatAdd, sp.Mul: sp.MatMul, sp.Pow: sp.MatPow}


def substitute(expr: Any, symbol: Any, value: Any) -> Any:
    """`expr` with `value` for `symbol`, every other part left as it is written (SymPy's `subs` would simplify).

    Raises UnsupportedError where `symbol` is differentiated by, or `value` would be caught by a bound variable.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> w, A = MatrixSymbol("w", n, 1), MatrixSymbol("A", n, n)
    >>> substitute(sp.MatMul(A, w), w, sp.ZeroMatrix(n, 1))
    A*0
    """
    if expr == symbol:
        return value
    if not expr.has(symbol):
        return expr
    bound = _bound_in(expr)
    if symbol in bound:
        return expr
    if bound & value.free_symbols:
        raise UnsupportedError(f"{value} cannot be put for {symbol} in {expr}: a bound variable has the same name.")
    if isinstance(expr, (sp.Derivative, Jacobian)) and any(by.has(symbol) for by in expr.args[1:]):
        raise UnsupportedError(f"{value} cannot be put for {symbol} in {expr}, a derivative by it.")
    args = [substitute(a, symbol, value) if isinstance(a, Basic) else a for a in expr.args]
    matrices = [getattr(a, "is_Matrix", False) for a in args]
    if type(expr) in _JOINED and any(matrices):  # a scalar gave way to a 1 x 1 matrix
        kind = _JOINED[type(expr)]
        return kind(*args) if kind is not sp.MatAdd or all(matrices) else expr.func(*args, evaluate=False)
    if type(expr) in _JOINED or isinstance(expr, Relational):
        return expr.func(*args, evaluate=False)
    return expr.func(*args)


def _fresh(w: Any, taken: set[str], other: bool = False) -> Any:
    """A symbol like `w` whose name is free; with `other`, a second one."""
    name = str(w.name) + ("_other" if other else "")
    while name in taken:
        name += "_1"
    if isinstance(w, MatrixSymbol):
        return MatrixSymbol(name, *w.shape)
    return w if name == w.name else Symbol(name, real=True)


def _all(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else sp.And(*parts, evaluate=False)


def _implies(premises: list[Any], conclusion: Any) -> Any:
    return sp.Implies(_all(premises), conclusion, evaluate=False) if premises else conclusion


__all__ = ["is_about_minimisers", "meaning", "require_unrestricted", "substitute"]
