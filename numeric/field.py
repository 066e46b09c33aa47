"""Arithmetic modulo a 61-bit prime, and what a test there is worth.

A rational identity that fails over Q fails at almost every point of a prime field: if the difference of the two sides
has a numerator of degree at most d, a uniformly random instance misses it with probability at most d/p (Schwartz
1980, Zippel 1979). `Degree` is a second "ring" whose values are such bounds, so the very plan that is run on matrices
also yields its d. The primes p = 2q + 1 have q prime: p = 3 mod 4 gives every square one square root that is again a
square (so sqrt(a)*sqrt(b) = sqrt(a*b) holds), and every odd root exists and is unique.

The bound counts polynomials whose coefficients do not vanish modulo p; p is one of eight, chosen by the seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import methodcaller
from random import Random
from typing import Any

from flint import nmod, nmod_mat

from numeric.rings import Ring, Undefined, Value

PRIMES = (
    1243128402101683607,
    1287473679969528719,
    1736494262989823003,
    1837289727883999919,
    1600503729516879107,
    2240268066423594167,
    2140779920601835187,
    1219624424236206719,
)


class PrimeField(Ring):
    """Integers modulo a safe prime p: `nmod` and `nmod_mat`.

    >>> field = PrimeField()
    >>> field.root(field.scalar(49), 1, 2) in (field.scalar(7), field.scalar(-7))
    True
    """

    transpose = staticmethod(methodcaller("transpose"))
    inverse = staticmethod(methodcaller("inv"))
    det = staticmethod(methodcaller("det"))

    def __init__(self, p: int = PRIMES[0]) -> None:
        self.p = p
        self.name = f"the integers modulo {p}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PrimeField) and self.p == other.p

    def __hash__(self) -> int:
        return hash(self.p)

    def scalar(self, p: int, q: int = 1) -> Value:
        return nmod(p, self.p) if q == 1 else nmod(p, self.p) / q

    def build(self, rows: int, cols: int, items: Sequence[Value]) -> Value:
        return nmod_mat(rows, cols, items, self.p)

    def root(self, s: Value, p: int, q: int) -> Value:
        """s^(p/q): the root that is itself a square, where q is even; Undefined if s is not a square then."""
        if s == 0 and p < 0:
            raise Undefined("a negative power of zero")
        while q % 2 == 0:
            s_root = s ** ((self.p + 1) // 4)
            if s_root * s_root != s:
                raise Undefined("not a square modulo p")
            s, q = s_root, q // 2
        return s ** (p * pow(q, -1, self.p - 1) % (self.p - 1)) if s != 0 else s

    def random_choice(self, rng: Random) -> int:
        return rng.randrange(self.p)

    def positive(self, c: int, square: bool = False) -> Value:
        """A nonzero square: like the positives, squares are closed under products, quotients and principal roots."""
        value = nmod(c, self.p) if c % self.p else nmod(1, self.p)
        return value * value


@dataclass(frozen=True)
class Degree:
    """A rows x cols array of rational functions: one denominator of degree <= `den`, numerators of degree <= `num`."""

    num: int
    den: int = 0
    rows: int = 1
    cols: int = 1


class DegreeRing(Ring):
    """Degrees instead of values: sums and products as for fractions, an inverse by Cramer's rule.

    A root keeps the degree of its argument and is counted in `roots`: each can double the degree of the polynomial that
    decides an identity (its norm).
    """

    name = "degrees"

    def __init__(self) -> None:
        self.roots = 0

    @staticmethod
    def add(a: Degree, b: Degree) -> Degree:  # type: ignore[override]
        return Degree(max(a.num + b.den, b.num + a.den), a.den + b.den, a.rows, a.cols)

    @staticmethod
    def negate(a: Degree) -> Degree:  # type: ignore[override]
        return a

    @staticmethod
    def times(a: Degree, b: Degree) -> Degree:  # type: ignore[override]
        return Degree(a.num + b.num, a.den + b.den, b.rows, b.cols)

    @staticmethod
    def matmul(a: Degree, b: Degree) -> Degree:  # type: ignore[override]
        return Degree(a.num + b.num, a.den + b.den, a.rows, b.cols)

    @staticmethod
    def transpose(a: Degree) -> Degree:  # type: ignore[override]
        return Degree(a.num, a.den, a.cols, a.rows)

    @staticmethod
    def inverse(a: Degree) -> Degree:  # type: ignore[override]
        return Degree(a.den + (a.rows - 1) * a.num, a.rows * a.num, a.rows, a.cols)

    @staticmethod
    def det(a: Degree) -> Degree:  # type: ignore[override]
        return Degree(a.rows * a.num, a.rows * a.den)

    def reciprocal(self, s: Degree) -> Degree:
        return Degree(s.den, s.num)

    def scalar(self, p: int, q: int = 1) -> Degree:
        return Degree(0)

    def build(self, rows: int, cols: int, items: Sequence[Degree]) -> Degree:
        den = sum(x.den for x in items)
        return Degree(max((x.num - x.den for x in items), default=0) + den, den, rows, cols)

    def entries(self, matrix: Degree) -> list[Degree]:
        return [Degree(matrix.num, matrix.den)] * (matrix.rows * matrix.cols)

    def entry(self, matrix: Degree, i: int, j: int) -> Degree:
        return Degree(matrix.num, matrix.den)

    def trace(self, matrix: Degree, n: int) -> Degree:
        return Degree(matrix.num, matrix.den)

    def root(self, s: Degree, p: int, q: int) -> Degree:
        self.roots += 1
        power = abs(p)
        return Degree(power * s.num, power * s.den) if p > 0 else Degree(power * s.den, power * s.num)

    def is_zero(self, x: Degree) -> bool:
        return False

    def choice(self, c: Any) -> Degree:
        return Degree(1)

    def random_choice(self, rng: Random) -> int:
        return 1

    def positive(self, c: Any, square: bool = False) -> Degree:
        return Degree(2)

    def bound(self, left: Degree, right: Degree) -> int:
        """Degree of a polynomial that vanishes wherever the two sides agree or one of them is undefined."""
        return (max(left.num + right.den, right.num + left.den) + left.den + right.den) << self.roots
