"""Edges of a product of entries: a word of matrices from one index to another, or a vector at one index."""

from __future__ import annotations

from typing import Any, TypeAlias

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import flip
from symbolic.grouping import factors_of, fused, product
from symbolic.terms import Index, Slot, Word, atom

# The second end of a vector is None.
Edge: TypeAlias = "tuple[Word, Index, Index | None]"


class Unrecognised(Exception):
    """Internal: the product has no form in the matrix notation known here."""


def letter(node: Any) -> Word:
    """The word of one matrix."""
    return ((atom(node), False),)


def identity(size: Expr) -> Word:
    """The word of an identity matrix, which is dropped in a longer word."""
    return letter(sp.Identity(size))


def ones(rows: Expr, columns: Expr = S.One) -> Word:
    return letter(OneMatrix(rows, columns))


def is_identity(word: Word) -> bool:
    return all(isinstance(a.node, sp.Identity) for a, _ in word)


def is_ones(word: Word) -> bool:
    return len(word) == 1 and isinstance(word[0][0].node, OneMatrix)


def written(word: Word) -> Any:
    """The word as a product of SymPy matrices."""
    return product(S.One, factors_of(fused(word)))


def join(*words: Word) -> Word:
    """The product of words; identities are left out as long as something else is there."""
    letters = tuple(one for word in words for one in word)
    return tuple(one for one in letters if not isinstance(one[0].node, sp.Identity)) or letters[:1]


def kronecker(words: list[Word]) -> Word:
    """The word of the Kronecker product of matrices or of columns."""
    if len(words) == 1:
        return words[0]
    exprs = [written(word) for word in words]
    if all(map(is_identity, words)):
        return identity(sp.Mul(*(e.shape[0] for e in exprs)))
    if all(map(is_ones, words)):
        return ones(sp.Mul(*(e.shape[0] for e in exprs)), sp.Mul(*(e.shape[1] for e in exprs)))
    return letter(sp.KroneckerProduct(*exprs))


def hadamard(words: list[Word]) -> Word:
    """The word of the Hadamard product, equal factors as a power."""
    counted: dict[Word, int] = {}
    for word in words:
        counted[word] = counted.get(word, 0) + 1
    exprs = [_entrywise_power(written(word), count) for word, count in counted.items()]
    return letter(exprs[0] if len(exprs) == 1 else sp.HadamardProduct(*exprs))


def _entrywise_power(expr: Any, count: int) -> Any:
    return expr if count == 1 else HadamardPower(expr, sp.Integer(count))


def leaving(edge: Edge, k: Index) -> tuple[Word, Slot]:
    """The edge read away from k, and where it leads."""
    word, a, b = edge
    return (word, b) if a == k else (flip(word), a)


__all__ = [
    "Edge", "Unrecognised", "hadamard", "identity", "is_identity", "is_ones", "join", "kronecker", "leaving", "letter",
    "ones", "written",
]  # fmt: skip
