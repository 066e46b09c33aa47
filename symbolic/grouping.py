"""Sums of words as a person would write them: common beginnings and ends taken out, squares completed.

 1. words that begin or end alike, with something left over in each, share that part:  2X'Xw - 2X'y -> 2X'(Xw - y);
 2. a scalar sum that is a square is written as one:  y'y - 2y'Xw + w'X'Xw -> (Xw - y)'(Xw - y);
 3. a sum of outer products of rank one is written as one:  (Xw - y)(Xw - y)'.
Terms stand in a fixed order: positive first, higher degree first, then by name. Only constructors that keep the order
they are given are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, groupby
from typing import Any, NamedTuple, TypeAlias

import sympy as sp
from sympy import S
from sympy.core.expr import Expr

from symbolic.components import chain, flip
from symbolic.normal import content
from symbolic.terms import Word, letter_columns, times

Words: TypeAlias = "list[tuple[Expr, Word]]"


class Addend(NamedTuple):
    """number * factors, with the key it is sorted by."""

    number: Expr
    factors: tuple[Any, ...]
    key: tuple

    def expr(self, scale: Expr = S.One) -> Any:
        return product(times(self.number, scale), self.factors)


def factors_of(word: Word) -> tuple[Any, ...]:
    """The factors of a word, equal neighbours written as a power."""
    out = []
    for (a, transposed), run in groupby(word):
        node: Any = sp.Transpose(a.node) if transposed else a.node  # type: ignore[arg-type]
        length = len(list(run))
        out.append(node if length == 1 else sp.MatPow(node, sp.Integer(length)))
    return tuple(out)


def product(coef: Expr, factors: Sequence[Any]) -> Any:
    """coef * factors in that order, without the coefficient 1."""
    flat: list[Any] = []
    for factor in factors if coef is S.One else (coef, *factors):
        plain = isinstance(factor, sp.Mul) and not any(isinstance(a, sp.Pow) and a.exp.is_negative for a in factor.args)
        flat += factor.args if plain or isinstance(factor, sp.MatMul) else (factor,)
    return flat[0] if len(flat) == 1 else sp.MatMul(*flat)


def together(addends: list[Addend]) -> Addend:
    """The sum of the addends as one factor, its common number taken out."""
    addends = sorted(addends, key=lambda a: a.key)
    scale = content(a.number for a in addends)
    if addends[0].number < 0:  # type: ignore[operator]
        scale = -scale
    inner: tuple[Any, ...] = (sp.MatAdd(*(a.expr(S.One / scale) for a in addends)),)
    if len(addends) == 1:
        inner = addends[0].factors
    return Addend(scale, inner, (bool(scale < 0), *addends[0].key[1:]))  # type: ignore[operator]


def _upright(words: Words) -> Addend:
    """The sum as one factor, written as a transpose if that has fewer transposed letters: (Xw - y)'."""
    oriented = [t for _, word in words for a, t in word if not a.symmetric]
    if 2 * sum(oriented) <= len(oriented):
        return together(collect(words, S.Zero))
    number, factors, key = together(collect([(number, flip(word)) for number, word in words], S.Zero))
    return Addend(number, _transposed(factors), key)


def _transposed(factors: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(f.args[0] if isinstance(f, sp.Transpose) else sp.Transpose(f) for f in reversed(factors))


def _key(number: Expr, word: Word) -> tuple:
    return (bool(number < 0), -len(word), 0, [a.name + "'" * t for a, t in word])  # type: ignore[operator]


def collect(words: Words, rows: Expr) -> list[Addend]:
    """A sum of numbers times words as few addends, by taking out common beginnings and ends."""
    done: list[Addend] = []
    words = sorted(words, key=lambda t: _key(*t))
    if rows == 1 and len(words) > 2:
        done, words = squares(words)
    elif len(words) > 3:
        outer = _outer_product(words)
        if outer is not None:
            return [outer]
    while words:
        taken, left, right = _best_group(words)
        if not left and not right:
            break
        cut = [(number, word[left : len(word) - right]) for number, word in taken]
        inner = _upright(cut)
        head, tail = factors_of(taken[0][1][:left]), factors_of(taken[0][1][len(taken[0][1]) - right :])
        key = (bool(inner.number < 0), *min(_key(*t) for t in taken)[1:])  # type: ignore[operator]
        done.append(Addend(inner.number, (*head, *inner.factors, *(tail if right else ())), key))
        words = [t for t in words if t not in taken]
    for number, word in words:
        factors = factors_of(word) or (sp.Identity(rows),)
        done.append(Addend(number, factors, _key(number, word)))
    return done


def _best_group(words: Words) -> tuple[Words, int, int]:
    """The words that share most letters at one end, with the lengths of what they share at both ends."""
    best: tuple[int, Words] = (0, [])
    for at_left in (True, False):
        candidates: dict[Any, Words] = {}
        for t in words:
            if len(t[1]) > 1:
                candidates.setdefault(t[1][0 if at_left else -1], []).append(t)
        for group in candidates.values():
            saved = (len(group) - 1) * _shared([w for _, w in group], at_left, 0)
            if saved > best[0]:
                best = (saved, group)
    group = best[1]
    left = _shared([w for _, w in group], True, 0)
    right = _shared([w for _, w in group], False, left)
    return group, left, right


def _shared(words: list[Word], at_left: bool, used: int) -> int:
    """How many letters all words share at an end, leaving at least one letter of each."""
    if len(words) < 2:
        return 0
    limit = min(map(len, words)) - used - 1
    first = words[0]
    for n in range(limit):
        at = n if at_left else -1 - n
        if any(w[at] != first[at] for w in words):
            return n
    return max(limit, 0)


# Squares.


def squares(words: Words) -> tuple[list[Addend], Words]:
    """The squares c (sum of r)' (sum of r) in a sum of 1x1 words, and the words that are in none of them."""
    coefs = {word: number for number, word in words}
    halves: dict[Word, Expr] = {}
    for number, word in words:
        half = word[len(word) // 2 :]
        if len(word) % 2 == 0 and flip(half) == word[: len(word) // 2] and isinstance(number, sp.Rational):
            halves[half] = number
    done: list[Addend] = []
    pending = list(halves)
    while pending:
        first = pending.pop(0)
        scale = halves[first]
        square = [(S.One, first)]
        used = {flip(first) + first}
        for other in list(pending):
            root = sp.sqrt(halves[other] / scale)
            cross = [coefs.get(_cross(r, other)) for _, r in square]
            if not root.is_Rational or any(c is None for c in cross):
                continue
            sign = 1 if cross[0] / (scale * square[0][0]) > 0 else -1  # type: ignore[operator]
            if all(c == 2 * scale * s * sign * root for c, (s, _) in zip(cross, square, strict=True)):
                square.append((sign * root, other))
                pending.remove(other)
        if len(square) < 2:
            continue
        used = {flip(r) + r for _, r in square} | {_cross(r, s) for (_, r), (_, s) in combinations(square, 2)}
        root_sum = together(collect(square, S.Zero))
        number = scale * root_sum.number**2
        key = min(_key(number, word) for word in used)
        done.append(Addend(number, (*_transposed(root_sum.factors), *root_sum.factors), key))
        words = [t for t in words if t[1] not in used]
    return done, words


def _outer_product(words: Words) -> Addend | None:
    """The sum as (sum of columns)(sum of rows), if its coefficients are a table of rank one."""
    table: dict[Word, dict[Word, Expr]] = {}
    for number, word in words:
        cut = next((i + 1 for i, letter in enumerate(word[:-1]) if letter_columns(letter) == 1), None)
        if cut is None:
            return None
        table.setdefault(word[:cut], {})[word[cut:]] = number
    (first, row), *others = table.items()
    if not others or len(row) < 2:
        return None
    pivot = next(iter(row))
    left = [(S.One, first)]
    for word, entries in others:
        ratio = entries.get(pivot, S.Zero) / row[pivot]
        if entries.keys() != row.keys() or any(entries[w] != ratio * row[w] for w in row):
            return None
        left.append((ratio, word))
    columns, rows = together(collect(left, S.Zero)), _upright([(number, word) for word, number in row.items()])
    number = columns.number * rows.number
    key = (bool(number < 0), *min(_key(*t) for t in words)[1:])  # type: ignore[operator]
    return Addend(number, (*columns.factors, *rows.factors), key)


def _cross(r: Word, s: Word) -> Word:
    return chain(None, flip(r) + s, None).word


__all__ = ["Addend", "Words", "collect", "factors_of", "product", "squares", "together"]
