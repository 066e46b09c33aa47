"""Floating-point evaluation of an expression at given arrays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Basic, MatrixSymbol, Symbol

from numeric.compile import compile_plan
from numeric.plan import Builder, Plan
from numeric.rings import COMPLEX, REAL, Ring
from symbolic.errors import PushthroughError, ShapeError
from symbolic.shapes import shape


def evaluate(expr: Any, values: Mapping[Any, ArrayLike]) -> Any:
    """The value of `expr` where each symbol has the given array or number: a 2-D array, or a float for a scalar.

    `values` maps matrix symbols to arrays (a 1-D array will do for a row or a column), scalar symbols to numbers, and,
    where no array shows them, size and index symbols to integers (indices count from 0). An expression that is a 1x1
    matrix gives a 1x1 array. Complex arrays are computed in complex128, with `.T` and `.adjoint()` both the transpose.

    Derivative nodes are evaluated by a complex step (second derivatives: central differences of that, about 1e-10).
    Raises ShapeError if arrays and declared shapes disagree, PushthroughError for a symbol without a value,
    `numeric.Undefined` where a matrix to be inverted is singular, UnsupportedError for an unknown node.

    >>> from sympy import MatrixSymbol, symbols
    >>> n, d = symbols("n d", integer=True, positive=True)
    >>> X, w = MatrixSymbol("X", n, d), MatrixSymbol("w", d, 1)
    >>> evaluate(X*w, {X: [[1, 2], [3, 4], [5, 6]], w: [1, -1]})
    array([[-1.],
           [-1.],
           [-1.]])
    """
    shape(expr)
    given = {symbol: np.asarray(value) for symbol, value in values.items()}
    integers = {s: int(v) for s, v in given.items() if _is_size(s, v)}
    arrays = {s: v for s, v in given.items() if isinstance(s, MatrixSymbol)}
    sizes = infer_sizes(arrays, integers)
    ring = COMPLEX if any(np.iscomplexobj(v) for v in given.values()) else REAL
    env: dict[Basic, Any] = {s: _scalar_or_matrix(s, v, sizes, ring) for s, v in arrays.items()}
    env |= {s: ring.choice(v.reshape(())[()]) for s, v in given.items() if s not in arrays and v.size == 1}
    plan = _plan(expr, tuple(sizes.items()), ring)
    (result,) = plan(env)
    if not getattr(expr, "is_Matrix", False):
        return complex(result) if ring is COMPLEX else float(result)
    return np.asarray(result).reshape(plan.shapes[0])


@lru_cache(maxsize=128)
def _plan(expr: Basic, sizes: tuple[tuple[Basic, int], ...], ring: Ring) -> Plan:
    return compile_plan([expr], dict(sizes), ring)


def _is_size(symbol: Any, value: NDArray[Any]) -> bool:
    return isinstance(symbol, Symbol) and symbol.is_integer is True and value.ndim == 0 and int(value) == value


def infer_sizes(arrays: Mapping[Any, NDArray[Any]], known: Mapping[Basic, int]) -> dict[Basic, int]:
    """Sizes of the declared dimensions from the arrays; ShapeError where two arrays disagree."""
    sizes = dict(known)
    source: dict[Basic, str] = {s: f"{s} = {v}" for s, v in known.items()}
    later: list[tuple[Any, Basic, int]] = []
    for symbol, array in arrays.items():
        for declared, actual in zip(symbol.shape, _shape2(symbol, array), strict=True):
            if isinstance(declared, Symbol):
                if sizes.setdefault(declared, actual) != actual:
                    raise ShapeError(
                        f"{symbol} is declared {_times(symbol.shape)} and its array is {_times(array.shape)}: "
                        f"{declared} = {actual}, but {source[declared]}"
                    )
                source.setdefault(declared, f"{symbol} has {declared} = {actual}")
            else:
                later.append((symbol, declared, actual))
    builder = Builder(REAL, sizes)
    for symbol, declared, actual in later:
        if builder.size(declared) != actual:
            raise ShapeError(
                f"{symbol} is declared {_times(symbol.shape)} and its array is {_times(arrays[symbol].shape)}: "
                f"{declared} is {builder.size(declared)}, not {actual}"
            )
    return sizes


def _times(shape: Any) -> str:
    return " x ".join(str(size) for size in shape) or "a number"


def _shape2(symbol: Any, array: NDArray[Any]) -> tuple[int, int]:
    """The array's shape as rows and columns; a 1-D array is the row or the column that was declared."""
    if array.ndim == 2:
        return array.shape  # type: ignore[return-value]
    if array.ndim == 0:
        return (1, 1)
    if array.ndim == 1 and 1 in symbol.shape:
        return (1, array.shape[0]) if symbol.shape[0] == 1 and symbol.shape[1] != 1 else (array.shape[0], 1)
    raise ShapeError(f"{symbol} is declared {_times(symbol.shape)}; an array of {array.ndim} dimensions does not fit")


def _scalar_or_matrix(symbol: Any, array: NDArray[Any], sizes: Mapping[Basic, int], ring: Ring) -> Any:
    rows, cols = _shape2(symbol, array)
    if rows == cols == 1:
        return ring.choice(array.reshape(())[()])
    if not np.issubdtype(array.dtype, np.number):
        raise PushthroughError(f"the array for {symbol} holds {array.dtype}, not numbers")
    return np.ascontiguousarray(array.reshape(rows, cols), dtype=ring.choice(0).dtype)
