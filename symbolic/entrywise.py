"""Products in which an index stands in three or more places: Hadamard products, diagonals, functions, parts.

The factors are the edges of a graph whose vertices are indices; a vector is an edge with one end. Edges are merged
until only the two ends of the result are left:

    two edges at a summed index        their product            A_ij B_jk           -> (A B)_ik
    edges with the same ends           their Hadamard product   A_ij B_ij           -> (A o B)_ij
    a vector where two matrices meet   a diagonal matrix        A_ij v_j B_jk       -> (A diag(v) B)_ik
    an edge from an index to itself    its diagonal             A_ii                -> diagonal(A)_i
    a summed index at one edge         a vector of ones         sum_j A_ij          -> (A 1)_i
    an index of parts                  see `symbolic.lifting`   A_ij B_kl           -> (A kron B)_(ik)(jl)

Where none of these applies, two summed indices are taken as one index of parts, so every product of entries is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower

from symbolic.components import flip
from symbolic.edges import Edge, Unrecognised, hadamard, identity, join, leaving, letter, ones, written
from symbolic.lifting import lift
from symbolic.selection import unit
from symbolic.terms import (
    Call,
    Chain,
    Component,
    Delta,
    Entry,
    Factor,
    Index,
    Monomial,
    Pair,
    Slot,
    Term,
    Word,
    placeholder,
)

Writer = Callable[..., Any]


def merge(parts: tuple[Component, ...], row: Slot, column: Slot, write: Writer) -> tuple[tuple[Component, ...], Word]:
    """The product of `parts` as scalars and one word from `row` to `column`; `write(form, row, column)` is recursive.

    Raises Unrecognised for functions of several arguments that vary or of three and more indices.
    """
    term = _flat(Monomial(S.One, parts).term())
    scalars: list[Component] = []
    graph = Graph(set(term.bound) - {row, column})
    named: dict[Index, Index] = {}
    for factor in term.factors:
        if isinstance(factor, Call) and all(k.name is not None and k not in (row, column) for k in factor.indices):
            scalars.append(factor)  # of named entries only
            continue
        for k in factor.indices:
            if k.name is not None and k not in (row, column) and k not in named:
                named[k] = graph.new(k.size)
                graph.edges.append((unit(k), named[k], None))
        factor = factor.rename(named)
        ends = factor.indices
        if isinstance(factor, Entry) and not ends:
            scalars.append(Chain(None, ((factor.atom, False),), None))
        elif isinstance(factor, Entry):
            word: Word = ((factor.atom, factor.row is None),)
            graph.edges.append((word, ends[0], ends[1] if len(ends) > 1 else None))
        elif isinstance(factor, Delta):
            graph.edges.append((identity(factor.left.size), factor.left, factor.right))
        elif isinstance(factor, Pair):
            graph.add_pair(factor)
        elif isinstance(factor, Call):
            graph.edges.append(_function(factor, write))
        else:
            raise Unrecognised
    while graph.step():
        pass
    return (*scalars, *graph.scalars), graph.word(row, column)


def _flat(term: Term) -> Term:
    """The term with pairs of pairs as pairs of all their parts, unless a matrix would join parts far apart."""
    factors, bound = list(term.factors), term.bound
    for p in [f for f in term.factors if isinstance(f, Pair) and f.whole in term.bound]:
        p = next(f for f in factors if isinstance(f, Pair) and f.whole == p.whole)
        around = [f for f in factors if f is not p and p.whole in f.indices]
        if len(around) == 1 and isinstance(around[0], Pair) and p.whole in around[0].parts:
            (q,) = around
            at = q.parts.index(p.whole)  # type: ignore[union-attr]
            joined = Pair(q.whole, (*q.parts[:at], *p.parts, *q.parts[at + 1 :]))  # type: ignore[union-attr]
            factors = [joined if f is q else f for f in factors if f is not p]
            bound = tuple(k for k in bound if k is not p.whole)
    pairs = [f for f in factors if isinstance(f, Pair)]
    if all(_fits(f, pair.parts) for f in factors for pair in pairs):
        return Term(term.coef, tuple(factors), bound)
    return term


def _fits(factor: Factor, parts: tuple[Index, ...]) -> bool:
    """Whether the factor joins no two parts with more than one between them."""
    places = [parts.index(k) for k in factor.indices if k in parts]
    return isinstance(factor, Pair) or len(places) < 2 or max(places) - min(places) <= 2


def _function(call: Call, write: Writer) -> Edge:
    """An elementwise function, of one argument that varies, as an edge."""
    varying = [body for body in call.bodies if any(m.parts for m in body)]
    if len(varying) != 1 or len(call.indices) > 2:
        raise Unrecognised
    ends = (*call.indices, None)[:2]
    inner = write(varying[0], *ends)
    if call.head is sp.Pow:
        return (letter(HadamardPower(inner, call.exponent)), *ends)  # type: ignore[return-value]
    z = placeholder(0)
    values = [z if body is varying[0] else sp.Add(*(m.coef for m in body)) for body in call.bodies]
    function = sp.Lambda(z, call.head(*values))
    return (letter(ElementwiseApplyFunction(function, inner)), *ends)  # type: ignore[return-value]


class Graph:
    """The edges, the summed indices, and the pairs: an index and its parts, which no other pair shares."""

    def __init__(self, bound: set[Index]) -> None:
        self.edges: list[Edge] = []
        self.bound = bound
        self.pairs: list[Pair] = []
        self.scalars: list[Component] = []

    def new(self, size: Expr) -> Index:
        k = Index(size)
        self.bound.add(k)
        return k

    def add_pair(self, pair: Pair) -> None:
        """Parts that are free or stand elsewhere are split: a new part, joined to the old one by an identity."""
        taken = {k for p in self.pairs for k in p.parts}
        parts: list[Index] = []
        for k in pair.parts:
            if k in taken or k in parts or k not in self.bound:
                part = self.new(k.size)
                self.edges.append((identity(k.size), part, k))
                parts.append(part)
            else:
                parts.append(k)
        self.pairs.append(Pair(pair.whole, tuple(parts)))

    def step(self) -> bool:
        """Apply the first rule that fits, anywhere; False when none does."""
        return (
            self._loop() or self._same_ends() or self._summed(2) or self._summed(3) or self._summed(1)
            or lift(self) or self._combined()
        )  # fmt: skip

    def _combined(self) -> bool:
        """Two summed indices, at each of which three or more matrices meet, as the parts of one."""
        ends = [(a, b) for _, a, b in self.edges if b is not None and a in self.bound and b in self.bound]
        if not ends:
            return False
        a, b = ends[0]
        self.pairs.append(Pair(self.new(sp.Mul(a.size, b.size)), (a, b)))
        return True

    def _replace(self, old: list[Edge], new: list[Edge]) -> bool:
        for edge in old:
            self.edges.remove(edge)
        self.edges += new
        return True

    def _loop(self) -> bool:
        for edge in self.edges:
            word, a, b = edge
            if a == b:
                return self._replace([edge], [(letter(DiagonalOf(written(word))), a, None)])
        return False

    def _same_ends(self) -> bool:
        for edge in self.edges:
            _, a, b = edge
            same = [e for e in self.edges if {e[1], e[2]} == {a, b}]
            if b is None and self._is_summed(a) and len(same) == len(self._at(a)):
                same = same[1:]  # sum_i u_i v_i w_i = u'(v o w)
            if len(same) > 1:
                words = [w if p == a else flip(w) for w, p, _ in same]
                return self._replace(same, [(hadamard(words), a, b)])
        return False

    def _is_summed(self, k: Index) -> bool:
        return k in self.bound and not any(k in p.indices for p in self.pairs)

    def _at(self, k: Index) -> list[Edge]:
        return [e for e in self.edges if k in e[1:]]

    def _summed(self, degree: int) -> bool:
        """Sum over an index at which `degree` edges meet; of three, one must be a vector."""
        for k in sorted(filter(self._is_summed, self.bound), key=self._place):
            here = self._at(k)
            if len(here) != degree:
                continue
            vectors = [e for e in here if e[2] is None]
            middle: Word = ()
            if degree == 3:
                if len(vectors) != 1:
                    continue
                here.remove(vectors[0])
                middle = letter(DiagMatrix(written(vectors[0][0])))
            if degree == 1:
                here.append((ones(k.size), k, None))
            (left, a), (right, b) = (leaving(e, k) for e in here)
            word = join(flip(left), middle, right)
            self.edges = [e for e in self.edges if k not in e[1:]]
            self.bound.discard(k)
            if a is None and b is None:
                self.scalars.append(Chain(None, word, None))
            elif a is None:
                self.edges.append((flip(word), b, None))  # type: ignore[arg-type]
            else:
                self.edges.append((word, a, b))
            return True
        return False

    def _place(self, k: Index) -> int:
        return next((i for i, e in enumerate(self.edges) if k in e[1:]), len(self.edges))

    def word(self, row: Slot, column: Slot) -> Word:
        """The word from `row` to `column` of what is left: a matrix scaled from both sides, or an outer product."""
        between: Word | None = None
        scales: dict[Slot, Word] = {}
        for word, a, b in self.edges:
            if {a, b} == {row, column} and b is not None:
                between = word if a == row else flip(word)
            elif b is None and a in (row, column):
                scales[a] = word
            else:
                raise Unrecognised
        if between is not None and isinstance(between[0][0].node, sp.Identity):
            return letter(DiagMatrix(written(hadamard(list(scales.values()))))) if scales else ()
        if between is not None:
            left, right = (letter(DiagMatrix(written(scales[k]))) if k in scales else () for k in (row, column))
            return left + between + right
        scales.update({k: ones(k.size) for k in (row, column) if k is not None and k not in scales})
        return (scales[row] if row is not None else ()) + (flip(scales[column]) if column is not None else ())


__all__ = ["merge"]
