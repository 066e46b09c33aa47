"""The vec layout: derivatives of a matrix by a matrix as Kronecker products (Magnus and Neudecker, chapter 3).

vec stacks columns, so entry (i, j) of an m x n matrix is entry j*m + i of its vec:  vec(P X Q') = (Q kron P) vec X.
"""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import flip
from symbolic.nodes import Commutation
from symbolic.normal import normal
from symbolic.powers import slopes_of
from symbolic.recognise import Item, Terms, arrange, open_ends, product, summed, take_scale, to_matrix
from symbolic.terms import Chain, Component, Delta, Index, Monomial, Pair, Slot, Term, Word, atom


def to_kronecker(form: Terms, i: Slot, j: Slot, k: Slot, l: Slot) -> Any:
    """The matrix whose entry ((j, i), (l, k)) is `form`: d vec F / d (vec X)' for F_ij and X_kl; j and l are slow.

    Raises Unrecognised as `to_matrix` does.
    """
    if any(map(slopes_of, form)):
        return summed(form, lambda plain: to_kronecker(plain, i, j, k, l))
    if j is None and l is None:
        return to_matrix(form, i, k)
    if i is None and k is None:
        return to_matrix(form, j, l)
    if not form:
        rows, columns = (sp.Mul(*(q.size for q in pair if q is not None)) for pair in ((i, j), (k, l)))
        return sp.ZeroMatrix(rows, columns)
    groups: dict[tuple, list[tuple[Item, Expr]]] = {}
    others: list[Monomial] = []
    for m in form:
        found = _pieces(m.parts, i, j, k, l)
        if found is None:
            others.append(m)
            continue
        scalars, pieces, crossed = found
        *outer, (word, rows) = pieces
        groups.setdefault((tuple(outer), crossed), []).append((Item(m.coef, scalars, word), rows))
    sums = []
    for (outer, crossed), items in _by_last(groups):
        scale, inner = take_scale(arrange([item for item, _ in items], items[0][1]))
        blocks = [_word(word, rows) for word, rows in outer] + [inner]
        block = blocks[0] if len(blocks) == 1 else sp.KroneckerProduct(*blocks)
        if all(isinstance(b, sp.Identity) for b in blocks):
            block = sp.Identity(sp.Mul(*(b.shape[0] for b in blocks)))
        if crossed:
            swap = Commutation(*(q.size for q in (k, l) if q is not None))
            block = swap if isinstance(block, sp.Identity) else product(S.One, (block, swap))
        sums.append(product(S.One, (*scale, block)))
    if others:
        sums.append(_stacked(others, (j, i), (l, k)))
    return sums[0] if len(sums) == 1 else sp.MatAdd(*sums)


def _stacked(form: list[Monomial], rows: tuple[Slot, Slot], columns: tuple[Slot, Slot]) -> Any:
    """The matrix by the rules for an index of parts: with vec, Hadamard products and diagonals."""
    (row, left), (column, right) = (_whole(parts) for parts in (rows, columns))
    placed = (*left, *right)
    bound = tuple(k for pair in placed for k in pair.parts)
    terms = []
    for m in form:
        fresh_names = {k: Index(k.size) for k in bound}
        term = m.rename(fresh_names).term()
        pairs = tuple(pair.rename(fresh_names) for pair in placed)
        terms.append(Term(term.coef, (*pairs, *term.factors), (*fresh_names.values(), *term.bound)))
    return to_matrix(normal(terms), row, column)


def _whole(parts: tuple[Slot, Slot]) -> tuple[Slot, list[Pair]]:
    known = tuple(k for k in parts if k is not None)
    if len(known) < 2:
        return (known[0] if known else None), []
    whole = Index(sp.Mul(*(k.size for k in known)), sp.Dummy("w", integer=True))
    return whole, [Pair(whole, known)]


def _word(word: Word, rows: Expr) -> Any:
    return arrange([Item(S.One, (), word)], rows)


def _by_last(groups: dict[tuple, list[tuple[Item, Expr]]]) -> list[tuple[tuple, list[tuple[Item, Expr]]]]:
    """The groups, those of one item each regrouped by their last block where that joins some: (A + A') kron I."""
    joined: dict[tuple, list] = {}
    for (outer, crossed), items in groups.items():
        item, rows = items[0]
        alone = len(items) == 1 and len(outer) == 1
        key = (crossed, item.word, rows) if alone else (crossed, outer, None)
        joined.setdefault(key, []).append((outer, items))
    done = []
    for (crossed, word, rows), members in joined.items():
        if len(members) == 1 or rows is None:
            done += [((outer, crossed), items) for outer, items in members]
            continue
        first = [Item(items[0][0].coef, items[0][0].scalars, outer[0][0]) for outer, items in members]
        scale, left = take_scale(arrange(first, members[0][0][0][1]))
        held = atom(left)
        weight = Item(sp.Mul(*scale), (), word)
        done.append((((((held, False),), left.shape[0]),), crossed, [(weight, rows)]))
    return [(d[0], d[1]) if len(d) == 2 else ((d[0], d[1]), d[2]) for d in done]


def _pieces(
    parts: tuple[Component, ...], i: Slot, j: Slot, k: Slot, l: Slot
) -> tuple[tuple[Component, ...], tuple[tuple[Word, Expr], ...], bool] | None:
    """The scalars of a monomial; its Kronecker factors in order, each with its number of rows; whether K follows.

    None where it is no Kronecker product of matrices, rows and columns.
    """
    row_places, column_places = {i: 1, j: 0}, {k: 1, l: 0}
    scalars: list[Component] = []
    found: list[tuple[Index | None, Word, Index | None]] = []
    left = [q for q in (i, j, k, l) if q is not None]
    for part in parts:
        ends = open_ends(part)
        if not any(q in (i, j, k, l) for q in ends):
            scalars.append(part)
            continue
        if not isinstance(part, (Chain, Delta)) or any(q not in left for q in ends):
            return None
        left = [q for q in left if q not in ends]
        rows = [q for q in ends if q in (i, j)]
        columns = [q for q in ends if q in (k, l)]
        if len(rows) > 1 or len(columns) > 1:
            return None
        a, b = (rows or [None])[0], (columns or [None])[0]
        word: Word = ()
        if isinstance(part, Chain):
            word = part.word if part.left == (a or b) and (a is not None) else flip(part.word)
            if a is None and part.right == b:
                word = part.word
        found.append((a, word, b))
    for q in left:
        ones: Word = ((atom(OneMatrix(q.size, S.One)), False),)
        found.append((q, ones, None) if q in (i, j) else (None, flip(ones), q))
    through = {(a, b) for a, _, b in found if a is not None and b is not None}
    if through >= {(i, l), (j, k)}:
        found.sort(key=lambda piece: row_places[piece[0]])
        return tuple(scalars), tuple(_sized(*p) for p in found), True
    allowed = [p for p in permutations(found) if _ordered(p, row_places, column_places)]
    best = max(allowed, key=lambda p: sum(_joins(a, b) for a, b in pairwise(p)))
    merged: list[tuple[Index | None, Word, Index | None]] = []
    for piece in best:
        if merged and _joins(merged[-1], piece):
            merged[-1] = (merged[-1][0], merged[-1][1] + piece[1], piece[2])
        else:
            merged.append(piece)
    return tuple(scalars), tuple(_sized(*p) for p in merged), False


def _joins(a: tuple, b: tuple) -> bool:
    """Whether a column next to a row: their Kronecker product is their product."""
    return a[2] is None and b[0] is None


def _ordered(pieces: tuple, rows: dict, columns: dict) -> bool:
    r = [rows[p[0]] for p in pieces if p[0] is not None]
    c = [columns[p[2]] for p in pieces if p[2] is not None]
    return r == sorted(r) and c == sorted(c)


def _sized(a: Slot, word: Word, b: Slot) -> tuple[Word, Expr]:
    return word, (S.One if a is None else a.size)


__all__ = ["Commutation", "to_kronecker"]
