"""Gradients by central differences, one entry at a time: slow, and independent of every rule of differentiation."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np


def eval_numerical_gradient(
    f: Callable[[Any], float], x: np.ndarray, verbose: bool = True, h: float = 1e-5
) -> np.ndarray:
    """(f(x + h e) - f(x - h e)) / 2h for every entry of x, where f is a scalar.

    x is changed in place while f is called, so that f may read it from elsewhere, and is as before at the end. Raises
    TypeError if it holds no floating-point numbers. `verbose` prints every entry.

    >>> eval_numerical_gradient(lambda x: (x**3).sum(), np.array([1.0, 2.0]), verbose=False).round(6)
    array([ 3., 12.])
    """
    slopes = _differences(lambda at: float(f(at)), x, h)
    if verbose:
        sys.stdout.writelines(f"{place} {slopes[place]}\n" for place in np.ndindex(*x.shape))
    return slopes


def eval_numerical_gradient_array(
    f: Callable[[Any], np.ndarray], x: np.ndarray, df: Any, h: float = 1e-5
) -> np.ndarray:
    """The gradient by x of sum(df * f(x)), where df has the shape of f(x): what a backward pass makes of df.

    x is treated as by `eval_numerical_gradient`.

    >>> eval_numerical_gradient_array(lambda x: x**2, np.array([1.0, 2.0]), np.array([1.0, 10.0])).round(6)
    array([ 2., 40.])
    """
    return _differences(lambda at: np.array(f(at)), x, h, np.asarray(df))


def error_in_norm(one: Any, other: Any) -> float:
    """|one - other| / max(|one|, |other|) over all entries together; 0 where both are 0.

    The largest error of a single entry says less: an entry near 0 is known to few digits only.

    >>> error_in_norm([3.0, 4.0], [3.0, 3.0])
    0.2
    """
    scale = max(np.linalg.norm(one), np.linalg.norm(other))
    return float(np.linalg.norm(np.subtract(one, other)) / scale) if scale else 0.0


def _differences(f: Callable[[Any], Any], x: np.ndarray, h: float, weights: Any = 1.0) -> np.ndarray:
    if not (isinstance(x, np.ndarray) and x.dtype.kind == "f"):
        raise TypeError("x must be an array of floating-point numbers: its entries are moved by small steps.")
    slopes = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        before = x[place]
        try:
            x[place] = before + h
            above = f(x)
            x[place] = before - h
            below = f(x)
        finally:
            x[place] = before
        slopes[place] = np.sum((above - below) * weights) / (2 * h)
    return slopes


__all__ = ["error_in_norm", "eval_numerical_gradient", "eval_numerical_gradient_array"]
