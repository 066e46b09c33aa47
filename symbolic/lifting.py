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
from symbolic.edges import Edge, Unrecognised, identity, join, kronecker, leaving, letter, ones, written
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
    wholes = {p.whole for p in graph.pairs}
    ready = [p for p in graph.pairs if wholes.isdisjoint(p.parts)]  # a part that is a pair itself comes first
    for p in ready:
        graph.bound.difference_update(p.parts)
        graph.pairs[graph.pairs.index(p)] = _inside(graph, p)
    ready = [p for p in graph.pairs if wholes.isdisjoint(p.parts)]
    first = next((p for p in ready if any(_facing(graph, p, q) for q in ready)), ready[0])
    for other in ready:
        if other.whole != first.whole:
            _face(graph, first, other)
    _pad(graph, first)
    graph.pairs.remove(first)
    return True


def _take(graph: Lifted, a: Index, b: Index | None) -> Word | None:
    """Remove the edge between a and b, read from a; None if there is none."""
    for edge in graph.edges:
        if {edge[1], edge[2]} == {a, b}:
            graph.edges.remove(edge)
            return leaving(edge, a)[0]
    return None


def _inside(graph: Lifted, pair: Pair) -> Pair:
    """Matrices between two neighbouring parts, as vec(P), its columns slow; the two parts become one."""
    for edge in [e for e in graph.edges if e[1] in pair.parts and e[2] in pair.parts]:
        slow, fast = sorted(pair.parts.index(k) for k in edge[1:])  # type: ignore[arg-type]
        if fast == slow + 2:
            pair = _swapped(graph, pair, slow + 1)
            fast = slow + 1
        elif fast != slow + 1:
            raise Unrecognised
        graph.edges.remove(edge)
        a, b = pair.parts[slow], pair.parts[fast]
        stacked = letter(Vec(written(leaving(edge, b)[0])))
        if any(k in e[1:] for e in graph.edges for k in (a, b)):
            padding = [ones(k.size) for k in pair.parts]
            graph.edges.append((kronecker([*padding[:slow], stacked, *padding[fast + 1 :]]), pair.whole, None))
            continue
        both = Index(a.size * b.size)  # type: ignore[arg-type]
        graph.edges.append((stacked, both, None))
        pair = Pair(pair.whole, (*pair.parts[:slow], both, *pair.parts[fast + 1 :]))
    return pair


def _swapped(graph: Lifted, pair: Pair, at: int) -> Pair:
    """The pair with two neighbouring parts exchanged: w = (.., a, b, ..) is K times w' = (.., b, a, ..)."""
    parts = pair.parts
    a, b = parts[at], parts[at + 1]
    around = [identity(k.size) for k in parts]
    swap = kronecker([*around[:at], letter(Commutation(a.size, b.size)), *around[at + 2 :]])
    whole = Index(pair.whole.size)
    graph.bound.add(whole)
    graph.edges.append((swap, pair.whole, whole))
    return Pair(whole, (*parts[:at], b, a, *parts[at + 2 :]))


def _facing(graph: Lifted, p: Pair, q: Pair) -> bool:
    return p is not q and bool(_matches(graph, p, q))


def _matches(graph: Lifted, p: Pair, q: Pair) -> list[tuple[int, int]]:
    """The places of the parts of p and q between which matrices stand."""
    found = []
    for _, a, b in graph.edges:
        for one, other in ((a, b), (b, a)):
            if one in p.parts and other in q.parts:
                found.append((p.parts.index(one), q.parts.index(other)))
    return sorted(found)


def _face(graph: Lifted, p: Pair, q: Pair) -> None:
    """Matrices between the parts of two pairs, in order and (of two parts) crossed."""
    while matches := _matches(graph, p, q):
        straight: list[tuple[int, int]] = []
        for i, j in matches:
            if not straight or (i > straight[-1][0] and j > straight[-1][1]):
                straight.append((i, j))
        if straight[0] == (0, 1) and len(p.parts) == len(q.parts) == 2:
            slow, fast = q.parts
            word = _aligned(graph, p.parts, (fast, slow), [(i, 1 - j) for i, j in matches if i + j == 1])
            word = join(word, letter(Commutation(fast.size, slow.size)))
        else:
            word = _aligned(graph, p.parts, q.parts, straight)
        graph.edges.append((word, p.whole, q.whole))


def _aligned(
    graph: Lifted, rows: tuple[Index, ...], columns: tuple[Index, ...], matches: list[tuple[int, int]]
) -> Word:
    """The Kronecker product of the matrices at the matches, and of what the parts between them have."""
    words: list[Word] = []
    i = j = 0
    for to_i, to_j in [*matches, (len(rows), len(columns))]:
        while i < to_i and j < to_j:
            words.append(_outer(graph, rows[i], columns[j]))
            i, j = i + 1, j + 1
        words += [_take(graph, k, None) or ones(k.size) for k in rows[i:to_i]]
        words += [flip(_take(graph, k, None) or ones(k.size)) for k in columns[j:to_j]]
        if to_i < len(rows):
            found = _take(graph, rows[to_i], columns[to_j])
            assert found is not None
            words.append(_scaled(graph, rows[to_i], found, columns[to_j]))
        i, j = to_i + 1, to_j + 1
    return kronecker(words)


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
    beside = [v or one for v, one in zip(vectors, padding, strict=True)]
    for i, k in enumerate(pair.parts):
        for edge in [e for e in graph.edges if k in e[1:]]:
            graph.edges.remove(edge)
            word, end = leaving(edge, k)
            if any(vectors):  # the first matrix takes them
                word = word if vectors[i] is None else join(_diagonal(beside[i]), word)
                vectors, around, beside = [None] * len(padding), beside, padding
            else:
                around = padding
            graph.edges.append((kronecker([*around[:i], word, *around[i + 1 :]]), pair.whole, end))
    if any(vectors):
        graph.edges.append((kronecker(beside), pair.whole, None))


__all__ = ["lift"]
