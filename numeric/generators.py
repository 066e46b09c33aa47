"""How to draw a matrix or a scalar that has given structures: one row each, over any ring.

A row turns a list of free *choices* (integers; normal deviates for floats) into a value. Every choice is allowed, and
choices of zero give the plainest member (the identity among the orthogonal and the positive definite matrices), so a
counterexample is made small by making its choices small. Orthogonal matrices are Cayley transforms
(I - S)(I + S)^-1 diag(+-1), rational in S and so exact over every ring (Liebeck and Osborne, Amer. Math. Monthly 1991).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from numeric.rings import Ring, Undefined, Value

Choices = Sequence[Any]


@dataclass(frozen=True)
class Generator:
    """`make(ring, rows, cols, choices)` has every structure in `provides`; it needs `count(rows, cols)` choices.

    A row that is not `rectangular` makes square matrices only.
    """

    provides: frozenset[str]
    count: Callable[[int, int], int]
    make: Callable[[Ring, int, int, Choices], Value]
    name: str
    rectangular: bool = False


def matrix(ring: Ring, rows: int, cols: int, items: Sequence[Value]) -> Value:
    """A matrix from entries, a scalar if it is 1 x 1."""
    return items[0] if rows == cols == 1 else ring.build(rows, cols, items)


def multiply(ring: Ring, a: Value, b: Value, n: int) -> Value:
    return ring.times(a, b) if n == 1 else ring.matmul(a, b)


def _flip(choice: Any) -> bool:
    """A coin from a choice; 0 is heads."""
    return bool(int(choice) % 2) if isinstance(choice, int) else choice < 0


def _full(ring: Ring, rows: int, cols: int, choices: Choices) -> Value:
    return matrix(ring, rows, cols, [ring.choice(c) for c in choices])


def _mirrored(sign: int) -> Callable[[Ring, int, int, Choices], Value]:
    def make(ring: Ring, n: int, _: int, choices: Choices) -> Value:
        zero = ring.scalar(0)
        items = [zero] * (n * n)
        source = iter(choices)
        for i in range(n):
            for j in range(i + (sign < 0), n):
                items[i * n + j] = ring.choice(next(source))
                items[j * n + i] = items[i * n + j] if sign > 0 or i == j else ring.negate(items[i * n + j])
        return matrix(ring, n, n, items)

    return make


def _where(keep: Callable[[int, int], bool], entry: Callable[[Ring, Any], Value]) -> Callable[..., Value]:
    def make(ring: Ring, rows: int, cols: int, choices: Choices) -> Value:
        zero, source = ring.scalar(0), iter(choices)
        places = [(i, j) for i in range(rows) for j in range(cols)]
        return matrix(ring, rows, cols, [entry(ring, next(source)) if keep(i, j) else zero for i, j in places])

    return make


def _count(keep: Callable[[int, int], bool]) -> Callable[[int, int], int]:
    return lambda rows, cols: sum(keep(i, j) for i in range(rows) for j in range(cols))


_symmetric, _skew = _mirrored(1), _mirrored(-1)


def _gram(ring: Ring, n: int, factor: Value) -> Value:
    return multiply(ring, factor, factor if n == 1 else ring.transpose(factor), n)


def _semidefinite(ring: Ring, n: int, _: int, choices: Choices) -> Value:
    return _gram(ring, n, _full(ring, n, n, choices))


def _definite(ring: Ring, n: int, _: int, choices: Choices) -> Value:
    """L D L' with L unit lower triangular and D positive."""
    diagonal, below = choices[:n], iter(choices[n:])
    zero, one = ring.scalar(0), ring.scalar(1)
    places = [(i, j) for i in range(n) for j in range(n)]
    lower = matrix(
        ring, n, n, [one if i == j else ring.choice(next(below)) if i > j else zero for i, j in places]
    )
    middle = matrix(ring, n, n, [ring.positive(diagonal[i]) if i == j else zero for i, j in places])
    product = multiply(ring, lower, middle, n)
    return multiply(ring, product, lower if n == 1 else ring.transpose(lower), n)


def _signs(ring: Ring, n: int, choices: Choices) -> Value:
    entries = [ring.scalar(-1 if _flip(c) else 1) for c in choices]
    return matrix(ring, n, n, [entries[i] if i == j else ring.scalar(0) for i in range(n) for j in range(n)])


def _rotation(ring: Ring, n: int, choices: Choices) -> Value:
    """The Cayley transform of a skew-symmetric matrix."""
    if n == 1:
        return ring.scalar(1)
    skew, identity = _skew(ring, n, n, choices), ring.identity(n)
    return ring.matmul(ring.add(identity, ring.negate(skew)), ring.inverse(ring.add(identity, skew)))


def _orthogonal(ring: Ring, n: int, _: int, choices: Choices) -> Value:
    return multiply(ring, _rotation(ring, n, choices[n:]), _signs(ring, n, choices[:n]), n)


def _orthonormal_columns(ring: Ring, rows: int, cols: int, choices: Choices) -> Value:
    if rows < cols:
        raise Undefined(f"{cols} columns of height {rows} cannot be orthonormal")
    square = _orthogonal(ring, rows, rows, choices)
    if rows == cols:
        return square
    return matrix(ring, rows, cols, [ring.entry(square, i, j) for i in range(rows) for j in range(cols)])


def _orthonormal_rows(ring: Ring, rows: int, cols: int, choices: Choices) -> Value:
    tall = _orthonormal_columns(ring, cols, rows, choices)
    return tall if rows == cols == 1 else ring.transpose(tall)


def _conjugated(values: tuple[int, int], orthogonal: bool) -> Callable[[Ring, int, int, Choices], Value]:
    """S diag(d) S^-1 with each d one of two values; S = I + (choices), or orthogonal."""

    def make(ring: Ring, n: int, _: int, choices: Choices) -> Value:
        zero, ends = ring.scalar(0), [ring.scalar(v) for v in values]
        diagonal = [ends[_flip(c)] for c in choices[:n]]
        middle = matrix(ring, n, n, [diagonal[i] if i == j else zero for i in range(n) for j in range(n)])
        if n == 1:
            return middle
        if orthogonal:
            outer = _rotation(ring, n, choices[n:])
            inverse = ring.transpose(outer)
        else:
            outer = ring.add(ring.identity(n), _full(ring, n, n, choices[n:]))
            inverse = ring.inverse(outer)
        return ring.matmul(ring.matmul(outer, middle), inverse)

    return make


def _half(n: int, _: int) -> int:
    return n * (n + 1) // 2


def _plain(ring: Ring, choice: Any) -> Value:
    return ring.choice(choice)


def _pick(first: int, second: int) -> Callable[[Ring, Any], Value]:
    return lambda ring, choice: ring.scalar(second if _flip(choice) else first)


def _row(provides: str, count: Callable[[int, int], int], make: Callable[..., Value], rectangular: bool = False):
    return Generator(frozenset(provides.split()), count, make, provides or "free", rectangular)


def _diagonal(i: int, j: int) -> bool:
    return i == j


def _upper(i: int, j: int) -> bool:
    return i <= j


def _lower(i: int, j: int) -> bool:
    return i >= j


_TRIANGLES = "diagonal symmetric upper_triangular lower_triangular"
_ISOMETRY = "orthogonal orthonormal_columns orthonormal_rows"

# From the most general to the most special: the first row that provides what is asked for is taken.
GENERATORS: tuple[Generator, ...] = (
    _row("", lambda m, n: m * n, _full, rectangular=True),
    _row("symmetric", _half, _symmetric),
    _row("skew_symmetric", lambda n, _: n * (n - 1) // 2, _skew),
    _row("upper_triangular", _count(_upper), _where(_upper, _plain), rectangular=True),
    _row("lower_triangular", _count(_lower), _where(_lower, _plain), rectangular=True),
    _row(_TRIANGLES, _count(_diagonal), _where(_diagonal, _plain), rectangular=True),
    _row("symmetric positive_semidefinite", lambda n, _: n * n, _semidefinite),
    _row("symmetric positive_definite positive_semidefinite", _half, _definite),
    _row(_ISOMETRY, lambda n, _: n + n * (n - 1) // 2, _orthogonal),
    _row("orthonormal_columns", lambda m, n: m + m * (m - 1) // 2, _orthonormal_columns, rectangular=True),
    _row("orthonormal_rows", lambda m, n: n + n * (n - 1) // 2, _orthonormal_rows, rectangular=True),
    _row("idempotent", lambda n, _: n + n * n, _conjugated((0, 1), orthogonal=False)),
    _row("involutory", lambda n, _: n + n * n, _conjugated((1, -1), orthogonal=False)),
    _row(
        "symmetric idempotent positive_semidefinite",
        lambda n, _: n + n * (n - 1) // 2,
        _conjugated((0, 1), orthogonal=True),
    ),
    _row(f"symmetric involutory {_ISOMETRY}", lambda n, _: n + n * (n - 1) // 2, _conjugated((1, -1), orthogonal=True)),
    _row(
        f"{_TRIANGLES} positive_definite positive_semidefinite",
        _count(_diagonal),
        _where(_diagonal, lambda ring, c: ring.positive(c)),
    ),
    _row(f"{_TRIANGLES} {_ISOMETRY} involutory", _count(_diagonal), _where(_diagonal, _pick(1, -1))),
    _row(f"{_TRIANGLES} idempotent positive_semidefinite", _count(_diagonal), _where(_diagonal, _pick(0, 1))),
)
STRUCTURED = frozenset().union(*(row.provides for row in GENERATORS))


def generator_for(names: Iterable[str], square: bool = True) -> Generator:
    """The first row that provides the structures among `names`; if none has them all, the one with most of them.

    Names that are no row's business (invertible, full rank, ...) hold for almost every draw and are tested afterwards.
    """
    wanted = STRUCTURED.intersection(names)
    rows = [row for row in GENERATORS if square or row.rectangular]
    for row in rows:
        if wanted <= row.provides:
            return row
    return max(rows, key=lambda row: len(wanted & row.provides))


def scalar(ring: Ring, names: Iterable[str], choice: Any, square: bool = False) -> Value:
    """A scalar with the given signs; `square`: positive ones are squares, so that their roots are exact."""
    names = set(names)
    if "integer" in names:
        choice = int(choice)
        choice = abs(choice) if names & {"positive", "negative", "nonnegative", "nonpositive"} else choice
    if "positive" in names or "negative" in names:
        value = ring.positive(choice, square)
        return ring.negate(value) if "negative" in names else value
    if "nonnegative" in names or "nonpositive" in names:
        value = ring.choice(choice)
        value = ring.scalar(0) if ring.is_zero(value) else ring.positive(choice, square)
        return ring.negate(value) if "nonpositive" in names else value
    value = ring.choice(choice)
    return ring.scalar(1) if "nonzero" in names and ring.is_zero(value) else value
