"""Derivatives of index terms: the product rule, the chain rule, and one row a kind of atom with an argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.funcmatrix import FunctionMatrix

from symbolic.errors import UnsupportedError
from symbolic.expand import expand
from symbolic.functions import slope
from symbolic.normal import apply, power
from symbolic.rules import APPLIED, Rule
from symbolic.shapes import shape
from symbolic.terms import (
    COLUMN,
    ROW,
    Atom,
    Call,
    Delta,
    Entry,
    Factor,
    Index,
    Pair,
    PowerSlope,
    Slot,
    Term,
    atom,
    fresh,
    is_plain,
    multiply,
    placeholder,
    times,
)


@dataclass(frozen=True)
class Direction:
    """What a derivative is taken by: `entry(a, b)` is what becomes of entry (a, b) of the variable."""

    variable: sp.MatrixSymbol | sp.Symbol
    entry: Callable[[Slot, Slot], tuple[Factor, ...]]


def by_entry(variable: sp.MatrixSymbol, k: Slot, l: Slot) -> Direction:
    """The derivative by entry (k, l): d X_ab = delta_ak delta_bl."""

    def entry(a: Slot, b: Slot) -> tuple[Factor, ...]:
        return tuple(Delta(p, q) for p, q in ((a, k), (b, l)) if p is not None and q is not None)

    return Direction(variable, entry)


def along(variable: sp.MatrixSymbol, direction: sp.MatrixSymbol) -> Direction:
    """The differential in a direction: d X_ab = dX_ab."""
    held = atom(direction, symmetric=direction.shape == (1, 1))
    return Direction(variable, lambda a, b: (Entry(held, a, b),))


def by_scalar(variable: sp.Symbol) -> Direction:
    """The derivative by a scalar symbol, which stands in coefficients only."""
    return Direction(variable, lambda a, b: ())


def differentiate(terms: Iterable[Term], d: Direction) -> list[Term]:
    """The derivative of a sum of terms, by the product rule; nothing is contracted or collected.

    Raises UnsupportedError by a symbol that is an index or a size.
    """
    out: list[Term] = []
    for coef, factors, bound in terms:
        if isinstance(d.variable, sp.Symbol):
            _require_continuous(d.variable, (k for f in factors for k in f.indices))
        if d.variable in coef.free_symbols:
            rate = slope(coef, d.variable)  # type: ignore[arg-type]
            if rate is not S.Zero:
                out.append(Term(rate, factors, bound))
        for p, factor in enumerate(factors):
            before, after = factors[:p], factors[p + 1 :]
            for piece in _factor(factor, d):
                out.append(Term(times(coef, piece.coef), before + piece.factors + after, bound + piece.bound))
    return out


def _require_continuous(variable: sp.Symbol, indices: Iterable[Index]) -> None:
    for k in indices:
        at = k.name is not None and variable in k.name.free_symbols
        if at or variable in k.size.free_symbols:
            what = "an index" if at else "a size"
            raise UnsupportedError(f"cannot differentiate by {variable}: it is {what}.")


def _factor(factor: Factor, d: Direction) -> list[Term]:
    if isinstance(factor, (Delta, Pair)):
        return []
    if isinstance(factor, Call):
        return _call(factor, d)
    if isinstance(factor, PowerSlope):
        if d.variable in factor.held.symbols:
            power = f"{factor.base}**({factor.exponent})"
            raise UnsupportedError(f"no second derivative is known for {power}, which depends on {d.variable}.")
        return []
    if d.variable not in factor.atom.symbols:
        return []
    if factor.atom.node == d.variable:
        return [Term(S.One, d.entry(factor.row, factor.column))]
    rule = _RULES.get(type(factor.atom.node))
    if rule is None or (factor.atom.argument is None and rule is not _table):
        node = factor.atom.node
        named = f"{node} ({type(node).__name__})"
        raise UnsupportedError(f"no derivative is known for {named}, which depends on {d.variable}.")
    return rule(factor, d)


def _argument(matrix: Atom, row: Index, column: Index, d: Direction) -> list[Term]:
    """The derivative of entry (row, column) of the argument of an atom."""
    assert matrix.argument is not None
    names = {Index(S.Zero, ROW): row, Index(S.Zero, COLUMN): column}
    return differentiate((m.rename(names).term() for m in matrix.argument), d)


@lru_cache(maxsize=8)
def _template(rule: Rule) -> list[Term]:
    """The differential of a rule in entries, in the indices ROW and COLUMN."""
    rows, columns = shape(rule.function)
    row, column = (None if k == 1 else Index(k, name) for k, name in ((rows, ROW), (columns, COLUMN)))
    return expand(rule.differential, row, column)


def _by_rule(factor: Entry, d: Direction) -> list[Term]:
    """The rule of this node, with the argument in place of its matrix and d of the argument in place of dA."""
    rule = APPLIED[type(factor.atom.node)]
    matrix = factor.atom.node.args[0]
    size: Expr = matrix.shape[0]  # type: ignore[attr-defined]
    out: list[Term] = []
    for coef, factors, bound in _template(rule):
        names = {k: Index(size) for k in bound}
        ends = {Index(S.Zero, ROW): factor.row, Index(S.Zero, COLUMN): factor.column}
        names.update({k: end for k, end in ends.items() if end is not None})
        lists: list[list[Term]] = []
        for f in factors:
            row, column = (None if k is None else names[k] for k in (f.row, f.column))  # type: ignore[union-attr]
            node: Any = f.atom.node  # type: ignore[union-attr]
            if node == rule.along:
                lists.append(_argument(factor.atom, row, column, d))  # type: ignore[arg-type]
            elif type(node) is type(factor.atom.node):
                lists.append([Term(S.One, (Entry(factor.atom, row, column),))])
            else:
                lists.append(list(map(fresh, expand(node.func(matrix), row, column))))
        if all(lists):
            out += multiply([[Term(coef)], *lists], tuple(names[k] for k in bound))
    return out


def _matrix_power(factor: Entry, d: Direction) -> list[Term]:
    """d M^k = sum_{s=0}^{k-1} M^s dM M^(k-1-s), and d M^-k = -M^-k d(M^k) M^-k."""
    exponent: Any = factor.atom.node.args[1]
    if d.variable in exponent.free_symbols:
        raise UnsupportedError(f"cannot differentiate {factor.atom.name} by {d.variable}: it is an exponent.")
    row, column = factor.row, factor.column
    assert row is not None and column is not None
    a, b = Index(row.size), Index(row.size)
    inner = _argument(factor.atom, a, b, d)
    if not inner:
        return []
    bound, around, sign = (a, b), (), S.One
    if exponent.is_nonnegative is not True:
        if exponent.is_nonpositive is not True:
            name = factor.atom.name
            raise UnsupportedError(f"no derivative is known for {name}: the sign of {exponent} is not known.")
        start, end = Index(row.size), Index(row.size)
        around = (Entry(factor.atom, row, start), Entry(factor.atom, end, column))
        row, column, bound, sign, exponent = start, end, (a, b, start, end), S.NegativeOne, -exponent
    slope = PowerSlope(factor.atom, exponent, row, a, b, column)
    return [Term(times(sign, t.coef), (slope, *around, *t.factors), (*bound, *t.bound)) for t in inner]


def _table(factor: Entry, d: Direction) -> list[Term]:
    """A matrix by the rule of its entries, differentiated entry by entry."""
    node: Any = factor.atom.node
    variables, value = node.lamda.variables, node.lamda.expr
    if not isinstance(d.variable, sp.Symbol) or not is_plain(value):
        raise UnsupportedError(f"no derivative is known for {node} (FunctionMatrix), which depends on {d.variable}.")
    table = FunctionMatrix(*node.shape, sp.Lambda(variables, slope(value, d.variable)))
    return [Term(S.One, (Entry(atom(table), factor.row, factor.column),))]


_RULES: dict[type, Callable[[Entry, Direction], list[Term]]] = {
    **dict.fromkeys(APPLIED, _by_rule), sp.MatPow: _matrix_power, FunctionMatrix: _table,
}  # fmt: skip


def _call(call: Call, d: Direction) -> list[Term]:
    """The chain rule: f(g)' = sum over arguments of f_k(g) g_k'."""
    out: list[Term] = []
    for position, body in enumerate(call.bodies):
        inner = differentiate((m.term() for m in body), d)
        if not inner:
            continue
        for outer in _slope(call, position):
            for t in inner:
                coef = times(outer.coef, t.coef)
                out.append(Term(coef, outer.factors + t.factors, outer.bound + t.bound))
    if isinstance(call.head, sp.Lambda) and d.variable in call.head.free_symbols:
        out += _of_function(call.head.variables, slope(call.head.expr, d.variable), call)  # type: ignore[arg-type]
    if call.exponent is not None and d.variable in call.exponent.free_symbols:
        log = Call(sp.log, call.bodies)
        out.append(Term(slope(call.exponent, d.variable), (call, log)))  # type: ignore[arg-type]
    return out


def _slope(call: Call, position: int) -> list[Term]:
    if call.head is sp.Pow:
        exponent = call.exponent
        assert exponent is not None
        return [Term(times(exponent, t.coef), t.factors, t.bound) for t in power(call.bodies[0], exponent - 1)]
    return _of_function(*_known_slope(call.head, len(call.bodies), position), call)


def _of_function(names: tuple[Any, ...], value: Expr, call: Call) -> list[Term]:
    """A function of the arguments of a call."""
    if len(names) == 1:
        return apply(value.xreplace({names[0]: placeholder(0)}), call.bodies[0])
    return expand(value, scope=dict(zip(names, call.bodies, strict=True)))


@lru_cache(maxsize=256)
def _known_slope(head: Any, count: int, position: int) -> tuple[tuple[sp.Symbol, ...], Expr]:
    names = tuple(map(placeholder, range(count)))
    return names, slope(head(*names), names[position])


__all__ = ["Direction", "along", "by_entry", "by_scalar", "differentiate"]
