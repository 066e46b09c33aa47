"""Scalar expressions as operations on doubles, for JavaScript: equal parts are one node, quotients are one fraction.

Each SymPy node is read by one row of `ROWS`, and what has no row raises. A new function is a row of `FUNCTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from sympy import Basic, Rational, S, Symbol

from symbolic.errors import UnsupportedError

FUNCTIONS: dict[type, str] = {
    **{f: f"Math.{f.__name__}" for f in (sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan, sp.atan2)},
    **{f: f"Math.{f.__name__}" for f in (sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.acosh, sp.atanh, sp.exp)},
    sp.Abs: "Math.abs", sp.sign: "Math.sign", sp.floor: "Math.floor", sp.ceiling: "Math.ceil",
    sp.Max: "Math.max", sp.Min: "Math.min",
}  # fmt: skip
RECIPROCALS: dict[type, str] = {
    sp.sec: "Math.cos", sp.csc: "Math.sin", sp.cot: "Math.tan",
    sp.sech: "Math.cosh", sp.csch: "Math.sinh", sp.coth: "Math.tanh",
}  # fmt: skip
SIGNS: dict[type, str] = {
    sp.StrictGreaterThan: ">", sp.GreaterThan: ">=", sp.StrictLessThan: "<", sp.LessThan: "<=",
    sp.Equality: "===", sp.Unequality: "!==",
}  # fmt: skip
CONSTANTS: dict[Basic, str] = {
    S.Pi: "Math.PI", S.Exp1: "Math.E", S.Infinity: "Infinity", S.NaN: "NaN", S.true: "true", S.false: "false",
}  # fmt: skip

_LARGEST = 2**53  # integers up to here are doubles, each of them


class Node(NamedTuple):
    op: str
    args: tuple[int, ...] = ()
    data: str = ""


ONE = Node("atom", data="1")


class Graph:
    """Expressions as nodes, each of which stands once, after its arguments."""

    def __init__(self, symbols: dict[Symbol, str]) -> None:
        self.symbols = symbols
        self.nodes: list[Node] = []
        self.places: dict[Node, int] = {}
        self.seen: dict[Basic, int] = {}

    def put(self, op: str, *args: int, data: str = "") -> int:
        node = Node(op, args, data)
        if node not in self.places:
            self.places[node] = len(self.nodes)
            self.nodes.append(node)
        return self.places[node]

    def read(self, expr: Basic) -> int:
        if expr not in self.seen:
            self.seen[expr] = self._read(expr)
        return self.seen[expr]

    def _read(self, expr: Any) -> int:
        if expr in CONSTANTS:
            return self.put("atom", data=CONSTANTS[expr])
        for kind in type(expr).__mro__:
            if kind in ROWS:
                return ROWS[kind](self, expr)
        raise UnsupportedError(f"cannot write {expr} in JavaScript: there is no row for {type(expr).__name__}")

    def all(self, parts: Iterable[Basic]) -> list[int]:
        return [self.read(part) for part in parts]

    def number(self, value: Any, source: Any) -> int:
        """A literal: integers up to 2^53 as they are, others as the nearest double."""
        if value < 0:
            return self.negative(self.number(-value, source))
        try:
            text = str(int(value)) if value == int(value) and value <= _LARGEST else repr(float(value))
        except OverflowError:
            text = "inf"
        if text == "inf":
            raise UnsupportedError(f"{str(source)[:20]}... is beyond the largest double; there is no such number")
        return self.put("atom", data=text)

    def negative(self, at: int) -> int:
        node = self.nodes[at]
        return node.args[0] if node.op == "negative" else self.put("negative", at)

    def product(self, parts: Sequence[int]) -> int:
        return self.put("times", *parts) if len(parts) > 1 else parts[0] if parts else self.put(ONE.op, data=ONE.data)

    def ratio(self, above: Sequence[int], below: Sequence[int]) -> int:
        return self.put("over", self.product(above), self.product(below)) if below else self.product(above)


def _symbol(graph: Graph, expr: Any) -> int:
    return graph.put("atom", data=graph.symbols[expr])


def _rational(graph: Graph, expr: Any) -> int:
    if expr.q == 1 or max(abs(expr.p), expr.q) > _LARGEST:
        return graph.number(Fraction(int(expr.p), int(expr.q)), expr)
    whole = graph.ratio([graph.number(abs(expr.p), expr)], [graph.number(expr.q, expr)])
    return graph.negative(whole) if expr < 0 else whole


def _float(graph: Graph, expr: Any) -> int:
    return graph.number(expr, expr)


def _minus_infinity(graph: Graph, expr: Any) -> int:
    return graph.negative(graph.put("atom", data="Infinity"))


def _add(graph: Graph, expr: Any) -> int:
    """The terms as stored; only where the first has a minus sign does a later one without take its place."""
    terms = graph.all(expr.args)
    first = next((k for k, at in enumerate(terms) if graph.nodes[at].op != "negative"), 0)
    return graph.put("plus", terms[first], *terms[:first], *terms[first + 1 :])


def _mul(graph: Graph, expr: Any) -> int:
    """One fraction: negative powers and the denominators of numbers stand below the line."""
    above, below, minus = [], [], False
    for factor in expr.args:
        if isinstance(factor, sp.Pow) and isinstance(factor.exp, Rational) and factor.exp < 0:
            below.append(_power(graph, factor.base, -factor.exp))
            continue
        node = graph.nodes[at := graph.read(factor)]
        if node.op == "negative":
            minus, node = not minus, graph.nodes[at := node.args[0]]
        if node.op == "over" and isinstance(factor, Rational):
            at, under = node.args
            below.append(under)
        above += [at] if graph.nodes[at] != ONE else []
    whole = graph.ratio(above, below)
    return graph.negative(whole) if minus else whole


def _pow(graph: Graph, expr: Any) -> int:
    if isinstance(expr.exp, Rational) and expr.exp < 0:
        return graph.ratio([], [_power(graph, expr.base, -expr.exp)])
    return _power(graph, expr.base, expr.exp)


def _power(graph: Graph, base: Any, exponent: Any) -> int:
    at = graph.read(base)
    if exponent == 1:
        return at
    if exponent == Rational(1, 2):
        return graph.put("call", at, data="Math.sqrt")
    return graph.put("power", at, graph.read(exponent))


def _function(graph: Graph, expr: Any) -> int:
    return graph.put("call", *graph.all(expr.args), data=FUNCTIONS[type(expr)])


def _reciprocal(graph: Graph, expr: Any) -> int:
    return graph.ratio([], [graph.put("call", *graph.all(expr.args), data=RECIPROCALS[type(expr)])])


def _log(graph: Graph, expr: Any) -> int:
    logs = [graph.put("call", at, data="Math.log") for at in graph.all(expr.args)]
    return graph.ratio(logs[:1], logs[1:])


def _mod(graph: Graph, expr: Any) -> int:
    """SymPy's remainder has the sign of the divisor; that of `%` has the sign of the dividend."""
    a, b = graph.all(expr.args)
    whole = graph.put("call", graph.put("over", a, b), data="Math.floor")
    return graph.put("plus", a, graph.negative(graph.put("times", b, whole)))


def _heaviside(graph: Graph, expr: Any) -> int:
    argument, at_zero = expr.args
    cases = (1, argument > 0), (0, argument < 0), (at_zero, sp.Eq(argument, 0))
    return graph.read(sp.Piecewise(*cases, evaluate=False))


def _piecewise(graph: Graph, expr: Any) -> int:
    value = graph.put("atom", data="NaN")
    for branch, condition in reversed(expr.args):
        here = graph.read(branch)
        value = here if condition == S.true else graph.put("cond", graph.read(condition), here, value)
    return value


def _relation(graph: Graph, expr: Any) -> int:
    return graph.put("relation", *graph.all(expr.args), data=SIGNS[type(expr)])


def _logical(graph: Graph, expr: Any) -> int:
    sign = "&&" if isinstance(expr, sp.And) else "||"
    return graph.put("logical", *graph.all(sorted(expr.args, key=sp.default_sort_key)), data=sign)


def _not(graph: Graph, expr: Any) -> int:
    return graph.put("not", graph.read(expr.args[0]))


def _if_then_else(graph: Graph, expr: Any) -> int:
    return graph.put("cond", *graph.all(expr.args))


ROWS: dict[type, Callable[[Graph, Any], int]] = {
    Symbol: _symbol, Rational: _rational, sp.Float: _float, type(S.NegativeInfinity): _minus_infinity,
    sp.Add: _add, sp.Mul: _mul, sp.Pow: _pow, sp.log: _log, sp.Mod: _mod, sp.Heaviside: _heaviside,
    sp.Piecewise: _piecewise, sp.And: _logical, sp.Or: _logical, sp.Not: _not, sp.ITE: _if_then_else,
    **dict.fromkeys(FUNCTIONS, _function), **dict.fromkeys(RECIPROCALS, _reciprocal), **dict.fromkeys(SIGNS, _relation),
}  # fmt: skip


__all__ = ["FUNCTIONS", "RECIPROCALS", "ROWS", "SIGNS", "Graph", "Node"]
