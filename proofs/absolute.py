"""Comparisons of absolute values, said without them: `|a| < |b|` is `a^2 < b^2`, `|a| < c` is `a < c` and `-a < c`."""

from typing import Any, NamedTuple

import sympy as sp
from sympy.core.relational import Relational

_RELATIONS = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "=": sp.Eq, "!=": sp.Ne}
_SMALLER = {sp.Lt: 0, sp.Le: 0, sp.Gt: 1, sp.Ge: 1}  # on which side the smaller one stands


class _Sides(NamedTuple):
    lhs: Any
    rhs: Any
    relation: str


def without_absolute_values(statement: Any) -> Any:
    """The same statement, without the absolute values that stand alone, or in products, on a side of a comparison.

    >>> a, b = sp.symbols("a b", real=True)
    >>> without_absolute_values(sp.Lt(abs(a), abs(b)))
    a**2 < b**2
    >>> without_absolute_values(sp.Lt(abs(a), b))
    (a < b) & (-a < b)
    """
    if isinstance(statement, sp.And):
        return sp.And(*map(without_absolute_values, statement.args), evaluate=False)
    relation = getattr(statement, "relation", "")
    if relation in ("iff", "implies"):
        lhs, rhs = map(without_absolute_values, (statement.lhs, statement.rhs))
        return statement if (lhs, rhs) == (statement.lhs, statement.rhs) else _Sides(lhs, rhs, relation)
    if not isinstance(statement, Relational) and relation not in _RELATIONS:
        return statement
    left, right = statement.lhs, statement.rhs
    if not any(isinstance(side, sp.Expr) and side.has(sp.Abs) for side in (left, right)):
        return statement
    kind = _RELATIONS.get(relation) or type(statement)
    if _is_size(left) and _is_size(right):
        return kind(*map(_square, (left, right)), evaluate=False)
    if kind in _SMALLER:
        sides = [left, right]
        small = sides[_SMALLER[kind]]
        if isinstance(small, sp.Abs):
            sides[_SMALLER[kind]] = small.args[0]
            one = kind(*sides, evaluate=False)
            sides[_SMALLER[kind]] = -small.args[0]
            return sp.And(one, kind(*sides, evaluate=False), evaluate=False)
    return statement


def _is_size(e: Any) -> bool:
    """Whether `e` is >= 0 on its face: absolute values, numbers and symbols that are, their products and powers."""
    if isinstance(e, (sp.Abs, sp.Symbol, sp.Rational)):
        return isinstance(e, sp.Abs) or bool(e.is_nonnegative)
    if isinstance(e, sp.Pow):
        return e.exp.is_Integer and _is_size(e.base)
    return isinstance(e, sp.Mul) and all(map(_is_size, e.args))


def _square(e: Any) -> Any:
    if isinstance(e, sp.Abs):
        return sp.Pow(e.args[0], 2, evaluate=False)
    if isinstance(e, sp.Mul):
        return sp.Mul(*map(_square, e.args), evaluate=False)
    if isinstance(e, sp.Pow):
        return sp.Pow(_square(e.base), e.exp, evaluate=False)
    return e**2


__all__ = ["without_absolute_values"]
