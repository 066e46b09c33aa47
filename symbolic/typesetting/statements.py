r"""Relations, predicates in words, and what joins them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.assumptions import AppliedPredicate
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symbolic.nodes import ArgMax, ArgMin, ForAll
from symbolic.typesetting.algebra import count
from symbolic.typesetting.entries import position
from symbolic.typesetting.pieces import POWER, PRODUCT, SCOPE, SUM, WORDS, Piece, Rule, Style, grouped, size_of, text_of

# Predicates that are a sign, and the words of those whose name is not yet English.
SIGNS = {"positive": "> 0", "negative": "< 0", "nonnegative": r"\geq 0", "nonpositive": r"\leq 0", "zero": "= 0",
         "nonzero": r"\neq 0", "real": r"\in \mathbb{R}", "integer": r"\in \mathbb{Z}"}  # fmt: skip
ADJECTIVES = {"fullrank": "of full rank", "positive_definite": "positive definite", "real_elements": "real",
              "positive_semidefinite": "positive semidefinite", "skew_symmetric": "skew-symmetric",
              "upper_triangular": "upper triangular", "lower_triangular": "lower triangular",
              "orthonormal_columns": "with orthonormal columns", "orthonormal_rows": "with orthonormal rows",
              "injective": "of full column rank", "surjective": "of full row rank"}  # fmt: skip


def _relation(sign: str) -> Rule:
    def rule(expr: Any, style: Style) -> Piece:
        sides = expr.args
        if all(side.free_symbols and side.free_symbols <= style.indices for side in sides):
            return Piece(f" {sign} ".join(position(side, style) for side in sides), WORDS)
        return Piece(f" {sign} ".join(text_of(side, style, SUM) for side in sides), WORDS)

    return rule


def _joined(sign: str) -> Rule:
    def rule(expr: Any, style: Style) -> Piece:
        simple = (sp.core.relational.Relational, AppliedPredicate, BooleanTrue, BooleanFalse)
        parts = (text_of(part, style, WORDS if isinstance(part, simple) else SUM) for part in expr.args)
        return Piece(f" {sign} ".join(parts), WORDS)

    return rule


def _not(expr: Any, style: Style) -> Piece:
    (inner,) = expr.args
    if isinstance(inner, AppliedPredicate) and str(inner.function.name) not in SIGNS:
        return _predicate(inner, style, "not ")
    return Piece(rf"\text{{not }} {grouped(text_of(inner, style))}", WORDS)


def _predicate(expr: Any, style: Style, negation: str = "") -> Piece:
    name = str(expr.function.name)
    subject = ", ".join(text_of(argument, style) for argument in expr.arguments)
    if name in SIGNS:
        return Piece(f"{subject} {SIGNS[name]}", WORDS)
    return Piece(rf"{subject} \text{{ {negation}{ADJECTIVES.get(name) or name.replace('_', ' ')}}}", WORDS)


def _optimum(operator: str) -> Rule:
    r"""`\operatorname*{argmin}_{w} f(w) \text{ s.t. } A w = b`."""

    def rule(expr: Any, style: Style) -> Piece:
        style = replace(style, norms=True)  # objectives are read as sums of norms
        under = ", ".join(text_of(variable, style) for variable in expr.variables)
        text = rf"\operatorname*{{{operator}}}_{{{under}}} \; {text_of(expr.objective, style, SUM)}"
        if expr.constraints:
            text += r" \; \text{ s.t. } " + ", ".join(text_of(c, style, WORDS) for c in expr.constraints)
            return Piece(grouped(text))
        return Piece(text, SCOPE)

    return rule


def _limit(expr: Any, style: Style) -> Piece:
    value, symbol, point, side = expr.args
    sign = "-" if point.is_negative else ""
    where = rf"{sign}\infty" if point.is_infinite else f"{text_of(point, style, POWER)}^{{{side}}}"
    return Piece(rf"\lim_{{{text_of(symbol, style)} \to {where}}} {text_of(value, style, PRODUCT)}", SCOPE)


def _for_all(expr: Any, style: Style) -> Piece:
    rows, columns = (count(size, style) for size in size_of(expr.symbol))
    space = "" if rows == columns == "1" else f"^{{{rows}}}" if columns == "1" else rf"^{{{rows} \times {columns}}}"
    where = rf"{text_of(expr.symbol, style)} \in \mathbb{{R}}{space}"
    return Piece(rf"{text_of(expr.relation, style)} \text{{ for all }} {where}", WORDS)


RULES: dict[type, Rule] = {
    sp.Eq: _relation("="), sp.Ne: _relation(r"\neq"), sp.Lt: _relation("<"), sp.Le: _relation(r"\leq"),
    sp.Gt: _relation(">"), sp.Ge: _relation(r"\geq"),
    sp.And: _joined(r"\text{ and }"), sp.Or: _joined(r"\text{ or }"), sp.Not: _not,
    sp.Implies: _joined(r"\implies"), sp.Equivalent: _joined(r"\iff"), ForAll: _for_all, AppliedPredicate: _predicate,
    ArgMin: _optimum("argmin"), ArgMax: _optimum("argmax"), sp.Limit: _limit,
    BooleanTrue: lambda expr, style: Piece(r"\text{true}"), BooleanFalse: lambda expr, style: Piece(r"\text{false}"),
}  # fmt: skip

# The signs of the relations that a step of a derivation can state.
RELATIONS = {
    "=": "=", "!=": r"\neq", "<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq", "implies": r"\implies", "iff": r"\iff",
}  # fmt: skip

__all__ = ["RELATIONS", "RULES"]
