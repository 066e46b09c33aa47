"""Sums of words as a person would write them: common beginnings and ends taken out, squares completed.

 1. words that begin or end alike, with something left over in each, share that part:  2X'Xw - 2X'y -> 2X'(Xw - y);
 2. a scalar sum that is a square is written as one:  y'y - 2y'Xw + w'X'Xw -> (Xw - y)'(Xw - y);
 3. a sum that is a product of two sums is written as one:  BAx + B'Ax - Bc - B'c -> (B + B')(Ax - c).
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
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import chain, cycle, flip
from symbolic.functions import content
from symbolic.terms import Atom, Word, atom, letter_columns, letter_rows, times

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
        node: Any = turned(a.node) if transposed else a.node
        length = len(list(run))
        out.append(node if length == 1 else sp.MatPow(node, sp.Integer(length)))
    return tuple(out)


def turned(node: Any) -> Any:
    """The transpose, inside a Kronecker product and without a sign on what is symmetric."""
    if isinstance(node, sp.Transpose):
        return node.arg
    if isinstance(node, (sp.Identity, DiagMatrix)):
        return node
    if isinstance(node, (OneMatrix, sp.ZeroMatrix)):
        return node.func(*reversed(node.shape))
    if isinstance(node, sp.KroneckerProduct):
        return sp.KroneckerProduct(*map(turned, node.args))
    return sp.Transpose(node)


def fused(word: Word) -> Word:
    """The word with selections taken together with the matrix they select from, as slices: A E z -> A[:, a:b] z."""
    if not any(a.interval for a, _ in word):
        return word
    out: list[tuple[Atom, bool]] = []
    rows: list[Atom] = []  # selections of rows of the next letter
    for a, transposed in word:
        if a.interval is not None and transposed:
            rows.append(a)
        elif a.interval is not None and not rows and out and out[-1][0].interval is None:
            out[-1] = _slice(*out[-1], a, False)
        elif a.interval is None and rows:
            out += [(r, True) for r in rows[:-1]]
            out.append(_slice(a, transposed, rows[-1], True))
            rows = []
        else:
            out += [(r, True) for r in rows] + [(a, transposed)]
            rows = []
    return (*out, *((r, True) for r in rows))


def _slice(a: Atom, transposed: bool, held: Atom, rows: bool) -> tuple[Atom, bool]:
    first, count = held.interval  # type: ignore[misc]
    node: Any = a.node
    cuts = [(S.Zero, size, S.One) for size in node.shape]
    if isinstance(node, MatrixSlice):  # SymPy compares the ends of nested slices, which may be symbols
        node, *cuts = node.args
    side = 0 if rows != transposed else 1
    begin = sp.expand(cuts[side][0] + first)
    cuts[side] = (begin, sp.expand(begin + count), S.One)
    return atom(MatrixSlice(node, *cuts)), transposed


def product(coef: Expr, factors: Sequence[Any]) -> Any:
    """coef * factors in that order, without the coefficient 1."""
    flat: list[Any] = []
    scalars = [f for f in factors if not isinstance(f, sp.MatrixExpr)]
    divides = coef is not S.One and any(sp.fraction(f)[1] is not S.One for f in scalars)
    if (divides or coef.could_extract_minus_sign()) and 0 < len(scalars) < len(factors):  # (2/s)*A, not 2*1/s*A
        return sp.MatMul(sp.Mul(coef, *scalars), *(f for f in factors if isinstance(f, sp.MatrixExpr)))
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
    """The sum as one factor; a sum of rows as the transpose of a sum of columns, if that is simpler: (Xw - y)'."""
    oriented = [t for _, word in words for a, t in word if not a.symmetric]
    row = letter_rows(words[0][1][0]) == 1
    if not any(oriented) or not (all(oriented) or (row and 2 * sum(oriented) > len(oriented))):
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
    words = sorted(_entrywise_sums(words), key=lambda t: _key(*t))
    if rows == 1 and len(words) > 2:
        done, words = squares(words)
    if len(words) > 3:
        whole = _rank_one(words)
        if whole is not None:
            return [*done, whole]
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


def _entrywise_sums(words: Words) -> Words:
    """The words with Hadamard products and diagonals added where all else is alike: u o a - u o b -> u o (a - b)."""
    words = list(words)
    while (found := _alike(words)) is not None:
        members, make, rests = found
        number, factors, _ = together(collect(rests, S.Zero))
        inner = factors[0] if len(factors) == 1 else product(S.One, factors)
        (word, at) = members[0]
        letter = (atom(make(inner)), word[at][1])
        words = [t for t in words if not any(t[1] is w for w, _ in members)]
        words.append((number, (*word[:at], letter, *word[at + 1 :])))
    return words


class _Beside(NamedTuple):
    """The other factors of a Kronecker product."""

    left: tuple[Any, ...]
    right: tuple[Any, ...]

    def times(self, inner: Any) -> Any:
        return sp.KroneckerProduct(*self.left, inner, *self.right)


def _alike(words: Words) -> tuple[list[tuple[Word, int]], Any, Words] | None:
    """Words that differ by one letter, a diagonal or a Hadamard or Kronecker product; and what differs."""
    kinds = (DiagMatrix, sp.HadamardProduct, sp.KroneckerProduct)
    if not any(isinstance(a.node, kinds) for _, word in words for a, _ in word):
        return None
    groups: dict[Any, list[tuple[Expr, Word, int, Any]]] = {}
    for number, word in words:
        for at, (held, transposed) in enumerate(word):
            node: Any = held.node
            around = (word[:at], word[at + 1 :], transposed)
            if isinstance(node, DiagMatrix):
                groups.setdefault((around, DiagMatrix), []).append((number, word, at, node.args[0]))
            elif isinstance(node, sp.HadamardProduct):
                for k, common in enumerate(node.args):
                    rest = node.args[:k] + node.args[k + 1 :]
                    other = rest[0] if len(rest) == 1 else sp.HadamardProduct(*rest)
                    groups.setdefault((around, common), []).append((number, word, at, other))
            elif isinstance(node, sp.KroneckerProduct):
                for k, own in enumerate(node.args):
                    common = _Beside(node.args[:k], node.args[k + 1 :])
                    groups.setdefault((around, common), []).append((number, word, at, own))
    for (_, common), members in sorted(groups.items(), key=lambda g: -len(g[1])):
        words_of = [(number, _as_word(rest)) for number, _, _, rest in members]
        if len(members) < 2 or any(word is None for _, word in words_of) or len({m[1] for m in members}) < len(members):
            continue
        make: Any = lambda inner, common=common: sp.HadamardProduct(common, inner)  # noqa: E731
        if common is DiagMatrix:
            make = DiagMatrix
        elif isinstance(common, _Beside):
            make = common.times
        return [(word, at) for _, word, at, _ in members], make, words_of  # type: ignore[return-value]
    return None


def _as_word(expr: Any) -> Word | None:
    """A product of matrices as a word; None if it has a scalar factor."""
    if isinstance(expr, sp.Transpose) and isinstance(expr.arg, sp.MatMul):
        inner = _as_word(expr.arg)
        return None if inner is None else flip(inner)
    letters: list[tuple[Atom, bool]] = []
    for factor in expr.args if isinstance(expr, sp.MatMul) else (expr,):
        base, count = factor, 1
        if type(factor) is sp.MatPow:
            base, count = factor.args
        if not base.is_Matrix or not sp.S(count).is_Integer or count < 0:
            return None
        turned_over = isinstance(base, sp.Transpose)
        letters += [(atom(base.arg if turned_over else base), turned_over)] * int(count)
    return tuple(letters)


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


# Squares and other products of sums.


def squares(words: Words, traced: bool = False) -> tuple[list[Addend], Words]:
    """The squares c (sum of r)' (sum of r) in a sum of 1x1 words, and the words that are in none of them.

    With `traced` the words are those of cycles, and so are the squares: c tr((sum of r)' (sum of r)).
    """
    coefs = {word: number for number, word in words}
    pending = [word for number, word in words if number.is_Rational and _roots(word, traced)]
    done: list[Addend] = []
    while pending:
        first, *others = pending
        tried = [_square(root, coefs[first], others, coefs, traced) for root in _roots(first, traced)]
        square = max(tried, key=len)
        pending = others
        if len(square) < 2:
            continue
        used = {_close(r, r, traced) for _, r in square}
        used |= {_close(r, s, traced) for (_, r), (_, s) in combinations(square, 2)}
        root_sum = together(collect(square, S.Zero))
        number = coefs[first] * root_sum.number**2
        key = min(_key(number, word) for word in used)
        done.append(Addend(number, (*_transposed(root_sum.factors), *root_sum.factors), key))
        pending = [word for word in pending if word not in used]
        words = [t for t in words if t[1] not in used]
    return done, words


def _square(first: Word, scale: Expr, others: list[Word], coefs: dict[Word, Expr], traced: bool) -> Words:
    """The largest sum of roots, beginning with `first`, whose square times `scale` is in the sum."""
    square: Words = [(S.One, first)]
    for word in others:
        size = sp.sqrt(coefs[word] / scale)
        if not size.is_Rational:
            continue
        for root in _roots(word, traced):
            if not _same_shape(root, first):
                continue
            cross = [coefs.get(_close(r, root, traced)) for _, r in square]
            if cross[0] is None:
                continue
            weight = cross[0] / (2 * scale)
            if abs(weight) == size and all(
                c == 2 * scale * s * weight for c, (s, _) in zip(cross, square, strict=True)
            ):
                square.append((weight, root))
                break
    return square


def _roots(word: Word, traced: bool) -> list[Word]:
    """The words r with r'r = word, up to rotation if it is traced."""
    half = len(word) // 2
    if len(word) % 2 or not half:
        return []
    turns = [word[i:] + word[:i] for i in range(len(word))] if traced else [word]
    roots = dict.fromkeys(turn[half:] for turn in turns if flip(turn[half:]) == turn[:half])
    return sorted(roots, key=lambda root: sum(t for _, t in root))


def _same_shape(r: Word, s: Word) -> bool:
    return letter_rows(r[0]) == letter_rows(s[0]) and letter_columns(r[-1]) == letter_columns(s[-1])


def _close(r: Word, s: Word, traced: bool) -> Word:
    """The canonical word of r's, or of its trace."""
    return cycle(flip(r) + s).word if traced else chain(None, flip(r) + s, None).word


def _rank_one(words: Words) -> Addend | None:
    """The sum as (sum of left parts)(sum of right parts), if its coefficients are a table of rank one."""
    shortest = min(len(word) for _, word in words)
    cuts = [[p] * len(words) for p in range(1, shortest)]
    cuts += [[len(word) - p for _, word in words] for p in range(1, shortest)]
    cuts += [[_narrow(word) for _, word in words]]
    for cut in cuts:
        table: dict[Word, dict[Word, Expr]] = {}
        for (number, word), p in zip(words, cut, strict=True):
            table.setdefault(word[:p], {})[word[p:]] = number
        found = _factored(table) if all(cut) and len(words) > len(table) > 1 else None
        if found is not None:
            left, right = found
            key = (bool(left.number * right.number < 0), *min(_key(*t) for t in words)[1:])  # type: ignore[operator]
            return Addend(left.number * right.number, (*left.factors, *right.factors), key)
    return None


def _narrow(word: Word) -> int:
    """Where the word passes through size 1, or 0."""
    return next((i for i, letter in enumerate(word[:-1], 1) if letter_columns(letter) == 1), 0)


def _factored(table: dict[Word, dict[Word, Expr]]) -> tuple[Addend, Addend] | None:
    rows = list(table.values())
    pivot, row = next(iter(rows[0])), rows[0]
    if len(row) < 2 or any(other.keys() != row.keys() for other in rows):
        return None
    ratios = [other[pivot] / row[pivot] for other in rows]
    if any(other[w] != ratio * row[w] for other, ratio in zip(rows, ratios, strict=True) for w in row):
        return None
    lefts = list(zip(ratios, table, strict=True))
    left = _upright(lefts)
    scale = row.get(flip(lefts[0][1]), S.Zero)
    if scale != 0 and {flip(word): scale * ratio for ratio, word in lefts} == row:
        return left, Addend(scale * left.number, _transposed(left.factors), left.key)
    return left, _upright([(number, word) for word, number in row.items()])


__all__ = ["Addend", "Words", "collect", "factors_of", "fused", "product", "squares", "together", "turned"]
