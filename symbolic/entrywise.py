"""Products in which an index stands in three or more places: Hadamard products, diagonals, functions.

The factors are the edges of a graph whose vertices are indices; a vector is an edge with one end. Edges are merged
until only the two ends of the result are left:

    two edges at a summed index        their product            A_ij B_jk           -> (A B)_ik
    edges with the same ends           their Hadamard product   A_ij B_ij           -> (A o B)_ij
    a vector where two matrices meet   a diagonal matrix        A_ij v_j B_jk       -> (A diag(v) B)_ik
    an edge from an index to itself    its diagonal             A_ii                -> diagonal(A)_i
    a summed index at one edge         a vector of ones         sum_j A_ij          -> (A 1)_i
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import S
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import flip
from symbolic.grouping import factors_of, product
from symbolic.terms import Call, Chain, Component, Delta, Entry, Index, Monomial, Slot, Word, atom

# An edge: a word from one index to another; the second end of a vector is None.
Edge = tuple[Word, Index, "Index | None"]
Writer = Callable[..., Any]


class Unrecognised(Exception):
    """Internal: the product has no form in the matrix notation known here."""


def merge(parts: tuple[Component, ...], row: Slot, column: Slot, write: Writer) -> tuple[tuple[Component, ...], Word]:
    """The product of `parts` as scalars and one word from `row` to `column`; `write(form, row, column)` is recursive.

    Raises Unrecognised when no rule applies any more.
    """
    term = Monomial(S.One, parts).term()
    scalars: list[Component] = []
    edges: list[Edge] = []
    for factor in term.factors:
        ends = factor.indices
        if any(k.name is not None and k not in (row, column) for k in ends):
            raise Unrecognised
        if not ends:
            scalars.append(Chain(None, ((factor.atom, False),), None) if isinstance(factor, Entry) else factor)
        elif isinstance(factor, Entry):
            word: Word = ((factor.atom, factor.row is None),)
            edges.append((word, ends[0], ends[1] if len(ends) > 1 else None))
        elif isinstance(factor, Delta):
            edges.append((_letter(sp.Identity(factor.left.size)), factor.left, factor.right))
        else:
            edges.append(_function(factor, write))
    graph = _Graph(edges, set(term.bound) - {row, column})
    while graph.step():
        pass
    return (*scalars, *graph.scalars), graph.word(row, column)


def _letter(node: Any) -> Word:
    return ((atom(node), False),)


def _expr(word: Word) -> Any:
    return product(S.One, factors_of(word))


def _function(call: Call, write: Writer) -> Edge:
    """An elementwise function, of one argument that varies, as an edge."""
    varying = [body for body in call.bodies if any(m.parts for m in body)]
    if len(varying) != 1 or len(call.indices) > 2:
        raise Unrecognised
    ends = (*call.indices, None)[:2]
    inner = write(varying[0], *ends)
    if call.head is sp.Pow:
        return (_letter(HadamardPower(inner, call.exponent)), *ends)  # type: ignore[return-value]
    function = call.head
    if len(call.bodies) > 1:
        z = sp.Symbol("z")
        values = [z if body is varying[0] else sp.Add(*(m.coef for m in body)) for body in call.bodies]
        function = sp.Lambda(z, call.head(*values))
    return (_letter(ElementwiseApplyFunction(function, inner)), *ends)  # type: ignore[return-value]


class _Graph:
    def __init__(self, edges: list[Edge], bound: set[Index]) -> None:
        self.edges, self.bound = edges, bound
        self.scalars: list[Component] = []

    def step(self) -> bool:
        """Apply the first rule that fits, anywhere; False when none does."""
        return self._loop() or self._same_ends() or self._summed(2) or self._summed(3) or self._summed(1)

    def _replace(self, old: list[Edge], new: list[Edge]) -> bool:
        for edge in old:
            self.edges.remove(edge)
        self.edges += new
        return True

    def _loop(self) -> bool:
        for edge in self.edges:
            word, a, b = edge
            if a == b:
                return self._replace([edge], [(_letter(DiagonalOf(_expr(word))), a, None)])
        return False

    def _same_ends(self) -> bool:
        for edge in self.edges:
            _, a, b = edge
            same = [e for e in self.edges if {e[1], e[2]} == {a, b}]
            if b is None and a in self.bound and len(same) == len(self._at(a)):
                same = same[1:]  # sum_i u_i v_i w_i = u'(v o w)
            if len(same) > 1:
                words = [w if p == a else flip(w) for w, p, _ in same]
                node = sp.HadamardProduct(*map(_expr, words))
                return self._replace(same, [(_letter(node), a, b)])
        return False

    def _at(self, k: Index) -> list[Edge]:
        return [e for e in self.edges if k in e[1:]]

    def _summed(self, degree: int) -> bool:
        """Sum over an index at which `degree` edges meet; of three, one must be a vector."""
        for k in self.bound:
            here = self._at(k)
            if len(here) != degree:
                continue
            vectors = [e for e in here if e[2] is None]
            middle: Word = ()
            if degree == 3:
                if len(vectors) != 1:
                    continue
                here.remove(vectors[0])
                middle = _letter(DiagMatrix(_expr(vectors[0][0])))
            if degree == 1:
                here.append((_letter(OneMatrix(k.size, S.One)), k, None))
            (left, a), (right, b) = (_leaving(e, k) for e in here)
            word = flip(left) + middle + right
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
            return _letter(DiagMatrix(_hadamard(list(scales.values())))) if scales else ()
        if between is not None:
            left, right = (_letter(DiagMatrix(_expr(scales[k]))) if k in scales else () for k in (row, column))
            return left + between + right
        ones: dict[Slot, Word] = {
            k: _letter(OneMatrix(k.size, S.One)) for k in (row, column) if k is not None and k not in scales
        }
        scales.update(ones)
        return (scales[row] if row is not None else ()) + (flip(scales[column]) if column is not None else ())


def _hadamard(words: list[Word]) -> Any:
    exprs = list(map(_expr, words))
    return exprs[0] if len(exprs) == 1 else sp.HadamardProduct(*exprs)


def _leaving(edge: Edge, k: Index) -> tuple[Word, Slot]:
    """The edge read away from k, and where it leads."""
    word, a, b = edge
    return (word, b) if a == k else (flip(word), a)


__all__ = ["Unrecognised", "merge"]
