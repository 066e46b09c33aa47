r"""Expressions as sums of products, and as affine functions of an unknown: sum_k L_k U R_k + rest.

Terms and factors keep the order in which they were written, so that what is put together again looks as a person would
have written it: `(X'X + lambda I) w - X'y` gives the coefficient `X'X + lambda I` of w.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import product as cartesian
from math import gcd, lcm
from typing import Any

import sympy as sp
from sympy import Basic, Rational, S
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import UnsupportedError
from symbolic.facts import Facts
from symbolic.shapes import SCALAR, is_scalar, shape, split_product

MAX_TERMS, MAX_POWER = 400, 8


@dataclass(frozen=True)
class Term:
    """`number` times scalars times matrices. A term without factors is a multiple of the identity (or a number)."""

    number: Rational
    scalars: tuple[Any, ...] = ()
    factors: tuple[Any, ...] = ()

    def __mul__(self, other: Term) -> Term:
        return Term(self.number * other.number, self.scalars + other.scalars, self.factors + other.factors)

    @property
    def T(self) -> Term:
        return Term(self.number, self.scalars, tuple(map(transposed, reversed(self.factors))))

    def times(self, number: Any) -> Term:
        return Term(self.number * number, self.scalars, self.factors)

    @property
    def key(self) -> tuple[Any, ...]:
        return (tuple(sorted(self.scalars, key=sp.default_sort_key)), self.factors)

    def to_sympy(self, rows: Any = S.One) -> Any:
        """The product; `rows` is the size of the identity that a term without factors is a multiple of."""
        scalars = [*([self.number] if self.number != 1 else []), *self.scalars]
        factors = self.factors or ((sp.Identity(rows),) if rows != 1 else ())
        if not factors:
            return scalars[0] if len(scalars) == 1 else sp.Mul(*scalars, evaluate=False) if scalars else S.One
        parts = [*scalars, *factors]
        return parts[0] if len(parts) == 1 else sp.MatMul(*parts)


def transposed(e: Any) -> Any:
    """The transpose of a factor, without a double one."""
    return e.arg if isinstance(e, sp.Transpose) else e if isinstance(e, sp.Identity) else sp.Transpose(e)


def terms_of(expr: Basic, given: Iterable[Basic] = ()) -> list[Term]:
    """`expr` multiplied out; transposes of what `given` says is symmetric are left out, equal terms are added up.

    Raises UnsupportedError when there are too many terms, ShapeError as `shape` does.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x, y = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("y", n, 1)
    >>> [str(term.to_sympy()) for term in terms_of(A*(x - y) + A*y)]
    ['A*x']
    """
    shape(expr)
    facts = Facts(given)
    return collected(_settled(term, facts) for term in _expand(expr))


def collected(terms: Iterable[Term]) -> list[Term]:
    """Like terms added up, in the order of their first appearance; those that vanish left out."""
    out: dict[Any, Term] = {}
    for term in terms:
        known = out.get(term.key)
        out[term.key] = term if known is None else Term(known.number + term.number, known.scalars, known.factors)
    return [term for term in out.values() if term.number]


def added(terms: list[Term], like: Any) -> Any:
    """The sum of `terms`, a matrix of the size of `like` (an expression, or rows and columns)."""
    rows, columns = like if isinstance(like, tuple) else shape(like)
    if not terms:
        return sp.ZeroMatrix(rows, columns) if (rows, columns) != SCALAR else S.Zero
    parts = [term.to_sympy(rows) for term in terms]
    if len(parts) == 1:
        return parts[0]
    return sp.MatAdd(*parts) if all(getattr(p, "is_Matrix", False) for p in parts) else sp.Add(*parts, evaluate=False)


def _expand(e: Any) -> list[Term]:
    match e:
        case sp.Rational():
            return [Term(e)] if e else []
        case sp.ZeroMatrix():
            return []
        case sp.Identity():
            return [Term(S.One)]
        case sp.Add() | sp.MatAdd():
            return [term for part in e.args for term in _expand(part)]
        case sp.Mul() | sp.MatMul():
            return _product(e)
        case sp.Transpose():
            return [term.T for term in _expand(e.arg)]
        case MatrixElement() if shape(e.parent) == SCALAR:
            return _expand(e.parent)
        case sp.Pow() | sp.MatPow() if e.args[1].is_Integer and 0 < e.args[1] <= MAX_POWER and _is_sum(e.args[0]):
            return reduce(_multiplied, [_expand(e.args[0])] * int(e.args[1]))
    return [Term(S.One, (e,))] if is_scalar(e) else [Term(S.One, (), (e,))]


def _is_sum(e: Any) -> bool:
    return isinstance(e, (sp.Add, sp.MatAdd, sp.Mul, sp.MatMul)) or bool(getattr(e, "is_Matrix", False))


def _product(e: Any) -> list[Term]:
    scalars, chain = split_product(e.args)
    out = reduce(_multiplied, [_expand(f) for f in chain], [Term(S.One)])
    for run in scalars:
        inner = reduce(_multiplied, [_expand(f) for f in run], [Term(S.One)])
        if chain or len(scalars) > 1:  # 1 x 1 products beside others: numbers
            inner = [Term(t.number, t.scalars + ((sp.MatMul(*t.factors),) if t.factors else ())) for t in inner]
        out = _multiplied(inner, out)
    return out


def _multiplied(left: list[Term], right: list[Term]) -> list[Term]:
    if len(left) * len(right) > MAX_TERMS:
        raise UnsupportedError(f"more than {MAX_TERMS} terms when it is multiplied out.")
    return [a * b for a, b in cartesian(left, right)]


def _settled(term: Term, facts: Facts) -> Term:
    """A' is A where A is known to be symmetric."""
    factors = tuple(
        f.arg if isinstance(f, sp.Transpose) and facts.holds("symmetric", f.arg) is not None else f
        for f in term.factors
    )
    return Term(term.number, term.scalars, factors)


@dataclass(frozen=True)
class Place:
    """One term `left U right` (`U'` if `turned`); scalars and numbers stand in `left`."""

    left: Term
    turned: bool
    right: tuple[Any, ...]


@dataclass(frozen=True)
class Affine:
    """`places`: the terms with the unknown; `rest`: the terms without it."""

    places: tuple[Place, ...]
    rest: tuple[Term, ...]


def affine_in(expr: Basic, unknown: Basic, given: Iterable[Basic] = ()) -> Affine:
    """`expr` as an affine function of a symbol. Raises UnsupportedError, naming the term, if it is not one.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> X, w, y = sp.MatrixSymbol("X", n, d), sp.MatrixSymbol("w", d, 1), sp.MatrixSymbol("y", n, 1)
    >>> found = affine_in(X.T*(X*w - y), w)
    >>> [str(place.left.to_sympy()) for place in found.places], [str(term.to_sympy()) for term in found.rest]
    (['X.T*X'], ['-X.T*y'])
    """
    places, rest = [], []
    for term in terms_of(expr, given):
        if is_scalar(unknown):
            term = Term(term.number, _symbols_out(term.scalars, unknown), term.factors)
        inside = [f for f in (*term.scalars, *term.factors) if f.has(unknown)]
        if not inside:
            rest.append(term)
            continue
        if len(inside) > 1 or inside[0] not in (unknown, sp.Transpose(unknown) if unknown.is_Matrix else unknown):
            written = term.to_sympy(shape(expr)[0])
            raise UnsupportedError(f"{expr} is not linear in {unknown}: there is the term {written}.")
        if inside[0] in term.scalars:
            others = tuple(s for s in term.scalars if s != unknown)
            places.append(Place(Term(term.number, others, term.factors), False, ()))
            continue
        k = term.factors.index(inside[0])
        left = Term(term.number, term.scalars, term.factors[:k])
        places.append(Place(left, isinstance(inside[0], sp.Transpose), term.factors[k + 1 :]))
    return Affine(tuple(places), tuple(rest))


def _symbols_out(scalars: tuple[Any, ...], unknown: Basic) -> tuple[Any, ...]:
    """Scalars with products taken apart, so that the unknown stands alone where it is a factor."""
    return tuple(part for s in scalars for part in (s.args if isinstance(s, sp.Mul) and s.has(unknown) else (s,)))


def content(terms: Iterable[Term]) -> Rational:
    """The largest rational by which all terms can be divided with integer numbers left; its sign is plus."""
    numbers = [term.number for term in terms]
    if not numbers:
        return S.One
    return Rational(gcd(*(int(abs(c.p)) for c in numbers)), lcm(*(int(c.q) for c in numbers)))


__all__ = ["Affine", "Place", "Term", "added", "affine_in", "collected", "content", "terms_of", "transposed"]
