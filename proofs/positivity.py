"""Positive definiteness as a sum of squares: M = sum of c L'PL with c > 0 and P positive (semi)definite.

The squares are read off the expression as it is written (a product whose second half is the transpose of its first,
with or without a definite matrix in the middle), else off its words. What separates M from the sum, if a hypothesis
such as A' = A does, is proved like any other equation. One square must be definite: P definite and L injective.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

from proofs.kernel import Checker, KernelError, Matrix
from proofs.search import Search

Json = Any
Square = list[Any]  # [coefficient, middle or None, root]
MAX_POWER = 8  # longer powers are not taken apart


def squares_of(checker: Checker, e: Json, search: Callable[[], Search]) -> list[Square] | None:
    """The squares that `e` is the sum of, up to hypotheses, or None if a term is not a square.

    Only finds them; whether coefficients are positive and some square is definite is for the kernel to say.
    """
    out = list[Square]()
    for term in _uncancelled(checker, _terms(e)):
        square = _square(checker, term, search)
        if square is None:
            return _squares_of_words(checker, e, search)
        out.append(square)
    return out


def take_definite_step(checker: Checker, e: Json, search: Callable[[], Search]) -> Json | None:
    """The step ["positive_definite", e, squares, proof], if the checker takes one, else None."""
    found = cache(search)
    try:
        squares = squares_of(checker, e, found)
        if not squares:
            return None
        step = ["positive_definite", e, squares, None]
        with suppress(KernelError):
            checker.step(step)
            return step
        terms = [["mul", c, ["T", root], *([] if p is None else [p]), root] for c, p, root in squares]
        proof = found().prove(checker.expr(e, {}) - checker.expr(["add", *terms], {}), seconds=0.2, inline=True)
        if proof is None:
            return None
        step = [*step[:3], proof.expression]
        checker.step(step)
    except KernelError:
        return None
    return step


def _terms(e: Json) -> list[Json]:
    """The terms of a sum, products with scalar factors multiplied out over sums."""
    if isinstance(e, list) and e[0] == "add":
        return [t for part in e[1:] for t in _terms(part)]
    return [e]


def _uncancelled(checker: Checker, terms: list[Json]) -> list[Json]:
    """The terms without pairs that cancel: |Py|^2 + |r|^2 - |Py|^2 is |r|^2, and need not be multiplied out."""
    values = [checker.expr(term, {}) for term in terms]
    kept = list[int]()
    for k, value in enumerate(values):
        opposite = next((i for i in kept if not (values[i] + value).poly), None)
        if opposite is None:
            kept.append(k)
        else:
            kept.remove(opposite)
    return [terms[k] for k in kept]


def _square(checker: Checker, term: Json, search: Callable[[], Search]) -> Square | None:
    scalars, factors = list[Json](), list[Json]()
    rows = checker.expr(term, {}).rows
    for f in _factors(term):
        m = checker.expr(f, {})
        if m.rows == m.cols == "1" and (rows != "1" or not _mentions_vectors(m)):
            scalars.append(f)
        else:
            factors.append(f)
    factors = [f for f in factors if not (isinstance(f, list) and f[0] == "id")]
    coefficient: Json = scalars[0] if len(scalars) == 1 else ["mul", *scalars] if scalars else ["num", "1"]
    half = len(factors) // 2
    left, right = factors[:half], factors[-half:] if half else []
    if not all(_same(checker, a, ["T", b], search) for a, b in zip(left, reversed(right), strict=True)):
        return None
    root = right[0] if half == 1 else ["mul", *right] if half else None
    if len(factors) % 2 == 0:
        return [coefficient, None, root or ["id", rows]]
    middle = factors[half]
    if not checker.is_fact(checker.expr(middle, {}), "positive_definite", "positive_semidefinite"):
        return _symmetric_square(checker, coefficient, factors)
    return [coefficient, middle, root or ["id", checker.expr(middle, {}).rows]]


def _symmetric_square(checker: Checker, coefficient: Json, factors: list[Json]) -> Square | None:
    """A power of one factor, such as S^2 or the inverse of a definite P (which is (P^-1)' P P^-1)."""
    if len(factors) == 1 and isinstance(factors[0], list) and factors[0][0] == "inv":
        inner = factors[0][1]
        if checker.is_fact(checker.expr(inner, {}), "positive_definite"):
            return [coefficient, inner, factors[0]]
    return None


def _factors(term: Json) -> list[Json]:
    match term:
        case ["mul", *parts]:
            return [f for part in parts for f in _factors(part)]
        case ["pow", base, str(k)] if k.isdigit() and 0 < int(k) <= MAX_POWER:
            return [f for _ in range(int(k)) for f in _factors(base)]
        case ["T", ["mul", *parts]]:
            return [f for part in reversed(parts) for f in _factors(["T", part])]
    return [term]


def _mentions_vectors(m: Matrix) -> bool:
    return any(chains for _, chains in m.poly)


def _same(checker: Checker, a: Json, b: Json, search: Callable[[], Search]) -> bool:
    """Equal, perhaps by a hypothesis such as A' = A."""
    one, other = checker.expr(a, {}), checker.expr(b, {})
    if (one.rows, one.cols) != (other.rows, other.cols):
        return False
    return one == other or search().prove(one - other, seconds=0.05) is not None


def _squares_of_words(checker: Checker, e: Json, search: Callable[[], Search]) -> list[Square] | None:
    """As `squares_of`, from the normal form: every word must be a word and its transpose, around a definite letter."""
    m, out = checker.expr(e, {}), list[Square]()
    for (powers, chains), c in m.poly.items():
        if len(chains) > 1:
            return None
        bases = [(s if s[0] != "|" else ["dim", s[1:]], str(k)) for s, k in powers]
        word = list(chains[0][1]) if chains else []
        scalars = [["num", str(c)], *(["pow", base, k] for base, k in bases)]
        term = _square(checker, ["mul", *scalars, *(word or [["id", m.rows]])], search)
        if term is None:
            return None
        out.append(term)
    return out


__all__ = ["squares_of", "take_definite_step"]
