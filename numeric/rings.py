"""The arithmetic an expression is evaluated in: one small object a ring.

`numeric.compile` compiles an expression against a `Ring` and never asks which one it is. A value is a scalar of the
ring or a dense matrix over it; **a 1 x 1 matrix is always held as a scalar**. A new arithmetic is one subclass: a
handful of operations, the rest is written here in terms of `entries` and `build`.

    REAL, COMPLEX     NumPy floating point (COMPLEX carries the imaginary step of a complex-step derivative)
    RATIONAL          exact rationals, python-flint `fmpq_mat`
    PrimeField(p)     in `numeric.field`: integers modulo a 61-bit prime, `nmod_mat`
    DualRing(ring)    pairs value + derivative * eps with eps^2 = 0: exact derivatives over any of the exact rings
"""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Sequence
from functools import reduce
from random import Random
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat, fmpz

from symbolic.errors import PushthroughError, UnsupportedError

Value = Any


class Undefined(PushthroughError):
    """No value at this instance: a singular inverse, a division by zero, a root that does not exist."""


class OutsideRing(UnsupportedError):
    """A node that this arithmetic does not have, such as exp over the rationals or `<` modulo a prime."""


class Ring:
    """The operations a plan is made of, what a sampler draws from, and how derivatives are taken."""

    name = "ring"
    exact = True
    ordered = False

    add: Callable[..., Value] = staticmethod(operator.add)
    negate: Callable[..., Value] = staticmethod(operator.neg)
    times: Callable[..., Value] = staticmethod(operator.mul)  # scalar * scalar or scalar * matrix
    matmul: Callable[..., Value] = staticmethod(operator.mul)
    transpose: Callable[..., Value]
    inverse: Callable[..., Value]
    det: Callable[..., Value]

    def scalar(self, p: int, q: int = 1) -> Value:
        raise NotImplementedError

    def build(self, rows: int, cols: int, items: Sequence[Value]) -> Value:
        """The matrix with these entries, row by row; never called for 1 x 1."""
        raise NotImplementedError

    def entries(self, matrix: Value) -> list[Value]:
        """Entries of a matrix (not of a scalar), row by row."""
        return matrix.entries()

    def entry(self, matrix: Value, i: int, j: int) -> Value:
        return matrix[i, j]

    def reciprocal(self, s: Value) -> Value:
        return 1 / s

    def is_zero(self, x: Value) -> bool:
        return x == 0

    def equal(self, a: Value, b: Value) -> bool:
        return a == b

    def less(self, a: Value, b: Value) -> bool:
        raise OutsideRing(f"{self.name} has no order: an inequality is evaluated over the rationals or floats")

    def root(self, s: Value, p: int, q: int) -> Value:
        """s^(p/q), the principal root; raises Undefined where the ring has none."""
        raise OutsideRing(f"{self.name} has no roots")

    def function(self, name: str) -> Callable[..., Value]:
        """A scalar function by its SymPy name, or OutsideRing."""
        made = _ORDERED.get(name) if self.ordered else None
        if made is None:
            raise OutsideRing(f"{name} has no value over {self.name}; it is evaluated in floating point only")
        return made(self)

    # What a sampler needs: a scalar from an integer choice, a positive one (from which roots can be taken).
    def choice(self, c: Any) -> Value:
        return self.scalar(c)

    def random_choice(self, rng: Random) -> Any:
        raise NotImplementedError

    def positive(self, c: Any, square: bool = False) -> Value:
        raise NotImplementedError

    # Derivatives: the ring in which a sub-expression is run, and how one directional derivative is read off.
    def tangent(self) -> Ring:
        return DualRing(self)

    def lift(self, value: Value) -> Value:
        return (value, None)

    def derive(self, run: Callable[[Value], Value], value: Value, unit: Value, zero: Value) -> Value:
        """d/dt run(value + t*unit) at t = 0; `run` works in `tangent()`, `zero` has the shape of the result."""
        slope = run((value, unit))[1]
        return zero if slope is None else slope

    # Generic, overridden only for speed.
    def zeros(self, rows: int, cols: int) -> Value:
        zero = self.scalar(0)
        return zero if rows == cols == 1 else self.build(rows, cols, [zero] * (rows * cols))

    def ones(self, rows: int, cols: int) -> Value:
        one = self.scalar(1)
        return one if rows == cols == 1 else self.build(rows, cols, [one] * (rows * cols))

    def identity(self, n: int) -> Value:
        zero, one = self.scalar(0), self.scalar(1)
        return one if n == 1 else self.build(n, n, [one if i == j else zero for i in range(n) for j in range(n)])

    def unit(self, rows: int, cols: int, i: int, j: int) -> Value:
        """The matrix with a single 1, at (i, j)."""
        if rows == cols == 1:
            return self.scalar(1)
        items = [self.scalar(0)] * (rows * cols)
        items[i * cols + j] = self.scalar(1)
        return self.build(rows, cols, items)

    def trace(self, matrix: Value, n: int) -> Value:
        return reduce(self.add, [self.entry(matrix, i, i) for i in range(n)])

    def hadamard(self, a: Value, b: Value, rows: int, cols: int) -> Value:
        return self.build(rows, cols, [self.times(x, y) for x, y in zip(self.entries(a), self.entries(b), strict=True)])


# Piecewise smooth functions that every ordered ring has. At a kink: sign(0) = 0, Heaviside(0) = 1/2 as in SymPy.
def _sign(ring: Ring) -> Callable[[Value], Value]:
    zero = ring.scalar(0)
    return lambda x: ring.scalar(1 if ring.less(zero, x) else -1 if ring.less(x, zero) else 0)


def _heaviside(ring: Ring) -> Callable[..., Value]:
    zero, half = ring.scalar(0), ring.scalar(1, 2)
    return lambda x, at_zero=half: ring.scalar(1) if ring.less(zero, x) else zero if ring.less(x, zero) else at_zero


_ORDERED: dict[str, Callable[[Ring], Callable[..., Value]]] = {
    "Abs": lambda ring: lambda x: ring.negate(x) if ring.less(x, ring.scalar(0)) else x,
    "sign": _sign,
    "Heaviside": _heaviside,
    "Max": lambda ring: lambda *xs: reduce(lambda a, b: b if ring.less(a, b) else a, xs),
    "Min": lambda ring: lambda *xs: reduce(lambda a, b: b if ring.less(b, a) else a, xs),
}


class RationalRing(Ring):
    """The rational numbers: `fmpq` and `fmpq_mat`."""

    name = "the rationals"
    ordered = True
    transpose = staticmethod(operator.methodcaller("transpose"))
    inverse = staticmethod(operator.methodcaller("inv"))
    det = staticmethod(operator.methodcaller("det"))
    bound = 6

    def scalar(self, p: int, q: int = 1) -> Value:
        return fmpq(p, q)

    def build(self, rows: int, cols: int, items: Sequence[Value]) -> Value:
        return fmpq_mat(rows, cols, items)

    def less(self, a: Value, b: Value) -> bool:
        return a < b

    def root(self, s: Value, p: int, q: int) -> Value:
        if s < 0 or (p < 0 and self.is_zero(s)):
            raise Undefined(f"{s} has no real power {p}/{q}")
        top, bottom = fmpz(s.p).root(q), fmpz(s.q).root(q)
        if top**q != s.p or bottom**q != s.q:
            raise Undefined(f"{s} has no rational power {p}/{q}")
        return fmpq(top, bottom) ** p

    def random_choice(self, rng: Random) -> int:
        return rng.randint(-self.bound, self.bound)

    def positive(self, c: int, square: bool = False) -> Value:
        value = fmpq(c + 1) if c >= 0 else fmpq(1, 1 - c)  # 0 -> 1, 1 -> 2, -1 -> 1/2
        return value * value if square else value


def _quiet(function: Callable[..., Value]) -> Callable[..., Value]:
    """A NumPy function whose domain errors become Undefined instead of nan."""

    def apply(*args: Value) -> Value:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            try:
                return function(*args)
            except RuntimeWarning as error:
                raise Undefined(f"{function.__name__}{args}: {error}") from None

    return apply


_FLOAT_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh,
    "atanh": np.arctanh, "sec": lambda x: 1 / np.cos(x), "csc": lambda x: 1 / np.sin(x), "cot": lambda x: 1 / np.tan(x),
    "sech": lambda x: 1 / np.cosh(x), "csch": lambda x: 1 / np.sinh(x), "coth": lambda x: 1 / np.tanh(x),
}  # fmt: skip
def _erf(x: Value) -> Value:
    """erf of a real number, or of one with the imaginary part of a complex step (first order is exact there)."""
    real = float(np.real(x))
    if not np.iscomplexobj(x):
        return np.float64(math.erf(real))
    if abs(np.imag(x)) > 1e-20:
        raise OutsideRing("erf is evaluated at real arguments only")
    return math.erf(real) + 1j * np.imag(x) * 2 / math.sqrt(math.pi) * math.exp(-real * real)


_STEP = 1e-30  # of the complex step: its truncation error is far below rounding


class FloatRing(Ring):
    """float64; derivatives by the complex step, whose error is rounding only (Squire and Trapp, SIAM Review 1998)."""

    name = "float64"
    exact = False
    ordered = True
    dtype: Any = np.float64
    matmul = staticmethod(operator.matmul)
    transpose = staticmethod(np.transpose)
    condition = 1e13  # a matrix worse than this is called singular

    def scalar(self, p: int, q: int = 1) -> Value:
        return self.dtype(p / q)

    def number(self, value: Any) -> Value:
        return self.dtype(value)

    def build(self, rows: int, cols: int, items: Sequence[Value]) -> Value:
        return np.array(items, dtype=self.dtype).reshape(rows, cols)

    def entries(self, matrix: Value) -> list[Value]:
        return list(matrix.ravel())

    def hadamard(self, a: Value, b: Value, rows: int, cols: int) -> Value:
        return a * b

    def trace(self, matrix: Value, n: int) -> Value:
        return matrix.trace()

    def zeros(self, rows: int, cols: int) -> Value:
        return self.dtype(0) if rows == cols == 1 else np.zeros((rows, cols), self.dtype)

    def ones(self, rows: int, cols: int) -> Value:
        return self.dtype(1) if rows == cols == 1 else np.ones((rows, cols), self.dtype)

    def identity(self, n: int) -> Value:
        return self.dtype(1) if n == 1 else np.eye(n, dtype=self.dtype)

    def inverse(self, matrix: Value) -> Value:  # type: ignore[override]
        try:
            inverse = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            raise Undefined("a matrix to be inverted is singular") from None
        size = float(np.abs(matrix).max()) * float(np.abs(inverse).max())
        if not size < self.condition:
            raise Undefined("a matrix to be inverted is singular to working precision")
        return inverse

    def det(self, matrix: Value) -> Value:  # type: ignore[override]
        return np.linalg.det(matrix)

    def reciprocal(self, s: Value) -> Value:
        if s == 0:
            raise ZeroDivisionError("division by zero")
        return 1 / s

    def is_zero(self, x: Value) -> bool:
        return not np.any(x)

    def equal(self, a: Value, b: Value) -> bool:
        """Equal within 1e-9 of the larger of the two sides (floating point proves nothing; see `Witness`)."""
        return relative_error(a, b) < 1e-9

    def less(self, a: Value, b: Value) -> bool:
        return bool(np.real(a) < np.real(b))

    def root(self, s: Value, p: int, q: int) -> Value:
        if np.real(s) < 0 or (s == 0 and p < 0):
            raise Undefined(f"{s} has no real power {p}/{q}")
        return s ** (p / q)

    def function(self, name: str) -> Callable[..., Value]:
        known = _FLOAT_FUNCTIONS.get(name)
        if known is not None:
            return _quiet(known)
        if name == "erf":
            return _erf
        if name == "erfc":
            return lambda x: 1 - _erf(x)
        return super().function(name)

    def choice(self, c: Any) -> Value:
        return self.dtype(c)

    def random_choice(self, rng: Random) -> float:
        return rng.gauss(0.0, 1.0)

    def positive(self, c: Any, square: bool = False) -> Value:
        """Small integers give the same plain values as over the rationals; deviates stay away from zero."""
        if isinstance(c, int):
            return self.dtype(c + 1 if c >= 0 else 1 / (1 - c))
        return self.dtype(abs(c) + 0.5)

    def tangent(self) -> Ring:
        return COMPLEX

    def lift(self, value: Value) -> Value:
        return value

    def derive(self, run: Callable[[Value], Value], value: Value, unit: Value, zero: Value) -> Value:
        return np.imag(run(value + 1j * _STEP * unit)) / _STEP


class ComplexRing(FloatRing):
    """complex128, as the carrier of an imaginary step: comparisons look at the real part, Abs is the analytic branch.

    Derivatives here (second derivatives, seen from float64) are fourth-order central differences.
    """

    name = "complex128"
    dtype = np.complex128

    def function(self, name: str) -> Callable[..., Value]:
        """The analytic branch, only where the real function is defined: log(-1) is not pi i here."""
        real, branch = REAL.function(name), super().function(name)

        def checked(*arguments: Value) -> Value:
            real(*map(np.real, arguments))  # raises Undefined outside the real domain
            return branch(*arguments)

        return checked

    def tangent(self) -> Ring:
        return COMPLEX

    def derive(self, run: Callable[[Value], Value], value: Value, unit: Value, zero: Value) -> Value:
        h = 2.0**-16  # the slopes that are subtracted are exact to rounding, so a short step costs few digits
        near = run(value + h * unit) - run(value - h * unit)
        far = run(value + 2 * h * unit) - run(value - 2 * h * unit)
        return (8 * near - far) / (12 * h)


class DualRing(Ring):
    """Pairs (a, b) for a + b*eps, eps^2 = 0, over an exact ring; b is None where the derivative is zero."""

    def __init__(self, base: Ring) -> None:
        self.base = base
        self.name = f"dual numbers over {base.name}"
        self.ordered = base.ordered
        plus, base_times, base_matmul, base_transpose = base.add, base.times, base.matmul, base.transpose

        def add(x: Value, y: Value) -> Value:
            b = y[1] if x[1] is None else x[1] if y[1] is None else plus(x[1], y[1])
            return (plus(x[0], y[0]), b)

        def product(op: Callable[..., Value]) -> Callable[..., Value]:
            def multiply(x: Value, y: Value) -> Value:
                (a, da), (c, dc) = x, y
                if da is None:
                    return (op(a, c), None if dc is None else op(a, dc))
                b = op(da, c)
                return (op(a, c), b if dc is None else plus(b, op(a, dc)))

            return multiply

        self.add, self.times, self.matmul = add, product(base_times), product(base_matmul)
        self.negate = lambda x: (base.negate(x[0]), None if x[1] is None else base.negate(x[1]))
        self.transpose = lambda x: (base_transpose(x[0]), None if x[1] is None else base_transpose(x[1]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DualRing) and self.base == other.base

    def __hash__(self) -> int:
        return hash(("dual", self.base))

    def scalar(self, p: int, q: int = 1) -> Value:
        return (self.base.scalar(p, q), None)

    def build(self, rows: int, cols: int, items: Sequence[Value]) -> Value:
        values = self.base.build(rows, cols, [a for a, _ in items])
        if all(b is None for _, b in items):
            return (values, None)
        zero = self.base.scalar(0)
        return (values, self.base.build(rows, cols, [zero if b is None else b for _, b in items]))

    def entries(self, matrix: Value) -> list[Value]:
        a, b = matrix
        first = self.base.entries(a)
        return [(x, None) for x in first] if b is None else list(zip(first, self.base.entries(b), strict=True))

    def entry(self, matrix: Value, i: int, j: int) -> Value:
        a, b = matrix
        return (self.base.entry(a, i, j), None if b is None else self.base.entry(b, i, j))

    def reciprocal(self, s: Value) -> Value:
        a, b = s
        inverse = self.base.reciprocal(a)
        square = self.base.times(inverse, inverse)
        return (inverse, None if b is None else self.base.negate(self.base.times(square, b)))

    def inverse(self, x: Value) -> Value:  # type: ignore[override]
        """d(A^-1) = -A^-1 dA A^-1."""
        base, (a, b) = self.base, x
        inverse = base.inverse(a)
        if b is None:
            return (inverse, None)
        return (inverse, base.negate(base.matmul(base.matmul(inverse, b), inverse)))

    def det(self, x: Value) -> Value:  # type: ignore[override]
        """d det A = sum of the cofactors of A times the entries of dA (Jacobi), so A may be singular."""
        base, (a, b) = self.base, x
        if b is None:
            return (base.det(a), None)
        items, slopes = base.entries(a), base.entries(b)
        n = math.isqrt(len(items))
        total = base.scalar(0)
        for i in range(n):
            for j in range(n):
                minor = [items[r * n + c] for r in range(n) for c in range(n) if r != i and c != j]
                cofactor = minor[0] if n == 2 else base.det(base.build(n - 1, n - 1, minor))
                term = base.times(cofactor, slopes[i * n + j])
                total = base.add(total, term if (i + j) % 2 == 0 else base.negate(term))
        return (base.det(a), total)

    def is_zero(self, x: Value) -> bool:
        return self.base.is_zero(x[0]) and (x[1] is None or self.base.is_zero(x[1]))

    def less(self, a: Value, b: Value) -> bool:
        return self.base.less(a[0], b[0])

    def equal(self, a: Value, b: Value) -> bool:
        """Equality of the values: it decides a condition, which has no slope."""
        return self.base.equal(a[0], b[0])

    def function(self, name: str) -> Callable[..., Value]:
        """As for any ring, but at a kink there is no slope: Abs at 0, Max of two equal arguments."""
        plain = super().function(name)
        if name not in _KINKED:
            return plain

        def checked(*arguments: Value) -> Value:
            if self._at_kink(arguments if name in ("Max", "Min") else (arguments[0], (self.base.scalar(0), None))):
                raise Undefined(f"{name} has no derivative where its pieces meet")
            return plain(*arguments)

        return checked

    def _at_kink(self, arguments: Sequence[Value]) -> bool:
        """Whether two of the arguments are equal and move apart."""
        base = self.base
        for position, (a, da) in enumerate(arguments):
            for b, db in arguments[position + 1 :]:
                slopes = [base.scalar(0) if d is None else d for d in (da, db)]
                if base.equal(a, b) and not base.equal(*slopes):
                    return True
        return False

    def root(self, s: Value, p: int, q: int) -> Value:
        base, (a, b) = self.base, s
        value = base.root(a, p, q)
        if b is None:
            return (value, None)
        slope = base.times(base.scalar(p, q), base.times(value, base.reciprocal(a)))
        return (value, base.times(slope, b))

    def tangent(self) -> Ring:
        return DualRing(self)


_KINKED = {"Abs", "sign", "Heaviside", "Max", "Min"}
REAL: Ring = FloatRing()
COMPLEX: Ring = ComplexRing()
RATIONAL: Ring = RationalRing()


def relative_error(a: Value, b: Value) -> float:
    """max |a - b| / (1 + max(|a|, |b|)): relative for large values, absolute for small ones.

    >>> relative_error(1.0, 1.5)
    0.2
    """
    scale = 1.0 + max(float(np.abs(a).max()), float(np.abs(b).max()))
    return float(np.abs(a - b).max()) / scale
