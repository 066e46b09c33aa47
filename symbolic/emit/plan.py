"""The cheapest way to compute a value: the order of products, what to multiply out, what to take out of a sum.

`Planner.form(value)` is the entrywise expression to compute, `Planner.way(symbol)` how to compute an atom. The cost of
a choice is that of every distinct step that it needs, so what is shared is paid for once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp
from sympy import S

from symbolic.emit.cost import ENTRY, HEAVY, Sizes, total, weight
from symbolic.emit.graph import ONE, Atom, Graph, Value
from symbolic.emit.khatri import bilinear, merged, unfolded
from symbolic.emit.stable import factored, stable

Needs = dict[Any, Any]  # step -> cost
_TERMS = 6  # longer sums are not multiplied out
_NEVER = 1e300
_FREE = frozenset({"arg", "identity", "T", "unvec", "vec", "entry", "slice"})


@dataclass
class Way:
    """How an atom is computed: a step `op` with operands, or another value; and what that needs."""

    op: str
    operands: tuple[Any, ...]
    needs: Needs = field(default_factory=dict)


class Planner:
    def __init__(self, graph: Graph, sizes: Sizes) -> None:
        self.graph, self.sizes = graph, sizes
        self.forms: dict[tuple[Value, bool], tuple[Any, Needs]] = {}
        self.ways: dict[Any, Way] = {}
        self.paid: set[Any] = set()  # steps that are computed anyway
        self._open: set[Any] = set()

    def pay(self, value: Value) -> None:
        """Count the steps of a value as computed, for what is planned from now on."""
        self.paid |= self.needs(value).keys()

    def form(self, value: Value, flat: bool = False) -> Any:
        """The expression to compute for a value; `flat`: without taking matrix factors out of a sum."""
        return self._form(value, flat)[0]

    def needs(self, value: Value, flat: bool = False) -> Needs:
        return self._form(value, flat)[1]

    def way(self, symbol: Any) -> Way:
        """The best way for an atom, among those that its kind has."""
        if symbol in self.ways:
            return self.ways[symbol]
        g = self.graph
        older = g.older(symbol)
        if older != symbol:
            return Way("transpose", (older,), self.way(older).needs)
        atom = g.atoms[symbol]
        if symbol in self._open:
            return Way("", (), {None: np.full(1, _NEVER)})
        self._open.add(symbol)
        maker = {"chain": self._chain, "trace": self._trace, "diagonal": self._diagonal}.get(atom.kind, self._plain)
        best = self._cheapest(maker(atom), key=lambda w: w.needs)
        self._open.discard(symbol)
        if None not in best.needs:
            self.ways[symbol] = best
        return best

    def _cheapest(self, choices: Sequence[Any], key: Any) -> Any:
        def rest(choice: Any) -> float:
            return weight(total({k: v for k, v in key(choice).items() if k not in self.paid}))

        return min(choices, key=rest)

    # Entrywise expressions.

    def _form(self, value: Value, flat: bool) -> tuple[Any, Needs]:
        if (value, flat) in self.forms:
            return self.forms[value, flat]
        expr, turned = self.graph.upright(value.expr)
        if turned:
            best, needs = self._form(Value(expr, value.cols, value.rows), flat)
            return self.graph.transpose(Value(best, value.cols, value.rows)).expr, needs
        choices = []
        start = self._nested(stable(value.expr))
        others = (factored(start, self._bulk), *self._scaled(start), *self._pushed(start))
        for expr in dict.fromkeys((start, *others)):
            choices.append((expr, self._entrywise(expr)))
        if start.is_Add and not flat:
            for other in self._gathered(Value(start, value.rows, value.cols)):
                choices.append(self._form(other, False))
        best = self._cheapest(choices, key=lambda c: c[1])
        if None not in best[1]:
            self.forms[value, flat] = best
        return best

    def _nested(self, expr: Any) -> Any:
        """An expression with the sums of matrices that stand in its products in their own best form."""
        if expr.is_Add:
            return expr.func(*map(self._nested, expr.args))
        if not expr.is_Mul:
            return expr
        best = [self.form(Value(f, *self.graph.shape(f))) if f.is_Add and not self.graph.is_scalar(f) else f
                for f in expr.args]  # fmt: skip
        return sp.Mul(*best)

    def _bulk(self, expr: Any) -> float:
        """The entrywise work alone."""
        return weight(total(self._entrywise(expr, deep=False)))

    def _entrywise(self, expr: Any, deep: bool = True) -> Needs:
        """Every operation of an expression, with the atoms it needs."""
        needs: Needs = {}
        queue = [S(expr)]
        while queue:
            part = self.graph.upright(queue.pop())[0]
            if part in needs or part.is_number:
                continue
            atom = self.graph.atoms.get(part)
            if atom is not None:
                if deep:
                    needs.update(self.way(part).needs)
                continue
            if not part.args:
                continue
            if part.is_Add:
                scale, rest = self.graph.content(part)
                if scale not in (1, -1):
                    needs[part] = self.sizes.entries(*self.graph.shape(part))
                    queue += [scale, rest]
                    continue
                queue += [-a if a.could_extract_minus_sign() else a for a in part.args]
            else:
                queue += part.args
            needs[part] = self._operation(part)
        return needs

    def _operation(self, part: Any) -> Any:
        shape = self.graph.shape
        if part.is_Add or part.is_Mul:
            some = sorted((shape(a) for a in part.args), key=lambda s: weight(self.sizes(s[0]) * self.sizes(s[1])))
            rows, cols = some[0]
            cost = np.zeros(1)
            for r, c in some[1:]:
                rows, cols = (r if rows == 1 else rows), (c if cols == 1 else cols)
                cost = cost + self.sizes.entries(rows, cols)
            return cost
        square = part.is_Pow and part.exp in (2, -1, S.Half, -2)
        return self.sizes.entries(*shape(part), each=ENTRY if square else HEAVY.get(type(part), 10.0))

    def _scaled(self, expr: Any) -> list[Any]:
        """A multiple of a product with the scalar at the first or at the last factor instead."""
        scale, rest = self.graph.content(expr)
        atom = self.graph.atoms.get(rest)
        if scale == 1 or atom is None or atom.kind not in ("chain", "kron"):
            return []
        found = []
        for k in (0, len(atom.parts) - 1):
            parts = list(atom.parts)
            parts[k] = Value(scale * parts[k].expr, parts[k].rows, parts[k].cols)
            found.append(self.graph.atom(atom.kind, tuple(parts), atom.rows, atom.cols).expr)
        return found

    def _pushed(self, expr: Any) -> list[Any]:
        """Columns and rows that scale a product of matrices, at its first and its last factor instead."""
        g = self.graph
        factors = sp.Mul.make_args(expr)
        chain = next((f for f in factors if g.atoms.get(f) and g.atoms[f].kind == "chain"), None)
        shapes = {f: g.shape(f) for f in factors if f != chain}
        if chain is None or 1 in g.shape(chain) or any(1 not in s for s in shapes.values()):
            return []
        column = sp.Mul(*(f for f, s in shapes.items() if s[0] != 1))
        row = sp.Mul(*(f for f, s in shapes.items() if s[1] != 1))
        rest = sp.Mul(*(f for f, s in shapes.items() if s == (1, 1)))
        parts = list(g.atoms[chain].parts)
        first, last = parts[0], parts[-1]
        if column == row == 1:
            return []
        parts[0] = merged(g, g.value(column * first.expr, first.rows, first.cols))
        parts[-1] = merged(g, g.value(row * last.expr, last.rows, last.cols))
        return [rest * g.atom("chain", tuple(parts), g.atoms[chain].rows, g.atoms[chain].cols).expr]

    def _gathered(self, value: Value) -> list[Value]:
        """The sum with a common first or last matrix factor of some terms taken out."""
        g = self.graph
        groups: dict[Any, list[tuple[Any, Value]]] = defaultdict(list)
        builders: dict[Any, Any] = {}
        terms = value.expr.args
        for term in terms:
            for key, build, inner in bilinear(g, term):
                groups[key].append((term, inner))
                builders[key] = build
            splits = [g.split(Value(term, value.rows, value.cols)), unfolded(g, term)]
            for scale, elements in (s for s in splits if s is not None and len(s[1]) > 1):
                for side, factor, rest in (("first", elements[0], elements[1:]), ("last", elements[-1], elements[:-1])):
                    groups[side, factor].append((term, g.product([g.scalar(scale), *rest])))
                    builders[side, factor] = self._beside(side, factor)
        found = []
        for key, some in groups.items():
            if len(some) < 2 or len({id(t) for t, _ in some}) < len(some):
                continue
            inner = g.value(sp.Add(*(v.expr for _, v in some)), some[0][1].rows, some[0][1].cols)
            kept = [t for t in terms if all(t is not used for used, _ in some)]
            found.append(g.value(sp.Add(builders[key](inner).expr, *kept), value.rows, value.cols))
        return [v for v in found if v != value]

    def _beside(self, side: str, factor: Value) -> Any:
        product = self.graph.product
        return lambda inner: product([factor, inner] if side == "first" else [inner, factor])

    # Atoms.

    def _plain(self, atom: Atom) -> list[Way]:
        g, n = self.graph, atom.rows
        needs: Needs = {}
        for part in _values(atom.parts):
            needs.update(self.needs(part))
        if atom.kind == "T":
            needs.update(self.way(atom.parts[0]).needs)
        if atom.kind == "inverse":
            needs[atom.symbol] = self.sizes.inverse(n)
        elif atom.kind in ("det", "logdet", "logabsdet"):
            part = atom.parts[0]
            cholesky = atom.kind == "logdet" and "positive_definite" in g.flags.get(part, ())
            needs["factor", part] = self.sizes.factor(part.rows, cholesky)
        elif atom.kind == "power":
            needs[atom.symbol] = 10 * self.sizes.matmul(n, n, n)
        elif atom.kind == "blocks":
            needs[atom.symbol] = self.sizes.entries(atom.rows, atom.cols, each=ENTRY / 2)
        elif atom.kind not in _FREE:
            needs[atom.symbol] = self.sizes.entries(atom.rows, atom.cols)
        return [Way(atom.kind, atom.parts, needs)]

    def _chain(self, atom: Atom) -> list[Way]:
        elements = list(atom.parts)
        g = self.graph
        ways = []
        for k in range(1, len(elements)):
            left, right = g.product(elements[:k]), g.product(elements[k:])
            if len(elements) == 2:
                left, right = elements
            ways.append(self._matmul(atom, left, right))
        for sum_of in self._distributed(elements):
            value = g.value(sp.Add(*(g.product(e).expr for e in sum_of)), atom.rows, atom.cols)
            ways.append(Way("value", (value,), self.needs(value, True)))
        return ways

    def _matmul(self, atom: Atom, left: Value, right: Value) -> Way:
        g, sizes = self.graph, self.sizes
        solved, other = (left, right) if self._kind(left) == "inverse" else (right, left)
        m, k, n = left.rows, left.cols, right.cols
        if self._kind(solved) == "inverse":
            inner = g.atoms[solved.expr].parts[0]
            needs = {**self.needs(inner), **self.needs(other)}
            flags = g.flags.get(inner, frozenset())
            if not flags & {"lower_triangular", "upper_triangular"}:
                needs["factor", inner] = sizes.factor(inner.rows, "positive_definite" in flags)
            needs[atom.symbol] = sizes.solve(inner.rows, other.cols if solved is left else other.rows)
            return Way("solve" if solved is left else "solve_right", (inner, other), needs)
        needs = {**self.needs(left), **self.needs(right)}
        if left.expr == 1 or right.expr == 1:
            needs[atom.symbol] = sizes.entries(m, k, each=2) if right.expr == 1 else sizes.entries(k, n, each=2)
            return Way("sum_rows" if right.expr == 1 else "sum_cols", (left if right.expr == 1 else right,), needs)
        for factor, rest, op in ((left, right, "left"), (right, left, "right")):
            kind = self._kind(factor)
            if kind in ("kron", "commutation"):
                parts = g.atoms[factor.expr].parts
                needs = dict(self.needs(rest))
                for part in _values(parts):
                    needs.update(self.needs(part))
                cost = sizes.entries(m, n, each=2 * ENTRY)
                if kind == "kron":
                    a, b = parts
                    wide = n if factor is left else m
                    cost = cost + sizes.matmul(b.rows, b.cols, sp.expand(a.cols * wide))
                    cost = cost + sizes.matmul(a.rows, a.cols, sp.expand(b.rows * wide))
                needs[atom.symbol] = cost
                return Way(f"{kind}_{op}", (*parts, rest), needs)
        needs[atom.symbol] = sizes.matmul(m, k, n, gram=left == g.transpose(right))
        return Way("matmul", (left, right), needs)

    def _kind(self, value: Value) -> str:
        atom = self.graph.single(value)
        return atom.kind if atom is not None else ""

    def _distributed(self, elements: list[Value]) -> list[list[list[Value]]]:
        """For every factor that is a sum: the products with each of its terms in its place.

        Not for sums of vectors, which cost nothing, and not in squares such as r'r, where differences would cancel.
        """
        found = []
        for k, value in enumerate(elements):
            turned = self.graph.transpose(value)
            others = elements[:k] + elements[k + 1 :]
            if 1 in (value.rows, value.cols) or value in others or turned in others:
                continue
            off, on = self.graph.diagonal_parts(value.expr, value.rows)
            terms = [*sp.Add.make_args(off)]
            if on != 0:
                identity = self.graph.identity_symbol(value.rows)
                terms += [t * identity for t in sp.Add.make_args(on)]
            if 1 < len(terms) <= _TERMS:
                parts = [self.graph.value(t, value.rows, value.cols) for t in terms]
                found.append([[*elements[:k], part, *elements[k + 1 :]] for part in parts])
        return found

    def _trace(self, atom: Atom) -> list[Way]:
        """tr(P Q) as the sum of the entries of P and Q' multiplied entrywise."""
        g, elements = self.graph, list(atom.parts)
        ways = []
        for i in range(len(elements)):
            for j in range(i + 1, len(elements) + (i == 0)):
                first, second = elements[i:j], [*elements[j:], *elements[:i]]
                if not second:
                    continue
                left, right = g.product(first), g.transpose(g.product(second))
                full = left.rows, left.cols
                if left.is_scalar or any(v.expr != 1 and self.graph.shape(v.expr) != full for v in (left, right)):
                    continue
                ways.append(self._dot(atom, left, right))
        for k, value in enumerate(elements):
            if self._kind(value) == "inverse":  # solve, then add up the diagonal
                rest = [*elements[k + 1 :], *elements[:k]]
                whole = g.atom("chain", (value, *rest), value.rows, rest[-1].cols)
                needs = {**self.needs(whole), atom.symbol: self.sizes.entries(value.rows, ONE)}
                ways.append(Way("diagonal_sum", (whole,), needs))
        for sum_of in self._distributed(elements):
            value = g.scalar(sp.Add(*(g.trace_of(e).expr for e in sum_of)))
            ways.append(Way("value", (value,), self.needs(value, True)))
        return ways

    def _dot(self, atom: Atom, left: Value, right: Value) -> Way:
        g = self.graph
        scale, left_expr = g.content(left.expr)
        other, right_expr = g.content(right.expr)
        shape = left.rows, left.cols
        parts = [Value(e, *shape) for e in (left_expr, right_expr) if e != 1]
        if left_expr == right_expr == 1:
            parts = [Value(S.One, *shape)]
        needs: Needs = {}
        for part in parts:
            needs.update(self.needs(part))
        needs[atom.symbol] = self.sizes.entries(*shape, each=2)
        if len(parts) == 1:
            return Way("sum", (scale * other, *parts), needs)
        return Way("dot", (scale * other, *parts), needs)

    def _diagonal(self, atom: Atom) -> list[Way]:
        """The diagonal of a product P Q as the row sums of P and Q' multiplied entrywise."""
        (value,) = atom.parts
        inner = self.graph.single(value)
        if inner is None or inner.kind != "chain":
            return self._plain(atom)
        ways = []
        for k in range(1, len(inner.parts)):
            left = self.graph.product(inner.parts[:k])
            right = self.graph.transpose(self.graph.product(inner.parts[k:]))
            needs = {**self.needs(left), **self.needs(right)}
            needs[atom.symbol] = self.sizes.entries(left.rows, left.cols, each=2 * ENTRY)
            ways.append(Way("row_dots", (left, right), needs))
        return ways


def _values(parts: Any) -> list[Value]:
    """The values among the parts of an atom, also in rows of blocks."""
    found = []
    for part in parts:
        if isinstance(part, Value):
            found.append(part)
        elif isinstance(part, tuple):
            found += _values(part)
    return found


__all__ = ["Needs", "Planner", "Way"]
