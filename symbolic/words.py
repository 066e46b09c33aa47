"""Words: typed noncommutative polynomials, the form that decides whether two matrix polynomials are equal.

A matrix of shape m x n is an arrow, a monomial a path, the empty path at n is I_n. What is 1 x 1 commutes and stands
in the coefficient: scalar symbols (with rational exponents where they are positive), closed paths such as x'Ax (equal
to their transposes), traces (equal also to their rotations), and inverses of 1 x 1 sums. An inverse of a matrix is a
letter of its own, known by the normal form of what it inverts; that it *is* one is a hypothesis, not a rewriting.

    read_words(expr) -> Words         Words.to_sympy() -> expr         + - * .T ==

Entries, index sums and derivatives have their home in the index form (`symbolic.index`). Source: the free algebra of a
quiver, as in Raab, Regensburger and Hossein Poor, *Formal proofs of operator identities* (arXiv 1910.06165).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from sympy import MatrixSymbol, Rational, S, Symbol
from sympy.core.expr import Expr
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import ShapeError, UnsupportedError
from symbolic.shapes import same_size, shape, split_product

MAX_POWER = 64


@dataclass(frozen=True)
class Letter:
    """A matrix symbol, or the inverse of `argument`; maybe transposed. `rows`, `cols`: as it stands in a word."""

    name: str
    rows: Expr
    cols: Expr
    transposed: bool = False
    argument: Words | None = None

    @property
    def T(self) -> Letter:
        return Letter(self.name, self.cols, self.rows, not self.transposed, self.argument)

    def __str__(self) -> str:
        return self.name + ("'" if self.transposed else "")

    @cached_property
    def key(self) -> tuple[Any, ...]:
        return (self.name, self.transposed, str(self.rows), str(self.cols))


Path = tuple[Letter, ...]


@dataclass(frozen=True)
class Closed:
    """A 1 x 1 product of matrices, or the trace of a product, in the smallest of its equal spellings."""

    path: Path
    trace: bool

    def __str__(self) -> str:
        text = " ".join(map(str, self.path))
        return f"tr({text})" if self.trace else f"({text})"


@dataclass(frozen=True)
class Reciprocal:
    """1 / argument, for a 1 x 1 argument that is not a single product."""

    argument: Words

    def __str__(self) -> str:
        return f"({self.argument})^-1"


Atom = Symbol | MatrixSymbol | Closed | Reciprocal
Powers = tuple[tuple[Atom, Rational], ...]
Monomial = tuple[Powers, Path]


class Words:
    """A polynomial in words, rows x cols; `terms` maps (powers of 1 x 1 atoms, path) to a rational. Immutable.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
    >>> read_words((A + B)*(A - B) - A*A + B*B)
    -A B + B A
    """

    __slots__ = ("_key", "cols", "rows", "terms")

    def __init__(self, rows: Any, cols: Any, terms: Mapping[Monomial, Any]) -> None:
        self.rows, self.cols = S(rows), S(cols)
        self.terms = {m: Rational(c) for m, c in sorted(terms.items(), key=lambda t: _monomial_key(t[0])) if c}
        self._key: Any = None

    def _identity(self) -> Any:
        if self._key is None:
            self._key = (str(self.rows), str(self.cols), tuple(self.terms.items()))
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def is_scalar(self) -> bool:
        return self.rows == self.cols == 1

    @property
    def T(self) -> Words:
        terms = {(powers, tuple(x.T for x in reversed(path))): c for (powers, path), c in self.terms.items()}
        return Words(self.cols, self.rows, terms)

    def __add__(self, other: Words) -> Words:
        if not (same_size(self.rows, other.rows) and same_size(self.cols, other.cols)):
            sizes = f"{self.rows} x {self.cols} and {other.rows} x {other.cols}"
            raise ShapeError(f"cannot add {self} and {other}: they are {sizes}.")
        terms = dict(self.terms)
        for m, c in other.terms.items():
            terms[m] = terms.get(m, 0) + c
        return Words(self.rows, self.cols, terms)

    def __neg__(self) -> Words:
        return Words(self.rows, self.cols, {m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Words) -> Words:
        return self + -other

    def __mul__(self, other: Words) -> Words:
        if not (self.is_scalar or other.is_scalar or same_size(self.cols, other.rows)):
            sizes = f"{self.rows} x {self.cols} and {other.rows} x {other.cols}"
            raise ShapeError(f"cannot multiply {self} by {other}: they are {sizes}.")
        terms: dict[Monomial, Any] = {}
        for (ps, u), c in self.terms.items():
            for (qs, v), d in other.terms.items():
                m = monomial([*ps, *qs], [u + v] if u and v and same_size(u[-1].cols, v[0].rows) else [u, v])
                terms[m] = terms.get(m, 0) + c * d
        one, two = (other, self) if self.is_scalar else (self, other)
        rows, cols = (one.rows, one.cols) if two.is_scalar else (self.rows, other.cols)
        return Words(rows, cols, terms)

    def __pow__(self, k: int) -> Words:
        out = identity(self.rows)
        for _ in range(k):
            out = out * self
        return out

    def trace(self) -> Words:
        """The trace: closed paths up to rotation and transposition; tr(I_n) = n."""
        if self.is_scalar:
            return self
        out = Words(1, 1, {})
        for (powers, path), c in self.terms.items():
            cut = next((k for k, x in enumerate(path) if x.rows == 1), None)
            if cut is not None:  # tr(u v') = v'u
                m = monomial(powers, [path[cut:] + path[:cut]])
            else:
                m = monomial([*powers, *([(_closed(path, True), S.One)] if path else [])], [])
            term = Words(1, 1, {m: c})
            out = out + (term if path else term * _read(self.rows))
        return out

    def inverse(self) -> Words:
        """The inverse, as a letter (a reciprocal, if 1 x 1); its existence is for the caller to ask for."""
        if len(self.terms) == 1:
            ((powers, path), c), *_ = self.terms.items()
            if not path and (self.is_scalar or not powers):
                flipped = [(atom, -k) for atom, k in powers]
                return Words(self.rows, self.cols, {monomial(flipped, []): 1 / c})
            if len(path) == 1 and path[0].argument is not None and not powers and c == 1:
                inner = path[0].argument
                return inner.T if path[0].transposed else inner
        if self.is_scalar:
            lead = next(iter(self.terms.values()), S.One)
            monic = Words(1, 1, {m: c / lead for m, c in self.terms.items()})
            return Words(1, 1, {(((Reciprocal(monic), S.One),), ()): 1 / lead})
        text = str(self) if len(self.terms) == 1 and " " not in str(self) else f"({self})"
        letter = Letter(f"{text}^-1", self.rows, self.cols, False, self)
        return Words(self.rows, self.cols, {((), (letter,)): 1})

    def to_sympy(self) -> Any:
        """A SymPy expression with these words, terms in the order of `terms`."""
        parts = [_term_to_sympy(self, powers, path, c) for (powers, path), c in self.terms.items()]
        if not parts:
            return S.Zero if self.is_scalar else sp.ZeroMatrix(self.rows, self.cols)
        if len(parts) == 1:
            return parts[0]
        return sp.MatAdd(*parts) if all(part.is_Matrix for part in parts) else sp.Add(*parts)

    def __repr__(self) -> str:
        out = ""
        for (powers, path), c in self.terms.items():
            factors = [f"{a}^{k}" if k != 1 else str(a) for a, k in powers] + [str(x) for x in path]
            if not path and not self.is_scalar:
                factors.append("I")
            if abs(c) != 1 or not factors:
                factors.insert(0, str(abs(c)))
            sign = ("-" if c < 0 else "") if not out else (" - " if c < 0 else " + ")
            out += sign + " ".join(factors)
        return out or "0"


def identity(n: Any) -> Words:
    """I_n: the empty path at n."""
    return Words(n, n, {((), ()): 1})


def scalar(atom: Atom, exponent: Any = 1) -> Words:
    return Words(1, 1, {monomial([(atom, Rational(exponent))], []): 1})


def read_words(expr: Any) -> Words:
    """The normal form of a SymPy expression. Raises ShapeError, and UnsupportedError naming a node that words lack.

    Equal matrix polynomials have equal normal forms, for all sizes at once.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, B, x = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n), MatrixSymbol("x", n, 1)
    >>> read_words(sp.Add(sp.Trace(A*B), x.T*A*x)) == read_words(sp.Add(sp.Trace(B.T*A.T), x.T*A.T*x))
    True
    """
    shape(expr)
    return _read(expr)


def _read(e: Any) -> Words:
    match e:
        case sp.Rational():
            return Words(1, 1, {((), ()): e})
        case sp.Float():
            return Words(1, 1, {((), ()): Rational(str(e))})
        case Symbol():
            return scalar(e)
        case MatrixSymbol():
            rows, cols = shape(e)
            return scalar(e) if rows == cols == 1 else Words(rows, cols, {((), (Letter(e.name, rows, cols),)): 1})
        case sp.Identity():
            return identity(e.shape[0])
        case sp.ZeroMatrix():
            return Words(e.shape[0], e.shape[1], {})
        case sp.Add() | sp.MatAdd():
            first, *rest = map(_read, e.args)
            for part in rest:
                first = first + part
            return first
        case sp.Mul() | sp.MatMul():
            scalars, chain = split_product(e.args)
            return _product([*(_product(map(_read, run)) for run in scalars), *map(_read, chain)])
        case sp.Transpose():
            return _read(e.arg).T
        case sp.Inverse():
            return _read(e.arg).inverse()
        case sp.Pow() | sp.MatPow():
            return _power(e, _read(e.args[0]), S(e.args[1]))
        case sp.Trace():
            return _read(e.arg).trace()
        case MatrixElement() if shape(e.parent) == (1, 1):
            return _read(e.parent)
        case _:
            raise UnsupportedError(f"words know no {type(e).__name__} (in {e}).")


def _product(factors: Iterable[Words]) -> Words:
    out = identity(1)
    for factor in factors:
        out = out * factor
    return out


def _power(e: Any, base: Words, k: Any) -> Words:
    if k.is_Integer and abs(k) <= MAX_POWER:
        return base ** int(k) if k >= 0 else base.inverse() ** int(-k)
    if isinstance(k, Rational) and base.is_scalar and len(base.terms) == 1:
        ((powers, path), c), *_ = base.terms.items()
        if c == 1 and not path and all(getattr(atom, "is_positive", False) for atom, _ in powers):
            return Words(1, 1, {monomial([(atom, x * k) for atom, x in powers], []): 1})
    raise UnsupportedError(f"words know no power {k} of {base} (in {e}).")


def monomial(powers: Iterable[tuple[Atom, Any]], paths: Iterable[Path]) -> Monomial:
    """Paths cut where they pass through size 1: closed pieces join the coefficient, the open ones stay, in order."""
    exponents: dict[Atom, Any] = {}
    rest: list[Letter] = []
    for atom, k in powers:
        exponents[atom] = exponents.get(atom, 0) + k
    for path in paths:
        start = 0
        for k, x in enumerate(path):
            if x.cols != 1 and k + 1 < len(path):
                continue
            piece, start = path[start : k + 1], k + 1
            if piece[0].rows == 1 and x.cols == 1:
                atom = _closed(piece, False)
                exponents[atom] = exponents.get(atom, 0) + 1
            else:
                rest += piece
    kept = sorted(((a, Rational(k)) for a, k in exponents.items() if k), key=lambda t: _atom_key(t[0]))
    return tuple(kept), tuple(rest)


def _closed(path: Path, trace: bool) -> Closed:
    flipped = tuple(x.T for x in reversed(path))
    turns = [p[k:] + p[:k] for p in (path, flipped) for k in (range(len(p)) if trace else (0,))]
    return Closed(min(turns, key=lambda p: [x.key for x in p]), trace)


def _atom_key(atom: Atom) -> tuple[int, str]:
    kinds = (Symbol, MatrixSymbol, Closed, Reciprocal)
    return next(k for k, kind in enumerate(kinds) if isinstance(atom, kind)), str(atom)


def _monomial_key(m: Monomial) -> tuple[Any, ...]:
    powers, path = m
    return (-len(path), [x.key for x in path], [(_atom_key(a), k) for a, k in powers])


def _term_to_sympy(whole: Words, powers: Powers, path: Path, c: Any) -> Any:
    factors = [_letter_to_sympy(x) for x in path]
    if not path and not whole.is_scalar:
        factors.append(sp.Identity(whole.rows))
    scalars = [_atom_to_sympy(a) ** k if k != 1 else _atom_to_sympy(a) for a, k in powers]
    inner = [s for s in scalars if s.is_Matrix]  # closed products are 1 x 1 matrix expressions in SymPy
    number = sp.Mul(c, *(s for s in scalars if not s.is_Matrix))
    if not factors and not inner:
        return number
    product = [*inner, *factors]
    core = product[0] if len(product) == 1 else sp.MatMul(*product)
    return core if number == 1 else sp.MatMul(number, *product)


def _letter_to_sympy(x: Letter) -> Any:
    if x.argument is not None:
        out = sp.Inverse(x.argument.to_sympy())
    else:
        out = MatrixSymbol(x.name, *((x.cols, x.rows) if x.transposed else (x.rows, x.cols)))
    return sp.Transpose(out) if x.transposed else out


def _atom_to_sympy(atom: Atom) -> Any:
    match atom:
        case Closed(path=path, trace=trace):
            factors = [_letter_to_sympy(x) for x in path]
            product = factors[0] if len(factors) == 1 else sp.MatMul(*factors)
            return sp.Trace(product) if trace else product
        case Reciprocal(argument=argument):
            parts = [_term_to_sympy(argument, powers, path, c) for (powers, path), c in argument.terms.items()]
            if not any(part.is_Matrix for part in parts):
                return 1 / sp.Add(*parts)
            return sp.Inverse(sp.MatAdd(*(part if part.is_Matrix else part * sp.Identity(1) for part in parts)))
        case _:
            return atom


__all__ = ["Closed", "Letter", "Reciprocal", "Words", "identity", "read_words"]
