r"""Expressions as sums of products, and as affine functions of an unknown: sum_k L_k U R_k + rest.

Terms and factors keep the order in which they were written, so that what is put together again looks as a person would
have written it: `(X'X + lambda I) w - X'y` gives the coefficient `X'X + lambda I` of w.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product as cartesian
from math import gcd, lcm
from typing import Any

import sympy as sp
from sympy import Basic, Rational, S
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import PushthroughError, UnsupportedError
from symbolic.facts import Facts
from symbolic.index import to_index
from symbolic.shapes import SCALAR, is_scalar, is_zero, same_size, shape, split_product

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
    """The transpose, taken inside of products and sums, without a double one.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    >>> transposed(sp.MatMul(2, A, B.T))
    2*B*A.T
    """
    match e:
        case sp.Transpose():
            return e.arg
        case sp.MatAdd():
            return sp.MatAdd(*map(transposed, e.args))
        case sp.MatMul():
            scalars, chain = split_product(e.args)
            if chain:
                return sp.MatMul(*(f for run in scalars for f in run), *map(transposed, reversed(chain)))
            numbers = [a for a in e.args if not a.is_Matrix]
            return sp.MatMul(*numbers, *(transposed(a) for a in reversed(e.args) if a.is_Matrix))
        case sp.Inverse(arg=sp.Transpose(arg=inner)):
            return sp.Inverse(inner)
        case sp.ZeroMatrix():
            return sp.ZeroMatrix(e.shape[1], e.shape[0])
        case sp.Identity():
            return e
    return sp.Transpose(e) if getattr(e, "is_Matrix", False) else e


def number(e: Any) -> Any:
    """A 1 x 1 expression as a scalar of SymPy: x'y as its only entry."""
    if not getattr(e, "is_Matrix", False):
        return e
    return S.One if isinstance(e, sp.Identity) else S.Zero if isinstance(e, sp.ZeroMatrix) else MatrixElement(e, 0, 0)


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
    return collected(settled(term, facts) for term in _expand(expr))


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
    if all(getattr(p, "is_Matrix", False) for p in parts):
        return sp.MatAdd(*parts)
    return sp.Add(*map(number, parts), evaluate=False)


def _expand(e: Any) -> list[Term]:
    match e:
        case sp.Rational() | sp.Float():
            return [Term(Rational(str(e)))] if e else []
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
        case sp.Trace():
            return _expand(e.arg) if is_scalar(e.arg) else [_traced(term) for term in _expand(e.arg)]
        case sp.Sum() if (found := _without_index(e)) is not None:
            return _expand(found)
        case sp.Pow() | sp.MatPow() if e.args[1].is_Integer and 0 < e.args[1] <= MAX_POWER and _is_sum(e.args[0]):
            return reduce(_multiplied, [_expand(e.args[0])] * int(e.args[1]))
    return [Term(S.One, (e,))] if is_scalar(e) else [Term(S.One, (), (e,))]


def _is_sum(e: Any) -> bool:
    return isinstance(e, (sp.Add, sp.MatAdd, sp.Mul, sp.MatMul)) or bool(getattr(e, "is_Matrix", False))


def _traced(term: Term) -> Term:
    """tr(number scalars factors) is number scalars tr(factors); a multiple of the identity cannot come alone here."""
    return Term(term.number, term.scalars + (sp.Trace(sp.MatMul(*term.factors)),))


def _without_index(e: sp.Sum) -> Any:
    """A sum over entries as a product of matrices, if it is one: SymPy writes `(x.T*y)[0, 0]` as a sum."""
    try:
        found = to_index(e).to_matrix()
    except PushthroughError:
        return None
    return None if found.has(sp.Sum) else found


def _product(e: Any) -> list[Term]:
    runs, chain = split_product(e.args)
    scalars = [reduce(_multiplied, map(_expand, run), [Term(S.One)]) for run in runs]
    has_factors = [any(term.factors for term in terms) for terms in scalars]
    out = reduce(_multiplied, map(_expand, chain), [Term(S.One)])
    for terms, inside in zip(scalars, has_factors, strict=True):
        if inside and (chain or sum(has_factors) > 1):  # a 1 x 1 product beside others: a number
            terms = [Term(t.number, t.scalars + ((number(sp.MatMul(*t.factors)),) if t.factors else ())) for t in terms]
        out = _multiplied(terms, out)
    return out


def _multiplied(left: list[Term], right: list[Term]) -> list[Term]:
    if len(left) * len(right) > MAX_TERMS:
        raise UnsupportedError(f"more than {MAX_TERMS} terms when it is multiplied out.")
    return [a * b for a, b in cartesian(left, right)]


def settled(term: Term, facts: Facts) -> Term:
    """A' is A, and (A')^-1 is A^-1, where A is known to be symmetric."""

    def upright(e: Any) -> Any:
        if isinstance(e, sp.Inverse):
            return sp.Inverse(upright(e.arg))
        return e.arg if isinstance(e, sp.Transpose) and facts.holds("symmetric", e.arg) is not None else e

    factors = tuple(map(upright, term.factors))
    return Term(term.number, merged(term.scalars), factors)


def merged(scalars: Iterable[Any]) -> tuple[Any, ...]:
    """Powers of one base as one power: mu, mu^-2 is mu^-1."""
    powers: dict[Any, Any] = {}
    for scalar in scalars:
        base, exponent = power_of(scalar)
        powers[base] = powers.get(base, S.Zero) + exponent
    return tuple(sp.Pow(base, exponent) for base, exponent in powers.items() if exponent)


def power_of(scalar: Any) -> tuple[Any, Any]:
    """Base and exponent of a scalar; the exponent is 1 where powers do not simply add up."""
    if isinstance(scalar, sp.Pow) and not scalar.base.is_Matrix:
        base, exponent = scalar.as_base_exp()
        if exponent.is_Integer or (exponent.is_Rational and base.is_positive):
            return base, exponent
    return scalar, S.One


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
        term = _opened(term, unknown)
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


def affine_equation(equation: sp.Eq, unknown: Basic, given: Iterable[Basic] = ()) -> Affine:
    """A linear equation with the unknown on one side: the sum of `places` is that of `rest`. Raises as `affine_in`.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, w, b = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("b", n, 1)
    >>> found = affine_equation(sp.Eq(A*w - b, w, evaluate=False), w)
    >>> [str(place.left.to_sympy(n)) for place in found.places], [str(term.to_sympy()) for term in found.rest]
    (['A', '-I'], ['b'])
    """
    left, right = (affine_in(side, unknown, given) for side in equation.args)
    places = [*left.places, *(replace(place, left=place.left.times(-1)) for place in right.places)]
    return Affine(tuple(places), tuple(collected([*right.rest, *(term.times(-1) for term in left.rest)])))


def _opened(term: Term, unknown: Basic) -> Term:
    """A scalar factor with the unknown in it as factors: (v'w) v is v v'w."""
    scalars = [part for s in term.scalars for part in (s.args if isinstance(s, sp.Mul) and s.has(unknown) else (s,))]
    inner = [s for s in scalars if isinstance(s, MatrixElement) and isinstance(s.parent, sp.MatMul) and s.has(unknown)]
    if len(inner) != 1 or is_scalar(unknown):
        return Term(term.number, tuple(scalars), term.factors)
    scalars.remove(inner[0])
    product = inner[0].parent if unknown in inner[0].parent.args else transposed(inner[0].parent)
    if not term.factors or same_size(shape(term.factors[-1])[1], 1):
        factors = (*term.factors, *product.args)
    elif same_size(shape(term.factors[0])[0], 1):
        factors = (*product.args, *term.factors)
    else:
        return term
    return Term(term.number, tuple(scalars), factors)


def product(*factors: Any) -> Any:
    """The product, with numbers in front and without superfluous identities.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
    >>> product(A, sp.MatMul(2, x)), product(1, sp.Identity(n), x)
    (2*A*x, x)
    """
    flat = [S(f) for factor in factors for f in factors_of(factor)]
    zero = next((f for f in flat if isinstance(f, sp.ZeroMatrix)), None)
    matrices = [f for f in flat if getattr(f, "is_Matrix", False)]
    if zero is not None:
        return added([], (shape(matrices[0])[0], shape(matrices[-1])[1]))
    scalars = [f for f in flat if f not in matrices and f != 1]
    if len(scalars) > 1 and all(s.is_Rational for s in scalars):
        scalars = [f for f in (sp.Mul(*scalars),) if f != 1]
    chain = [f for f in matrices if not isinstance(f, sp.Identity)] or matrices[:1]
    parts = [*scalars, *chain]
    return (parts[0] if len(parts) == 1 else sp.MatMul(*parts) if chain else sp.Mul(*parts)) if parts else S.One


def factors_of(e: Any) -> tuple[Any, ...]:
    return e.args if isinstance(e, sp.MatMul) else (e,)


def _negative(e: Any) -> Any:
    return product(-1, e) if getattr(e, "is_Matrix", False) else -e


def total(left: Any, right: Any) -> Any:
    """left + right, as it is written."""
    if all(getattr(e, "is_Matrix", False) for e in (left, right)):
        return sp.MatAdd(left, right)
    return sp.Add(number(left), number(right), evaluate=False)


def difference(left: Any, right: Any) -> Any:
    """left - right, as it is written, without a zero."""
    if is_zero(right):
        return left
    if is_zero(left):
        return _negative(right)
    if getattr(right, "is_Matrix", False):
        return total(left, product(-1, right))
    return total(left, -right if right.is_Atom else sp.Mul(-1, right, evaluate=False))


def content(terms: Iterable[Term]) -> Rational:
    """The largest rational by which all terms can be divided with integer numbers left; its sign is plus."""
    numbers = [term.number for term in terms]
    if not numbers:
        return S.One
    return Rational(gcd(*(int(abs(c.p)) for c in numbers)), lcm(*(int(c.q) for c in numbers)))


__all__ = [
    "Affine",
    "Place",
    "Term",
    "added",
    "affine_equation",
    "affine_in",
    "collected",
    "content",
    "difference",
    "factors_of",
    "merged",
    "number",
    "power_of",
    "product",
    "settled",
    "terms_of",
    "total",
    "transposed",
]
