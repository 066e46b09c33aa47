"""Products, sums, powers and the like of values whose sizes may not be known yet, as SymPy holds them.

Everything is built without simplification. Numbers and 1 x 1 matrices are the same thing and are converted where SymPy
needs one or the other. Sizes that must agree are unified; where that fails, `Clash` says which.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import S
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import ShapeError, UnsupportedError
from symbolic.notation.sizes import ONE, Shape, Sizes

LARGEST_EXPONENT = 1000
LARGEST_POWER = 64  # of a matrix, as a number: more is repeated multiplication that nobody waits for


class Clash(ShapeError):
    """Sizes that do not fit, in the author's terms; `span` is the part of the text to blame, once that is known."""

    span: tuple[int, int] | None = None
    is_open: bool = False  # whether a size in it is not known


@dataclass(frozen=True)
class Value:
    """An expression with its shape, in which sizes may be unknown yet; `text` is the author's own LaTeX."""

    expr: Any
    shape: Shape
    text: str = ""

    @property
    def is_number(self) -> bool:
        """Whether SymPy holds it as a scalar."""
        return not getattr(self.expr, "is_Matrix", False)


def scalar(expr: Any) -> Any:
    """A 1 x 1 matrix as a number; a number as it is."""
    return MatrixElement(expr, S.Zero, S.Zero) if getattr(expr, "is_Matrix", False) else expr


class Builder:
    """Operations on values; `sizes` learns what each of them demands."""

    def __init__(self, sizes: Sizes | None = None) -> None:
        self.sizes = sizes or Sizes()

    # What is known about a shape so far.

    def show(self, shape: Shape) -> str:
        rows, columns = map(self.sizes.resolve, shape)
        return "a number" if (rows, columns) == ONE else f"{rows} x {columns}"

    def clash(self, message: str, *values: Value) -> Clash:
        """The error for sizes of `values` that do not fit."""
        error = Clash(message)
        error.is_open = any(self.sizes.has_open(size) for v in values for size in v.shape)
        return error

    def is_scalar(self, v: Value) -> bool:
        return all(map(self.sizes.is_one, v.shape))

    def is_column(self, v: Value) -> bool:
        return self.sizes.is_one(v.shape[1]) and not self.sizes.is_one(v.shape[0])

    def is_square(self, v: Value) -> bool:
        rows, columns = map(self.sizes.resolve, v.shape)
        return bool(rows == columns)

    def require_square(self, v: Value, what: str) -> None:
        if not self.sizes.unify(*v.shape):
            shown = self.show(v.shape)
            raise self.clash(f"{what} {v.text} does not exist: {v.text} is {shown}, which is not square", v)

    def require_scalar(self, v: Value, what: str) -> Any:
        if not self.sizes.unify_shapes(v.shape, ONE):
            raise self.clash(f"{what} needs a number, and {v.text} is {self.show(v.shape)}", v)
        return scalar(v.expr)

    # Sums and products.

    def add(self, terms: Sequence[Value], text: str = "") -> Value:
        first, *others = terms
        for other in others:
            if not self.sizes.unify_shapes(first.shape, other.shape):
                shapes = f"({self.show(first.shape)}) and {other.text} ({self.show(other.shape)})"
                raise self.clash(f"cannot add {first.text} {shapes}", first, other)
        if all(not term.is_number for term in terms):
            return Value(sp.MatAdd(*(term.expr for term in terms)), first.shape, text)
        if not all(self.is_scalar(term) for term in terms):
            raise self.clash(f"cannot add a number and a matrix in {text}", *terms)
        return Value(sp.Add(*(scalar(term.expr) for term in terms), evaluate=False), ONE, text)

    def negative(self, v: Value, text: str = "") -> Value:
        if not v.is_number:
            return Value(_matmul([S.NegativeOne], [v.expr]), v.shape, text)
        return Value(-v.expr if v.expr.is_Number else sp.Mul(-1, v.expr, evaluate=False), ONE, text)

    def multiply(self, factors: Sequence[Value], text: str = "") -> Value:
        """The product from the left; a run of factors that makes a 1 x 1 matrix may stand anywhere, as a number."""
        factors = [f for f in factors if f.expr != 1 or len(factors) == 1]
        if not factors:
            return Value(S.One, ONE, text)
        numbers = [f for f in factors if self.is_scalar(f)]
        matrices = [f for f in factors if not self.is_scalar(f)]
        groups = self._grouped(matrices)
        if groups is None:
            self._raise_for(matrices)
        inner, rest = groups or ([], [])
        scalars = [scalar(f.expr) for f in numbers] + [scalar(self._chain(group).expr) for group in inner]
        if not rest:
            if len(inner) == 1 and all(s.is_Number for s in scalars[:-1]) and not numbers:
                return Value(self._chain(inner[0]).expr, ONE, text)  # x'Ay, as a matrix
            product = scalars[0] if len(scalars) == 1 else sp.Mul(*scalars, evaluate=False)
            return Value(product, ONE, text)
        whole = self._chain(rest)
        return Value(_matmul(scalars, [f.expr for f in rest]), whole.shape, text)

    def _grouped(self, matrices: list[Value]) -> tuple[list[list[Value]], list[Value]] | None:
        """Factors that fit one after the other, and runs between them that make numbers; None if there is no such way.

        Unknown sizes are only unified where the plain reading, without such runs, demands it.
        """
        if not matrices:
            return [], []
        trial = self.sizes.copy()
        if all(trial.unify(a.shape[1], b.shape[0]) for a, b in itertools.pairwise(matrices)):
            for a, b in itertools.pairwise(matrices):
                self.sizes.unify(a.shape[1], b.shape[0])
            ends = matrices[0].shape[0], matrices[-1].shape[1]
            return ([matrices], []) if all(map(self.sizes.is_one, ends)) else ([], matrices)
        for size in range(2, len(matrices)):
            for start in range(len(matrices) - size + 1):
                run = matrices[start : start + size]
                fits = all(self._fit(a, b) for a, b in itertools.pairwise(run))
                if fits and self.sizes.is_one(run[0].shape[0]) and self.sizes.is_one(run[-1].shape[1]):
                    found = self._grouped(matrices[:start] + matrices[start + size :])
                    if found is not None:
                        return [run, *found[0]], found[1]
        return None

    def _fit(self, a: Value, b: Value) -> bool:
        return bool(self.sizes.resolve(a.shape[1]) == self.sizes.resolve(b.shape[0]))

    def _raise_for(self, matrices: list[Value]) -> None:
        for a, b in itertools.pairwise(matrices):
            if not self.sizes.unify(a.shape[1], b.shape[0]):
                columns, rows = self.sizes.resolve(a.shape[1]), self.sizes.resolve(b.shape[0])
                raise self.clash(
                    f"cannot multiply {a.text} ({self.show(a.shape)}) by {b.text} ({self.show(b.shape)}): {columns} is"
                    f" not {rows}",
                    a,
                    b,
                )
        raise Clash("these factors do not fit")

    def _chain(self, run: Sequence[Value]) -> Value:
        if len(run) == 1:
            return run[0]
        for a, b in itertools.pairwise(run):
            self.sizes.unify(a.shape[1], b.shape[0])
        return Value(_matmul([], [f.expr for f in run]), (run[0].shape[0], run[-1].shape[1]))

    def hadamard(self, factors: Sequence[Value], text: str = "") -> Value:
        first, *others = factors
        for other in others:
            if not self.sizes.unify_shapes(first.shape, other.shape):
                raise self.clash(
                    f"the entrywise product of {first.text} ({self.show(first.shape)}) and {other.text}"
                    f" ({self.show(other.shape)}) does not exist",
                    first,
                    other,
                )
        if self.is_scalar(first):
            return self.multiply(factors, text)
        return Value(sp.HadamardProduct(*(f.expr for f in factors)), first.shape, text)

    def kronecker(self, factors: Sequence[Value], text: str = "") -> Value:
        rows, columns = S.One, S.One
        for f in factors:
            rows, columns = rows * f.shape[0], columns * f.shape[1]
        if any(f.is_number for f in factors):
            return self.multiply(factors, text)
        return Value(sp.KroneckerProduct(*(f.expr for f in factors)), (rows, columns), text)

    def divide(self, top: Value, bottom: Value, text: str = "") -> Value:
        if not self.is_scalar(bottom) and not self.sizes.unify_shapes(bottom.shape, ONE):
            raise self.clash(f"cannot divide by {bottom.text}, which is {self.show(bottom.shape)}", bottom)
        below: Any = scalar(bottom.expr)
        if top.is_number or self.is_scalar(top):
            above: Any = scalar(top.expr)
            if above.is_Number and below.is_Number and below.is_nonzero:
                return Value(above / below, ONE, text)
            inverse = 1 / below if below.is_Number and below.is_nonzero else sp.Pow(below, -1, evaluate=False)
            return Value(inverse if above == 1 else sp.Mul(above, inverse, evaluate=False), ONE, text)
        if below.is_Number and below.is_nonzero:
            return Value(_matmul([1 / below], [top.expr]), top.shape, text)
        return Value(_matmul([sp.Pow(below, -1, evaluate=False)], [top.expr]), top.shape, text)

    # Operations on one value.

    def transpose(self, v: Value, text: str = "") -> Value:
        if v.is_number:
            return Value(v.expr, ONE, text)
        return Value(sp.Transpose(v.expr), (v.shape[1], v.shape[0]), text)

    def inverse(self, v: Value, text: str = "") -> Value:
        if v.is_number or self.is_scalar(v):
            return self.divide(Value(S.One, ONE, "1"), v, text)
        self.require_square(v, "the inverse of")
        return Value(sp.Inverse(v.expr), v.shape, text)

    def power(self, v: Value, exponent: Any, text: str = "") -> Value:
        if not exponent.free_symbols and not (exponent.is_Rational and abs(exponent) <= LARGEST_EXPONENT):
            raise UnsupportedError(f"the power {text} is too large to be looked at (limit: {LARGEST_EXPONENT})")
        if v.is_number or self.is_scalar(v):
            base = scalar(v.expr)
            return Value(sp.Pow(base, exponent, evaluate=False), ONE, text)
        self.require_square(v, f"the power {exponent} of")
        if exponent == 1:
            return Value(v.expr, v.shape, text)
        if exponent.is_Integer:
            if abs(exponent) > LARGEST_POWER:
                raise UnsupportedError(f"the power {text} is too large to be looked at (limit: {LARGEST_POWER})")
            base = v.expr if exponent > 0 else sp.Inverse(v.expr)
            if exponent == 0:
                return Value(sp.Identity(v.shape[0]), v.shape, text)
            return Value(_matmul([], [base] * abs(int(exponent))), v.shape, text)
        if exponent.is_integer:
            return Value(sp.MatPow(v.expr, exponent), v.shape, text)
        raise UnsupportedError(f"the power {text} of a matrix: only whole powers are understood")

    def norm_squared(self, v: Value, text: str = "") -> Value:
        """x'x, or tr X'X of a matrix."""
        if v.is_number or self.is_scalar(v):
            return Value(sp.Pow(scalar(v.expr), 2, evaluate=False), ONE, text)
        if self.sizes.is_one(v.shape[1]):
            return Value(_matmul([], [sp.Transpose(v.expr), v.expr]), ONE, text)
        if self.sizes.is_one(v.shape[0]):
            return Value(_matmul([], [v.expr, sp.Transpose(v.expr)]), ONE, text)
        return Value(sp.Trace(_matmul([], [sp.Transpose(v.expr), v.expr])), ONE, text)

    def trace(self, v: Value, text: str = "") -> Value:
        if v.is_number or self.is_scalar(v):
            return Value(v.expr, ONE, text)
        self.require_square(v, "the trace of")
        return Value(sp.Trace(v.expr), ONE, text)

    def determinant(self, v: Value, text: str = "") -> Value:
        if v.is_number or self.is_scalar(v):
            return Value(v.expr, ONE, text)
        self.require_square(v, "the determinant of")
        return Value(sp.Determinant(v.expr), ONE, text)

    def diagonal(self, v: Value, text: str = "") -> Value:
        """diag of a vector is a diagonal matrix, of a square matrix the column of its diagonal."""
        if self.is_scalar(v):
            return v
        if self.is_column(v):
            return Value(DiagMatrix(v.expr), (v.shape[0], v.shape[0]), text)
        if self.sizes.is_one(v.shape[0]):
            return Value(DiagMatrix(sp.Transpose(v.expr)), (v.shape[1], v.shape[1]), text)
        self.require_square(v, "the diagonal of")
        return Value(DiagonalOf(v.expr), (v.shape[0], S.One), text)

    def entrywise(self, function: Any, v: Value, text: str = "") -> Value:
        """A function of numbers, of a number or of every entry of a matrix; `function` maps an expression to one."""
        if v.is_number or self.is_scalar(v):
            return Value(function(scalar(v.expr)), ONE, text)
        z = sp.Dummy("z", real=True)
        return Value(ElementwiseApplyFunction(sp.Lambda(z, function(z)), v.expr), v.shape, text)

    def entry(self, v: Value, i: Any, j: Any, text: str = "") -> Value:
        return Value(MatrixElement(v.expr, i, j), ONE, text)


def _matmul(scalars: Sequence[Any], matrices: Sequence[Any]) -> Any:
    """A product as written: sizes are checked by the caller, and nothing is evaluated."""
    flat: list[Any] = []
    for matrix in matrices:
        if isinstance(matrix, sp.MatMul) and ((not flat and not scalars) or matrix.args[0].is_Matrix):
            flat.extend(matrix.args)
        else:
            flat.append(matrix)
    numbers = [a for a in flat if not getattr(a, "is_Matrix", False)]
    factors = [a for a in flat if getattr(a, "is_Matrix", False)]
    weights = [*scalars, *numbers]
    if not weights and len(factors) == 1:
        return factors[0]
    weight = [weights[0] if len(weights) == 1 else sp.Mul(*weights, evaluate=False)] if weights else []
    return sp.MatMul(*weight, *factors, evaluate=False)


__all__ = ["Builder", "Clash", "Value", "scalar"]
