r"""Entries, index sums and deltas, counted from 0 in SymPy and from 1 in print; derivatives that are not evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.nodes import Gradient, Hessian, Jacobian, MatrixSum, is_single
from symbolic.typesetting.algebra import count
from symbolic.typesetting.letters import fresh_letter
from symbolic.typesetting.pieces import (
    ATOM,
    POWER,
    SCOPE,
    Piece,
    Rule,
    Style,
    call,
    grouped,
    name_of,
    size_of,
    text_of,
    write,
)

# Entries, index sums and deltas: 0-based in, 1-based out.


def position(index: Any, style: Style) -> str:
    """The 1-based number of a 0-based one: a number grows by 1, an index is counted from 1 itself."""
    counted = {symbol: symbol - 1 for symbol in index.free_symbols & style.indices}
    return count(sp.expand(index.xreplace(counted) + 1), replace(style, indices=frozenset()))


def _subscript(positions: Iterable[str]) -> str:
    texts = list(positions)
    return ("" if all(len(text) == 1 for text in texts) else ",").join(texts)


def _entry(expr: Any, style: Style) -> Piece:
    parent, *indices = expr.args
    if not isinstance(parent, sp.MatrixSymbol) and tuple(parent.shape) == (1, 1):
        return write(parent, style)
    along = [index for index, size in zip(indices, parent.shape, strict=True) if size != 1] or indices[:1]
    below = _subscript(position(index, style) for index in along)
    if isinstance(parent, sp.MatrixSymbol):
        name = name_of(parent, replace(style, bold=False)).with_index(below)
        if name is None:  # the place below W_1 is taken
            return Piece(f"{grouped(text_of(parent, style))}_{{{below}}}")
        return Piece(str(name), POWER if name.superscript else ATOM)
    text = text_of(parent, style, ATOM)
    if isinstance(parent, (sp.Identity, OneMatrix, sp.ZeroMatrix)):  # the place below is taken by the size
        text = grouped(text)
    return Piece(f"{text}_{{{below}}}")


def _slice(expr: Any, style: Style) -> Piece:
    r"""Rows and columns of a matrix, counted from 1 to the last: X_{2:n,:}, and I_{:,k} for a unit vector."""
    parent, *cuts = expr.args
    whole = [first == 0 and stop == size for (first, stop, _), size in zip(cuts, parent.shape, strict=True)]
    places = [":" if all_of_it else _range(cut, style) for cut, all_of_it in zip(cuts, whole, strict=True)]
    if parent.shape[1] == 1:
        places = places[:1]
    below = f"_{{{','.join(places)}}}"
    if isinstance(parent, sp.Identity):
        return Piece("I" + below, ATOM)
    if isinstance(parent, sp.MatrixSymbol):
        name = name_of(parent, style)
        return Piece((grouped(str(name)) if name.subscript or name.superscript else str(name)) + below, ATOM)
    return Piece(text_of(parent, style, ATOM) + below, ATOM)


def _range(cut: Any, style: Style) -> str:
    first, stop, _ = cut
    begin, end = position(first, style), position(sp.expand(stop - 1), style)
    return begin if begin == end else f"{begin}:{end}"


def _delta(expr: Any, style: Style) -> Piece:
    return Piece(rf"\delta_{{{_subscript(position(index, style) for index in expr.args[:2])}}}")


def _over(sign: str) -> Rule:
    """An index sum or product."""
    return lambda expr, style: _indexed(sign, expr, style)


def _indexed(sign: str, expr: Any, style: Style) -> Piece:
    body, *limits = expr.args
    heads, indices = "", {limit[0] for limit in limits}
    if any(bound.free_symbols & indices for limit in limits for bound in limit[1:]):
        limits.reverse()  # SymPy stores the outermost sum last; sums with independent bounds stay as they are
    for index, *bounds in limits:
        if isinstance(index, sp.Dummy):
            letter = fresh_letter(style.taken | set(style.letters.values()))
            style = replace(style, letters={**style.letters, index: letter})
        counted = index in style.indices or index not in body.free_symbols
        name = text_of(index, replace(style, indices=frozenset()))
        low, high = (position(bound, style) if counted else count(bound, style) for bound in bounds)
        heads += rf"{sign}_{{{name}={low}}}^{{{high}}} "
    return Piece(heads + text_of(body, style, SCOPE), SCOPE)


# Derivatives.

VEC = r"\operatorname{vec}"


def _operator(below: str, operand: Any, style: Style, power: int = 1, wrap: str = "") -> Piece:
    times = f"^{{{power}}}" if power > 1 else ""
    if isinstance(operand, (sp.Symbol, sp.MatrixSymbol, MatrixElement, AppliedUndef)) and not wrap:
        return Piece(rf"\frac{{\partial{times} {text_of(operand, style)}}}{{{below}}}", POWER)
    inner = text_of(operand, style)
    inner = call(wrap, inner) if wrap else inner
    return Piece(rf"\frac{{\partial{times}}}{{{below}}}{grouped(inner)}", POWER)


def _derivative(expr: Any, style: Style) -> Piece:
    below = []
    for variable, times in reversed(expr.variable_count):
        name = text_of(variable, style, ATOM)
        below.append(rf"\partial {name}" + (f"^{{{times}}}" if times != 1 else ""))
    return _operator(r" \, ".join(below), expr.expr, style, sum(int(times) for _, times in expr.variable_count))


def _jacobian(expr: Any, style: Style) -> Piece:
    wrt, flat = text_of(expr.wrt, style), is_single(expr.wrt) or size_of(expr.wrt)[1] == 1
    below = rf"\partial {wrt}" if flat else rf"\partial {call(VEC, wrt)}^{{\top}}"
    return _operator(below, expr.expr, style, wrap="" if is_single(expr.wrt) or size_of(expr.expr)[1] == 1 else VEC)


def _nabla(mark: str) -> Rule:
    def rule(expr: Any, style: Style) -> Piece:
        return Piece(rf"\nabla{mark}_{{{text_of(expr.wrt, style)}}} {grouped(text_of(expr.expr, style))}", POWER)

    return rule


RULES: dict[type, Rule] = {
    MatrixElement: _entry, MatrixSlice: _slice, sp.KroneckerDelta: _delta,
    sp.Sum: _over(r"\sum"), MatrixSum: _over(r"\sum"), sp.Product: _over(r"\prod"),
    sp.Derivative: _derivative, Jacobian: _jacobian, Gradient: _nabla(""), Hessian: _nabla("^2"),
}  # fmt: skip

__all__ = ["RULES", "position"]
