"""What the predicates of matrices and scalars mean at one instance: one row of `HOLDS` each.

A row is a function of a ring, a value and its shape. Over floats it decides up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import fmpq_mat, nmod_mat

from numeric.rings import Ring, Value, relative_error

Shape = tuple[int, int]


def rank(ring: Ring, value: Value, shape: Shape) -> int:
    """Rank of a value over its ring (numerical rank for floats)."""
    if shape == (1, 1):
        return 0 if ring.is_zero(value) else 1
    if isinstance(value, fmpq_mat | nmod_mat):
        return value.rank()
    return int(np.linalg.matrix_rank(value))


def _rows(ring: Ring, value: Value, shape: Shape) -> list[list[Value]]:
    items = [value] if shape == (1, 1) else ring.entries(value)
    return [items[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]


def _same(ring: Ring, a: Value, b: Value) -> bool:
    return ring.equal(a, b) if ring.exact else relative_error(a, b) < 1e-8


def _transposed(ring: Ring, value: Value, shape: Shape) -> Value:
    return value if shape == (1, 1) else ring.transpose(value)


def _symmetric(ring: Ring, value: Value, shape: Shape) -> bool:
    return shape[0] == shape[1] and _same(ring, value, _transposed(ring, value, shape))


def _skew(ring: Ring, value: Value, shape: Shape) -> bool:
    return shape[0] == shape[1] and _same(ring, value, ring.negate(_transposed(ring, value, shape)))


def _product(ring: Ring, a: Value, b: Value, shape: Shape) -> Value:
    return ring.times(a, b) if shape == (1, 1) else ring.matmul(a, b)


def _orthonormal_columns(ring: Ring, value: Value, shape: Shape) -> bool:
    m, n = shape
    gram = _product(ring, _transposed(ring, value, shape), value, shape)
    if n == 1 and m > 1:
        gram = ring.entry(gram, 0, 0)
    return _same(ring, gram, ring.identity(n))


def _orthonormal_rows(ring: Ring, value: Value, shape: Shape) -> bool:
    return _orthonormal_columns(ring, _transposed(ring, value, shape), (shape[1], shape[0]))


def _zero_where(outside: Callable[[int, int], bool]) -> Callable[[Ring, Value, Shape], bool]:
    def holds(ring: Ring, value: Value, shape: Shape) -> bool:
        rows = _rows(ring, value, shape)
        return all(_vanishes(ring, x) for i, row in enumerate(rows) for j, x in enumerate(row) if outside(i, j))

    return holds


def pivots(ring: Ring, value: Value, shape: Shape) -> list[Value] | None:
    """Diagonal of D in L D L' of a symmetric matrix, or None when a zero pivot has a nonzero column under it."""
    rows = [list(row) for row in _rows(ring, value, shape)]
    found = []
    for k in range(len(rows)):
        pivot = rows[k][k]
        found.append(pivot)
        if ring.is_zero(pivot):
            if any(not ring.is_zero(rows[i][k]) for i in range(k + 1, len(rows))):
                return None
            continue
        inverse = ring.reciprocal(pivot)
        for i in range(k + 1, len(rows)):
            factor = ring.negate(ring.times(rows[i][k], inverse))
            rows[i] = [ring.add(x, ring.times(factor, y)) for x, y in zip(rows[i], rows[k], strict=True)]
    return found


def _definite(strict: bool) -> Callable[[Ring, Value, Shape], bool]:
    def holds(ring: Ring, value: Value, shape: Shape) -> bool:
        """By Gaussian elimination: symmetric with positive (nonnegative) pivots. Floats: by eigenvalues."""
        if not _symmetric(ring, value, shape):
            return False
        if not ring.exact:
            values = np.linalg.eigvalsh(np.reshape(value, shape))
            return bool(values.min() > (1e-12 if strict else -1e-10) * (1 + np.abs(values).max()))
        found, zero = pivots(ring, value, shape), ring.scalar(0)
        if found is None:
            return False
        return all(ring.less(zero, p) if strict else not ring.less(p, zero) for p in found)

    return holds


def _vanishes(ring: Ring, x: Value) -> bool:
    return ring.is_zero(x) if ring.exact else bool(abs(x) < 1e-8)


def _zero(ring: Ring, value: Value, shape: Shape) -> bool:
    return all(_vanishes(ring, x) for row in _rows(ring, value, shape) for x in row)


def _sign(test: Callable[[Ring, Value, Value], bool]) -> Callable[[Ring, Value, Shape], bool]:
    return lambda ring, value, shape: test(ring, value, ring.scalar(0))


def _full(ring: Ring, value: Value, shape: Shape) -> bool:
    return rank(ring, value, shape) == min(shape)


def _idempotent(ring: Ring, value: Value, shape: Shape) -> bool:
    return _same(ring, _product(ring, value, value, shape), value)


# Predicates that need an order.
ORDERED = frozenset(
    {"positive_definite", "positive_semidefinite", "positive", "negative", "nonnegative", "nonpositive"}
)  # fmt: skip
# One row a predicate.
HOLDS: dict[str, Callable[[Ring, Value, Shape], bool]] = {
    "symmetric": _symmetric,
    "skew_symmetric": _skew,
    "idempotent": _idempotent,
    "orthogonal": lambda ring, value, shape: shape[0] == shape[1] and _orthonormal_columns(ring, value, shape),
    "orthonormal_columns": _orthonormal_columns,
    "orthonormal_rows": _orthonormal_rows,
    "diagonal": _zero_where(lambda i, j: i != j),
    "upper_triangular": _zero_where(lambda i, j: i > j),
    "lower_triangular": _zero_where(lambda i, j: i < j),
    "positive_definite": _definite(strict=True),
    "positive_semidefinite": _definite(strict=False),
    "invertible": lambda ring, value, shape: shape[0] == shape[1] and _full(ring, value, shape),
    "injective": lambda ring, value, shape: rank(ring, value, shape) == shape[1],
    "surjective": lambda ring, value, shape: rank(ring, value, shape) == shape[0],
    "fullrank": _full,
    "singular": lambda ring, value, shape: not _full(ring, value, shape),
    "square": lambda ring, value, shape: shape[0] == shape[1],
    "nonzero": lambda ring, value, shape: not _zero(ring, value, shape),
    "zero": _zero,
    "positive": _sign(lambda ring, value, zero: ring.less(zero, value)),
    "negative": _sign(lambda ring, value, zero: ring.less(value, zero)),
    "nonnegative": _sign(lambda ring, value, zero: not ring.less(value, zero)),
    "nonpositive": _sign(lambda ring, value, zero: not ring.less(zero, value)),
    "real": lambda ring, value, shape: True,
}

__all__ = ["HOLDS", "ORDERED", "pivots", "rank"]
