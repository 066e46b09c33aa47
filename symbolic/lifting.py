"""Edges at the parts of an index, lifted to the index itself: Kronecker products, vec, and padding with ones.

    parts of one index      P_ij at w = (j, i)                   vec(P)_w
    parts of two            P_ij Q_kl at w = (i, k), v = (j, l)  (P kron Q)_wv
    crossed                 P_il Q_kj                            ((P kron Q) K)_wv
    a part and another      P_ix at w = (i, k)                   (P kron 1)_wx
    vectors                 p_i q_k                              (p kron q)_w

K is the commutation matrix (Magnus and Neudecker, 2.2 on Kronecker products, 3.7 on K).
"""

from __future__ import annotations

from typing import Protocol

from sympy.matrices.expressions.diagonal import DiagMatrix

from symbolic.components import flip
from symbolic.edges import Edge, Unrecognised, join, kronecker, leaving, letter, ones, written
from symbolic.nodes import Commutation, Vec
from symbolic.terms import Index, Pair, Word


class Lifted(Protocol):
    """What is changed here of a graph."""

    edges: list[Edge]
    bound: set[Index]
    pairs: list[Pair]


def lift(graph: Lifted) -> bool:
    """Write one pair by its whole; False when there is none."""
    if not graph.pairs:
        return False
    first = next((p for p in graph.pairs if any(_facing(graph, p, q) for q in graph.pairs)), graph.pairs[0])
    _inside(graph, first)
    for other in graph.pairs:
        if other is not first and len(other.parts) == len(first.parts):
            _face(graph, first, other)
    _pad(graph, first)
    graph.pairs.remove(first)
    graph.bound.difference_update(first.parts)
    return True


def _take(graph: Lifted, a: Index, b: Index | None) -> Word | None:
    """Remove the edge between a and b, read from a; None if there is none."""
    for edge in graph.edges:
        if {edge[1], edge[2]} == {a, b}:
            graph.edges.remove(edge)
            return leaving(edge, a)[0]
    return None


def _inside(graph: Lifted, pair: Pair) -> None:
    """Matrices between two parts of the pair: vec(P), its columns slow."""
    for edge in [e for e in graph.edges if e[1] in pair.parts and e[2] in pair.parts]:
        slow, fast = sorted(pair.parts.index(k) for k in edge[1:])  # type: ignore[arg-type]
        if fast != slow + 1:
            raise Unrecognised
        graph.edges.remove(edge)
        stacked = letter(Vec(written(leaving(edge, pair.parts[fast])[0])))
        padding = [ones(k.size) for k in pair.parts]
        graph.edges.append((kronecker([*padding[:slow], stacked, *padding[fast + 1 :]]), pair.whole, None))


def _facing(graph: Lifted, p: Pair, q: Pair) -> bool:
    if p is q:
        return False
    return any((a in p.parts and b in q.parts) or (a in q.parts and b in p.parts) for _, a, b in graph.edges)


def _face(graph: Lifted, p: Pair, q: Pair) -> None:
    """Matrices between the parts of two pairs, straight and (of two parts) crossed."""
    places = range(len(p.parts))
    orders: list[tuple[int, ...]] = [tuple(places)] + ([(1, 0)] if len(p.parts) == 2 else [])
    for order in orders:
        facing = [_take(graph, p.parts[i], q.parts[order[i]]) for i in places]
        if not any(facing):
            continue
        words: list[Word] = []
        for i, found in enumerate(facing):
            a, b = p.parts[i], q.parts[order[i]]
            words.append(_outer(graph, a, b) if found is None else _scaled(graph, a, found, b))
        word = kronecker(words)
        if order != tuple(places):
            slow, fast = q.parts
            word = join(word, letter(Commutation(fast.size, slow.size)))
        graph.edges.append((word, p.whole, q.whole))


def _scaled(graph: Lifted, a: Index, word: Word, b: Index) -> Word:
    """The word with the vectors at its ends as diagonal matrices."""
    left, right = (_take(graph, k, None) for k in (a, b))
    return join(*(_diagonal(v) for v in (left,) if v), word, *(_diagonal(v) for v in (right,) if v))


def _outer(graph: Lifted, a: Index, b: Index) -> Word:
    """The vectors at two parts that no matrix joins, as a column times a row."""
    left, right = (_take(graph, k, None) for k in (a, b))
    if left is None and right is None:
        return ones(a.size, b.size)
    return (left or ones(a.size)) + flip(right or ones(b.size))


def _diagonal(vector: Word) -> Word:
    return letter(DiagMatrix(written(vector)))


def _pad(graph: Lifted, pair: Pair) -> None:
    """What is left at the parts: matrices to other indices one by one, and all vectors together."""
    padding = [ones(k.size) for k in pair.parts]
    vectors = [_take(graph, k, None) for k in pair.parts]
    if any(vectors):
        graph.edges.append((kronecker([v or one for v, one in zip(vectors, padding, strict=True)]), pair.whole, None))
    for i, k in enumerate(pair.parts):
        for edge in [e for e in graph.edges if k in e[1:]]:
            graph.edges.remove(edge)
            word, end = leaving(edge, k)
            graph.edges.append((kronecker([*padding[:i], word, *padding[i + 1 :]]), pair.whole, end))


__all__ = ["lift"]
